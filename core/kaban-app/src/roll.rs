//! The patients in memory, from the first list or search until the bag is locked: their rows, their
//! short numbers, and the search index. A write about one patient reads that one row again.

use std::collections::BTreeMap;

use kaban_model::ids::PatientId;
use kaban_model::patient::ListRow;
use kaban_model::search::Index;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::lease::Gate;

/// Everybody this device can read, whether a lease closes them at the moment or not.
pub(crate) struct Roll {
    listed: BTreeMap<PatientId, Listed>,
    /// By former municipality, reading, name, id.
    order: Vec<PatientId>,
    pub index: Index,
}

/// One of them.
pub(crate) struct Listed {
    pub row: ListRow,
    pub no: u64,
    /// `bag` or `own`.
    pub scope: Option<&'static str>,
}

/// What of the roll a write has made old.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stale {
    Nothing,
    Row(PatientId),
    Everything,
}

impl Roll {
    fn new(listed: BTreeMap<PatientId, Listed>) -> Self {
        let index = Index::new(listed.iter().map(|(id, listed)| (*id, &listed.row)));
        let mut roll = Self {
            order: listed.keys().copied().collect(),
            listed,
            index,
        };
        roll.sort();
        roll
    }

    /// Those that a gate lets through, in the order of the list.
    pub fn open(&self, gate: Gate) -> impl Iterator<Item = (PatientId, &Listed)> {
        self.order
            .iter()
            .filter_map(|id| Some((*id, self.listed.get(id)?)))
            .filter(move |(_, listed)| gate.lets(listed.scope))
    }

    /// One of them, if a gate lets through.
    pub fn get(&self, id: PatientId, gate: Gate) -> Option<&Listed> {
        let listed = self.listed.get(&id)?;
        gate.lets(listed.scope).then_some(listed)
    }

    /// How many there are, closed ones included.
    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// The ids of all, closed ones included.
    pub fn ids(&self) -> impl Iterator<Item = PatientId> {
        self.listed.keys().copied()
    }

    fn put(&mut self, id: PatientId, listed: Listed) {
        self.index.put(id, &listed.row);
        if self.listed.insert(id, listed).is_none() {
            self.order.push(id);
        }
        self.sort();
    }

    fn sort(&mut self) {
        let listed = &self.listed;
        let key = |id: &PatientId| {
            let row = listed.get(id).map(|listed| &listed.row);
            (row.map(|row| (&row.area, &row.kana, &row.name)), *id)
        };
        self.order.sort_by(|a, b| key(a).cmp(&key(b)));
    }
}

impl Bag {
    /// The roll, read if it is not in memory.
    pub(crate) fn roll(&mut self) -> Result<&Roll> {
        if self.roll.is_none() {
            let rows = self.read(|session, _| {
                let rows = session.index_rows()?.into_iter();
                let scoped = rows.map(|(id, row)| (id, row, session.patient_scope(id)));
                Ok(scoped.collect::<Vec<_>>())
            })?;
            let ids: Vec<PatientId> = rows.iter().map(|(id, _, _)| *id).collect();
            let numbers = self.numbers(&ids)?;
            let listed = rows.into_iter().zip(numbers);
            let listed = listed.map(|((id, row, scope), (_, no))| (id, Listed { row, no, scope }));
            self.roll = Some(Roll::new(listed.collect()));
        }
        let missing = || AppError::new(Kind::Internal, "the roll was not made");
        self.roll.as_ref().ok_or_else(missing)
    }

    /// Brings the roll in memory up to date after a write; what is not in memory stays so.
    pub(crate) fn renew(&mut self, stale: Stale) -> Result<()> {
        match stale {
            Stale::Nothing => {}
            Stale::Everything => self.roll = None,
            Stale::Row(id) => {
                let Some(mut roll) = self.roll.take() else {
                    return Ok(());
                };
                let read = self
                    .read(|session, _| Ok((session.index_row(id)?, session.patient_scope(id))))?;
                let (Some(row), scope) = read else {
                    return Ok(());
                };
                let no = self.numbers(&[id])?.first().map_or(0, |(_, no)| *no);
                roll.put(id, Listed { row, no, scope });
                self.roll = Some(roll);
            }
        }
        Ok(())
    }
}
