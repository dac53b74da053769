//! What a plan costs, worked out from the problem alone; nothing here is shared with the solver.

use kaban_atlas::round::{Objective, Problem, Round};

/// Missed worth, lateness, and the three keys of the objective. Smaller is better.
pub type Price = [u64; 5];

/// One vehicle's day: late, finish, travel. Nothing when a hard window or a way is missed.
pub fn ride(problem: &Problem, vehicle: usize, order: &[usize]) -> Option<[u64; 3]> {
    let v = &problem.vehicles[vehicle];
    let (mut place, mut time) = (v.start, u64::from(v.window.from));
    let (mut late, mut travel) = (0, 0);
    for index in order {
        let stop = &problem.stops[*index];
        let leg = u64::from(problem.matrix.seconds(place, stop.place)?);
        travel += leg;
        time += leg;
        let mut begin = None;
        if stop.windows.is_empty() {
            begin = Some(time);
        }
        for window in &stop.windows {
            if begin.is_none() && time <= u64::from(window.until) {
                begin = Some(time.max(u64::from(window.from)));
            }
        }
        match begin {
            Some(start) => time = start,
            None if stop.soft => late += time - u64::from(stop.windows.last()?.until),
            None => return None,
        }
        time += u64::from(stop.service);
        place = stop.place;
    }
    if !order.is_empty() {
        let leg = u64::from(problem.matrix.seconds(place, v.end)?);
        travel += leg;
        time += leg;
    }
    (time <= u64::from(v.window.until)).then_some([late, time, travel])
}

/// The price of a plan.
pub fn price(problem: &Problem, objective: Objective, orders: &[Vec<usize>]) -> Option<Price> {
    let mut seen = vec![0; problem.stops.len()];
    let [mut late, mut latest, mut returns, mut travel] = [0; 4];
    for (vehicle, order) in orders.iter().enumerate() {
        let [l, f, t] = ride(problem, vehicle, order)?;
        late += l;
        returns += f;
        travel += t;
        if !order.is_empty() {
            latest = latest.max(f);
        }
        for stop in order {
            seen[*stop] += 1;
            assert_eq!(seen[*stop], 1, "a stop is visited twice");
        }
    }
    let missed = problem
        .stops
        .iter()
        .zip(&seen)
        .filter(|(_, seen)| **seen == 0)
        .map(|(stop, _)| if stop.urgent || stop.locked { 1_000 } else { 1 })
        .sum();
    Some(match objective {
        Objective::Finish => [missed, late, latest, returns, travel],
        Objective::Travel => [missed, late, travel, latest, returns],
    })
}

/// The orders of an answer as indices.
pub fn orders(problem: &Problem, round: &Round) -> Vec<Vec<usize>> {
    let index = |id| problem.stops.iter().position(|stop| stop.id == id).unwrap();
    round
        .routes
        .iter()
        .map(|route| route.order.iter().cloned().map(index).collect())
        .collect()
}

/// The price of an answer, after everything it says about itself is found to be so.
pub fn audited(problem: &Problem, round: &Round) -> Price {
    let orders = orders(problem, round);
    let price = price(problem, round.objective, &orders).expect("every hard window is kept");
    let mut late = 0;
    for (vehicle, (order, route)) in orders.iter().zip(&round.routes).enumerate() {
        let v = &problem.vehicles[vehicle];
        assert_eq!(route.vehicle, v.id);
        assert_eq!(route.overtime_s, 0);
        let [l, finish, travel] = ride(problem, vehicle, order).unwrap();
        late += l;
        assert_eq!(u64::from(route.finish_s), finish);
        assert_eq!(u64::from(route.travel_s), travel);
        let service: u32 = order.iter().map(|stop| problem.stops[*stop].service).sum();
        assert_eq!(
            route.departure_s + route.travel_s + route.waiting_s + service,
            route.finish_s
        );
        for (at, stop) in order.iter().enumerate() {
            let (arrival, start, late) =
                (route.arrivals_s[at], route.starts_s[at], route.late_s[at]);
            assert!(arrival <= start);
            let windows = &problem.stops[*stop].windows;
            let open = windows.is_empty()
                || windows
                    .iter()
                    .any(|window| (window.from..=window.until).contains(&start));
            assert!(open == (late == 0) && (open || problem.stops[*stop].soft));
        }
    }
    let served: usize = orders.iter().map(Vec::len).sum();
    assert_eq!(round.served, served);
    assert_eq!(round.served + round.unserved.len(), problem.stops.len());
    assert_eq!(u64::from(round.late_s), late);
    price
}

/// Whether every locked stop is where it was given, or among the locked ones at the end of a shorter route.
pub fn locks_hold(problem: &Problem, orders: &[Vec<usize>]) -> bool {
    let given = problem.given_order();
    given.iter().zip(orders).all(|(given, order)| {
        let locked = |stop: &usize| problem.stops[*stop].locked;
        let wanted: Vec<usize> = given.iter().copied().filter(locked).collect();
        let found: Vec<usize> = order.iter().copied().filter(locked).collect();
        let in_order = {
            let mut wanted = wanted.iter();
            found.iter().all(|stop| wanted.any(|other| other == stop))
        };
        in_order
            && order
                .iter()
                .enumerate()
                .filter(|(_, stop)| locked(stop))
                .all(|(at, stop)| {
                    let position = given.iter().position(|other| other == stop).unwrap();
                    at == position || at < position && order[at..].iter().all(locked)
                })
    })
}
