//! Where a stop that nobody visits yet goes best, and the plan made by asking that again and again.

use super::super::cost::{Cost, Share};
use super::plan::{Desk, Plan};
use super::random::Random;

/// One in so many places is passed over when a plan is mended by chance, so that the same mend is not made for ever.
const BLINK: usize = 100;

/// A place for a stop.
#[derive(Clone, Copy, Debug)]
struct Seat {
    key: (u64, u64, Cost),
    vehicle: usize,
    position: usize,
}

/// The best place in one vehicle's route.
fn seat(
    desk: &Desk,
    plan: &Plan,
    stop: usize,
    vehicle: usize,
    chance: &mut Option<&mut Random>,
) -> Option<Seat> {
    let route = &plan.routes[vehicle];
    let mut best: Option<(Share, usize)> = None;
    let mut best_key = (u32::MAX, u64::MAX);
    for position in 0..=route.stops.len() {
        if let Some(random) = chance
            && random.below(BLINK) == 0
        {
            continue;
        }
        let pieces = [(&[stop][..], false), (&route.stops[position..], false)];
        if let Some(share) = desk.drive(route.before(position), &pieces) {
            // Within one route finish and travel decide as the objective weighs them.
            let alone = Cost::of(desk.case.objective, 0, std::iter::once(share));
            let key = (share.late, alone.guide(desk.case.objective));
            if key < best_key {
                (best, best_key) = (Some((share, position)), key);
            }
        }
    }
    let (share, position) = best?;
    let cost = desk.cost_with(plan, &[(vehicle, share)]);
    Some(Seat {
        key: (cost.late, cost.guide(desk.case.objective), cost),
        vehicle,
        position,
    })
}

fn take(desk: &Desk, plan: &mut Plan, stop: usize, seat: Seat) {
    let mut stops = plan.routes[seat.vehicle].stops.clone();
    stops.insert(seat.position, stop);
    plan.absent.retain(|absent| *absent != stop);
    desk.replace(plan, seat.vehicle, stops);
}

/// Seats the absent stops in `order`, each where it costs least.
pub(super) fn seat_in_order(desk: &Desk, plan: &mut Plan, order: &[usize], random: &mut Random) {
    for stop in order {
        let seats = (0..plan.routes.len())
            .filter_map(|vehicle| seat(desk, plan, *stop, vehicle, &mut Some(random)));
        let best = seats
            .collect::<Vec<_>>()
            .into_iter()
            .min_by_key(|seat| seat.key);
        if let Some(best) = best {
            take(desk, plan, *stop, best);
        }
    }
}

/// Seats the absent stops, the one first that would lose most by waiting (regret over the best two vehicles, or between a seat
/// and none); urgent ones before all others.
pub(super) fn seat_by_regret(desk: &Desk, plan: &mut Plan) {
    let vehicles = plan.routes.len();
    let mut seats: Vec<Vec<Option<Seat>>> = plan
        .absent
        .iter()
        .map(|stop| {
            (0..vehicles)
                .map(|vehicle| seat(desk, plan, *stop, vehicle, &mut None))
                .collect()
        })
        .collect();
    let mut waiting = plan.absent.clone();
    loop {
        let choice = waiting
            .iter()
            .enumerate()
            .filter_map(|(index, stop)| {
                let mut keys: Vec<_> = seats[index].iter().flatten().collect();
                keys.sort_unstable_by_key(|seat| (seat.key, seat.vehicle));
                let best = **keys.first()?;
                let weight = |seat: &Seat| seat.key.0 * 1_000 + seat.key.1;
                let second = keys.get(1).map_or(u64::MAX, |seat| weight(seat));
                let regret = second - weight(&best).min(second);
                let order = (
                    desk.case.worth(*stop),
                    regret,
                    u64::MAX - weight(&best),
                    usize::MAX - index,
                );
                Some((order, index, best))
            })
            .max_by_key(|(order, ..)| *order);
        let Some((_, index, best)) = choice else {
            return;
        };
        take(desk, plan, waiting[index], best);
        waiting.remove(index);
        seats.remove(index);
        for (stop, seats) in waiting.iter().zip(&mut seats) {
            seats[best.vehicle] = seat(desk, plan, *stop, best.vehicle, &mut None);
        }
    }
}
