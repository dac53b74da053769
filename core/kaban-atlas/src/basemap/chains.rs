//! Lines that meet end to end with equal attributes become one: fewer points to store, longer lines to write a name on.

use super::feature::Point;
use std::collections::BTreeMap;

/// The lines that begin and end at each point and are still to be joined.
struct Ends {
    starts: BTreeMap<Point, Vec<usize>>,
    ends: BTreeMap<Point, Vec<usize>>,
    used: Vec<bool>,
}

/// Joins lines at their ends; `both_ways` lets a line be turned round for it. The order of `lines` does not matter.
pub(super) fn join(mut lines: Vec<Vec<Point>>, both_ways: bool) -> Vec<Vec<Point>> {
    lines.retain(|line| line.len() > 1);
    lines.sort_unstable();
    lines.dedup();
    let mut open = Ends {
        starts: BTreeMap::new(),
        ends: BTreeMap::new(),
        used: vec![false; lines.len()],
    };
    for (index, line) in lines.iter().enumerate() {
        open.starts.entry(line[0]).or_default().push(index);
        open.ends
            .entry(line[line.len() - 1])
            .or_default()
            .push(index);
    }
    let begins: Vec<bool> = lines
        .iter()
        .map(|line| open.nothing_leads_to(&line[0], both_ways))
        .collect();
    let mut joined = Vec::new();
    // Lines nothing leads into begin a chain; what is left then runs in circles.
    for only_beginnings in [true, false] {
        for index in 0..lines.len() {
            if open.used[index] || (only_beginnings && !begins[index]) {
                continue;
            }
            open.used[index] = true;
            let mut chain = lines[index].clone();
            while let Some((next, turned)) = open.take(&chain[chain.len() - 1], both_ways) {
                if turned {
                    chain.extend(lines[next].iter().rev().skip(1));
                } else {
                    chain.extend(lines[next].iter().skip(1));
                }
            }
            joined.push(chain);
        }
    }
    joined
}

impl Ends {
    fn nothing_leads_to(&self, at: &Point, both_ways: bool) -> bool {
        let others = self
            .starts
            .get(at)
            .map_or(0, |lines| lines.len().saturating_sub(1));
        let led_to = self.ends.contains_key(at) || (both_ways && others > 0);
        !led_to
    }

    /// A line not yet used that continues at `at`, and whether it does so backwards.
    fn take(&mut self, at: &Point, both_ways: bool) -> Option<(usize, bool)> {
        let Self { starts, ends, used } = self;
        let mut next = |map: &mut BTreeMap<Point, Vec<usize>>| {
            let waiting = map.get_mut(at)?;
            while let Some(index) = waiting.pop() {
                if !std::mem::replace(&mut used[index], true) {
                    return Some(index);
                }
            }
            None
        };
        if let Some(index) = next(starts) {
            return Some((index, false));
        }
        both_ways
            .then(|| next(ends))
            .flatten()
            .map(|index| (index, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_stretches_are_one_line() {
        let stretches = vec![
            vec![[9, 0], [5, 0]],
            vec![[0, 0], [3, 0]],
            vec![[3, 0], [4, 1], [5, 0]],
        ];
        let line = vec![[0, 0], [3, 0], [4, 1], [5, 0], [9, 0]];
        assert_eq!(join(stretches.clone(), true), [line]);
        assert_eq!(
            join(stretches, false).len(),
            2,
            "a one-way street is not turned round"
        );
    }

    #[test]
    fn a_circle_of_lines_is_one_line() {
        let circle = vec![
            vec![[0, 0], [1, 0]],
            vec![[1, 0], [1, 1]],
            vec![[1, 1], [0, 0]],
        ];
        assert_eq!(join(circle, false).len(), 1);
    }

    proptest! {
        #[test]
        fn every_stretch_is_kept_once(
            lines in prop::collection::vec(prop::collection::vec(prop::array::uniform2(0i32..4), 2..5), 0..30),
            both_ways in any::<bool>(),
        ) {
            let mut single = lines.clone();
            single.sort_unstable();
            single.dedup();
            let stretches = |lines: &[Vec<Point>]| {
                let mut all: Vec<[Point; 2]> = lines
                    .iter()
                    .flat_map(|line| line.windows(2))
                    .map(|pair| [pair[0].min(pair[1]), pair[0].max(pair[1])])
                    .collect();
                all.sort_unstable();
                all
            };
            prop_assert_eq!(stretches(&join(lines, both_ways)), stretches(&single));
        }
    }
}
