//! A sudden call in a day that is under way.

use crate::days::{Recipe, problem};
use crate::judge::{orders, ride};
use kaban_atlas::round::{Call, Objective, Position, Problem, Stop, Window, insert_call, solve};

fn call_at(day: &Problem, place: usize) -> Call {
    Call {
        stop: Stop {
            windows: Vec::new(),
            service: 900,
            place,
            id: kaban_atlas::round::Id::Text("call".into()),
            ..day.stops[0].clone()
        },
        now: None,
        done: Vec::new(),
        positions: Vec::new(),
    }
}

/// The finish of every feasible place in one route, the plan driven anew for each.
fn by_hand(day: &Problem, vehicle: usize, order: &[usize], call: &Call) -> Vec<(u64, usize)> {
    let mut with = day.clone();
    with.stops.push(call.stop.clone());
    let places = (0..=order.len()).filter_map(|at| {
        let mut order = order.to_vec();
        order.insert(at, day.stops.len());
        ride(&with, vehicle, &order).map(|[_, finish, _]| (finish, at))
    });
    places.collect()
}

#[test]
fn a_call_with_windows_that_are_none_is_refused() {
    let day = problem(Recipe::day(1, 5, 1), Objective::Finish);
    let plan = orders(&day, &solve(&day));
    for [from, until] in [[36_000, 32_400], [u32::MAX; 2]] {
        let mut call = call_at(&day, 1);
        call.stop.windows = vec![Window { from, until }];
        let refused = insert_call(&day, &plan, &call).unwrap_err();
        assert_eq!(refused.path, "call.window");
    }
}

#[test]
fn a_call_gets_the_place_that_delays_the_return_least() {
    for seed in 0..20 {
        let day = problem(Recipe::day(seed, 9, 2), Objective::Finish);
        let plan = orders(&day, &solve(&day));
        let call = call_at(&day, 1 + seed as usize % 9);
        let found = insert_call(&day, &plan, &call).unwrap();
        assert_eq!(found.choices.len(), 2);
        for choice in &found.choices {
            let vehicle = day
                .vehicles
                .iter()
                .position(|v| v.id == choice.vehicle)
                .unwrap();
            let places = by_hand(&day, vehicle, &plan[vehicle], &call);
            assert_eq!(choice.feasible, !places.is_empty());
            if let Some((finish, _)) = places.iter().min() {
                assert_eq!(u64::from(choice.finish_s), *finish);
                assert!(choice.late.is_empty() && choice.overtime_s == 0);
            }
            assert_eq!(choice.delays.len(), plan[vehicle].len() - choice.position);
        }
    }
}

#[test]
fn a_call_goes_to_whom_it_makes_the_last_return_least_late() {
    // The call is at the door of the first vehicle's visit, but that one is the last home already.
    let rows = [
        [0, 3_000, 600, 3_000],
        [3_000, 0, 3_000, 0],
        [600, 3_000, 0, 3_000],
        [3_000, 0, 3_000, 0],
    ]
    .map(|row| row.map(Some).to_vec());
    let mut day = problem(Recipe::day(8, 2, 2), Objective::Finish);
    day.matrix = kaban_atlas::round::Matrix::new(&rows).unwrap();
    for (stop, service) in day.stops.iter_mut().zip([10_000, 600]) {
        stop.windows.clear();
        stop.service = service;
    }
    let plan = vec![vec![0], vec![1]];
    let first = |day: &Problem| {
        let found = insert_call(day, &plan, &call_at(day, 3)).unwrap();
        found.choices[0].vehicle.clone()
    };
    assert_eq!(first(&day), day.vehicles[1].id);
    day.objective = Objective::Travel;
    assert_eq!(first(&day), day.vehicles[0].id);
}

#[test]
fn visits_made_or_under_way_come_before_the_call() {
    let day = problem(Recipe::day(3, 8, 1), Objective::Finish);
    let round = solve(&day);
    let plan = orders(&day, &round);
    let mut call = call_at(&day, 2);
    call.now = Some(round.routes[0].starts_s[4]);
    let found = insert_call(&day, &plan, &call).unwrap();
    assert!(found.choices[0].position >= 5);
    assert!(
        found.choices[0].arrival_s >= round.routes[0].starts_s[4] + day.stops[plan[0][4]].service
    );
    call.now = None;
    call.done = vec![plan[0][6]];
    assert!(insert_call(&day, &plan, &call).unwrap().choices[0].position >= 7);
    call.positions = vec![Position {
        vehicle: 0,
        place: 2,
        free_at: 50_000,
    }];
    assert!(insert_call(&day, &plan, &call).unwrap().choices[0].arrival_s >= 50_000);
}

#[test]
fn a_locked_visit_is_not_delayed_while_there_is_another_place() {
    let mut day = problem(
        Recipe {
            windowed: 0,
            ..Recipe::day(5, 6, 1)
        },
        Objective::Finish,
    );
    let plan = vec![(0..6).collect::<Vec<_>>()];
    // At the first stop's own house it would go first.
    day.stops[5].locked = true;
    let call = call_at(&day, 1);
    let found = insert_call(&day, &plan, &call).unwrap();
    assert!(found.choices[0].feasible);
    assert_eq!(found.choices[0].position, 6);
    day.vehicles[0].window.until = 30_601;
    assert!(
        !insert_call(&day, &plan, &call_at(&day, 1)).unwrap().choices[0].feasible
            || found.choices[0].overtime_s > 0
    );
}

#[test]
fn who_would_be_late_is_said_when_no_place_is_free() {
    let mut day = problem(
        Recipe {
            windowed: 0,
            ..Recipe::day(6, 3, 1)
        },
        Objective::Finish,
    );
    let plan = vec![vec![0, 1, 2]];
    let kept = kaban_atlas::round::keep_order(&day);
    for (at, stop) in day.stops.iter_mut().enumerate() {
        let start = kept.routes[0].starts_s[at];
        stop.windows = vec![kaban_atlas::round::Window {
            from: start,
            until: start,
        }];
    }
    day.vehicles[0].window.until = kept.finish_s;
    let found = insert_call(&day, &plan, &call_at(&day, 2)).unwrap();
    let best = &found.choices[0];
    assert!(!best.feasible);
    assert!(best.overtime_s > 0 || !best.late.is_empty());
}
