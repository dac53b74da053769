//! Views: what a set of acts says of every device. Each record has one, most share it with the
//! record before.
//!
//! A view is made from an older one and the acts since. The older one *dominates* it: every act
//! since has seen all of the older set. Dominators make a tree, as those of a flow graph do: the
//! view of an act hangs on the view its author had, the view of a join on the lowest view that all
//! the joined ones hang on. So an act costs itself, a join costs the acts since all its parents
//! last agreed, and nothing is ever folded from the beginning again, but for one case: a lift
//! restores what its suspension had voided, so it is judged together with everything since before
//! the suspension.

use super::acts::{ActSet, Acts, Strike};
use super::court::{self, Verdict};
use super::shared::Shared;
use super::states::{DeviceState, DeviceStates, Status};
use crate::ids::{DeviceId, Hash32};
use std::collections::{BTreeMap, BTreeSet};

/// What one set of acts says.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The acts.
    pub(super) set: ActSet,
    /// Every device they let in.
    pub(super) states: DeviceStates,
    /// Acts of the set that do not count.
    pub(super) void: ActSet,
    /// Suspensions of the set that were lifted.
    pub(super) lifted: ActSet,
    /// Devices of which a suspension is in force, removed ones included.
    open: Shared<DeviceId, ()>,
    /// The nearest view that dominates it; the empty one has itself.
    dominator: u32,
    /// How many dominate it.
    depth: u32,
}

impl View {
    /// Whether the act is one of the set and counts, or counted until it was lifted.
    pub(super) fn counts(&self, act: usize) -> bool {
        self.set.contains(act) && !self.void.contains(act)
    }

    /// Whether the act is one of the set, counts, and was not lifted.
    pub(super) fn is_in_force(&self, act: usize) -> bool {
        self.counts(act) && !self.lifted.contains(act)
    }

    /// Whether a suspension of the device is in force.
    pub(super) fn is_suspended(&self, device: &DeviceId) -> bool {
        self.open.get(device).is_some()
    }

    /// Whether a removal of the device counts.
    fn is_removed(&self, acts: &Acts, device: &DeviceId) -> bool {
        acts.removing(device).iter().any(|act| self.counts(*act))
    }

    fn settle_status(&mut self, acts: &Acts, device: &DeviceId) {
        let status = match (self.is_removed(acts, device), self.is_suspended(device)) {
            (true, _) => Status::Removed,
            (false, true) => Status::Suspended,
            (false, false) => Status::Active,
        };
        self.states.set_status(device, status);
    }
}

/// A view that is kept, or one to keep.
pub(super) enum Found {
    /// It is there.
    Kept(u32),
    /// It is new; the views it joins.
    Fresh(Box<View>, Vec<u32>),
}

/// The views of a log.
#[derive(Debug)]
pub(super) struct Views {
    list: Vec<View>,
    /// Joined views → their join.
    joins: BTreeMap<Vec<u32>, u32>,
}

impl Views {
    /// The view of the empty set alone.
    pub(super) fn new() -> Self {
        Self {
            list: vec![View::default()],
            joins: BTreeMap::new(),
        }
    }

    pub(super) fn get(&self, view: u32) -> &View {
        &self.list[view as usize]
    }

    /// The view that `found` is.
    pub(super) fn see<'a>(&'a self, found: &'a Found) -> &'a View {
        match found {
            Found::Kept(view) => self.get(*view),
            Found::Fresh(view, _) => view,
        }
    }

    pub(super) fn keep(&mut self, found: Found) -> u32 {
        match found {
            Found::Kept(view) => view,
            Found::Fresh(view, of) => {
                let number = self.push(*view);
                self.joins.insert(of, number);
                number
            }
        }
    }

    /// The view of a record on records of these views.
    pub(super) fn join(&self, acts: &Acts, mut of: Vec<u32>) -> Found {
        of.sort_unstable();
        of.dedup();
        let covering = |big: &&u32| {
            let set = &self.get(**big).set;
            of.iter().all(|small| set.covers(&self.get(*small).set))
        };
        if let Some(kept) = of.iter().find(covering).or_else(|| self.joins.get(&of)) {
            return Found::Kept(*kept);
        }
        let mut set = ActSet::default();
        of.iter().for_each(|view| set.extend(&self.get(*view).set));
        let common = of.iter().copied().reduce(|a, b| self.common(a, b));
        Found::Fresh(Box::new(self.made(acts, set, common.unwrap_or(0))), of)
    }

    /// The view after `act`, whose author had `view`.
    pub(super) fn after(&mut self, acts: &Acts, view: u32, act: usize) -> u32 {
        let mut set = self.get(view).set.clone();
        set.insert(act);
        let made = self.made(acts, set, view);
        self.push(made)
    }

    /// The nearest view that dominates both, or is one of them.
    pub(super) fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            let (deep_a, deep_b) = (self.get(a).depth, self.get(b).depth);
            if deep_a >= deep_b {
                a = self.get(a).dominator;
            }
            if deep_b >= deep_a {
                b = self.get(b).dominator;
            }
        }
        a
    }

    /// The view of `set`, which `dominator` dominates.
    pub(super) fn made(&self, acts: &Acts, set: ActSet, dominator: u32) -> View {
        let base = self.base(acts, &set, dominator);
        let base = self.get(base);
        let mut rest = set.beyond(&base.set);
        rest.sort_unstable_by_key(|act| (acts[*act].depth, acts[*act].hash));
        let verdicts = court::judge(acts, self, &base.states, &rest);
        let mut view = View {
            set,
            states: base.states.clone(),
            void: base.void.clone(),
            lifted: base.lifted.clone(),
            open: base.open.clone(),
            dominator,
            depth: self.get(dominator).depth + 1,
        };
        let mut touched = BTreeSet::new();
        for (act, verdict) in rest.iter().zip(verdicts) {
            match verdict {
                Verdict::Stands => touched.extend(view.apply(acts, *act)),
                Verdict::Lifted => view.lifted.insert(*act),
                Verdict::Void => view.void.insert(*act),
            }
        }
        for device in touched {
            view.settle_status(acts, &device);
        }
        view
    }

    /// The nearest dominator from which the rest can be judged: none of whose suspensions in force
    /// the rest lifts.
    fn base(&self, acts: &Acts, set: &ActSet, dominator: u32) -> u32 {
        let mut base = dominator;
        loop {
            let view = self.get(base);
            let lifts = |act: &usize| match acts[*act].strike() {
                Some(Strike::Lift(device)) => view.is_suspended(&device),
                _ => false,
            };
            if base == 0 || !set.beyond(&view.set).iter().any(lifts) {
                return base;
            }
            base = view.dominator;
        }
    }

    fn push(&mut self, view: View) -> u32 {
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(view);
        number
    }
}

impl View {
    /// Adds what an act that stands says; gives back the device whose status is to be settled.
    fn apply(&mut self, acts: &Acts, act: usize) -> Option<DeviceId> {
        let act = &acts[act];
        if let Some(keys) = act.adds() {
            let device = keys.device_id();
            let status = Status::Active;
            self.states.insert(
                device,
                DeviceState {
                    keys: *keys,
                    status,
                },
            );
            return Some(device);
        }
        let strike = act.strike()?;
        if let Strike::Suspension(device) = strike {
            self.open.insert(device, ());
        }
        Some(strike.device())
    }

    /// Whether the record `hash` is void in this view: a removal reaches it that had not seen it,
    /// or its author was let in by nobody who counts. `act` is its number if it is one, `before`
    /// the set its author had.
    pub(super) fn voids(&self, acts: &Acts, record: &Seen<'_>) -> bool {
        if let Some(act) = record.act.filter(|act| self.set.contains(*act)) {
            return self.void.contains(act);
        }
        let let_in = acts.adding(record.author).iter();
        let let_in = let_in.filter(|act| record.before.contains(**act));
        let mut removals = acts.removing(record.author).iter();
        !let_in.clone().any(|act| self.counts(*act))
            || record.grants && self.is_unheard(acts, record)
            || removals.any(|x| self.counts(*x) && !record.is_seen_by(acts, *x))
    }

    /// Whether a suspension of its author is in force that had not seen the record.
    pub(super) fn is_unheard(&self, acts: &Acts, record: &Seen<'_>) -> bool {
        let mut suspensions = acts.suspending(record.author).iter();
        suspensions.any(|x| self.is_in_force(*x) && !record.is_seen_by(acts, *x))
    }
}

/// A record, as far as a view must know it.
pub(super) struct Seen<'a> {
    pub(super) hash: &'a Hash32,
    pub(super) author: &'a DeviceId,
    /// Its number, if it is an act.
    pub(super) act: Option<usize>,
    /// Whether its clear part grants something: if it is no act, it repeats one.
    pub(super) grants: bool,
    /// Acts at or before it.
    pub(super) before: &'a ActSet,
    /// Its chain, and how far along it.
    pub(super) place: (u32, u32),
}

impl Seen<'_> {
    fn is_seen_by(&self, acts: &Acts, act: usize) -> bool {
        let (lane, at) = self.place;
        acts[act].hash == *self.hash || acts[act].clock.get(&lane).is_some_and(|seen| *seen >= at)
    }
}
