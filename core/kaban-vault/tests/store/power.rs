//! A power cut: what had not reached the disk is gone. A file system in a file shows it honestly: while the store is open, a
//! copy of that file holds what was written through to the disk and nothing that the system still keeps in its memory.
//!
//! Needs to mount; where that is not allowed, the test says so and looks at nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::common::*;
use kaban_proto::OsRandom;
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::{Durability, Scope, Store, Tx};
use kaban_vault::{Error, FileKeyVault, KdfCost, KeyVault, SlotSecrets};

/// A mounted disk in a file; unmounted when dropped.
struct Disk {
    image: PathBuf,
    mounted: PathBuf,
}

impl Disk {
    fn make(dir: &Path) -> Option<Self> {
        let image = dir.join("disk");
        std::fs::File::create(&image)
            .unwrap()
            .set_len(64 << 20)
            .unwrap();
        run("mkfs.ext4", &["-q".as_ref(), "-F".as_ref(), image.as_ref()])
            .then(|| Self::mount(image, dir.join("mounted")))?
    }

    fn mount(image: PathBuf, mounted: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&mounted).unwrap();
        let options = "loop,commit=300".as_ref();
        run(
            "mount",
            &["-o".as_ref(), options, image.as_ref(), mounted.as_ref()],
        )
        .then_some(Self { image, mounted })
    }

    /// The disk as it would be found if the power failed now.
    fn after_a_power_cut(&self, dir: &Path) -> Self {
        let image = dir.join("disk-after");
        std::fs::copy(&self.image, &image).unwrap();
        Self::mount(image, dir.join("mounted-after")).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["-l".as_ref(), self.mounted.as_ref()]);
    }
}

fn run(program: &str, arguments: &[&std::ffi::OsStr]) -> bool {
    Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}

fn open(disk: &Disk, keys: &Arc<dyn KeyVault>) -> Store {
    let mut store = Store::open(&disk.mounted.join("store"), Arc::clone(keys)).unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    store
}

#[test]
fn the_row_of_a_page_that_was_shown_survives_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::make(dir.path()) else {
        println!("no disk can be mounted here: nothing was looked at");
        return;
    };
    let keys: Arc<dyn KeyVault> = Arc::new(FileKeyVault::open(&dir.path().join("keys")).unwrap());
    let folder = disk.mounted.join("store");
    let mut store = Store::create(&folder, Arc::clone(&keys), &mut OsRandom).unwrap();
    let secrets = SlotSecrets::make(MEMBER, &mut OsRandom);
    store
        .add_slot(&secrets, PASSPHRASE, KdfCost::FLOOR, &mut OsRandom)
        .unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    store.lock().unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    for shown in 1..=3_u8 {
        store
            .transact(Durability::Full, |tx| {
                tx.audit(act(AuditEvent::OpenPatient, Some(PATIENT)))
            })
            .unwrap();
        let may_be_lost = |tx: &mut Tx<'_>| tx.put_row(&Scope::Device, "index", b"", &[shown], b"");
        store.transact(Durability::Normal, may_be_lost).unwrap();
        let after = disk.after_a_power_cut(dir.path());
        let mut found = open(&after, &keys);
        let lost = write(&mut found, |tx| tx.get_row("index", b"", &[shown])).unwrap();
        assert!(lost.is_none(), "a disk that loses nothing shows nothing");
        let report = write(&mut found, |tx| tx.verify_audit()).unwrap();
        assert_eq!((report.rows, report.first_broken), (shown.into(), None));
        assert!(found.check().unwrap().findings.is_empty());
    }
}

#[test]
fn no_row_is_written_where_a_power_cut_could_take_it() {
    let desk = Desk::new();
    let mut store = desk.create();
    let result = store.transact(Durability::Normal, |tx| {
        tx.audit(act(AuditEvent::OpenPatient, Some(PATIENT)))
    });
    assert!(matches!(result, Err(Error::Invalid { .. })));
}
