//! The state of the association at every record, each record judged once.
//!
//! What a record's ancestors say does not change: its acts are judged when it comes, against the
//! state its parents lead to, and that verdict is kept. A *cell* is one place in the row of a
//! record and all its ancestors, by depth, then hash, with the state up to there; it points to
//! the cell before. A record on one parent is one cell on top of its parent's. Where lines meet,
//! the cells behind the first record that one of them lacks are taken off and put on again with
//! what was missing: the cost is what lies between, and everything before is shared.
//!
//! Only young cells and every [`KEPT_EVERY`]th keep their state; others are worked out again from
//! the nearest kept one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;

use super::court::{Court, Verdicts};
use super::rights::Refused;
use super::{Association, RecordView};
use crate::acts::Statement;

/// Cells younger than this keep their state.
const YOUNG_MAX: usize = 1024;
/// Of older cells every one at a multiple of this keeps its state.
const KEPT_EVERY: usize = 64;

/// What of the record log is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    /// A record and its ancestors.
    At(Hash32),
    /// All records.
    All,
}

/// The graph the records lie in.
pub(crate) trait Ground {
    /// Whether one record is among the ancestors of another.
    fn is_before(&self, ancestor: &Hash32, record: &Hash32) -> bool;
    /// The records of a view that the removal of their device voided in it.
    fn removed(&self, view: View) -> BTreeSet<Hash32>;
    /// Whether the person's signature on a record is by this key.
    fn is_signed_by(&self, record: &Hash32, key: &VerifyKey) -> bool;
}

/// A record as it comes.
#[derive(Clone, Debug)]
pub(crate) struct NewRecord {
    pub hash: Hash32,
    pub parents: Vec<Hash32>,
    /// 0 for the first record, else one more than the deepest parent.
    pub depth: u64,
    pub device: DeviceId,
    pub member: MemberId,
    /// It removes or suspends a device, or lifts a suspension.
    pub stops_devices: bool,
    pub said: Arc<Statement>,
}

/// A record, judged by what its ancestors say.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) hash: Hash32,
    pub(super) depth: u64,
    pub(super) parents: Vec<Hash32>,
    device: DeviceId,
    pub(super) member: MemberId,
    stops_devices: bool,
    said: Arc<Statement>,
    /// Whether an admin wrote it.
    pub(super) by_admin: bool,
    verdict: Verdict,
}

#[derive(Clone, Debug)]
enum Verdict {
    /// The signature is not that of the person it names.
    Unsigned,
    /// Of each act whether its writer may say it.
    Acts(Vec<Result<(), Refused>>),
}

type Order = (u64, Hash32);

impl Entry {
    /// The record as the rules see it.
    pub(super) fn view(&self) -> RecordView<'_> {
        RecordView {
            hash: self.hash,
            parents: &self.parents,
            device: self.device,
            member: self.member,
            at: self.said.at,
            acts: &self.said.acts,
        }
    }

    /// Of each act whether its writer may say it; of an unsigned record nothing.
    pub(super) fn verdict(&self) -> &[Result<(), Refused>] {
        match &self.verdict {
            Verdict::Unsigned => &[],
            Verdict::Acts(acts) => acts,
        }
    }

    pub(super) fn unsigned(&self) -> Option<Refused> {
        match self.verdict {
            Verdict::Unsigned => Some("has no valid signature of the person it names"),
            Verdict::Acts(_) => None,
        }
    }

    fn order(&self) -> Order {
        (self.depth, self.hash)
    }
}

/// One place in a row of records.
struct Cell {
    entry: Arc<Entry>,
    before: Option<Arc<Cell>>,
    /// How many cells lie before it.
    place: usize,
    verdicts: Arc<Verdicts>,
    state: Mutex<Option<Arc<Association>>>,
}

impl Cell {
    fn held(&self) -> MutexGuard<'_, Option<Arc<Association>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cell {
    /// One after the other: a row of many thousands would overflow the stack.
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut cell) = next.and_then(Arc::into_inner) {
            next = cell.before.take();
        }
    }
}

/// Every record, each with the state of its ancestors and itself.
#[derive(Default)]
pub(crate) struct History {
    tips: BTreeMap<Hash32, Arc<Cell>>,
    heads: BTreeSet<Hash32>,
    /// All records in one row, while there are several heads, and what has come since.
    all: Option<Arc<Cell>>,
    since: Vec<Hash32>,
    young: VecDeque<Weak<Cell>>,
    /// The one record that stands for itself and all its ancestors, and how many they are.
    past: Option<(Hash32, usize)>,
}

/// How far back a settled point is looked for.
const UNSETTLED_MAX: usize = 512;

impl History {
    /// A history that begins with the state at one record, which stands for its ancestors.
    pub(crate) fn settle(record: NewRecord, count: usize, state: Arc<Association>) -> Self {
        let mut history = Self::default();
        let hash = record.hash;
        let entry = Entry {
            hash,
            depth: record.depth,
            parents: record.parents,
            device: record.device,
            member: record.member,
            stops_devices: false,
            said: record.said,
            by_admin: false,
            verdict: Verdict::Acts(Vec::new()),
        };
        let cell = Cell {
            entry: Arc::new(entry),
            before: None,
            place: count.saturating_sub(1),
            verdicts: state.verdicts(),
            state: Mutex::new(Some(state)),
        };
        history.tips.insert(hash, Arc::new(cell));
        history.heads.insert(hash);
        history.past = Some((hash, count));
        history
    }

    /// Whether one record stands for its ancestors.
    pub(crate) fn is_settled(&self) -> bool {
        self.past.is_some()
    }

    /// Whether a record is not here itself and another stands for it; `settled` says whether it is
    /// of the settled past.
    pub(crate) fn stands_for(&self, hash: &Hash32, settled: impl FnOnce() -> bool) -> bool {
        self.past.is_some() && !self.tips.contains_key(hash) && settled()
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        let before = self.past.map_or(0, |(_, count)| count.saturating_sub(1));
        self.tips.len() + before
    }

    /// Records that are not signed by whom they name.
    pub(crate) fn unsigned(&self) -> BTreeSet<Hash32> {
        let cells = self.tips.values();
        let unsigned = cells.filter(|cell| cell.entry.unsigned().is_some());
        unsigned.map(|cell| cell.entry.hash).collect()
    }

    /// The newest record that all others are ancestors of or build on, with how many it and its
    /// ancestors are, and the state there.
    pub(crate) fn settled(
        &mut self,
        ground: &dyn Ground,
    ) -> Option<(Hash32, usize, Arc<Association>)> {
        self.now(ground);
        let mut later: Vec<Hash32> = Vec::new();
        let mut at = self.all.clone();
        while let Some(cell) = at.filter(|_| later.len() < UNSETTLED_MAX) {
            let hash = cell.entry.hash;
            let own = self.tips.get(&hash)?;
            let after_all = own.place == cell.place;
            if after_all && later.iter().all(|later| ground.is_before(&hash, later)) {
                let own = Arc::clone(own);
                return Some((hash, own.place + 1, self.state_of(&own, ground)));
            }
            later.push(hash);
            at = cell.before.clone();
        }
        None
    }

    /// Whether a record is here.
    pub(crate) fn contains(&self, hash: &Hash32) -> bool {
        self.tips.contains_key(hash)
    }

    /// Takes in a record whose parents are here: judges it, and works out the state at it.
    pub(crate) fn insert(&mut self, record: NewRecord, ground: &dyn Ground) {
        let hash = record.hash;
        let view = View::At(hash);
        let before = self.row_over(&record.parents, view, ground);
        let known = match &before {
            Some(cell) => self.state_of(cell, ground),
            None => Arc::new(Association::default()),
        };
        let entry = Arc::new(judge(record, &known, ground));
        let row = match &before {
            Some(cell) if entry.stops_devices || Court::is_moved_by(&entry) => {
                let removed = ground.removed(view);
                self.extend(cell, vec![Arc::clone(&entry)], removed, ground)
            }
            _ => {
                let verdicts = known.verdicts();
                self.put_on(before.as_ref(), Arc::clone(&entry), &verdicts, ground)
            }
        };
        for parent in &entry.parents {
            self.heads.remove(parent);
        }
        self.heads.insert(hash);
        self.tips.insert(hash, row);
        self.since.push(hash);
    }

    /// Takes out these records and all that build on them, to be judged anew. Returns which.
    pub(crate) fn take_out(&mut self, records: &BTreeSet<Hash32>) -> BTreeSet<Hash32> {
        let mut rows: Vec<Arc<Entry>> = self
            .tips
            .values()
            .map(|cell| Arc::clone(&cell.entry))
            .collect();
        rows.sort_unstable_by_key(|entry| entry.order());
        let mut out = BTreeSet::new();
        for entry in rows {
            let builds_on = entry.parents.iter().any(|parent| out.contains(parent));
            if builds_on || records.contains(&entry.hash) {
                out.insert(entry.hash);
                self.tips.remove(&entry.hash);
                self.heads.remove(&entry.hash);
            } else {
                self.heads.insert(entry.hash);
                for parent in &entry.parents {
                    self.heads.remove(parent);
                }
            }
        }
        self.all = None;
        self.since.clear();
        out
    }

    /// The association as a record and its ancestors tell it.
    pub(crate) fn at(&mut self, hash: &Hash32, ground: &dyn Ground) -> Option<Arc<Association>> {
        let cell = Arc::clone(self.tips.get(hash)?);
        Some(self.state_of(&cell, ground))
    }

    /// The association as all records tell it.
    pub(crate) fn now(&mut self, ground: &dyn Ground) -> Arc<Association> {
        let since = std::mem::take(&mut self.since);
        let row = match (self.heads.len(), self.all.take()) {
            (0, _) => return Arc::new(Association::default()),
            (1, _) => {
                let head = self.heads.first().and_then(|head| self.tips.get(head));
                head.map(Arc::clone)
            }
            (_, Some(row)) if since.is_empty() => Some(row),
            (_, Some(row)) => {
                let fresh = self.entries(since.iter());
                Some(self.extend(&row, fresh, ground.removed(View::All), ground))
            }
            (_, None) => {
                let heads: Vec<Hash32> = self.heads.iter().copied().collect();
                self.row_over(&heads, View::All, ground)
            }
        };
        let Some(row) = row else {
            return Arc::new(Association::default());
        };
        let state = self.state_of(&row, ground);
        self.all = Some(row);
        state
    }

    fn entries<'a>(&self, hashes: impl Iterator<Item = &'a Hash32>) -> Vec<Arc<Entry>> {
        let cells = hashes.filter_map(|hash| self.tips.get(hash));
        cells.map(|cell| Arc::clone(&cell.entry)).collect()
    }

    /// The row of these records and all their ancestors: that of the deepest, with what it lacks.
    fn row_over(&mut self, heads: &[Hash32], view: View, ground: &dyn Ground) -> Option<Arc<Cell>> {
        let cells = heads.iter().filter_map(|head| self.tips.get(head));
        let base = Arc::clone(cells.max_by_key(|cell| cell.entry.order())?);
        if heads.len() == 1 {
            return Some(base);
        }
        let top = base.entry.hash;
        let mut lacks = BTreeSet::new();
        let mut open: Vec<Hash32> = heads.to_vec();
        while let Some(hash) = open.pop() {
            let known = hash == top || ground.is_before(&hash, &top);
            if !known
                && lacks.insert(hash)
                && let Some(cell) = self.tips.get(&hash)
            {
                open.extend(&cell.entry.parents);
            }
        }
        if lacks.is_empty() {
            return Some(base);
        }
        let lacks = self.entries(lacks.iter());
        Some(self.extend(&base, lacks, ground.removed(view), ground))
    }

    /// A row with further records in their places.
    fn extend(
        &mut self,
        base: &Arc<Cell>,
        further: Vec<Arc<Entry>>,
        removed: BTreeSet<Hash32>,
        ground: &dyn Ground,
    ) -> Arc<Cell> {
        let known = self.state_of(base, ground);
        let before = |a: &Hash32, b: &Hash32| ground.is_before(a, b);
        let mut court = known.court.clone();
        further.iter().for_each(|entry| court.note(entry));
        let mut verdicts = known.verdicts();
        if !court.is_idle() || removed != *verdicts.removed() {
            let judged = court.judge(removed, &before);
            if judged != *verdicts {
                verdicts = Arc::new(judged);
            }
        }
        let from = further.iter().map(|entry| entry.order()).min();
        let from = from
            .into_iter()
            .chain(self.first_otherwise(base, &verdicts))
            .min();
        let mut row = further;
        let mut below = Some(Arc::clone(base));
        while let (Some(cell), Some(from)) = (&below, from) {
            if cell.entry.order() < from {
                break;
            }
            row.push(Arc::clone(&cell.entry));
            below = cell.before.clone();
        }
        row.sort_unstable_by_key(|entry| entry.order());
        for entry in row {
            below = Some(self.put_on(below.as_ref(), entry, &verdicts, ground));
        }
        below.unwrap_or_else(|| Arc::clone(base))
    }

    /// The first record of a row of which the verdicts say otherwise than it was put on by.
    fn first_otherwise(&self, row: &Arc<Cell>, verdicts: &Arc<Verdicts>) -> Option<Order> {
        if Arc::ptr_eq(&row.verdicts, verdicts) {
            return None;
        }
        let (records, people) = row.verdicts.differ(verdicts);
        let cells = records.iter().filter_map(|hash| self.tips.get(hash));
        let mut first = cells.map(|cell| cell.entry.order()).min();
        let mut at = (!people.is_empty()).then_some(row);
        while let Some(cell) = at {
            if people.contains(&cell.entry.member) {
                let order = cell.entry.order();
                first = Some(first.map_or(order, |first| first.min(order)));
            }
            at = cell.before.as_ref();
        }
        first
    }

    /// One cell more.
    fn put_on(
        &mut self,
        below: Option<&Arc<Cell>>,
        entry: Arc<Entry>,
        verdicts: &Arc<Verdicts>,
        ground: &dyn Ground,
    ) -> Arc<Cell> {
        let known = below.map(|cell| self.state_of(cell, ground));
        let state = step(known, &entry, verdicts, ground);
        let cell = Arc::new(Cell {
            entry,
            before: below.cloned(),
            place: below.map_or(0, |cell| cell.place + 1),
            verdicts: Arc::clone(verdicts),
            state: Mutex::new(Some(state)),
        });
        self.grow_old(&cell);
        cell
    }

    /// Lets the oldest of the young cells forget their state.
    fn grow_old(&mut self, cell: &Arc<Cell>) {
        self.young.push_back(Arc::downgrade(cell));
        while self.young.len() > YOUNG_MAX {
            let old = self.young.pop_front().and_then(|cell| cell.upgrade());
            if let Some(old) = old.filter(|cell| !cell.place.is_multiple_of(KEPT_EVERY)) {
                *old.held() = None;
            }
        }
    }

    fn state_of(&mut self, cell: &Arc<Cell>, ground: &dyn Ground) -> Arc<Association> {
        if let Some(state) = &*cell.held() {
            return Arc::clone(state);
        }
        let mut forgotten = Vec::new();
        let mut known = None;
        let mut at = Some(cell);
        while let Some(here) = at {
            known = here.held().clone();
            if known.is_some() {
                break;
            }
            forgotten.push(here);
            at = here.before.as_ref();
        }
        for here in forgotten.into_iter().rev() {
            known = Some(step(known, &here.entry, &here.verdicts, ground));
        }
        let state = known.unwrap_or_default();
        *cell.held() = Some(Arc::clone(&state));
        self.grow_old(cell);
        state
    }
}

/// The state with one record more.
fn step(
    known: Option<Arc<Association>>,
    entry: &Entry,
    verdicts: &Arc<Verdicts>,
    ground: &dyn Ground,
) -> Arc<Association> {
    let known = known.unwrap_or_default();
    let silent = entry.said.acts.is_empty();
    if silent && Arc::ptr_eq(&known.verdicts, verdicts) {
        return known;
    }
    let mut state = Arc::unwrap_or_clone(known);
    state.take_in(entry, verdicts, &|a, b| ground.is_before(a, b));
    Arc::new(state)
}

/// Judges a record by the state its parents lead to. Of several acts each is judged by what those
/// before it have made true.
pub(super) fn judge(record: NewRecord, known: &Association, ground: &dyn Ground) -> Entry {
    let NewRecord {
        hash,
        parents,
        depth,
        device,
        member,
        stops_devices,
        said,
    } = record;
    let mut entry = Entry {
        hash,
        depth,
        parents,
        device,
        member,
        stops_devices,
        said: Arc::clone(&said),
        by_admin: known.is_appointed_admin(member),
        verdict: Verdict::Acts(Vec::new()),
    };
    let view = entry.view();
    let signed = || {
        let key = known.signing_key(&view);
        key.is_some_and(|key| ground.is_signed_by(&hash, &key))
    };
    entry.verdict = if said.acts.is_empty() {
        Verdict::Acts(Vec::new())
    } else if !signed() {
        Verdict::Unsigned
    } else {
        Verdict::Acts(judge_acts(&view, known, ground))
    };
    entry
}

fn judge_acts(
    record: &RecordView<'_>,
    known: &Association,
    ground: &dyn Ground,
) -> Vec<Result<(), Refused>> {
    let mut state = known.clone();
    let mut verdicts = Vec::with_capacity(record.acts.len());
    for act in record.acts {
        let verdict = state.permit(record, act);
        if verdict.is_ok() && record.acts.len() > 1 {
            // What does not fit is refused where it is put into the state.
            let _ = state.apply(record, act, &|a, b| ground.is_before(a, b));
        }
        verdicts.push(verdict);
    }
    verdicts
}
