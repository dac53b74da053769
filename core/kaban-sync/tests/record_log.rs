//! The record log on disk: forked by a restored phone, damaged by a bad block. Memory and disk
//! never disagree, the bag always opens, and all who are honest end with the same log.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use chrono::Duration;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::SealedEnvelope;
use kaban_proto::envelope::Kind;
use kaban_proto::ids::Hash32;
use kaban_proto::random::OsRandom;
use kaban_sync::Act;
use kaban_sync::workspace::{Carry, Cx, Workspace};
use kaban_testkit::{Board, Device, PASSPHRASE};
use kaban_vault::keyvault::FileKeyVault;
use kaban_vault::store::Store;
use serde_json::json;

struct Village {
    office: Device,
    doctor: Device,
    nurse: Device,
    board: Board,
    patient: PatientId,
}

impl Village {
    fn new() -> Self {
        let mut office = Device::founder("事務局", Role::Office);
        let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
        let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
        let mut board = Board::default();
        board.settle(&mut [&mut office, &mut doctor, &mut nurse]);
        let patient = doctor.register(doctor.ws.member(), &[nurse.ws.member()]);
        doctor.put(patient, "name", json!("田中 はな")).unwrap();
        doctor.note(patient, "一").unwrap();
        board.settle(&mut [&mut doctor, &mut nurse, &mut office]);
        Self {
            office,
            doctor,
            nurse,
            board,
            patient,
        }
    }

    /// One record by the doctor's phone and one by the same phone restored from yesterday's backup.
    fn forked(&mut self) -> (SealedEnvelope, SealedEnvelope) {
        let me = self.doctor.ws.member();
        let absence = |days: i64| Act::Absence {
            member: me,
            from: kaban_testkit::start() + Duration::days(days),
            to: kaban_testkit::start() + Duration::days(days + 1),
        };
        let copy = tempfile::tempdir().unwrap();
        self.doctor.ws.store().lock().unwrap();
        copy_dir(self.doctor.dir.path(), copy.path());
        self.doctor.ws.store().unlock(None, PASSPHRASE).unwrap();
        self.doctor
            .with(|ws, cx| ws.declare(vec![absence(3)], cx))
            .unwrap();
        let first = self.doctor.outbox().pop().unwrap();
        let mut restored = opened(copy.path());
        let mut rng = OsRandom;
        let mut cx = Cx {
            now: kaban_testkit::start() + Duration::hours(5),
            rng: &mut rng,
        };
        restored.declare(vec![absence(9)], &mut cx).unwrap();
        let second = restored
            .read(|session| session.outbox(1_000))
            .unwrap()
            .pop()
            .unwrap();
        assert_eq!(first.header().kind, Kind::Record);
        assert_eq!(first.header().seq, second.header().seq);
        assert_ne!(first.hash(), second.hash());
        (first, second)
    }
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn opened(dir: &Path) -> Workspace {
    let keys = Arc::new(FileKeyVault::open(&dir.join("keystore")).unwrap());
    let mut store = Store::open(&dir.join("bag"), keys).unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    Workspace::open(store).unwrap()
}

/// Every record with whether it is void, the heads, and who is absent.
fn told(device: &Device) -> (Vec<(Hash32, bool)>, Vec<Hash32>, usize) {
    let log = device.ws.record_log();
    let records = log
        .records()
        .map(|r| (r.hash, log.is_void(&r.hash)))
        .collect();
    let heads = log.heads().iter().copied().collect();
    (records, heads, device.ws.association().absences().count())
}

#[test]
fn both_branches_of_a_forked_log_count_in_memory_and_on_disk_whatever_came_first() {
    let mut village = Village::new();
    let (first, second) = village.forked();
    village.nurse.take_in(vec![first.clone()]);
    village.nurse.take_in(vec![second.clone()]);
    village.office.take_in(vec![second]);
    village.office.take_in(vec![first]);
    assert_eq!(told(&village.nurse), told(&village.office));
    assert_eq!(village.nurse.ws.association().absences().count(), 2);
    assert_eq!(village.nurse.quarantine(), ["fork"], "the device is named");
    let forks: Vec<_> = village.nurse.ws.record_log().forks().collect();
    assert_eq!(forks.len(), 1);
    assert_eq!(forks[0].0, village.doctor.ws.device());
    let before = told(&village.nurse);
    village.nurse = village.nurse.reopened();
    assert_eq!(told(&village.nurse), before);
}

#[test]
fn a_fork_stops_nobody_and_the_log_opens_again() {
    let mut village = Village::new();
    let (first, second) = village.forked();
    village
        .nurse
        .with(|ws, cx| ws.ingest(vec![second, first], Carry::Records, cx))
        .unwrap();
    let patient = village.patient;
    village.nurse.note(patient, "看護").unwrap();
    village.nurse = village.nurse.reopened();
    let Village {
        office,
        doctor,
        nurse,
        board,
        ..
    } = &mut village;
    board.settle(&mut [nurse, office, doctor]);
    assert_eq!(told(nurse), told(office));
    assert_eq!(told(nurse), told(doctor));
    assert_eq!(doctor.notes(patient), ["一", "看護"]);
    // The phone that was copied writes on, on both branches.
    doctor.note(patient, "二").unwrap();
    board.settle(&mut [doctor, nurse, office]);
    assert_eq!(nurse.notes(patient), ["一", "看護", "二"]);
    village.doctor = village.doctor.reopened();
}

#[test]
fn a_damaged_record_is_named_and_comes_again_with_the_next_exchange() {
    let mut village = Village::new();
    let whole = told(&village.nurse);
    for back in [0, 1, 3] {
        village.nurse.ws.store().lock().unwrap();
        let file = village.nurse.dir.path().join("bag/kaban.db");
        let damage = format!(
            "UPDATE envelope
             SET wire = CAST(substr(wire,1,200) || x'00' || substr(wire,202) AS BLOB)
             WHERE n = (SELECT n FROM envelope WHERE doc = zeroblob(16)
                        ORDER BY n DESC LIMIT 1 OFFSET {back})"
        );
        let copy = tempfile::tempdir().unwrap();
        copy_dir(village.nurse.dir.path(), copy.path());
        let file = copy
            .path()
            .join(file.strip_prefix(village.nurse.dir.path()).unwrap());
        let db = rusqlite::Connection::open(file).unwrap();
        assert_eq!(db.execute(&damage, []).unwrap(), 1);
        drop(db);
        village.nurse.ws.store().unlock(None, PASSPHRASE).unwrap();
        let mut nurse = opened(copy.path());
        let wanted = nurse.read(|session| session.wanted()).unwrap();
        assert_eq!(wanted.len(), 1);
        let missing = whole.0.len() - nurse.record_log().len();
        assert_eq!(missing, back + 1, "it and what builds on it wait");
        // What it asks for begins at the gap; what it gets is everything a peer has behind that.
        let vector = nurse
            .read(|session| session.vector(kaban_proto::ids::DocTag::RECORDS))
            .unwrap();
        let mut batch: Vec<SealedEnvelope> = village
            .office
            .ws
            .record_log()
            .records()
            .map(|r| r.envelope.clone())
            .collect();
        batch.retain(|envelope| {
            let author = envelope.header().author;
            let have = vector.iter().find(|(other, _)| *other == author);
            envelope.header().seq > have.map_or(0, |(_, seq)| *seq)
        });
        assert!(!batch.is_empty());
        let mut rng = OsRandom;
        let mut cx = Cx {
            now: kaban_testkit::start() + Duration::hours(6),
            rng: &mut rng,
        };
        nurse.ingest(batch, Carry::Nothing, &mut cx).unwrap();
        let log = nurse.record_log();
        let records: Vec<_> = log
            .records()
            .map(|r| (r.hash, log.is_void(&r.hash)))
            .collect();
        assert_eq!(records, whole.0);
        assert!(
            nurse
                .read(|session| session.quarantined())
                .unwrap()
                .is_empty()
        );
        assert_eq!(nurse.association().patients().count(), 1);
        let mut store = nurse.into_store();
        store.lock().unwrap();
        store.unlock(None, PASSPHRASE).unwrap();
        let nurse = Workspace::open(store).unwrap();
        assert_eq!(nurse.record_log().len(), whole.0.len());
    }
}
