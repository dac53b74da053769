//! What suspensions make of acts that they had not seen (security-sync.md §4.15).
//!
//! A record is judged by its own ancestors, so whoever stays off line could go on granting things
//! as of a day on which nobody had suspended them. Therefore, while a suspension stands, what the
//! suspended person *granted* in records that it had not seen is void, whatever their date; and
//! whoever came in by a void act is a stranger, whose records do not count at all. What says that
//! something is so, or ends something, counts as before.
//!
//! A suspension stands until it is lifted: by an admin, or by two doctors or members of the
//! office, never by whom it suspends. No clock ends one.
//!
//! Verdicts depend on the set of records alone. A suspension *attacks* another when it would make
//! a stranger of whoever wrote the other. It voids the other only if no path of attacks leads
//! back: of two that attack each other both stand, and others decide. Attacks that no path leads
//! back along have no cycle, so every suspension has exactly one verdict. Lifts are counted until
//! they lift no further suspension; lifting only ever grows, so this ends.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use kaban_proto::ids::{Hash32, MemberId};
use serde::{Deserialize, Serialize};

use super::apply::Before;
use super::history::Entry;
use super::{List, Map};
use crate::acts::Act;

/// A suspension of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The record that says so.
    pub record: Hash32,
    /// Who says so.
    pub by: MemberId,
    /// Whom it suspends.
    pub whom: MemberId,
    /// When, by the writer's clock.
    pub at: DateTime<FixedOffset>,
    /// A second person who says so, if there is one: until then it is provisional.
    pub confirmed_by: Option<MemberId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lift {
    record: Hash32,
    by: MemberId,
    by_admin: bool,
    of: (Hash32, MemberId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Admission {
    record: Hash32,
    by: MemberId,
    whom: MemberId,
}

/// What the court has to know of a set of records; each is noted whether or not it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Court {
    founder: Option<MemberId>,
    suspensions: List<Suspension>,
    lifts: List<Lift>,
    admissions: List<Admission>,
    /// By person: their records that grant something.
    grants: Map<MemberId, List<Hash32>>,
}

/// What suspensions, lifts and removals of devices make of a set of records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Verdicts {
    /// By person: the records whose suspensions of them stand.
    suspended: BTreeMap<MemberId, BTreeSet<Hash32>>,
    /// People let in by void acts.
    strangers: BTreeSet<MemberId>,
    /// Records whose grants are void.
    void: BTreeSet<Hash32>,
    /// Records that the removal of their device voided.
    removed: BTreeSet<Hash32>,
}

impl Verdicts {
    pub(super) fn is_suspended(&self, member: MemberId) -> bool {
        self.suspended.contains_key(&member)
    }

    pub(super) fn is_stranger(&self, member: MemberId) -> bool {
        self.strangers.contains(&member)
    }

    pub(super) fn is_void(&self, record: &Hash32) -> bool {
        self.void.contains(record)
    }

    pub(super) fn is_removed(&self, record: &Hash32) -> bool {
        self.removed.contains(record)
    }

    pub(super) fn has_void(&self) -> bool {
        !self.void.is_empty() || !self.strangers.is_empty()
    }

    pub(super) fn removed(&self) -> &BTreeSet<Hash32> {
        &self.removed
    }

    /// The records and the people of whom these say otherwise than others do.
    pub(super) fn differ(&self, other: &Self) -> (BTreeSet<Hash32>, BTreeSet<MemberId>) {
        let void = self.void.symmetric_difference(&other.void);
        let removed = self.removed.symmetric_difference(&other.removed);
        let strangers = self.strangers.symmetric_difference(&other.strangers);
        (
            void.chain(removed).copied().collect(),
            strangers.copied().collect(),
        )
    }
}

impl Court {
    /// Takes note of a record.
    pub(super) fn note(&mut self, entry: &Entry) {
        let record = entry.view();
        let (hash, by) = (entry.hash, entry.member);
        let mut grants = false;
        for (act, verdict) in record.acts.iter().zip(entry.verdict()) {
            if verdict.is_err() {
                continue;
            }
            grants |= act.grants();
            match act {
                Act::Found { founder, .. } => self.founder = Some(founder.id),
                Act::Enrol { member, .. } => self.admissions.push_back_mut(Admission {
                    record: hash,
                    by,
                    whom: member.id,
                }),
                Act::SuspendMember { member, .. } => self.suspend(hash, by, *member, record.at),
                Act::ConfirmSuspension { suspension, member } => {
                    self.confirm(by, *suspension, *member);
                }
                Act::LiftSuspension { suspension, member } => self.lifts.push_back_mut(Lift {
                    record: hash,
                    by,
                    by_admin: entry.by_admin,
                    of: (*suspension, *member),
                }),
                _ => {}
            }
        }
        if grants {
            let mut all = self.grants.get(&by).cloned().unwrap_or_default();
            all.push_back_mut(hash);
            self.grants.insert_mut(by, all);
        }
    }

    /// A suspension of somebody, and a word for every one that another has said before.
    fn suspend(&mut self, record: Hash32, by: MemberId, whom: MemberId, at: DateTime<FixedOffset>) {
        let others = self.suspensions.iter();
        let other = others.filter(|s| s.whom == whom).find(|s| s.by != by);
        let confirmed_by = other.map(|s| s.by);
        for at in 0..self.suspensions.len() {
            self.second(at, by, |s| s.whom == whom);
        }
        self.suspensions.push_back_mut(Suspension {
            record,
            by,
            whom,
            at,
            confirmed_by,
        });
    }

    fn confirm(&mut self, by: MemberId, record: Hash32, whom: MemberId) {
        for at in 0..self.suspensions.len() {
            self.second(at, by, |s| (s.record, s.whom) == (record, whom));
        }
    }

    fn second(&mut self, at: usize, by: MemberId, which: impl Fn(&Suspension) -> bool) {
        let Some(known) = self.suspensions.get(at) else {
            return;
        };
        if which(known) && known.by != by && known.confirmed_by.is_none() {
            let mut known = known.clone();
            known.confirmed_by = Some(by);
            self.suspensions.set_mut(at, known);
        }
    }

    pub(super) fn suspension(&self, record: Hash32, whom: MemberId) -> Option<&Suspension> {
        let mut all = self.suspensions.iter();
        all.find(|s| (s.record, s.whom) == (record, whom))
    }

    /// The suspensions that stand.
    pub(super) fn standing<'a>(
        &'a self,
        verdicts: &'a Verdicts,
    ) -> impl Iterator<Item = &'a Suspension> {
        self.suspensions.iter().filter(|s| {
            let standing = verdicts.suspended.get(&s.whom);
            standing.is_some_and(|records| records.contains(&s.record))
        })
    }

    /// Whether this record, coming last and knowing all others, can change a verdict.
    pub(super) fn is_moved_by(entry: &Entry) -> bool {
        entry.view().acts.iter().any(|act| {
            matches!(
                act,
                Act::SuspendMember { .. } | Act::LiftSuspension { .. } | Act::Found { .. }
            )
        })
    }

    /// Whether nobody was ever suspended.
    pub(super) fn is_idle(&self) -> bool {
        self.suspensions.is_empty()
    }

    /// The verdicts on everything noted. `removed` are records that the removal of their device
    /// has voided.
    pub(super) fn judge(&self, removed: BTreeSet<Hash32>, before: Before<'_>) -> Verdicts {
        let mut verdicts = Verdicts {
            removed,
            ..Verdicts::default()
        };
        if self.is_idle() {
            return verdicts;
        }
        let mut lifted: BTreeSet<(Hash32, MemberId)> = BTreeSet::new();
        loop {
            let open: Vec<&Suspension> = self
                .suspensions
                .iter()
                .filter(|s| !verdicts.removed.contains(&s.record))
                .filter(|s| !lifted.contains(&(s.record, s.whom)))
                .collect();
            let standing = self.settle(&open, before);
            verdicts.void = self.void_by(&standing, before);
            verdicts.strangers = self.strangers(&verdicts);
            verdicts.suspended.clear();
            for s in standing {
                let of = verdicts.suspended.entry(s.whom).or_default();
                of.insert(s.record);
            }
            let now = self.lifted(&verdicts);
            if now.is_subset(&lifted) {
                return verdicts;
            }
            lifted.extend(now);
        }
    }

    /// The grants of suspended people that their suspensions had not seen.
    fn void_by(&self, standing: &[&Suspension], before: Before<'_>) -> BTreeSet<Hash32> {
        let mut void = BTreeSet::new();
        for s in standing {
            let grants = self.grants.get(&s.whom).into_iter().flat_map(List::iter);
            void.extend(grants.filter(|grant| is_unseen(grant, s, before)));
        }
        void
    }

    /// Whoever was let in by nobody who counts. An admission stands before those it led to.
    fn strangers(&self, verdicts: &Verdicts) -> BTreeSet<MemberId> {
        let mut known: BTreeSet<MemberId> = self.founder.into_iter().collect();
        for admission in self.admissions.iter() {
            let counts = !verdicts.is_void(&admission.record)
                && !verdicts.is_removed(&admission.record)
                && known.contains(&admission.by);
            if counts {
                known.insert(admission.whom);
            }
        }
        let everybody = self.admissions.iter().map(|admission| admission.whom);
        everybody.filter(|whom| !known.contains(whom)).collect()
    }

    /// The suspensions that enough people who count have lifted.
    fn lifted(&self, verdicts: &Verdicts) -> BTreeSet<(Hash32, MemberId)> {
        let mut by: BTreeMap<(Hash32, MemberId), (bool, BTreeSet<MemberId>)> = BTreeMap::new();
        for lift in self.lifts.iter() {
            let counts = !verdicts.is_void(&lift.record)
                && !verdicts.is_removed(&lift.record)
                && !verdicts.is_stranger(lift.by);
            if counts {
                let (admin, people) = by.entry(lift.of).or_default();
                *admin |= lift.by_admin && !verdicts.is_suspended(lift.by);
                people.insert(lift.by);
            }
        }
        let enough = by
            .into_iter()
            .filter(|(_, (admin, people))| *admin || people.len() > 1);
        enough.map(|(of, _)| of).collect()
    }

    /// Which of these stand against each other.
    fn settle<'s>(&self, open: &[&'s Suspension], before: Before<'_>) -> Vec<&'s Suspension> {
        let attacks = self.attacks(open, before);
        if attacks.iter().all(BTreeSet::is_empty) {
            return open.to_vec();
        }
        let paths = close(attacks.clone());
        let mut verdicts: BTreeMap<usize, bool> = BTreeMap::new();
        while verdicts.len() < open.len() {
            let waiting: Vec<usize> = (0..open.len())
                .filter(|at| !verdicts.contains_key(at))
                .collect();
            let is_ready = |y: &usize| {
                let blocks = |x: &usize| paths[*x].contains(y) && !paths[*y].contains(x);
                !waiting.iter().any(blocks)
            };
            let ready: Vec<usize> = waiting.iter().copied().filter(is_ready).collect();
            for y in ready {
                let voids = |x: usize| {
                    verdicts.get(&x) == Some(&true)
                        && attacks[x].contains(&y)
                        && !paths[y].contains(&x)
                };
                let voided = (0..open.len()).any(voids);
                verdicts.insert(y, !voided);
            }
        }
        let stands = |(at, _): &(usize, &&Suspension)| verdicts.get(at) == Some(&true);
        let standing = open.iter().enumerate().filter(stands);
        standing.map(|(_, s)| *s).collect()
    }

    /// By suspension: those whose writer it would make a stranger.
    fn attacks(&self, open: &[&Suspension], before: Before<'_>) -> Vec<BTreeSet<usize>> {
        let mut first: BTreeMap<MemberId, &Admission> = BTreeMap::new();
        for admission in self.admissions.iter() {
            first.entry(admission.whom).or_insert(admission);
        }
        let lines: Vec<Vec<&Admission>> = open.iter().map(|s| line(s.by, &first)).collect();
        let attacked_by = |s: &Suspension| {
            let breaks = |admission: &&Admission| {
                admission.by == s.whom && is_unseen(&admission.record, s, before)
            };
            let hit = |line: &Vec<&Admission>| line.iter().any(breaks);
            (0..lines.len()).filter(|at| hit(&lines[*at])).collect()
        };
        open.iter().map(|s| attacked_by(s)).collect()
    }
}

/// The admissions that led to a person, back to the founder.
fn line<'a>(mut member: MemberId, first: &BTreeMap<MemberId, &'a Admission>) -> Vec<&'a Admission> {
    let mut line = Vec::new();
    while let Some(admission) = first.get(&member) {
        if line.len() > first.len() {
            break;
        }
        line.push(*admission);
        member = admission.by;
    }
    line
}

/// Whether a suspension had not seen a record, nor the record the suspension.
fn is_unseen(record: &Hash32, suspension: &Suspension, before: Before<'_>) -> bool {
    *record != suspension.record
        && !before(record, &suspension.record)
        && !before(&suspension.record, record)
}

/// Arrows and everything that paths of arrows lead to (Warshall).
fn close(mut arrows: Vec<BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    for via in 0..arrows.len() {
        let onward = arrows[via].clone();
        for to in &mut arrows {
            if to.contains(&via) {
                to.extend(&onward);
            }
        }
    }
    arrows
}
