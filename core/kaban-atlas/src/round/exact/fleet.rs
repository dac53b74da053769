//! Few stops, several vehicles: the best ride of each vehicle for every set of stops, and the best way to share them out.

use super::super::case::Case;
use super::super::cost::Share;
use super::super::problem::Objective;
use super::super::ride::{Locks, Ride};
use super::cost;
use super::labels::Labels;
use super::lattice::Lattice;

/// Most stops that are shared out set by set.
pub(in super::super) const FLEET_STOPS_MAX: usize = 9;

/// What one vehicle does best with one set of stops.
type Best = Option<(Share, Vec<usize>)>;

/// The best orders of all vehicles, proved; for at most [`FLEET_STOPS_MAX`] stops, none locked. Nothing when the labels did not have room.
pub(in super::super) fn best_fleet(case: &Case) -> Option<Vec<Vec<usize>>> {
    let vehicles = &case.problem.vehicles;
    let alike = |a: usize, b: usize| {
        let (a, b) = (&vehicles[a], &vehicles[b]);
        (a.window, a.start, a.end) == (b.window, b.start, b.end)
    };
    let mut tables: Vec<Vec<Best>> = Vec::new();
    let mut table_of = Vec::new();
    let mut first_of = Vec::new();
    for vehicle in 0..vehicles.len() {
        let known = first_of.iter().position(|first| alike(*first, vehicle));
        let index = match known {
            Some(index) => index,
            None => {
                tables.push(table(case, vehicle)?);
                first_of.push(vehicle);
                tables.len() - 1
            }
        };
        table_of.push(index);
    }
    let rides: Vec<&[Best]> = table_of
        .iter()
        .map(|index| tables[*index].as_slice())
        .collect();
    let worth = worths(case);
    // First what decides before the sum of returns, then the rest among those who keep it.
    let first = share_out(&rides, |sum, share| match case.objective {
        Objective::Finish => [sum[0].max(latest(share)), 0],
        Objective::Travel => [sum[0] + share.travel, sum[1].max(latest(share))],
    });
    let (set, _) = first
        .iter()
        .enumerate()
        .filter_map(|(set, found)| Some((set, found.as_ref()?.sum)))
        .min_by_key(|(set, sum)| (u32::MAX - worth[*set], *sum))?;
    let sum = first[set].as_ref()?.sum;
    let cap = match case.objective {
        Objective::Finish => sum[0],
        Objective::Travel => sum[1],
    };
    let within = |share: &Share| latest(share) <= cap;
    let second = share_out(&rides, |sum, share| {
        if !within(share) {
            return [u32::MAX; 2];
        }
        let [a, b] = match case.objective {
            Objective::Finish => [share.finish, share.travel],
            Objective::Travel => [share.travel, share.finish],
        };
        [sum[0].saturating_add(a), sum[1].saturating_add(b)]
    });
    let best = second
        .iter()
        .enumerate()
        .filter_map(|(set, found)| Some((set, found.as_ref()?)))
        .min_by_key(|(set, found)| (u32::MAX - worth[*set], found.sum))?;
    Some(
        best.1
            .parts
            .iter()
            .zip(&rides)
            .map(|(part, rides)| {
                rides[*part]
                    .as_ref()
                    .map_or_else(Vec::new, |(_, order)| order.clone())
            })
            .collect(),
    )
}

fn latest(share: &Share) -> u32 {
    if share.used { share.finish } else { 0 }
}

/// Each set's best ride of one vehicle: by `finish` its earliest return, then least driving; by `travel` the other way round.
fn table(case: &Case, vehicle: usize) -> Option<Vec<Best>> {
    let none: Locks = vec![Vec::new(); case.problem.vehicles.len()];
    let lattice = Lattice::new(case, &none, vehicle)?;
    let mut best: Vec<Option<(Share, u32)>> = vec![None; lattice.sets()];
    let labels = Labels::of(
        &lattice,
        |_, _, _| true,
        |set, label, share| {
            let known = best[set].map(|(share, _)| cost(case, share));
            if known.is_none_or(|known| cost(case, share) < known) {
                best[set] = Some((share, label));
            }
        },
    );
    if !labels.complete {
        return None;
    }
    let mut table: Vec<Best> = best
        .into_iter()
        .map(|found| found.map(|(share, label)| (share, labels.order(&lattice, label))))
        .collect();
    table[0] = Ride::start(case, vehicle)
        .back(case)
        .map(|share| (share, Vec::new()));
    Some(table)
}

fn worths(case: &Case) -> Vec<u32> {
    (0usize..1 << case.stops)
        .map(|set| {
            let stops = (0..case.stops).filter(|stop| set >> stop & 1 == 1);
            stops.map(|stop| case.worth(stop)).sum()
        })
        .collect()
}

/// A set shared out to the vehicles so far.
#[derive(Clone)]
struct Shared {
    sum: [u32; 2],
    /// Each vehicle's set.
    parts: Vec<usize>,
}

/// Each set of stops shared out so that what `add` adds up is least; sums at their greatest are not taken.
fn share_out(rides: &[&[Best]], add: impl Fn([u32; 2], &Share) -> [u32; 2]) -> Vec<Option<Shared>> {
    let sets = rides.first().map_or(1, |rides| rides.len());
    let mut before: Vec<Option<Shared>> = vec![None; sets];
    before[0] = Some(Shared {
        sum: [0, 0],
        parts: Vec::new(),
    });
    for rides in rides {
        let mut after: Vec<Option<Shared>> = vec![None; sets];
        for (set, found) in after.iter_mut().enumerate() {
            let mut best: Option<([u32; 2], usize)> = None;
            let mut part = set;
            loop {
                if let (Some((share, _)), Some(rest)) = (&rides[part], &before[set & !part]) {
                    let sum = add(rest.sum, share);
                    let better = best.is_none_or(|(known, _)| sum < known);
                    if sum[0] != u32::MAX && better {
                        best = Some((sum, part));
                    }
                }
                if part == 0 {
                    break;
                }
                part = (part - 1) & set;
            }
            *found = best.map(|(sum, part)| {
                let mut parts = before[set & !part]
                    .as_ref()
                    .map_or_else(Vec::new, |rest| rest.parts.clone());
                parts.push(part);
                Shared { sum, parts }
            });
        }
        before = after;
    }
    before
}
