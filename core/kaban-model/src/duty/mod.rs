//! The rules of duty as pure functions: when a turn runs and who is to hold it, who answers, who is on the list.

mod consent;
mod cover;
mod holiday;
mod lease;
mod roster;
mod time;
mod why;

pub use consent::{
    ConsentAct, ConsentEvent, ConsentGiven, ConsentState, Eligibility, NotListed, on_duty_list,
};
pub use cover::{
    Absence, Answerer, Cover, CoverInput, CoverPolicy, Entrusted, PassedOver, Unreached,
    answer_chain, cover,
};
pub use holiday::{HolidayAlignment, TurnKind};
pub use lease::{
    CLOCK_SLACK, DELETE_AFTER, DeleteFacts, DeleteGround, GRACE, HeldBag, LeaseFacts, LeaseState,
    LockWhy, OWN_LEASE, RAISE_BY_ONE, ScopeState, TimeFloor, lease_state, may_delete_lease,
    renewed, time_floor,
};
pub use roster::{
    Excusal, ExcusedTurn, FIRST_DAY_MAX, FIRST_DAY_MIN, HolidayWhy, MEMBERS_MAX, MemberShare,
    OrdinaryWhy, PlannedTurn, Roster, RosterInput, RosterNote, RosterTurn, TurnWhy, YEARS_MAX,
    make_roster,
};
pub use time::{CHANGEOVER_HOUR, DutyTurn, changeover_on, in_jst, jst, jst_date, ordinary_turn_at};
pub use why::{AnswersAs, Away, Why};
