//! Duty, suspension and admission, in every order that a few devices can bring about with a few
//! acts each (security-sync.md §6.2).
//!
//! What a device believes is what the program's own fold says of the records it has seen; which
//! records those are is any set that holds the ancestors of each. Each wrong rule breaks a promise
//! here, by the fewest steps that there are, or the promises hold nothing.
//!
//! Two of the wrong rules are what the bag does today: it is on duty by the fold alone
//! (`holds_bag`), and a release carries only what its writer wrote (`late_of`). What the model keeps
//! to instead is what they should become. A loss here is a loss to whoever is on duty: the sealed
//! outbox of the writer, which a relay would empty, is no part of it. Nor is a suspension that is
//! lifted while whom it suspends takes duty: until the lift is heard, each may believe the other.

#![allow(clippy::unwrap_used, missing_docs)]

mod device;
mod promise;
mod search;
mod story;

use std::collections::HashMap;

use kaban_model::people::Role;
use kaban_testkit::cpu_time;

use device::{Belief, Bounds, Erase, Late, Rules, State, World};
use promise::{Broken, DEPOSED, LET_IN, LOST, NOBODY, NOT_ONE};
use search::{Found, search};
use story::{Heard, Record, Say, Story, Winner};

/// More states than any world here has.
const STATES_MAX: usize = 4_000_000;

/// What the hashes of a world depend on: with the one a tie falls so, with the other otherwise.
const SALTS: [u64; 2] = [1, 2];

/// Who is in a world.
struct Cast {
    roles: [Role; 4],
    devices: u8,
    /// Who is in from the beginning, a bit each.
    first: u8,
    /// Who takes duty at the beginning.
    on_duty: u8,
}

/// Three doctors, the first on duty.
const DOCTORS: Cast = Cast {
    roles: [Role::Doctor, Role::Doctor, Role::Doctor, Role::Doctor],
    devices: 3,
    first: 0b111,
    on_duty: 0,
};

/// The same with a fourth.
const FOUR_DOCTORS: Cast = Cast {
    devices: 4,
    first: 0b1111,
    ..DOCTORS
};

/// Two of the office, a doctor on duty, and a doctor whom nobody has let in.
const OFFICE: Cast = Cast {
    roles: [Role::Office, Role::Office, Role::Doctor, Role::Doctor],
    devices: 4,
    first: 0b0111,
    on_duty: 2,
};

/// The office, a doctor on duty and two others.
const VILLAGE: Cast = Cast {
    roles: [Role::Office, Role::Doctor, Role::Doctor, Role::Doctor],
    devices: 4,
    first: 0b1111,
    on_duty: 1,
};

const NOTHING: Bounds = Bounds {
    offers: 0,
    withdrawals: 0,
    takes: 0,
    notes: 0,
    suspensions: 0,
    confirmations: 0,
    lifts: 0,
    admissions: 0,
    takers: 0,
    takes_offers: 0,
    suspend: 0,
    suspended: 0,
    admit: 0,
    admitted: 0,
};

/// Duty goes on, or back, before all has come.
const THERE_AND_BACK: Bounds = Bounds {
    offers: 2,
    notes: 2,
    takes_offers: 0b011,
    ..NOTHING
};

/// One offer is taken back, and another made.
const TWO_OFFERS: Bounds = Bounds {
    offers: 2,
    withdrawals: 1,
    notes: 1,
    takes_offers: 0b111,
    ..NOTHING
};

/// One offer is taken back, and another made, to any of three.
const AMONG_FOUR: Bounds = Bounds {
    offers: 2,
    withdrawals: 1,
    takes_offers: 0b1110,
    ..NOTHING
};

/// Somebody takes duty while it is handed over.
const A_TAKE: Bounds = Bounds {
    offers: 1,
    takes: 1,
    notes: 1,
    takers: 0b100,
    takes_offers: 0b011,
    ..NOTHING
};

/// Two of the office suspend each other, one lets a doctor in who takes duty.
const A_STRANGER: Bounds = Bounds {
    suspensions: 2,
    lifts: 1,
    admissions: 1,
    takes: 1,
    takers: 0b1000,
    suspend: 0b0011,
    suspended: 0b0011,
    admit: 0b0010,
    admitted: 0b1000,
    ..NOTHING
};

/// The stranger, once in, answers with a suspension of its own.
const A_STRANGER_ANSWERS: Bounds = Bounds {
    suspensions: 2,
    confirmations: 1,
    admissions: 2,
    suspend: 0b1101,
    suspended: 0b0110,
    admit: 0b0011,
    admitted: 0b1000,
    ..NOTHING
};

/// A doctor is suspended to whom the bag is offered.
const SUSPENDED_AT_THE_DOOR: Bounds = Bounds {
    offers: 1,
    takes: 1,
    suspensions: 1,
    takers: 0b0100,
    takes_offers: 0b1100,
    suspend: 0b0001,
    suspended: 0b0100,
    ..NOTHING
};

fn run(what: &str, cast: &Cast, bounds: Bounds, rules: Rules, salt: u64) -> Found {
    let (mut world, state) = begin(cast, bounds, rules, salt);
    let (found, spent) = cpu_time(|| search(&mut world, state, STATES_MAX));
    println!(
        "{what} ({salt}): {} states, {} steps, {} deep, {} folds, {spent:?}{}",
        found.states,
        found.steps,
        found.depth,
        world.story.folds(),
        if found.cut { ", cut" } else { "" },
    );
    if found.broken.is_some() {
        println!("  {}", found.story());
    }
    found
}

fn begin(cast: &Cast, bounds: Bounds, rules: Rules, salt: u64) -> (World, State) {
    let roles = &cast.roles[..usize::from(cast.devices)];
    let mut world = World {
        story: Story::new(roles, cast.first, salt, rules.winner, rules.heard),
        rules,
        bounds,
        devices: cast.devices,
        beliefs: HashMap::new(),
        judged: HashMap::new(),
    };
    let found = Record {
        by: 0,
        say: Say::Found,
        parents: Vec::new(),
    };
    let take = Record {
        by: cast.on_duty,
        say: Say::Take { prev: None, n: 1 },
        parents: vec![0],
    };
    let state = world.begin(&[found, take]);
    (world, state)
}

/// Every state of a world keeps every promise, however ties fall.
fn holds(what: &str, cast: &Cast, bounds: Bounds, salts: &[u64], states_min: usize) {
    for salt in salts.iter().copied() {
        let found = run(what, cast, bounds, Rules::OURS, salt);
        assert!(found.broken.is_none(), "{}", found.story());
        assert!(
            !found.cut && found.states >= states_min,
            "{} states",
            found.states
        );
    }
}

/// A wrong rule breaks one of these promises, however ties fall.
fn breaks(what: &str, cast: &Cast, bounds: Bounds, rules: Rules, promises: &[Broken]) {
    let mut all = Vec::new();
    for salt in SALTS {
        let found = run(what, cast, bounds, rules, salt);
        all.extend(found.broken.map(|(promise, _)| promise));
    }
    assert!(!all.is_empty(), "{what} is not caught");
    assert!(
        all.iter().all(|promise| promises.contains(promise)),
        "{all:?}"
    );
}

#[test]
fn duty_passes_by_offers_and_nobody_is_without() {
    holds("two offers", &DOCTORS, TWO_OFFERS, &SALTS, 200_000);
}

#[test]
fn a_note_goes_with_the_bag_there_and_back() {
    holds("there and back", &DOCTORS, THERE_AND_BACK, &SALTS, 40_000);
}

#[test]
fn among_four_doctors_nobody_is_without() {
    holds(
        "four doctors",
        &FOUR_DOCTORS,
        AMONG_FOUR,
        &SALTS[..1],
        500_000,
    );
}

#[test]
fn a_take_beside_a_handover_leaves_nobody_without() {
    holds("a take", &DOCTORS, A_TAKE, &SALTS, 2_000);
}

#[test]
fn nobody_let_in_by_the_suspended_is_active_and_lifting_restores() {
    holds("a stranger", &OFFICE, A_STRANGER, &SALTS[..1], 200_000);
}

#[test]
fn a_stranger_who_suspends_others_decides_nothing() {
    holds(
        "a stranger answers",
        &OFFICE,
        A_STRANGER_ANSWERS,
        &SALTS,
        3_000,
    );
}

#[test]
fn whoever_was_given_the_bag_is_not_suspended_out_of_it() {
    holds(
        "suspended at the door",
        &VILLAGE,
        SUSPENDED_AT_THE_DOOR,
        &SALTS,
        1_000,
    );
}

/// The giver releases one of two rivals; the other hears that before the first does, who has
/// stood down for the other already.
#[test]
fn a_device_that_goes_by_the_fold_alone_leaves_nobody() {
    let rules = Rules {
        belief: Belief::ByTheFold,
        ..Rules::OURS
    };
    breaks("by the fold alone", &DOCTORS, TWO_OFFERS, rules, &[NOBODY]);
}

#[test]
fn a_device_that_stops_at_its_offer_leaves_nobody() {
    let rules = Rules {
        belief: Belief::UntilItOffers,
        ..Rules::OURS
    };
    breaks("release-on-offer", &DOCTORS, TWO_OFFERS, rules, &[NOBODY]);
}

#[test]
fn a_giver_that_erases_at_the_acceptance_loses_a_note() {
    let rules = Rules {
        erase: Erase::WhenAccepted,
        ..Rules::OURS
    };
    breaks("erase-on-accept", &DOCTORS, TWO_OFFERS, rules, &[LOST]);
}

/// What came to a giver after its own offer, by a release, would end with it.
#[test]
fn a_release_that_carries_only_its_writers_notes_loses_one() {
    let rules = Rules {
        late: Late::Own,
        ..Rules::OURS
    };
    breaks(
        "only its own notes",
        &DOCTORS,
        THERE_AND_BACK,
        rules,
        &[LOST],
    );
}

#[test]
fn rivals_that_both_stand_down_leave_nobody() {
    let rules = Rules {
        belief: Belief::UntilItSeesARival,
        ..Rules::OURS
    };
    let promises = [NOBODY, NOT_ONE];
    breaks(
        "symmetric stand-down",
        &DOCTORS,
        TWO_OFFERS,
        rules,
        &promises,
    );
}

#[test]
fn a_rule_by_hash_alone_deposes_whom_the_giver_released() {
    let rules = Rules {
        winner: Winner::SmallestHash,
        ..Rules::OURS
    };
    breaks("rivals by hash", &DOCTORS, TWO_OFFERS, rules, &[DEPOSED]);
}

#[test]
fn a_suspension_that_is_not_heard_backwards_lets_strangers_in() {
    let rules = Rules {
        heard: Heard::NotBackwards,
        ..Rules::OURS
    };
    breaks("not heard backwards", &OFFICE, A_STRANGER, rules, &[LET_IN]);
}
