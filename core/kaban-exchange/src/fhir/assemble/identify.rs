//! Who a person of the plan is: the newest record speaks first; and the id that every import gives the person.

use std::collections::BTreeSet;

use kaban_model::ids::PatientId;
use serde_json::Value;

use super::Builder;
use crate::fhir::identity::{Identity, MatchKey};
use crate::fhir::key;
use crate::fhir::people::{Person, Record};
use crate::fhir::reference::{Item, contained};

impl<'i> Builder<'i> {
    pub(super) fn newest_first<'p>(&self, records: &'p [Record]) -> Vec<&'p Record> {
        let mut sorted: Vec<&Record> = records.iter().collect();
        // A record of its own says more than one contained in another resource.
        sorted.sort_by(|a, b| {
            a.contained
                .is_some()
                .cmp(&b.contained.is_some())
                .then_with(|| self.updated(b.item).cmp(&self.updated(a.item)))
                .then_with(|| a.item.cmp(&b.item))
        });
        sorted
    }

    pub(super) fn record_value(&self, record: &Record) -> Option<&'i Value> {
        let items: &'i [Item] = self.items;
        let value = &items[record.item].resource.value;
        match &record.contained {
            None => Some(value),
            Some(id) => contained(value, id),
        }
    }

    /// Who it is, the newest record speaking first.
    pub(super) fn identity(&self, person: &Person, records: &[&Record]) -> Identity {
        let mut identity = Identity::default();
        for record in records {
            let resource = &self.items[record.item].resource;
            let url = resource
                .full_url
                .as_deref()
                .filter(|_| record.contained.is_none());
            if let Some(value) = self.record_value(record) {
                identity.absorb(Identity::read(value, url));
            }
        }
        identity.absorb(person.identity.clone());
        identity
    }

    /// An id that the same person gets in every import; persons that share a key are kept apart by their records.
    pub(super) fn patient_id(
        &self,
        person: &Person,
        records: &[&Record],
        match_keys: &[MatchKey],
        ids: &mut BTreeSet<PatientId>,
    ) -> PatientId {
        let record = records
            .first()
            .map(|record| &self.items[record.item].resource);
        let mut best = match (match_keys.first(), record) {
            (Some(number @ MatchKey::Identifier { .. }), _) => number.to_text(),
            // A name is no proof: two namesakes born on one day stay two through the address of their records.
            (weak, Some(record)) => {
                let weak = weak.map(MatchKey::to_text).unwrap_or_default();
                let key = key::resource_key(record);
                match weak.is_empty() {
                    true => format!("record|{}", key::with_text(&key, &record.original)),
                    false => format!("record|{key}|{weak}"),
                }
            }
            (Some(weak), None) => weak.to_text(),
            (None, None) => person.only_reference.clone().unwrap_or_default(),
        };
        loop {
            let id = key::derive_patient(&best);
            if ids.insert(id) {
                return id;
            }
            best.push_str(record.map_or("|", |record| record.original.as_str()));
        }
    }
}
