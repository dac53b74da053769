//! What lies on a device for an examiner to try: its envelopes, its files, a copy of its store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kaban_app::{AppError, Kind};
use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::DocTag;
use kaban_sync::group::DocKey;
use kaban_vault::FileKeyVault;
use kaban_vault::examine::{Examination, open_everything};
use kaban_vault::store::{DATABASE_FILE, Durability, ENVELOPES_MAX};

use super::world::{Device, PASSPHRASE, disk};

/// The documents that travel in the bag.
const BAG_DOCS: [DocKind; 4] = [
    DocKind::Front,
    DocKind::Chart,
    DocKind::Log,
    DocKind::Liaison,
];

/// Tags of the documents a device holds for duty alone, and of those that are its person's own.
pub fn tags_of(device: &mut Device) -> Result<(BTreeSet<DocTag>, BTreeSet<DocTag>), AppError> {
    let member = device.member;
    let association = device.bag()?.workspace().association();
    let own = |patient: PatientId| {
        association
            .registration(patient)
            .is_some_and(|r| r.team_members().any(|other| other == member))
    };
    let (mut bag, mut mine) = (BTreeSet::new(), BTreeSet::new());
    for patient in association.duty_list() {
        let tags = BAG_DOCS.map(|kind| DocKey::of(patient, kind).tag(association.tag_key()));
        if own(patient) {
            mine.extend(tags)
        } else {
            bag.extend(tags)
        }
    }
    Ok((bag, mine))
}

/// Every envelope a device has stored.
pub fn envelopes_of(device: &mut Device) -> Result<Vec<SealedEnvelope>, AppError> {
    let store = device.bag()?.workspace().store();
    let stored = store.transact(Durability::Normal, |tx| {
        let mut all = Vec::new();
        for doc in tx.docs()? {
            all.extend(tx.envelopes(&doc, &BTreeMap::new(), ENVELOPES_MAX)?);
        }
        Ok::<_, kaban_vault::Error>(all)
    })?;
    Ok(stored.into_iter().map(|stored| stored.envelope).collect())
}

/// The `.kaban` files beside a device's store, sent and received.
pub fn files_of(device: &Device) -> Result<Vec<PathBuf>, AppError> {
    let dir = device.home.join("files");
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(dir).map_err(disk)?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.sort();
    Ok(paths)
}

/// What can be opened in a copy of a locked store, with a keystore as it is.
pub fn examine(store: &Path, keystore: &Path, scratch: &Path) -> Result<Examination, AppError> {
    if scratch.exists() {
        std::fs::remove_dir_all(scratch).map_err(disk)?;
    }
    std::fs::create_dir_all(scratch).map_err(disk)?;
    for entry in std::fs::read_dir(store).map_err(disk)? {
        let entry = entry.map_err(disk)?;
        if entry.file_type().map_err(disk)?.is_file() {
            std::fs::copy(entry.path(), scratch.join(entry.file_name())).map_err(disk)?;
        }
    }
    let keyvault = FileKeyVault::open(keystore).map_err(kaban_vault::Error::from)?;
    let found = open_everything(&scratch.join(DATABASE_FILE), &keyvault, PASSPHRASE)?;
    if found.slots_opened == 0 {
        return Err(AppError::new(
            Kind::Internal,
            "the examiner's PIN does not open the slot, so nothing was tried",
        ));
    }
    Ok(found)
}
