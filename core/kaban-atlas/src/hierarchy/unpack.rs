//! From shortcuts back to the states they stand for.

use super::metric::Metric;
use super::topology::Topology;
use crate::route::cost::Cost;

/// The ranks on the way from `from` to `to`, without `from`; the arc between them must be part of a best way.
pub(crate) fn unpack(metric: &Metric, from: u32, to: u32, out: &mut Vec<u32>) {
    let topology: &Topology = &metric.topology;
    let mut open = vec![(from, to)];
    while let Some((from, to)) = open.pop() {
        match middle(metric, topology, from, to) {
            Some(middle) => {
                open.push((middle, to));
                open.push((from, middle));
            }
            None => out.push(to),
        }
    }
}

/// The lower rank over which the arc leads, `None` when it is a step of the network itself.
fn middle(metric: &Metric, topology: &Topology, from: u32, to: u32) -> Option<u32> {
    let (low, high) = (from.min(to), from.max(to));
    let arc = topology.arc(low, high)?;
    let rising = from < to;
    let cost = if rising {
        metric.up[arc]
    } else {
        metric.down[arc]
    };
    // Both arcs go up from the middle: the way comes down the first and climbs the second.
    topology.lower(low).iter().find_map(|&first| {
        let known = if rising { &metric.down } else { &metric.up }[first as usize];
        if known == Cost::NONE || known > cost {
            return None;
        }
        let middle = topology.tails[first as usize];
        let second = topology.arc(middle, high)?;
        let other = if rising { &metric.up } else { &metric.down }[second];
        (known.plus(other) == cost).then_some(middle)
    })
}
