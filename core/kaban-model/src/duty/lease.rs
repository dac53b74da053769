//! The lease: how long what lies on a device may be read without hearing from anybody.
//!
//! Pure: what the clock, the signed chain of duty and the last contact say goes in; a state for
//! the bag and one for a person's own patients come out. Three promises hold for every input:
//! **time never locks whoever the chain knows as its latest holder**, time alone never deletes,
//! and a lease that has run out stays run out however long one waits.
//! A soft lock closes reading only; writing, meeting the relay and handing over go on.
//! (security-sync.md §4.9, §4.11)

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::time::jst;

/// After the end of its turn a bag may still be read without a word.
pub const GRACE: TimeDelta = TimeDelta::hours(24);
/// A person's own patients stay open so long after the last contact with others.
pub const OWN_LEASE: TimeDelta = TimeDelta::days(30);
/// A lease nobody could end in any other way is deleted so long after its end, by the floor.
pub const DELETE_AFTER: TimeDelta = TimeDelta::days(14);
/// The most by which one source alone raises the floor above what a second one says.
pub const RAISE_BY_ONE: TimeDelta = TimeDelta::days(7);
/// Two honest clocks differ by no more than this.
pub const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(10);

type Instant = DateTime<FixedOffset>;

/// The bag on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldBag {
    /// This device and person are the latest holder the chain knows of; otherwise it knows of a
    /// later acceptance or take.
    pub is_latest_holder: bool,
    /// End of the turn the bag was accepted for.
    pub turn_to: Instant,
}

/// What is known, beside the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseFacts {
    /// The bag, while rows of it lie here.
    pub bag: Option<HeldBag>,
    /// When others were last heard from, if anything of the person's own lies here: see [`renewed`].
    pub own_renewed: Option<Instant>,
    /// This person or device is suspended.
    pub suspended: bool,
    /// See [`time_floor`].
    pub floor: Option<TimeFloor>,
}

/// Why reading is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockWhy {
    /// The last contact with others is too long ago.
    NotRenewed,
    /// The clock shows less than what two others have signed.
    ClockBehind,
    /// Somebody else has the duty since.
    LaterHolder,
    /// A doctor or the office has stopped this person or device.
    Suspended,
}

/// How it stands with one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeState {
    /// Nothing of it lies here.
    None,
    /// Open.
    Running {
        /// Until then without a word.
        until: Instant,
    },
    /// The turn is over, and the bag is still to be handed on.
    Grace {
        /// End of the grace.
        until: Instant,
    },
    /// Past its end and open all the same, because nobody else answers: shown, never locked.
    Overdue {
        /// Since when.
        since: Instant,
    },
    /// Reading is closed until it is renewed.
    SoftLocked {
        /// Why.
        why: LockWhy,
    },
}

impl ScopeState {
    /// The word for it: none, running, grace, overdue, soft_locked.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running { .. } => "running",
            Self::Grace { .. } => "grace",
            Self::Overdue { .. } => "overdue",
            Self::SoftLocked { .. } => "soft_locked",
        }
    }

    /// The end of what it says, if it has one.
    #[must_use]
    pub fn until(self) -> Option<Instant> {
        match self {
            Self::Running { until } | Self::Grace { until } => Some(until),
            Self::Overdue { since } => Some(since),
            Self::None | Self::SoftLocked { .. } => None,
        }
    }

    /// Why reading is closed, if it is.
    #[must_use]
    pub fn locked(self) -> Option<LockWhy> {
        match self {
            Self::SoftLocked { why } => Some(why),
            _ => None,
        }
    }

    /// Worse is more.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Running { .. } => 1,
            Self::Grace { .. } => 2,
            Self::Overdue { .. } => 3,
            Self::SoftLocked { .. } => 4,
        }
    }
}

/// How it stands with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseState {
    /// With the bag.
    pub bag: ScopeState,
    /// With what is the person's own.
    pub own: ScopeState,
    /// The clock shows less than what was signed: to be set, whoever holds the bag.
    pub clock_behind: bool,
}

impl LeaseState {
    /// The worse of both.
    #[must_use]
    pub fn worst(&self) -> ScopeState {
        if self.bag.rank() >= self.own.rank() {
            self.bag
        } else {
            self.own
        }
    }

    /// What to show above everything, in Japanese and English.
    #[must_use]
    pub fn banner(&self) -> Option<(&'static str, &'static str)> {
        if matches!(self.bag, ScopeState::Overdue { .. }) {
            return Some((
                "当番の期間が過ぎています。カバンはこのまま使えます。次の当番医に渡してください",
                "The turn is over. The bag stays open: hand it to the next doctor",
            ));
        }
        if matches!(self.bag, ScopeState::Grace { .. }) {
            return Some((
                "当番の期間が終わりました。次の当番医に渡してください",
                "The turn has ended: hand the bag to the next doctor",
            ));
        }
        if self.clock_behind {
            return Some((
                "端末の時計が遅れています。時計を合わせてください",
                "The clock of this device is behind: set it",
            ));
        }
        if matches!(self.own, ScopeState::Overdue { .. }) {
            return Some((
                "30日以上、ほかの端末と同期していません。同期してください",
                "Not synchronised for 30 days: meet the relay",
            ));
        }
        None
    }
}

impl LockWhy {
    /// The reason and what to do, in Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotRenewed => (
                "30日以上、ほかの端末と同期していません。同期すると開きます",
                "not synchronised for 30 days: meet the relay, and it opens again",
            ),
            Self::ClockBehind => (
                "端末の時計が遅れています。時計を合わせると開きます",
                "the clock of this device is behind: set it, and it opens again",
            ),
            Self::LaterHolder => (
                "カバンは次の当番医に渡っています。当番医に電話してください",
                "the bag has passed to another doctor: telephone whoever is on duty",
            ),
            Self::Suspended => (
                "この会員・端末は止められています。管理者に相談してください",
                "this member or device is suspended: speak with an admin",
            ),
        }
    }
}

/// How it stands at a reading of the clock.
#[must_use]
pub fn lease_state(now: Instant, facts: &LeaseFacts) -> LeaseState {
    let holder = facts.bag.is_some_and(|bag| bag.is_latest_holder);
    let shown = later(now, CLOCK_SLACK);
    let behind = |at: fn(&TimeFloor) -> Instant| facts.floor.is_some_and(|f| shown < at(&f));
    let clock_behind = behind(|floor| floor.at);
    // What locks anybody at once: never whoever is on duty.
    let locked = match () {
        () if holder => None,
        () if facts.suspended => Some(LockWhy::Suspended),
        // One colleague's clock, some days fast, would close every phone: it takes two.
        () if behind(|floor| floor.agreed) => Some(LockWhy::ClockBehind),
        () => None,
    };
    let bag = match facts.bag {
        None => ScopeState::None,
        Some(bag) if bag.is_latest_holder => turn_state(now, bag.turn_to),
        Some(_) => ScopeState::SoftLocked {
            why: locked
                .filter(|why| *why > LockWhy::LaterHolder)
                .unwrap_or(LockWhy::LaterHolder),
        },
    };
    let own = match facts.own_renewed {
        None => ScopeState::None,
        Some(renewed) => own_state(now, renewed, holder, locked),
    };
    LeaseState {
        bag,
        own,
        clock_behind,
    }
}

/// So much later; at the end of all calendars the same instant, because others wrote the times.
fn later(at: Instant, by: TimeDelta) -> Instant {
    at.checked_add_signed(by).unwrap_or(at)
}

fn turn_state(now: Instant, turn_to: Instant) -> ScopeState {
    let until = later(turn_to, GRACE);
    if now < turn_to {
        ScopeState::Running { until: turn_to }
    } else if now < until {
        ScopeState::Grace { until }
    } else {
        ScopeState::Overdue { since: until }
    }
}

fn own_state(now: Instant, renewed: Instant, holder: bool, locked: Option<LockWhy>) -> ScopeState {
    let until = later(renewed, OWN_LEASE);
    match locked {
        Some(why) => ScopeState::SoftLocked { why },
        None if now < until => ScopeState::Running { until },
        None if holder => ScopeState::Overdue { since: until },
        None => ScopeState::SoftLocked {
            why: LockWhy::NotRenewed,
        },
    }
}

/// When others were last heard from: the latest of a completed meeting with the relay, and what
/// others have signed that this device has taken in (an admission, an offer it accepted, any
/// record) — whoever has those also knows who was suspended until then. What a person signs alone,
/// a take of the duty too, renews nothing. A time that lies more than a day ahead of the clock is
/// left out, as a clock of others counts for no more elsewhere; if all of them do, it is the clock
/// that is behind, and the earliest of them counts.
#[must_use]
pub fn renewed(now: Instant, contacts: impl IntoIterator<Item = Instant>) -> Option<Instant> {
    let contacts: Vec<Instant> = contacts.into_iter().collect();
    let ahead = later(now, TimeDelta::days(1));
    let heard = contacts.iter().filter(|at| **at <= ahead).max();
    heard.or_else(|| contacts.iter().min()).copied()
}

/// Below this the time cannot be, by what others have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeFloor {
    /// By the latest of all, at most [`RAISE_BY_ONE`] above what a second source says.
    pub at: Instant,
    /// By what two independent sources say.
    pub agreed: Instant,
}

/// The floor, from the latest time that each independent source has signed: the relay by its
/// receipts, each other member by their records. One source alone makes none.
#[must_use]
pub fn time_floor(sources: impl IntoIterator<Item = Instant>) -> Option<TimeFloor> {
    let mut sources: Vec<Instant> = sources.into_iter().collect();
    sources.sort_by_key(|at| std::cmp::Reverse(*at));
    let (first, second) = (sources.first()?, sources.get(1)?);
    Some(TimeFloor {
        at: (*first)
            .min(later(*second, RAISE_BY_ONE))
            .with_timezone(&jst()),
        agreed: second.with_timezone(&jst()),
    })
}

/// What is known when a lease's key might be destroyed. No clock: a floor only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteFacts {
    /// A later acceptance or take was verified.
    pub later_holder: bool,
    /// Everything written here has reached somebody: an accepted root, an acknowledgement, receipts.
    pub covered: bool,
    /// An admin has signed that this device is removed; a suspension is not that.
    pub removed: bool,
    /// See [`time_floor`].
    pub floor: Option<TimeFloor>,
    /// End of the turn the lease was for.
    pub turn_to: Instant,
    /// Envelopes that no receipt covers.
    pub unsent: u64,
    /// Number of the chain's latest link.
    pub chain_n: u64,
    /// Number of the link that began the lease.
    pub lease_n: u64,
}

/// On what ground a lease's key may be destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteGround {
    /// The bag was handed on, and everything is covered.
    HandedOn,
    /// The device was removed by an admin's signature.
    Removed,
    /// The lease ended long ago, somebody else is on duty, and nothing waits here.
    LongOver,
}

/// Whether a lease's key may be destroyed, and on what ground.
#[must_use]
pub fn may_delete_lease(facts: &DeleteFacts) -> Option<DeleteGround> {
    let over = later(facts.turn_to, GRACE + DELETE_AFTER);
    if facts.removed {
        Some(DeleteGround::Removed)
    } else if facts.later_holder && facts.covered {
        Some(DeleteGround::HandedOn)
    } else if facts.floor.is_some_and(|floor| floor.agreed > over)
        && facts.unsent == 0
        && facts.chain_n > facts.lease_n
    {
        Some(DeleteGround::LongOver)
    } else {
        None
    }
}
