//! From many places to many: every target leaves its costs at the ranks it climbs over, every source collects them.

use super::climb::{Climb, Start};
use super::metric::Metric;
use crate::route::cost::Cost;

/// The costs from one source to all targets.
pub(crate) type Row = Vec<Cost>;

/// Costs from each of `sources` to each of `targets` over the ways of the hierarchy.
pub(crate) fn many_to_many(
    metric: &Metric,
    climb: &mut Climb,
    sources: &[Vec<Start>],
    targets: &[Vec<Start>],
) -> Vec<Row> {
    let mut left: Vec<(u32, u32, Cost)> = Vec::new();
    for (target, starts) in targets.iter().enumerate() {
        climb.run(metric, &metric.down, starts);
        let reached = climb.ranks.iter().map(|rank| (*rank, climb.cost(*rank)));
        left.extend(
            reached
                .filter(|(_, cost)| *cost != Cost::NONE)
                .map(|(rank, cost)| (rank, target as u32, cost)),
        );
    }
    left.sort_unstable();
    let mut first = vec![0u32; metric.topology.states.len() + 1];
    for (rank, _, _) in &left {
        first[*rank as usize + 1] += 1;
    }
    for rank in 1..first.len() {
        first[rank] += first[rank - 1];
    }
    sources
        .iter()
        .map(|starts| {
            let mut row = vec![Cost::NONE; targets.len()];
            climb.run(metric, &metric.up, starts);
            for &rank in &climb.ranks {
                let cost = climb.cost(rank);
                if cost == Cost::NONE {
                    continue;
                }
                let bucket = first[rank as usize] as usize..first[rank as usize + 1] as usize;
                for (_, target, rest) in &left[bucket] {
                    let slot = &mut row[*target as usize];
                    *slot = (*slot).min(cost.plus(*rest));
                }
            }
            row
        })
        .collect()
}
