//! A pack gets into force whole, or not at all, whatever the disk does.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use tempfile::TempDir;

use super::disk::{Disk, RealDisk};
use crate::{Bag, Environment, Kind};

const PASSPHRASE: &[u8] = b"a passphrase for tests";

fn environment() -> Environment {
    Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    }
}

fn founded(folder: &Path) -> Bag {
    let doctor = Person {
        name: "佐藤 恵".to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    };
    Bag::found(folder, PASSPHRASE, "匝瑳医師会", &doctor, &environment()).unwrap()
}

fn again(folder: &Path) -> Bag {
    Bag::open(folder, PASSPHRASE, None, &environment()).unwrap()
}

/// A road, and the day somebody looked at it.
fn unsigned(day: &str) -> Vec<u8> {
    let node = |id: i64| Node {
        id,
        lon: 140.5 + 0.001 * id as f64,
        lat: 35.7,
        tags: Vec::new(),
    };
    let road = Elements {
        nodes: (1..=4).map(node).collect(),
        ways: vec![Way {
            id: 1,
            nodes: (1..=4).collect(),
            tags: vec![("highway".to_owned(), "residential".to_owned())],
        }],
        relations: Vec::new(),
    };
    let options = BuildOptions {
        data_date: Some(day.to_owned()),
        ..BuildOptions::default()
    };
    from_elements(&road, &options).unwrap().pack
}

/// Writes a pack of that day, signed by the bag's device.
fn pack_of(bag: &Bag, folder: &Path, day: &str) -> PathBuf {
    let mut pack = unsigned(day);
    bag.sign_pack(&mut pack).unwrap();
    let path = folder.join(format!("sosa-{}.kpack.pmtiles", day.replace('-', "")));
    std::fs::write(&path, pack).unwrap();
    path
}

fn shelf(folder: &Path) -> Vec<String> {
    super::Shelf::of_bag(folder).files()
}

/// A disk that fails at one step, and for good from there when the power is gone.
struct Faulty {
    left: Cell<u32>,
    error: ErrorKind,
    power_lost: bool,
    dead: Cell<bool>,
}

impl Faulty {
    fn at(step: u32, error: ErrorKind, power_lost: bool) -> Self {
        Self {
            left: Cell::new(step),
            error,
            power_lost,
            dead: Cell::new(false),
        }
    }

    fn step(&self) -> io::Result<()> {
        if self.dead.get() {
            return Err(self.error.into());
        }
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.dead.set(self.power_lost);
                self.left.set(u32::MAX);
                Err(self.error.into())
            }
        }
    }

    fn failed(&self) -> bool {
        self.left.get() > 1000
    }
}

impl Disk for Faulty {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.make_folder(folder))
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.step().and_then(|()| RealDisk.create(path))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let failed = self.step();
        let kept = if failed.is_ok() {
            bytes.len()
        } else {
            bytes.len() / 2
        };
        RealDisk.write(file, &bytes[..kept])?;
        failed
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.sync(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.rename(from, to))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.sync_folder(folder))
    }
}

#[test]
fn a_pack_is_taken_in_once_and_replaced_by_a_newer_one_whose_file_goes_at_the_next_start() {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut bag = founded(folder.path());
    assert_eq!(bag.open_current_pack().unwrap_err().kind, Kind::NotFound);
    let first = pack_of(&bag, outside.path(), "2026-11-01");
    let taken = bag.import_pack(&first, false).unwrap();
    assert!(!taken.already && taken.replaced.is_none());
    assert!(taken.pack.file.ends_with(".kpack.pmtiles") && taken.pack.file.contains("-20261101-"));
    let same = bag.import_pack(&first, false).unwrap();
    assert!(same.already);
    assert_eq!(
        (same.pack, shelf(folder.path())),
        (taken.pack.clone(), vec![taken.pack.file.clone()])
    );
    let second = pack_of(&bag, outside.path(), "2026-12-01");
    let newer = bag.import_pack(&second, false).unwrap();
    assert_eq!(newer.replaced.as_deref(), Some(taken.pack.file.as_str()));
    assert_eq!(
        shelf(folder.path()).len(),
        2,
        "a map view may have the old one open"
    );
    bag.lock().unwrap();
    let mut bag = again(folder.path());
    assert_eq!(shelf(folder.path()), vec![newer.pack.file.clone()]);
    let (pack, path) = bag.open_current_pack().unwrap();
    assert_eq!(pack.meta().data_date.as_deref(), Some("2026-12-01"));
    assert!(path.ends_with(newer.pack.file));
}

#[test]
fn unsigned_strange_broken_and_older_packs_are_refused_and_leave_nothing() {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut bag = founded(folder.path());
    let good = pack_of(&bag, outside.path(), "2026-11-01");
    bag.import_pack(&good, false).unwrap();
    let before = shelf(folder.path());
    let elsewhere = TempDir::new().unwrap();
    let stranger = pack_of(&founded(elsewhere.path()), outside.path(), "2026-12-01");
    let bytes = std::fs::read(&good).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = outside.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut flipped = bytes.clone();
    flipped[100] ^= 1;
    let older = pack_of(&bag, outside.path(), "2026-10-01");
    for (path, kind) in [
        (write("unsigned", &unsigned("2026-12-01")), Kind::NotAllowed),
        (stranger, Kind::NotAllowed),
        (write("flipped", &flipped), Kind::BadInput),
        (write("cut", &bytes[..bytes.len() / 2]), Kind::BadInput),
        (write("text", b"a letter"), Kind::BadInput),
        (write("empty", b""), Kind::BadInput),
        (outside.path().join("nowhere"), Kind::BadInput),
        (outside.path().to_owned(), Kind::BadInput),
        (older.clone(), Kind::Rule),
    ] {
        let refused = bag.import_pack(&path, false).unwrap_err();
        assert_eq!(refused.kind, kind, "{path:?}: {refused}");
        assert!(!refused.detail.contains("incoming.part"), "{refused}");
        assert_eq!(shelf(folder.path()), before);
    }
    assert!(
        bag.import_pack(&older, true).is_ok(),
        "when it is asked for"
    );
}

#[test]
fn at_whatever_step_the_disk_fails_the_pack_before_stays_in_force() {
    let outside = TempDir::new().unwrap();
    for power_lost in [false, true] {
        for error in [ErrorKind::StorageFull, ErrorKind::Other] {
            let folder = TempDir::new().unwrap();
            let mut bag = founded(folder.path());
            let first = pack_of(&bag, outside.path(), "2026-11-01");
            let second = pack_of(&bag, outside.path(), "2026-12-01");
            let before = bag.import_pack(&first, false).unwrap().pack;
            for step in 0.. {
                let disk = Faulty::at(step, error, power_lost);
                let done = bag.import_pack_on(&disk, &second, false);
                if !disk.failed() {
                    assert_eq!(
                        (step, done.unwrap().already),
                        (6, false),
                        "every step was tried"
                    );
                    break;
                }
                let refused = done.unwrap_err();
                let full = error == ErrorKind::StorageFull;
                assert_eq!(
                    refused.kind == Kind::DiskFull,
                    full,
                    "step {step}: {refused}"
                );
                assert_eq!(refused.kind.exit_code() == 10, full);
                bag.lock().unwrap();
                bag = again(folder.path());
                assert_eq!(bag.current_pack().unwrap().unwrap(), before, "step {step}");
                assert!(bag.open_current_pack().is_ok());
                assert_eq!(
                    shelf(folder.path()),
                    vec![before.file.clone()],
                    "step {step}"
                );
            }
        }
    }
}

#[test]
fn a_file_that_was_exchanged_broken_or_lost_behind_our_back_is_not_opened() {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut bag = founded(folder.path());
    let good = pack_of(&bag, outside.path(), "2026-11-01");
    let pack = bag.import_pack(&good, false).unwrap().pack;
    let path = folder.path().join("maps").join(&pack.file);
    let older = pack_of(&bag, outside.path(), "2026-10-01");
    std::fs::copy(older, &path).unwrap();
    assert_eq!(bag.open_current_pack().unwrap_err().kind, Kind::Tampered);
    std::fs::write(&path, b"rust").unwrap();
    assert_eq!(bag.open_current_pack().unwrap_err().kind, Kind::Damaged);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(bag.open_current_pack().unwrap_err().kind, Kind::Damaged);
    assert!(
        !bag.import_pack(&good, false).unwrap().already,
        "it can be taken in again"
    );
    assert!(bag.open_current_pack().is_ok());
}
