//! What is promised of every answer, also of those too large to prove.

use crate::days::{Recipe, problem};
use crate::judge::{audited, locks_hold, orders};
use kaban_atlas::round::{
    Id, Objective, Problem, Quality, Why, Window, keep_order, solve, solve_for,
};

fn day(seed: u64, stops: usize, vehicles: usize) -> Problem {
    problem(Recipe::day(seed, stops, vehicles), Objective::Finish)
}

#[test]
fn a_large_round_keeps_every_window_and_says_good() {
    for (seed, stops, vehicles) in [(1, 20, 1), (2, 30, 3), (3, 12, 2)] {
        let day = day(seed, stops, vehicles);
        for objective in [Objective::Finish, Objective::Travel] {
            let round = solve_for(&day, objective);
            audited(&day, &round);
            assert_eq!(round.quality, Quality::Good);
            assert!(
                round.served * 10 >= stops * 9,
                "{} of {stops}",
                round.served
            );
        }
    }
}

#[test]
fn the_same_problem_has_the_same_answer_and_names_decide_nothing() {
    let first = day(7, 14, 2);
    let round = solve(&first);
    assert_eq!(round, solve(&first));
    let mut renamed = first.clone();
    for (index, stop) in renamed.stops.iter_mut().enumerate() {
        stop.id = Id::Number(1_000 - index as i64);
    }
    for (index, vehicle) in renamed.vehicles.iter_mut().enumerate() {
        vehicle.id = Id::Number(-(index as i64));
    }
    let again = solve(&renamed);
    assert_eq!(audited(&first, &round), audited(&renamed, &again));
    assert_eq!(orders(&first, &round), orders(&renamed, &again));
}

#[test]
fn each_objective_wins_its_own_comparison() {
    for seed in 20..24 {
        let day = day(seed, 11, 1);
        let [finish, travel] = [Objective::Finish, Objective::Travel].map(|o| solve_for(&day, o));
        assert_eq!(finish.served, travel.served);
        assert!(finish.finish_s <= travel.finish_s && travel.travel_s <= finish.travel_s);
    }
}

#[test]
fn locked_stops_of_a_large_round_stay_where_they_are() {
    let mut large = day(31, 22, 1);
    for stop in [0, 9, 21] {
        large.stops[stop].locked = true;
        large.stops[stop].windows.clear();
    }
    let round = solve(&large);
    audited(&large, &round);
    let orders = orders(&large, &round);
    assert!(locks_hold(&large, &orders));
    assert_eq!(orders[0][0], 0);
    assert_eq!(orders[0].last(), Some(&21));

    let mut shared = day(32, 24, 3);
    for (index, stop) in shared.stops.iter_mut().enumerate() {
        stop.vehicle = Some(index % 3);
        stop.locked = index == 4;
        if stop.locked {
            stop.windows.clear();
        }
    }
    let round = solve(&shared);
    audited(&shared, &round);
    let orders = crate::judge::orders(&shared, &round);
    assert!(locks_hold(&shared, &orders) && orders[1].contains(&4));
}

#[test]
fn soft_windows_never_leave_a_stop_out() {
    let mut large = day(41, 25, 1);
    for stop in &mut large.stops {
        stop.soft = true;
    }
    large.vehicles[0].window.until = 90_000;
    let round = solve(&large);
    audited(&large, &round);
    assert_eq!(round.served, 25);
}

#[test]
fn the_given_order_is_kept_with_its_lateness() {
    let mut day = day(51, 10, 1);
    day.stops[3].windows = vec![Window {
        from: 30_600,
        until: 30_700,
    }];
    let kept = keep_order(&day);
    assert_eq!(kept.quality, Quality::Given);
    assert_eq!(orders(&day, &kept), vec![(0..10).collect::<Vec<_>>()]);
    assert_eq!(kept.served, 10);
    let route = &kept.routes[0];
    assert_eq!(route.late_s[3], route.starts_s[3] - 30_700);
    assert!(kept.late_s >= route.late_s[3]);
}

#[test]
fn a_stop_that_cannot_be_served_says_why() {
    let mut day = day(61, 4, 1);
    let size = day.matrix.size();
    let rows: Vec<Vec<Option<u32>>> = (0..size)
        .map(|from| {
            let to = |to| {
                day.matrix
                    .seconds(from, to)
                    .filter(|_| from != 1 && to != 1)
            };
            (0..size).map(to).collect()
        })
        .collect();
    day.matrix = kaban_atlas::round::Matrix::new(&rows).unwrap();
    day.stops[1].windows = vec![Window { from: 0, until: 9 }];
    day.stops[2].windows = Vec::new();
    day.stops[2].service = 30_000;
    day.stops[3].windows = Vec::new();
    day.stops[3].service = 29_000;
    let round = solve(&day);
    let why: Vec<Why> = round.unserved_why.iter().map(|one| one.why).collect();
    assert_eq!(why, [Why::Unreachable, Why::Window, Why::NoTime]);
    assert_eq!(round.quality, Quality::BestPossible);
}

#[test]
fn nothing_to_visit_is_an_empty_round() {
    let day = day(71, 0, 2);
    let round = solve(&day);
    assert_eq!((round.served, round.travel_s), (0, 0));
    assert!(round.routes.iter().all(|route| route.finish_s == 30_600));
    assert_eq!(keep_order(&day).served, 0);
}
