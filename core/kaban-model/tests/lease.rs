//! The lease, tried with every combination of what a device can know.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, TimeDelta};
use kaban_model::duty::{
    CLOCK_SLACK, DELETE_AFTER, DeleteFacts, DeleteGround, GRACE, HeldBag, LeaseFacts, LockWhy,
    OWN_LEASE, RAISE_BY_ONE, ScopeState, TimeFloor, lease_state, may_delete_lease, renewed,
    time_floor,
};
use proptest::prelude::*;

type Instant = DateTime<FixedOffset>;

fn zero() -> Instant {
    DateTime::parse_from_rfc3339("2026-11-17T09:00:00+09:00").unwrap()
}

/// An instant some hours after the beginning.
fn at(hours: i64) -> Instant {
    zero() + TimeDelta::hours(hours)
}

/// Hours around every edge there is: turn's end, grace, thirty days, the floor.
const HOURS: [i64; 13] = [-1, 0, 1, 167, 168, 169, 191, 192, 193, 719, 720, 721, 5_000];

fn every_case() -> Vec<LeaseFacts> {
    let mut bags = vec![None];
    for turn_to in [at(0), at(168)] {
        for is_latest_holder in [true, false] {
            bags.push(Some(HeldBag {
                is_latest_holder,
                turn_to,
            }));
        }
    }
    let mut floors = vec![None];
    for agreed in [at(0), at(190)] {
        for raise in [0, 24] {
            floors.push(Some(TimeFloor {
                at: agreed + TimeDelta::hours(raise),
                agreed,
            }));
        }
    }
    let mut cases = Vec::new();
    for bag in bags {
        for own_renewed in [None, Some(at(0)), Some(at(100))] {
            for suspended in [false, true] {
                for floor in &floors {
                    cases.push(LeaseFacts {
                        bag,
                        own_renewed,
                        suspended,
                        floor: *floor,
                    });
                }
            }
        }
    }
    cases
}

#[test]
fn nothing_that_a_clock_can_show_locks_the_latest_known_holder() {
    for facts in every_case() {
        for now in HOURS.map(at) {
            let state = lease_state(now, &facts);
            if facts.bag.is_some_and(|bag| bag.is_latest_holder) {
                assert_eq!(state.bag.locked(), None, "{now} {facts:?}");
                assert_eq!(state.own.locked(), None, "{now} {facts:?}");
            }
        }
    }
}

#[test]
fn whoever_has_seen_a_later_holder_reads_nothing_of_the_bag_at_any_time() {
    for facts in every_case() {
        for now in HOURS.map(at) {
            let state = lease_state(now, &facts);
            if facts.bag.is_some_and(|bag| !bag.is_latest_holder) {
                assert!(state.bag.locked().is_some(), "{now} {facts:?}");
            }
        }
    }
}

#[test]
fn waiting_opens_nothing_once_the_clock_has_caught_up_with_the_floor() {
    for facts in every_case() {
        let caught_up = |now: &Instant| facts.floor.is_none_or(|floor| *now >= floor.at);
        let mut before = (0, 0);
        for now in HOURS.map(at).iter().filter(|now| caught_up(now)) {
            let state = lease_state(*now, &facts);
            let ranks = (state.bag.rank(), state.own.rank());
            assert!(
                ranks.0 >= before.0 && ranks.1 >= before.1,
                "{now} {facts:?}"
            );
            before = ranks;
        }
    }
}

#[test]
fn where_nothing_lies_nothing_is_shown() {
    for facts in every_case() {
        for now in HOURS.map(at) {
            let state = lease_state(now, &facts);
            assert_eq!(state.bag == ScopeState::None, facts.bag.is_none());
            assert_eq!(state.own == ScopeState::None, facts.own_renewed.is_none());
        }
    }
}

#[test]
fn every_state_and_every_reason_can_be_reached_for_each_scope() {
    let (mut bag, mut own) = (BTreeSet::new(), BTreeSet::new());
    let mut worst = BTreeSet::new();
    for facts in every_case() {
        for now in HOURS.map(at) {
            let state = lease_state(now, &facts);
            bag.insert((state.bag.word(), state.bag.locked()));
            own.insert((state.own.word(), state.own.locked()));
            worst.insert(state.worst().word());
        }
    }
    let locked = |why| ("soft_locked", Some(why));
    let open = ["none", "running", "grace", "overdue"].map(|word| (word, None));
    let mut all: BTreeSet<_> = open.into_iter().collect();
    // The clock does not outweigh a later holder: the bag is closed in any case.
    all.extend([LockWhy::LaterHolder, LockWhy::Suspended].map(locked));
    assert_eq!(bag, all);
    let mut all: BTreeSet<_> = open
        .into_iter()
        .filter(|(word, _)| *word != "grace")
        .collect();
    all.extend(
        [
            LockWhy::NotRenewed,
            LockWhy::ClockBehind,
            LockWhy::Suspended,
        ]
        .map(locked),
    );
    assert_eq!(own, all);
    assert_eq!(worst.len(), 5);
}

fn holder(turn_to: Instant) -> LeaseFacts {
    LeaseFacts {
        bag: Some(HeldBag {
            is_latest_holder: true,
            turn_to,
        }),
        ..LeaseFacts::default()
    }
}

#[test]
fn a_holder_has_the_turn_then_a_day_of_grace_then_a_banner_that_asks_for_a_successor() {
    let facts = holder(at(168));
    let bag = |hours| lease_state(at(hours), &facts).bag;
    assert_eq!(bag(167), ScopeState::Running { until: at(168) });
    assert_eq!(bag(168), ScopeState::Grace { until: at(192) });
    assert_eq!(bag(192), ScopeState::Overdue { since: at(192) });
    let banner = |hours| lease_state(at(hours), &facts).banner();
    assert_eq!(banner(167), None);
    assert!(banner(168).unwrap().1.contains("has ended"));
    assert!(banner(99_999).unwrap().1.contains("next doctor"));
}

#[test]
fn a_nurse_who_has_met_nobody_for_thirty_days_reads_no_more_until_she_does() {
    let facts = |renewed| LeaseFacts {
        own_renewed: Some(renewed),
        ..LeaseFacts::default()
    };
    let last = zero() + OWN_LEASE;
    let until = |now| lease_state(now, &facts(zero())).own;
    assert_eq!(
        until(last - TimeDelta::seconds(1)),
        ScopeState::Running { until: last }
    );
    let why = LockWhy::NotRenewed;
    assert_eq!(until(last), ScopeState::SoftLocked { why });
    let renewed = lease_state(last, &facts(last)).own;
    assert_eq!(renewed.word(), "running");
}

#[test]
fn a_clock_turned_back_closes_what_is_ones_own_and_warns_whoever_is_on_duty() {
    let mut facts = holder(at(168));
    facts.own_renewed = Some(at(0));
    let agreed = at(50);
    facts.floor = Some(TimeFloor { at: agreed, agreed });
    let state = lease_state(at(1), &facts);
    assert_eq!((state.bag.word(), state.own.word()), ("running", "running"));
    assert!(state.clock_behind && state.banner().is_some());
    facts.bag = None;
    let state = lease_state(at(1), &facts);
    assert_eq!(state.own.locked(), Some(LockWhy::ClockBehind));
}

#[test]
fn a_clock_set_before_everything_that_was_ever_heard_opens_nothing() {
    let contacts = [at(100), at(200)];
    let long_ago = at(-50_000);
    assert_eq!(renewed(long_ago, contacts), Some(at(100)));
    let agreed = at(150);
    let facts = LeaseFacts {
        own_renewed: renewed(long_ago, contacts),
        floor: Some(TimeFloor { at: agreed, agreed }),
        ..LeaseFacts::default()
    };
    let state = lease_state(long_ago, &facts);
    assert_eq!(state.own.locked(), Some(LockWhy::ClockBehind));
}

#[test]
fn a_turn_that_ends_with_the_calendar_overflows_nothing() {
    let end = chrono::DateTime::<chrono::Utc>::MAX_UTC.with_timezone(zero().offset());
    let state = lease_state(at(1), &holder(end));
    assert_eq!(state.bag.word(), "running");
}

#[test]
fn honest_clocks_that_differ_by_minutes_lock_nobody() {
    let agreed = zero() + CLOCK_SLACK;
    let facts = LeaseFacts {
        own_renewed: Some(zero()),
        floor: Some(TimeFloor { at: agreed, agreed }),
        ..LeaseFacts::default()
    };
    let state = lease_state(zero(), &facts);
    assert_eq!(state.own.word(), "running");
    assert!(!state.clock_behind);
}

#[test]
fn one_colleagues_fast_clock_warns_and_locks_nobody() {
    let (fast, honest) = (at(120), at(0));
    let floor = time_floor([fast, honest]).unwrap();
    assert_eq!((floor.at, floor.agreed), (fast, honest));
    let facts = LeaseFacts {
        own_renewed: Some(at(0)),
        floor: Some(floor),
        ..LeaseFacts::default()
    };
    let state = lease_state(at(0), &facts);
    assert_eq!(state.own.word(), "running");
    assert!(state.clock_behind);
}

#[test]
fn a_single_source_makes_no_floor_and_raises_one_by_seven_days_at_most() {
    assert_eq!(time_floor([]), None);
    assert_eq!(time_floor([at(9_999)]), None);
    let floor = time_floor([at(9_999), at(0)]).unwrap();
    assert_eq!(floor.at, at(0) + RAISE_BY_ONE);
    assert_eq!(floor.agreed, at(0));
    assert_eq!(
        time_floor([at(9_999), at(0), at(9_998)]).unwrap().agreed,
        at(9_998)
    );
}

#[test]
fn a_contact_more_than_a_day_ahead_of_the_clock_renews_nothing() {
    assert_eq!(renewed(at(0), []), None);
    assert_eq!(renewed(at(0), [at(-5), at(-9)]), Some(at(-5)));
    assert_eq!(renewed(at(0), [at(-5), at(24)]), Some(at(24)));
    assert_eq!(renewed(at(0), [at(-5), at(25)]), Some(at(-5)));
}

fn every_delete_case() -> impl Iterator<Item = DeleteFacts> {
    let turn_to = at(168);
    let over = turn_to + GRACE + DELETE_AFTER;
    let second = TimeDelta::seconds(1);
    let floors = [None, Some(over - second), Some(over), Some(over + second)];
    (0..32u8).flat_map(move |bits| {
        floors.map(move |agreed| DeleteFacts {
            later_holder: bits & 1 != 0,
            covered: bits & 2 != 0,
            removed: bits & 4 != 0,
            floor: agreed.map(|agreed| TimeFloor {
                at: agreed + RAISE_BY_ONE,
                agreed,
            }),
            turn_to,
            unsent: u64::from(bits & 8 != 0),
            chain_n: 3 + u64::from(bits & 16 != 0),
            lease_n: 3,
        })
    })
}

#[test]
fn a_key_is_destroyed_on_three_grounds_and_no_other() {
    let mut grounds = Vec::new();
    for facts in every_delete_case() {
        let over = facts.turn_to + GRACE + DELETE_AFTER;
        let long_over = facts.floor.is_some_and(|floor| floor.agreed > over)
            && facts.unsent == 0
            && facts.chain_n > facts.lease_n;
        let handed_on = facts.later_holder && facts.covered;
        let ground = may_delete_lease(&facts);
        assert_eq!(
            ground.is_some(),
            facts.removed || handed_on || long_over,
            "{facts:?}"
        );
        grounds.extend(ground);
    }
    for ground in [
        DeleteGround::HandedOn,
        DeleteGround::Removed,
        DeleteGround::LongOver,
    ] {
        assert!(grounds.contains(&ground), "{ground:?}");
    }
}

#[test]
fn time_alone_never_destroys_a_key() {
    let signed = |facts: &DeleteFacts| {
        facts.removed || facts.later_holder && facts.covered || facts.chain_n > facts.lease_n
    };
    for facts in every_delete_case().filter(|facts| !signed(facts)) {
        assert_eq!(may_delete_lease(&facts), None, "{facts:?}");
    }
}

#[test]
fn what_one_source_says_of_the_time_destroys_nothing() {
    let turn_to = at(0);
    let facts = DeleteFacts {
        later_holder: true,
        covered: false,
        removed: false,
        floor: time_floor([at(90_000), turn_to + GRACE + DELETE_AFTER]),
        turn_to,
        unsent: 0,
        chain_n: 9,
        lease_n: 8,
    };
    assert_eq!(may_delete_lease(&facts), None);
}

proptest! {
    #[test]
    fn a_floor_only_rises_as_more_is_heard_and_one_liar_moves_what_is_agreed_nowhere(
        hours in proptest::collection::vec(0i64..20_000, 1..6), more in 0i64..20_000, lie in 20_000i64..90_000,
    ) {
        let floor = |hours: &[i64]| time_floor(hours.iter().copied().map(at));
        let with_more: Vec<i64> = hours.iter().copied().chain([more]).collect();
        let (before, after) = (floor(&hours), floor(&with_more).unwrap());
        if let Some(before) = before {
            prop_assert!(after.at >= before.at && after.agreed >= before.agreed);
        }
        prop_assert!(after.agreed <= after.at);
        let with_lie: Vec<i64> = with_more.iter().copied().chain([lie]).collect();
        let lied = floor(&with_lie).unwrap();
        let honest = at(with_more.iter().copied().max().unwrap());
        prop_assert!(lied.agreed <= honest);
        prop_assert!(lied.at <= honest + RAISE_BY_ONE);
    }

    #[test]
    fn no_hour_of_any_year_locks_the_latest_known_holder(
        now in -100_000i64..1_000_000, turn in 0i64..1_000, renewed in proptest::option::of(-9_000i64..9_000),
        suspended: bool, sources in proptest::collection::vec(-9_000i64..900_000, 0..4),
    ) {
        let facts = LeaseFacts {
            own_renewed: renewed.map(at),
            suspended,
            floor: time_floor(sources.into_iter().map(at)),
            ..holder(at(turn))
        };
        let state = lease_state(at(now), &facts);
        prop_assert_eq!((state.bag.locked(), state.own.locked()), (None, None));
    }
}
