//! Which acts of a set stand: the same in any order.
//!
//! Three kinds of act strike others. A **removal** voids everything that the removed device wrote
//! and the remover had not seen ("strong removal"). A **suspension** voids what the suspended
//! device granted and lifted and the suspender had not seen, whatever its date; its other acts
//! count, suspensions and removals among them. A **lift** ends the suspensions of a device that it
//! had seen; nothing else ends one, no clock either, and what they had voided stands again. An act
//! stands when no strike in force reaches it and somebody who stands let its author in: whoever was
//! let in by void acts only is unknown.
//!
//! Two strikes that would void one another, directly or through those they let in, both stand:
//! whoever is accused by somebody not yet accused goes, and of two who accuse each other both go.
//! Made precise: an act *leans* on those acts that let its author in and stood in its author's
//! view. Draw an arrow from strike x to act y when x reaches y, or when x was written without
//! knowing y's author and has an arrow to an act that y leans on. Strikes that arrows lead around a
//! ring are one *ring*. Strike y is judged by the strikes in force that have an arrow to it and are
//! of another ring: it is void if one of them reaches it, or all it leans on is void by them in
//! turn.
//!
//! **It ends, and every act has one verdict**: rings have no ring of arrows among them, so they can
//! be judged one after another along the arrows, each strike once, by strikes that were judged
//! before. Acts that strike nothing are judged last, ancestors first, by all strikes in force. What
//! reaches what, what an act leans on and what an author knew depend on the acts and their
//! ancestors, which rings there are on the set; nothing depends on the order of arrival.
//!
//! **It need not begin at the beginning**: let every act of the set outside a part have seen all of
//! the part, and none of them lift a suspension of the part that is in force. Then no arrow leads
//! from outside into the part; what a strike in force in the part would reach outside was refused
//! when it was written; and an act outside whose author the part knows leans on acts of the part,
//! which stand. So the part's verdict holds, and only the rest is judged here.

use super::acts::{Act, Acts, Strike};
use super::states::DeviceStates;
use super::views::{View, Views};
use crate::ids::DeviceId;
use std::collections::{BTreeMap, BTreeSet};

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It counts.
    Stands,
    /// A suspension that was lifted: it was right, and is over.
    Lifted,
    /// It never counted.
    Void,
}

/// Judges `rest`, given in order, ancestors first; `settled` are the devices that the acts which
/// all of `rest` have seen let in.
pub(super) fn judge(
    acts: &Acts,
    views: &Views,
    settled: &DeviceStates,
    rest: &[usize],
) -> Vec<Verdict> {
    let court = Court::new(acts, views, settled, rest);
    let arrows = court.arrows();
    let mut verdicts: Vec<Option<Verdict>> = vec![None; rest.len()];
    for ring in rings(&arrows.to) {
        let judged: Vec<(usize, Verdict)> = ring
            .iter()
            .map(|number| {
                let y = court.strikes[*number];
                let judges = arrows.from[*number].iter().map(|x| court.strikes[*x]);
                // Those of the same ring have no verdict yet.
                let judges = judges.filter(|x| verdicts[*x] == Some(Verdict::Stands));
                (y, court.hear_strike(y, &judges.collect::<Vec<_>>()))
            })
            .collect();
        for (y, verdict) in judged {
            verdicts[y] = Some(verdict);
        }
    }
    court.hear_others(&mut verdicts);
    verdicts
        .into_iter()
        .map(|verdict| verdict.unwrap_or(Verdict::Void))
        .collect()
}

/// Arrows between strikes, by their number among the strikes.
struct Arrows {
    to: Vec<Vec<usize>>,
    from: Vec<Vec<usize>>,
}

/// The acts to judge, by their place in the list.
struct Court<'a> {
    acts: &'a Acts,
    views: &'a Views,
    settled: &'a DeviceStates,
    rest: &'a [usize],
    /// Number of an act → its place.
    places: BTreeMap<usize, usize>,
    /// Places of the strikes.
    strikes: Vec<usize>,
}

impl<'a> Court<'a> {
    fn new(acts: &'a Acts, views: &'a Views, settled: &'a DeviceStates, rest: &'a [usize]) -> Self {
        let places = rest
            .iter()
            .enumerate()
            .map(|(at, act)| (*act, at))
            .collect();
        let strikes = (0..rest.len())
            .filter(|at| acts[rest[*at]].strike().is_some())
            .collect();
        Self {
            acts,
            views,
            settled,
            rest,
            places,
            strikes,
        }
    }

    fn act(&self, at: usize) -> &'a Act {
        &self.acts[self.rest[at]]
    }

    /// What the author of `at` knew.
    fn knew(&self, at: usize) -> &'a View {
        self.views.get(self.act(at).view)
    }

    /// Whether its author needs nobody who is judged here.
    fn is_settled(&self, at: usize) -> bool {
        let act = self.act(at);
        act.founds() || self.settled.contains_key(&act.author)
    }

    /// Places of acts that `at` leans on, where its author is not settled.
    fn leans_on(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let adding: &[usize] = if self.is_settled(at) {
            &[]
        } else {
            self.acts.adding(&self.act(at).author)
        };
        let knew = self.knew(at);
        adding
            .iter()
            .filter(|add| knew.counts(**add))
            .filter_map(|add| self.places.get(add).copied())
    }

    /// Whether strike `x` reaches `y`.
    fn reaches(&self, x: usize, y: usize) -> bool {
        let (number, act) = (self.rest[y], self.act(y));
        let knew = self.knew(x);
        let unseen = x != y && !knew.set.contains(number);
        match self.act(x).strike() {
            Some(Strike::Removal(device)) => device == act.author && unseen,
            Some(Strike::Suspension(device)) => device == act.author && unseen && act.grants(),
            Some(Strike::Lift(device)) => {
                act.strike() == Some(Strike::Suspension(device)) && knew.is_in_force(number)
            }
            None => false,
        }
    }

    /// An act and all it leans on, at any remove, as far as `follow` allows.
    fn line_of(&self, at: usize, follow: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut line = vec![at];
        let mut seen = BTreeSet::from([at]);
        let mut next = 0;
        while next < line.len() {
            if follow(line[next]) {
                let more: Vec<usize> = self.leans_on(line[next]).collect();
                line.extend(more.into_iter().filter(|a| seen.insert(*a)));
            }
            next += 1;
        }
        line
    }

    fn has_arrow(&self, x: usize, y: usize) -> bool {
        let knew = self.knew(x);
        let unknown = |at: usize| !knew.states.contains_key(&self.act(at).author);
        self.reaches(x, y)
            || self
                .line_of(y, unknown)
                .into_iter()
                .any(|act| self.reaches(x, act))
    }

    fn arrows(&self) -> Arrows {
        let mut stops: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
        let mut lifts: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
        for (number, at) in self.strikes.iter().enumerate() {
            match self.act(*at).strike() {
                Some(Strike::Lift(device)) => lifts.entry(device).or_default().push(number),
                Some(strike) => stops.entry(strike.device()).or_default().push(number),
                None => {}
            }
        }
        let mut to = vec![Vec::new(); self.strikes.len()];
        let mut from = vec![Vec::new(); self.strikes.len()];
        for (number, y) in self.strikes.iter().enumerate() {
            let mut candidates: BTreeSet<usize> = BTreeSet::new();
            for act in self.line_of(*y, |_| true) {
                candidates.extend(stops.get(&self.act(act).author).into_iter().flatten());
            }
            if let Some(Strike::Suspension(device)) = self.act(*y).strike() {
                candidates.extend(lifts.get(&device).into_iter().flatten());
            }
            for x in candidates {
                if self.has_arrow(self.strikes[x], *y) {
                    to[x].push(number);
                    from[number].push(x);
                }
            }
        }
        Arrows { to, from }
    }

    /// The verdict on a strike, by the strikes in force that have an arrow to it.
    fn hear_strike(&self, y: usize, judges: &[usize]) -> Verdict {
        let is_lift = |x: usize| matches!(self.act(x).strike(), Some(Strike::Lift(_)));
        let (lifts, stops): (Vec<usize>, Vec<usize>) = judges.iter().partition(|x| is_lift(**x));
        let mut line = self.line_of(y, |_| true);
        // What an act leans on comes before it.
        line.sort_unstable();
        let mut stand: BTreeMap<usize, bool> = BTreeMap::new();
        for act in line {
            let held =
                self.is_settled(act) || self.leans_on(act).any(|a| stand.get(&a) == Some(&true));
            let stands = held && !stops.iter().any(|x| self.reaches(*x, act));
            stand.insert(act, stands);
        }
        if stand.get(&y) != Some(&true) {
            Verdict::Void
        } else if lifts.iter().any(|x| self.reaches(*x, y)) {
            Verdict::Lifted
        } else {
            Verdict::Stands
        }
    }

    /// Judges all that strikes nothing, by all strikes in force.
    fn hear_others(&self, verdicts: &mut [Option<Verdict>]) {
        let mut stops: BTreeMap<DeviceId, Vec<usize>> = BTreeMap::new();
        for x in &self.strikes {
            if let Some(strike) = self.act(*x).strike()
                && verdicts[*x] == Some(Verdict::Stands)
            {
                stops.entry(strike.device()).or_default().push(*x);
            }
        }
        for at in 0..self.rest.len() {
            if verdicts[at].is_some() {
                continue;
            }
            let counts = |a: usize| matches!(verdicts[a], Some(Verdict::Stands));
            let held = self.is_settled(at) || self.leans_on(at).any(counts);
            let mut stops = stops.get(&self.act(at).author).into_iter().flatten();
            let stands = held && !stops.any(|x| self.reaches(*x, at));
            verdicts[at] = Some(if stands {
                Verdict::Stands
            } else {
                Verdict::Void
            });
        }
    }
}

impl Strike {
    /// The device it is about.
    pub(super) fn device(self) -> DeviceId {
        match self {
            Self::Removal(device) | Self::Suspension(device) | Self::Lift(device) => device,
        }
    }
}

/// The rings of a graph of arrows (its strongly connected components), those first that no arrow
/// leads to from a later one. Two walks with lists of their own (Kosaraju), so that a long chain of
/// arrows needs no deep stack.
fn rings(arrows: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut back = vec![Vec::new(); arrows.len()];
    for (from, to) in arrows.iter().enumerate() {
        to.iter().for_each(|to| back[*to].push(from));
    }
    let mut seen = vec![false; arrows.len()];
    let mut finished = Vec::new();
    for start in 0..arrows.len() {
        walk(arrows, start, &mut seen, &mut finished);
    }
    let mut seen = vec![false; arrows.len()];
    let mut rings = Vec::new();
    for start in finished.into_iter().rev() {
        let mut ring = Vec::new();
        walk(&back, start, &mut seen, &mut ring);
        if !ring.is_empty() {
            rings.push(ring);
        }
    }
    rings
}

/// Follows arrows from `start` to what was not seen; adds each to `finished` after all it leads to.
fn walk(arrows: &[Vec<usize>], start: usize, seen: &mut [bool], finished: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut open = vec![(start, 0)];
    while let Some((at, next)) = open.last_mut() {
        let Some(to) = arrows[*at].get(*next).copied() else {
            finished.push(*at);
            open.pop();
            continue;
        };
        *next += 1;
        if !std::mem::replace(&mut seen[to], true) {
            open.push((to, 0));
        }
    }
}
