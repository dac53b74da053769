//! Small changes that make a plan better: stops moved, swapped, turned round, and route ends exchanged.

use super::plan::{Desk, Piece, Plan};

/// Longest run of stops that moves together.
const RUN_MAX: usize = 3;

/// Makes every change that helps until none does or `work_max` is reached.
pub(super) fn descend(desk: &Desk, plan: &mut Plan, work_max: u64) {
    while desk.work.get() < work_max
        && (turn(desk, plan) || shift(desk, plan) || swap(desk, plan) || exchange_ends(desk, plan))
    {
    }
}

/// A part turned round (2-opt).
fn turn(desk: &Desk, plan: &mut Plan) -> bool {
    for vehicle in 0..plan.routes.len() {
        let stops = plan.routes[vehicle].stops.clone();
        for from in 0..stops.len() {
            for until in from + 2..=stops.len() {
                let pieces = [(&stops[from..until], true), (&stops[until..], false)];
                if within(desk, plan, vehicle, from, &pieces) {
                    return true;
                }
            }
        }
    }
    false
}

/// A run of one to three stops put elsewhere, also turned round, in the same route or another (or-opt, relocate).
fn shift(desk: &Desk, plan: &mut Plan) -> bool {
    for from in 0..plan.routes.len() {
        for begin in 0..plan.routes[from].stops.len() {
            for end in begin + 1..=(begin + RUN_MAX).min(plan.routes[from].stops.len()) {
                if shift_within(desk, plan, from, begin, end)
                    || (0..plan.routes.len())
                        .any(|to| to != from && shift_over(desk, plan, (from, begin, end), to))
                {
                    return true;
                }
            }
        }
    }
    false
}

fn shift_within(desk: &Desk, plan: &mut Plan, route: usize, begin: usize, end: usize) -> bool {
    let stops = plan.routes[route].stops.clone();
    let run = &stops[begin..end];
    for backwards in [false, true] {
        if backwards && run.len() == 1 {
            continue;
        }
        for to in 0..begin {
            let pieces = [
                (run, backwards),
                (&stops[to..begin], false),
                (&stops[end..], false),
            ];
            if within(desk, plan, route, to, &pieces) {
                return true;
            }
        }
        for to in end + 1..=stops.len() {
            let pieces = [
                (&stops[end..to], false),
                (run, backwards),
                (&stops[to..], false),
            ];
            if within(desk, plan, route, begin, &pieces) {
                return true;
            }
        }
    }
    false
}

fn shift_over(
    desk: &Desk,
    plan: &mut Plan,
    (from, begin, end): (usize, usize, usize),
    to: usize,
) -> bool {
    let source = plan.routes[from].stops.clone();
    let target = plan.routes[to].stops.clone();
    let left = [(&source[end..], false)];
    for backwards in [false, true] {
        if backwards && end - begin == 1 {
            continue;
        }
        for position in 0..=target.len() {
            let taken = [
                (&source[begin..end], backwards),
                (&target[position..], false),
            ];
            if between(desk, plan, (from, begin, &left), (to, position, &taken)) {
                return true;
            }
        }
    }
    false
}

/// Two stops that take each other's place, in one route or two.
fn swap(desk: &Desk, plan: &mut Plan) -> bool {
    for one in 0..plan.routes.len() {
        let first = plan.routes[one].stops.clone();
        for a in 0..first.len() {
            for b in a + 1..first.len() {
                let pieces = [
                    (&first[b..=b], false),
                    (&first[a + 1..b], false),
                    (&first[a..=a], false),
                    (&first[b + 1..], false),
                ];
                if within(desk, plan, one, a, &pieces) {
                    return true;
                }
            }
            for other in one + 1..plan.routes.len() {
                let second = plan.routes[other].stops.clone();
                for b in 0..second.len() {
                    let to_one = [(&second[b..=b], false), (&first[a + 1..], false)];
                    let to_other = [(&first[a..=a], false), (&second[b + 1..], false)];
                    if between(desk, plan, (one, a, &to_one), (other, b, &to_other)) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// What two routes do from some moment on, exchanged (cross-exchange of ends).
fn exchange_ends(desk: &Desk, plan: &mut Plan) -> bool {
    for one in 0..plan.routes.len() {
        for other in one + 1..plan.routes.len() {
            let first = plan.routes[one].stops.clone();
            let second = plan.routes[other].stops.clone();
            for a in 0..=first.len() {
                for b in 0..=second.len() {
                    let to_one = [(&second[b..], false)];
                    let to_other = [(&first[a..], false)];
                    if between(desk, plan, (one, a, &to_one), (other, b, &to_other)) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// Takes the new order of one vehicle, the same until `position` and then `pieces`, if it is better.
fn within(desk: &Desk, plan: &mut Plan, vehicle: usize, position: usize, pieces: &[Piece]) -> bool {
    let route = &plan.routes[vehicle];
    let Some(share) = desk.drive(route.before(position), pieces) else {
        return false;
    };
    if desk.cost_with(plan, &[(vehicle, share)]) >= plan.cost {
        return false;
    }
    let stops = joined(&route.stops[..position], pieces);
    desk.replace(plan, vehicle, stops)
}

/// One vehicle's order from a position on.
type Change<'a> = (usize, usize, &'a [Piece<'a>]);

/// Takes the new orders of two vehicles if they are better.
fn between(desk: &Desk, plan: &mut Plan, one: Change, other: Change) -> bool {
    let share = |(vehicle, position, pieces): Change| {
        desk.drive(plan.routes[vehicle].before(position), pieces)
    };
    let Some(first) = share(one) else {
        return false;
    };
    let Some(second) = share(other) else {
        return false;
    };
    if desk.cost_with(plan, &[(one.0, first), (other.0, second)]) >= plan.cost {
        return false;
    }
    let stops = |(vehicle, position, pieces): Change| {
        joined(&plan.routes[vehicle].stops[..position], pieces)
    };
    let (first, second) = (stops(one), stops(other));
    desk.replace(plan, one.0, first) && desk.replace(plan, other.0, second)
}

fn joined(begin: &[usize], pieces: &[Piece]) -> Vec<usize> {
    let mut stops = begin.to_vec();
    for (piece, backwards) in pieces {
        if *backwards {
            stops.extend(piece.iter().rev());
        } else {
            stops.extend_from_slice(piece);
        }
    }
    stops
}
