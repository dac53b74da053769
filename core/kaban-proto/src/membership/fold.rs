//! The fold: from a set of acts to the state of every device, the same in any order.
//!
//! A record is *effective* when its author was let in by an effective act among its ancestors, and no effective
//! removal reaches it. A removal reaches every record of the removed device that it had not seen ("strong removal").
//! Two removals that would void one another, directly or through those they let in, both stand: whoever is accused
//! by somebody not yet accused goes, and of two who accuse each other both go. Made precise: draw an arrow from
//! removal x to removal y when x reaches y or an act that let y's author in; x can void y only if no path of arrows
//! leads from y back to x. That relation has no cycles, so every removal has exactly one verdict.

use super::acts::{Act, ActSet};
use super::states::{DeviceState, DeviceStates, Status};
use crate::ids::{DeviceId, Hash32};
use crate::record::Clear;
use std::collections::{BTreeMap, BTreeSet};

/// The fold of one set of acts.
#[derive(Debug, Default)]
pub(super) struct Fold {
    pub(super) states: DeviceStates,
    /// Effective acts that let a device in.
    adds: BTreeSet<usize>,
    /// Effective removals.
    removals: Vec<usize>,
}

impl Fold {
    /// Folds `set`, which holds every ancestor of its members.
    pub(super) fn of(acts: &[Act], set: &ActSet) -> Self {
        let court = Court::new(acts, set);
        let effective = court.verdicts();
        let removals: Vec<usize> = court
            .removals
            .iter()
            .copied()
            .filter(|x| effective[x])
            .collect();
        let mut hearing = Hearing::final_over(&court, &removals);
        let stands: Vec<usize> = court
            .order
            .iter()
            .copied()
            .filter(|r| acts[*r].removes().is_none() && hearing.stands(*r))
            .collect();
        let mut fold = Self {
            removals,
            ..Self::default()
        };
        fold.admit(acts, &stands);
        fold.suspend(acts, &stands);
        fold.remove(acts);
        fold
    }

    /// Whether the record `hash` by `author`, with acts `before` it, is voided in this fold.
    pub(super) fn voids(
        &self,
        acts: &[Act],
        hash: &Hash32,
        author: &DeviceId,
        before: &ActSet,
    ) -> bool {
        let reached = self.removals.iter().any(|x| acts[*x].reaches(author, hash));
        let is_removal = self.removals.iter().any(|x| acts[*x].hash == *hash);
        let let_in = self
            .adds
            .iter()
            .any(|a| before.contains(*a) && acts[*a].adds() == Some(*author));
        !is_removal && (reached || !let_in)
    }

    fn admit(&mut self, acts: &[Act], stands: &[usize]) {
        for add in stands {
            let (Clear::Found { device, .. } | Clear::AddDevice(device)) = &acts[*add].clear else {
                continue;
            };
            self.adds.insert(*add);
            self.states.insert(
                device.device_id(),
                DeviceState {
                    keys: *device,
                    status: Status::Active,
                },
            );
        }
    }

    /// A later suspension replaces those it had seen; of concurrent ones the longest counts.
    fn suspend(&mut self, acts: &[Act], stands: &[usize]) {
        let mut open: BTreeMap<DeviceId, Vec<(usize, u64)>> = BTreeMap::new();
        for act in stands {
            if let Clear::SuspendDevice { device, until_ms } = acts[*act].clear {
                let list = open.entry(device).or_default();
                list.retain(|(seen, _)| !acts[*act].before.contains(*seen));
                list.push((*act, until_ms));
            }
        }
        for (device, list) in open {
            let until_ms = list
                .iter()
                .map(|(_, until_ms)| *until_ms)
                .max()
                .unwrap_or(0);
            if let Some(state) = self.states.get_mut(&device).filter(|_| until_ms > 0) {
                state.status = Status::Suspended { until_ms };
            }
        }
    }

    fn remove(&mut self, acts: &[Act]) {
        for device in self.removals.iter().filter_map(|x| acts[*x].removes()) {
            if let Some(state) = self.states.get_mut(&device) {
                state.status = Status::Removed;
            }
        }
    }
}

/// The acts of one set in order, and the arrows between their removals.
struct Court<'a> {
    acts: &'a [Act],
    /// All acts of the set by (depth, hash), ancestors first.
    order: Vec<usize>,
    removals: Vec<usize>,
    /// For each removal, every removal that a path of arrows leads to.
    paths: BTreeMap<usize, ActSet>,
}

impl<'a> Court<'a> {
    fn new(acts: &'a [Act], set: &ActSet) -> Self {
        let mut order: Vec<usize> = set.iter().collect();
        order.sort_unstable_by_key(|r| (acts[*r].depth, acts[*r].hash));
        let removals: Vec<usize> = order
            .iter()
            .copied()
            .filter(|r| acts[*r].removes().is_some())
            .collect();
        let mut court = Self {
            acts,
            order,
            removals,
            paths: BTreeMap::new(),
        };
        court.draw_paths();
        court
    }

    /// Acts that may have let the author of `act` in.
    fn supporters(&self, act: usize) -> impl Iterator<Item = usize> + '_ {
        let author = self.acts[act].author;
        self.acts[act]
            .before
            .iter()
            .filter(move |a| self.acts[*a].adds() == Some(author))
    }

    fn reaches(&self, removal: usize, act: usize) -> bool {
        self.acts[removal].reaches(&self.acts[act].author, &self.acts[act].hash)
    }

    /// Draws the arrows, then closes them under following (Warshall over bit rows).
    fn draw_paths(&mut self) {
        let mut paths: BTreeMap<usize, ActSet> = self
            .removals
            .iter()
            .map(|x| (*x, ActSet::default()))
            .collect();
        for y in &self.removals {
            let line = self.line_of(*y);
            for (x, to) in &mut paths {
                if line.iter().any(|act| self.reaches(*x, *act)) {
                    to.insert(*y);
                }
            }
        }
        for via in &self.removals {
            let onward = paths[via].clone();
            paths
                .values_mut()
                .filter(|to| to.contains(*via))
                .for_each(|to| to.extend(&onward));
        }
        self.paths = paths;
    }

    /// A removal and every act it descends from through "was let in by".
    fn line_of(&self, removal: usize) -> BTreeSet<usize> {
        let mut line = BTreeSet::from([removal]);
        let mut open = vec![removal];
        while let Some(act) = open.pop() {
            open.extend(self.supporters(act).filter(|a| line.insert(*a)));
        }
        line
    }

    fn mutual(&self, x: usize, y: usize) -> bool {
        x == y || self.paths[&y].contains(x)
    }

    /// Judges every removal, those first that no unjudged one can void.
    fn verdicts(&self) -> BTreeMap<usize, bool> {
        let mut verdicts = BTreeMap::new();
        let mut waiting = self.removals.clone();
        while !waiting.is_empty() {
            let (ready, later): (Vec<usize>, Vec<usize>) = waiting.iter().partition(|y| {
                !waiting
                    .iter()
                    .any(|x| self.paths[x].contains(**y) && !self.mutual(*x, **y))
            });
            for y in ready {
                let judges: Vec<usize> = verdicts
                    .iter()
                    .filter(|(x, effective)| **effective && !self.mutual(**x, y))
                    .map(|(x, _)| *x)
                    .collect();
                let stands = Hearing::final_over(self, &judges).stands(y);
                verdicts.insert(y, stands);
            }
            waiting = later;
        }
        verdicts
    }
}

/// Whether acts stand against a given list of removals; remembers its answers.
struct Hearing<'a> {
    court: &'a Court<'a>,
    removals: &'a [usize],
    answers: BTreeMap<usize, bool>,
}

impl<'a> Hearing<'a> {
    fn final_over(court: &'a Court<'a>, removals: &'a [usize]) -> Self {
        Self {
            court,
            removals,
            answers: BTreeMap::new(),
        }
    }

    /// An act stands when no removal of the list reaches it and somebody who stands let its author in.
    fn stands(&mut self, act: usize) -> bool {
        if let Some(answer) = self.answers.get(&act) {
            return *answer;
        }
        let reached = self.removals.iter().any(|x| self.court.reaches(*x, act));
        let answer = !reached
            && (self.court.acts[act].founds()
                || self.court.supporters(act).any(|a| self.stands(a)));
        self.answers.insert(act, answer);
        answer
    }
}
