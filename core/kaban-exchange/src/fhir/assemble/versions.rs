//! Several texts of one resource: which fills the fields, and under which key.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};

use super::Builder;
use crate::fhir::element::text;
use crate::fhir::key;

/// What is made from a resource, seen beside the other resources of the patient.
pub(super) enum Key {
    /// Fields, under this key.
    Own(String),
    /// Nothing more: the same was taken already.
    Again,
    /// Nothing: a newer version of it was taken.
    Older,
}

impl Builder<'_> {
    /// Gives each resource its key; of several versions of one resource the newest fills the fields.
    pub(super) fn keys(&self, positions: &[usize]) -> BTreeMap<usize, Key> {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for position in positions
            .iter()
            .filter(|position| self.items[**position].aside.is_none())
        {
            groups
                .entry(key::resource_key(&self.items[*position].resource))
                .or_default()
                .push(*position);
        }
        let mut keys: BTreeMap<usize, Key> = BTreeMap::new();
        for (key, mut group) in groups {
            // Newest first, then by text, so that the order of the files does not matter.
            group.sort_by(|a, b| {
                self.updated(*b)
                    .cmp(&self.updated(*a))
                    .then_with(|| self.original(*a).cmp(self.original(*b)))
            });
            let Some((first, rest)) = group.split_first() else {
                continue;
            };
            let mut contents = BTreeSet::from([self.content(*first)]);
            for position in rest {
                let found = if !contents.insert(self.content(*position)) {
                    Key::Again
                } else if self.updated(*position).is_some()
                    && self.updated(*position) < self.updated(*first)
                {
                    Key::Older
                } else {
                    Key::Own(key::with_text(&key, self.original(*position)))
                };
                keys.insert(*position, found);
            }
            keys.insert(*first, Key::Own(key));
        }
        keys
    }

    pub(super) fn updated(&self, position: usize) -> Option<DateTime<FixedOffset>> {
        let meta = self.items[position].resource.value.get("meta")?;
        DateTime::parse_from_rfc3339(text(meta, "lastUpdated")?).ok()
    }

    /// What a resource says, whatever the order of its members and the white space between them.
    fn content(&self, position: usize) -> String {
        let mut value = self.items[position].resource.value.clone();
        value.sort_all_objects();
        value.to_string()
    }

    fn original(&self, position: usize) -> &str {
        &self.items[position].resource.original
    }
}
