//! Devices for tests: real stores in temporary folders, a seeded generator, a clock that is set.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{Content, FieldPath, PartialDate};
use kaban_model::people::{DocKind, Role};
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::ids::{DocTag, MemberId};
use kaban_proto::random::{OsRandom, Random};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Carry, Cx, Founder, NewValue, Person, Turn, Workspace};
use kaban_sync::{Act, Error};
use kaban_vault::kbox::Key;
use kaban_vault::keyvault::FileKeyVault;
use kaban_vault::slots::{KdfCost, SlotSecrets};
use kaban_vault::store::Store;

pub const PASSPHRASE: &[u8] = b"a passphrase for tests";

pub struct Device {
    pub dir: tempfile::TempDir,
    pub ws: Workspace,
    pub now: DateTime<FixedOffset>,
}

pub fn start() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-17T10:00:00+09:00").unwrap()
}

pub fn turn() -> Turn {
    Turn {
        from: DateTime::parse_from_rfc3339("2026-11-17T09:00:00+09:00").unwrap(),
        to: DateTime::parse_from_rfc3339("2026-11-24T09:00:00+09:00").unwrap(),
    }
}

pub fn person(name: &str, role: Role) -> Person {
    Person { name: name.to_owned(), kana: String::new(), role, phone: "0479-00-0000".to_owned() }
}

pub fn consent(paper_date: &str) -> ConsentGiven {
    ConsentGiven {
        registration: true,
        primary_agreed: true,
        roles: [Role::Doctor, Role::Nurse].into_iter().collect(),
        paper_date: PartialDate::parse(paper_date).unwrap(),
    }
}

pub fn new_store(dir: &std::path::Path) -> Store {
    let mut rng = OsRandom;
    let keyvault = Arc::new(FileKeyVault::open(&dir.join("keystore")).unwrap());
    let mut store = Store::create(&dir.join("bag"), keyvault, &mut rng).unwrap();
    let secrets = SlotSecrets {
        mk: Key::make(&mut rng),
        member: MemberId::make(&mut rng),
        sign_seed: Key::make(&mut rng),
        kx: kaban_sync::seal::make_keypair(&mut rng).0,
        ok: Key::make(&mut rng),
        sk: Key::make(&mut rng),
    };
    store.add_slot(&secrets, PASSPHRASE, KdfCost::FLOOR, &mut rng).unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    store
}

impl Device {
    pub fn founder(name: &str, role: Role) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = new_store(dir.path());
        let founder = Founder { association: "匝瑳医師会".to_owned(), person: person(name, role) };
        let now = start();
        let ws = Workspace::found(store, &founder, &mut Cx { now, rng: &mut OsRandom });
        Self { dir, ws: ws.map_err(|(_, error)| error).unwrap(), now }
    }

    pub fn joining(admin: &mut Self, name: &str, role: Role) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut store = new_store(dir.path());
        let now = admin.now;
        let cx = &mut Cx { now, rng: &mut OsRandom };
        let request = Workspace::request_to_join(&mut store, &person(name, role), cx).unwrap();
        let enrolment = admin.ws.admit(&request, cx).unwrap();
        let ws = Workspace::join(store, &enrolment.grant, cx).map_err(|(_, error)| error).unwrap();
        Self { dir, ws, now }
    }

    pub fn tick(&mut self) {
        self.now += Duration::minutes(1);
    }

    pub fn with<T>(&mut self, f: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> T) -> T {
        self.tick();
        let mut rng = OsRandom;
        f(&mut self.ws, &mut Cx { now: self.now, rng: &mut rng })
    }

    pub fn register(&mut self, primary: MemberId, team: &[MemberId]) -> PatientId {
        let patient = PatientId::make(&mut OsRandom);
        let given = consent("2026-11-01");
        let act = Act::Register {
            patient,
            primary,
            deputy: None,
            team: team.to_vec(),
            eligibility: Eligibility { cannot_attend: true, wants_home_care: true },
            consent: Some(given),
        };
        self.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
        patient
    }

    pub fn put(&mut self, patient: PatientId, path: &str, value: serde_json::Value) -> Result<(), Error> {
        let path = FieldPath::parse(path).unwrap();
        let kind = match path.spec().doc {
            kaban_model::patient::Doc::Front => DocKind::Front,
            kaban_model::patient::Doc::Chart => DocKind::Chart,
            kaban_model::patient::Doc::Admin => DocKind::Admin,
        };
        let value = NewValue { path, content: Content::Value(value), source: None, decides: Vec::new() };
        self.with(|ws, cx| ws.write(|s| s.put_values(cx, DocKey::of(patient, kind), &[value]).map(drop)))
    }

    pub fn note(&mut self, patient: PatientId, text: &str) -> Result<ItemId, Error> {
        let id = ItemId::make(&mut OsRandom);
        let item = Item {
            id,
            kind: ItemKind::Visit,
            at: self.now,
            patient: Some(patient),
            link: None,
            body: serde_json::json!({ "subjective": text }),
            rest: serde_json::Map::new(),
        };
        self.with(|ws, cx| ws.write(|s| s.put_item(cx, DocKey::of(patient, DocKind::Log), &item)))?;
        Ok(id)
    }

    pub fn notes(&mut self, patient: PatientId) -> Vec<String> {
        let items = self.with(|ws, _| ws.read(|s| s.items(DocKey::of(patient, DocKind::Log)))).unwrap();
        items.iter().map(|i| i.item.body["subjective"].as_str().unwrap().to_owned()).collect()
    }

    pub fn text(&mut self, patient: PatientId, path: &str) -> Option<String> {
        let page = self.with(|ws, cx| ws.read(|s| s.open_patient(cx, patient))).ok()?;
        Some(page.text(path).to_owned())
    }

    /// Everything this device would push, as a mule would carry it.
    pub fn outbox(&mut self) -> Vec<kaban_proto::SealedEnvelope> {
        self.with(|ws, _| ws.read(|s| s.outbox(100_000))).unwrap()
    }

    pub fn take_in(&mut self, envelopes: Vec<kaban_proto::SealedEnvelope>) -> kaban_sync::workspace::IngestReport {
        self.with(|ws, cx| ws.ingest(envelopes, Carry::Nothing, cx)).unwrap()
    }
}

/// A relay in memory: every device gets what it asks for, in one go.
#[derive(Default)]
pub struct Board {
    envelopes: std::collections::BTreeMap<DocTag, Vec<kaban_proto::SealedEnvelope>>,
}

impl Board {
    pub fn meet(&mut self, device: &mut Device) {
        for envelope in device.outbox() {
            let known = self.envelopes.entry(envelope.header().doc).or_default();
            if !known.contains(&envelope) {
                known.push(envelope);
            }
        }
        for _ in 0..4 {
            let now = device.now;
            let tags = device.ws.interest(&Cx { now, rng: &mut OsRandom }).unwrap();
            let batch = tags.iter().filter_map(|tag| self.envelopes.get(tag)).flatten().cloned().collect();
            device.take_in(batch);
        }
    }

    pub fn settle(&mut self, devices: &mut [&mut Device]) {
        for _ in 0..3 {
            for device in devices.iter_mut() {
                self.meet(device);
            }
        }
    }
}

pub fn random_bytes(n: usize) -> Vec<u8> {
    let mut bytes = vec![0; n];
    OsRandom.fill(&mut bytes);
    bytes
}
