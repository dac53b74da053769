//! Ids that two imports of the same thing agree on.
//!
//! Every id is the first 16 bytes of SHA-256 over a purpose and parts, each preceded by its length as eight bytes, big
//! end first: `kaban/import/patient/1` over the best match key, `kaban/import/entry/1` over patient id and resource key,
//! `kaban/import/vitals/1` over patient id, resource key and readings, `kaban/import/source/1` over patient id and the
//! original text. The lengths keep ("ab","c") apart from ("a","bc").

use kaban_model::ids::{ItemId, PatientId};
use sha2::{Digest, Sha256};

use super::element::{bare_url, items, text};
use super::plan::Reading;
use super::read::Resource;

/// 16 bytes from a purpose and its parts.
fn derive(purpose: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

/// The id of a patient who is new, from the text of the best match key.
pub(crate) fn derive_patient(best_key: &str) -> PatientId {
    PatientId::from_bytes(derive("kaban/import/patient/1", &[best_key.as_bytes()]))
}

/// The id of a list entry.
pub(crate) fn derive_entry(patient: &PatientId, key: &str) -> [u8; 16] {
    derive(
        "kaban/import/entry/1",
        &[patient.as_bytes(), key.as_bytes()],
    )
}

/// The id of a vital-sign item.
pub(crate) fn derive_vitals(patient: &PatientId, key: &str, readings: &[Reading]) -> ItemId {
    let said: Vec<String> = readings
        .iter()
        .map(|r| format!("{:?}={}", r.sign, r.as_sent))
        .collect();
    ItemId::from_bytes(derive(
        "kaban/import/vitals/1",
        &[
            patient.as_bytes(),
            key.as_bytes(),
            said.join("\n").as_bytes(),
        ],
    ))
}

/// The id of a kept original.
pub(crate) fn derive_source(patient: &PatientId, original: &str) -> ItemId {
    ItemId::from_bytes(derive(
        "kaban/import/source/1",
        &[patient.as_bytes(), original.as_bytes()],
    ))
}

/// Identifier systems that name a place in a prescription, not the resource.
const NOT_OWN: &[&str] = &[
    "http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber",
    "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex",
    "urn:oid:1.2.392.100495.20.3.81",
    "urn:oid:1.2.392.100495.20.3.82",
    // Prescription numbers are shared by every drug on the sheet.
    "urn:oid:1.2.392.100495.20.3.11",
];

const INSTANCE: &str = "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier";

/// `type|system|id` of a resource: its instance identifier of JP Core, else the address it is kept under, else another
/// identifier of its own, else its id, else a hash of its text.
pub(crate) fn resource_key(resource: &Resource) -> String {
    let kind = &resource.resource_type;
    let identifiers = || {
        items(&resource.value, "identifier").filter_map(|identifier| {
            let system = bare_url(text(identifier, "system")?);
            (!NOT_OWN.contains(&system)).then_some((system, text(identifier, "value")?))
        })
    };
    if let Some((system, value)) = identifiers().find(|(system, _)| *system == INSTANCE) {
        return format!("{kind}|{system}|{value}");
    }
    if let Some(url) = resource
        .full_url
        .as_deref()
        .filter(|url| url.starts_with("http") || url.starts_with("urn:"))
    {
        return format!("{kind}|{url}");
    }
    if let Some((system, value)) = identifiers().next() {
        return format!("{kind}|{system}|{value}");
    }
    if !resource.id.is_empty() {
        return format!("{kind}||{}", resource.id);
    }
    format!(
        "{kind}|text|{}",
        hex(&derive(
            "kaban/import/text/1",
            &[resource.original.as_bytes()]
        ))
    )
}

/// A key for a resource whose own key is claimed by another text too.
pub(crate) fn with_text(key: &str, original: &str) -> String {
    format!(
        "{key}|text|{}",
        hex(&derive("kaban/import/text/1", &[original.as_bytes()]))
    )
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_version_1_never_change() {
        // Written down on 2026-11-21 from another implementation of SHA-256; an id that moves would enter every imported drug twice.
        let patient = PatientId::from_bytes([7; 16]);
        assert_eq!(
            derive_patient("identifier|urn:oid:1.2.3|0001").to_string(),
            "b8e790cf1a4ed5f88e3311612cb72e98"
        );
        assert_eq!(
            hex(&derive_entry(&patient, "Condition||c1")),
            "ef9fd8cd1c1a3536ce90f920f4eaf231"
        );
        assert_eq!(
            derive_source(&patient, "{}").to_string(),
            "7970a58f11671f4d50de6036d7981cb2"
        );
    }

    #[test]
    fn parts_are_kept_apart_by_their_lengths() {
        assert_ne!(derive("p", &[b"ab", b"c"]), derive("p", &[b"a", b"bc"]));
    }
}
