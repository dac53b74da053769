//! Which of all values ever written to a field are shown.
//!
//! A value that another one names in `resolves` has been read and replaced. Values that nobody named
//! are open. Of a clinically significant field every open value is shown, side by side, until a person
//! decides; of any other field the latest is shown and the other open ones are kept beside it. The
//! result depends on the set of the writes alone, never on the order in which they arrived.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::FieldEntry;
use crate::{error::Error, ids::Vid};

/// What the writes of one field amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldState {
    /// The values to show, newest first. More than one only for a significant field.
    pub shown: Vec<FieldEntry>,
    /// Open values of a field that is not significant which lost to a later one, newest first.
    pub lost: Vec<FieldEntry>,
    /// Values that were read and replaced, newest first.
    pub past: Vec<FieldEntry>,
}

impl FieldState {
    /// Folds all writes ever seen of one field.
    #[must_use]
    pub fn fold(significant: bool, writes: impl IntoIterator<Item = FieldEntry>) -> Self {
        let mut all: Vec<FieldEntry> = Vec::new();
        for mut write in writes {
            // Two ways to list the same names are one write, as they are in the encoding.
            write.resolves.sort_unstable();
            write.resolves.dedup();
            if !all.contains(&write) {
                all.push(write);
            }
        }
        // Two different writes under one vid can only be forged; their bytes then give the order.
        all.sort_by_cached_key(|e| {
            std::cmp::Reverse((e.at.to_utc(), e.vid, e.to_bytes().unwrap_or_default()))
        });
        let replaced = replaced(&all);
        let (past, mut open): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|e| replaced.contains(&e.vid));
        let lost = if significant || open.is_empty() {
            Vec::new()
        } else {
            open.split_off(1)
        };
        Self {
            shown: open,
            lost,
            past,
        }
    }

    /// The newest shown value.
    #[must_use]
    pub fn current(&self) -> Option<&FieldEntry> {
        self.shown.first()
    }

    /// How many different contents are shown; more than one is a conflict.
    #[must_use]
    pub fn open_contents(&self) -> usize {
        let mut seen: Vec<&super::entry::Content> = Vec::new();
        for entry in &self.shown {
            if !seen.contains(&&entry.content) {
                seen.push(&entry.content);
            }
        }
        seen.len()
    }

    /// Whether a person has to decide between values.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.open_contents() > 1
    }

    /// What an ordinary write to this field must name in `resolves`.
    ///
    /// # Errors
    /// [`Error::Conflict`] while different values are shown side by side.
    pub fn resolves_for_set(&self) -> Result<Vec<Vid>, Error> {
        match self.open_contents() {
            0 | 1 => Ok(self.open().collect()),
            open => Err(Error::Conflict { open }),
        }
    }

    /// Checks that a decision names open values only, and returns them in canonical order.
    ///
    /// # Errors
    /// [`Error::NotOpen`] when it names nothing or a value that is not open.
    pub fn resolves_for_decision(&self, named: &[Vid]) -> Result<Vec<Vid>, Error> {
        let open: BTreeSet<Vid> = self.open().collect();
        let named: BTreeSet<Vid> = named.iter().copied().collect();
        if named.is_empty() || !named.is_subset(&open) {
            return Err(Error::NotOpen);
        }
        Ok(named.into_iter().collect())
    }

    fn open(&self) -> impl Iterator<Item = Vid> {
        self.shown.iter().chain(&self.lost).map(|e| e.vid)
    }
}

/// The vids that another write names, where writes that name each other in a ring replace nothing.
fn replaced(all: &[FieldEntry]) -> BTreeSet<Vid> {
    let mut names: BTreeMap<Vid, BTreeSet<Vid>> = BTreeMap::new();
    for entry in all {
        names.entry(entry.vid).or_default().extend(&entry.resolves);
    }
    let rings = in_or_below_rings(&names);
    let mut replaced = BTreeSet::new();
    for (vid, named) in &names {
        for target in named.iter().filter(|t| *t != vid && names.contains_key(t)) {
            let ring =
                rings.contains(vid) && rings.contains(target) && reaches(&names, *target, *vid);
            if !ring {
                replaced.insert(*target);
            }
        }
    }
    replaced
}

/// What is left after taking away, again and again, the writes that nobody left names: empty for honest writers.
fn in_or_below_rings(names: &BTreeMap<Vid, BTreeSet<Vid>>) -> BTreeSet<Vid> {
    let mut named_by: BTreeMap<Vid, usize> = names.keys().map(|v| (*v, 0)).collect();
    for target in names
        .iter()
        .flat_map(|(vid, named)| named.iter().filter(move |t| *t != vid))
    {
        if let Some(count) = named_by.get_mut(target) {
            *count += 1;
        }
    }
    let mut free: Vec<Vid> = named_by
        .iter()
        .filter(|(_, n)| **n == 0)
        .map(|(v, _)| *v)
        .collect();
    let mut left: BTreeSet<Vid> = names.keys().copied().collect();
    while let Some(vid) = free.pop() {
        left.remove(&vid);
        for target in names[&vid].iter().filter(|t| **t != vid) {
            if let Some(count) = named_by.get_mut(target) {
                *count -= 1;
                if *count == 0 {
                    free.push(*target);
                }
            }
        }
    }
    left
}

fn reaches(names: &BTreeMap<Vid, BTreeSet<Vid>>, from: Vid, to: Vid) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut stack = vec![from];
    while let Some(vid) = stack.pop() {
        if vid == to {
            return true;
        }
        stack.extend(
            names
                .get(&vid)
                .into_iter()
                .flatten()
                .filter(|t| seen.insert(**t)),
        );
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::patient::entry::tests::written;

    fn shown(state: &FieldState) -> Vec<&str> {
        state
            .shown
            .iter()
            .filter_map(|e| e.value()?.as_str())
            .collect()
    }

    #[test]
    fn two_doses_written_apart_are_shown_side_by_side_until_a_person_decides() {
        let start = written(1, json!("10 mg"), 0, &[]);
        let evening = written(2, json!("15 mg"), 10, &[1]);
        let night = written(3, json!("20 mg"), 20, &[1]);
        let apart = FieldState::fold(true, [start.clone(), evening.clone(), night.clone()]);
        assert_eq!(shown(&apart), ["20 mg", "15 mg"]);
        assert_eq!(apart.resolves_for_set(), Err(Error::Conflict { open: 2 }));
        let named = apart
            .resolves_for_decision(&[night.vid, evening.vid])
            .unwrap();
        assert_eq!(named, [evening.vid, night.vid]);
        let decided = FieldState::fold(
            true,
            [
                start,
                evening,
                night,
                written(4, json!("20 mg"), 30, &[2, 3]),
            ],
        );
        assert_eq!(shown(&decided), ["20 mg"]);
        assert_eq!(decided.past.len(), 3);
    }

    #[test]
    fn a_write_that_overwrites_without_naming_leaves_the_other_open() {
        let state = FieldState::fold(
            true,
            [
                written(1, json!("A"), 0, &[]),
                written(2, json!("B"), 99, &[]),
            ],
        );
        assert_eq!(shown(&state), ["B", "A"]);
    }

    #[test]
    fn the_same_value_written_twice_is_no_conflict() {
        let state = FieldState::fold(
            true,
            [
                written(1, json!("A"), 0, &[]),
                written(2, json!("A"), 5, &[]),
            ],
        );
        assert!(!state.is_conflict());
        assert_eq!(state.resolves_for_set().unwrap().len(), 2);
    }

    #[test]
    fn of_other_fields_the_cause_wins_before_the_clock_and_the_loser_is_kept() {
        let wrong_clock = written(1, json!("old"), 9_999, &[]);
        let named = FieldState::fold(
            false,
            [wrong_clock.clone(), written(2, json!("new"), 0, &[1])],
        );
        assert_eq!(shown(&named), ["new"]);
        let apart = FieldState::fold(
            false,
            [
                written(3, json!("a"), 0, &[]),
                written(4, json!("b"), 1, &[]),
            ],
        );
        assert_eq!(shown(&apart), ["b"]);
        assert_eq!(apart.lost.len(), 1);
    }

    #[test]
    fn values_that_name_each_other_or_themselves_hide_nothing() {
        let ring = [
            written(1, json!("a"), 0, &[2]),
            written(2, json!("b"), 1, &[1]),
            written(3, json!("c"), 2, &[3]),
        ];
        assert_eq!(shown(&FieldState::fold(true, ring)), ["c", "b", "a"]);
    }

    #[test]
    fn a_decision_must_name_what_is_open() {
        let state = FieldState::fold(
            true,
            [
                written(1, json!("a"), 0, &[]),
                written(2, json!("b"), 1, &[1]),
            ],
        );
        assert_eq!(
            state.resolves_for_decision(&[Vid::from_bytes([1; 8])]),
            Err(Error::NotOpen)
        );
        assert_eq!(state.resolves_for_decision(&[]), Err(Error::NotOpen));
    }

    fn any_writes() -> impl Strategy<Value = Vec<FieldEntry>> {
        let one = (
            0u8..12,
            "[a-c]",
            0..5i64,
            prop::collection::vec(0u8..12, 0..4),
        );
        prop::collection::vec(one, 0..14).prop_map(|all| {
            all.into_iter()
                .map(|(vid, v, at, named)| written(vid, json!(v), at, &named))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_changes_nothing(writes in any_writes(), significant: bool, seed: u64) {
            let mut shuffled = writes.clone();
            let mut state = seed;
            for i in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                shuffled.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
            }
            shuffled.extend(writes.first().cloned());
            prop_assert_eq!(FieldState::fold(significant, writes), FieldState::fold(significant, shuffled));
        }

        #[test]
        fn no_write_is_ever_dropped_and_something_is_always_shown(writes in any_writes(), significant: bool) {
            let state = FieldState::fold(significant, writes.clone());
            prop_assert_eq!(state.shown.is_empty(), writes.is_empty());
            for mut write in writes {
                write.resolves.sort_unstable();
                write.resolves.dedup();
                let kept = [&state.shown, &state.lost, &state.past];
                prop_assert_eq!(kept.iter().filter(|part| part.contains(&write)).count(), 1);
            }
        }
    }
}
