//! Stores written by earlier versions still open, and say what they said.

use super::common::*;
use kaban_proto::Hash32;
use kaban_vault::store::Scope;
use kaban_vault::{FileKeyVault, Store};
use std::path::Path;
use std::sync::Arc;

#[test]
fn a_store_of_version_1_opens_and_reads_back() {
    let desk = Desk::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store-1");
    copy_folder(&fixture.join("store"), &desk.folder());
    copy_folder(&fixture.join("keys"), &desk.dir.path().join("old-keys"));
    let keys = Arc::new(FileKeyVault::open(&desk.dir.path().join("old-keys")).unwrap());
    let mut store = Store::open(&desk.folder(), keys).unwrap();
    store.unlock(Some(MEMBER), PASSPHRASE).unwrap();
    for (index, scope) in [
        Scope::Device,
        Scope::Member,
        Scope::Own(PATIENT),
        Scope::Bag(LEASE),
    ]
    .iter()
    .enumerate()
    {
        let id = [index as u8];
        assert_eq!(
            write(&mut store, |tx| tx.row_scope("front", b"p", &id)).unwrap(),
            Some(*scope)
        );
        let row = write(&mut store, |tx| tx.get_row("front", b"p", &id))
            .unwrap()
            .unwrap();
        assert_eq!(
            row.as_slice(),
            format!("row in the scope {index}").as_bytes()
        );
    }
    let chain = chain(1, 3);
    assert_eq!(
        write(&mut store, |tx| tx.vector(&DOC)).unwrap()[0].2,
        chain[2].hash()
    );
    assert_eq!(
        write(&mut store, |tx| tx.outbox(9)).unwrap()[0].envelope,
        chain[2]
    );
    assert_eq!(
        write(&mut store, |tx| tx.receipt(&chain[0].hash()))
            .unwrap()
            .unwrap(),
        b"receipt"
    );
    let note = write(&mut store, |tx| tx.quarantined()).unwrap().remove(0);
    assert_eq!(
        (note.hash, note.reason.as_str()),
        (Hash32::of(b"refused"), "schema")
    );
    let report = store.check().unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(
        (
            report.rows_opened,
            report.envelopes,
            report.audit.unwrap().rows
        ),
        (4, 3, 2)
    );
}
