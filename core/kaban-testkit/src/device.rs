//! Devices: real stores in temporary folders, a clock that is set, a generator that may be seeded.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{Content, Doc, FieldPath, PartialDate, PatientPage};
use kaban_model::people::{DocKind, Role};
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::SealedEnvelope;
use kaban_proto::ids::{DocTag, MemberId};
use kaban_proto::random::{OsRandom, Random};
use kaban_sync::group::DocKey;
use kaban_sync::pairing::Proof;
use kaban_sync::workspace::{
    Carry, Cx, Founder, IngestReport, ItemSeen, NewValue, Person, Turn, Workspace,
};
use kaban_sync::{Act, Error};
use kaban_vault::keyvault::FileKeyVault;
use kaban_vault::slots::{KdfCost, SlotSecrets};
use kaban_vault::store::Store;
use tempfile::TempDir;

use crate::Chance;

/// Opens every slot made here.
pub const PASSPHRASE: &[u8] = b"a passphrase for tests";

/// Most envelopes a device shows of its outbox.
const OUTBOX_MAX: usize = 100_000;

/// A device of one person.
pub struct Device {
    /// Where its store and its keystore lie; gone with the device.
    pub dir: TempDir,
    /// Its copy of the association.
    pub ws: Workspace,
    /// Its clock.
    pub now: DateTime<FixedOffset>,
    rng: Box<dyn Random>,
}

/// Where every clock begins: a Tuesday, an hour after duty changed.
pub fn start() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-17T10:00:00+09:00").unwrap()
}

/// The week of duty around [`start`].
pub fn turn() -> Turn {
    let from = start() - Duration::hours(1);
    Turn {
        from,
        to: from + Duration::weeks(1),
    }
}

/// Somebody, with the number of the association.
pub fn person(name: &str, role: Role) -> Person {
    let phone = "0479-00-0000".to_owned();
    Person {
        name: name.to_owned(),
        kana: String::new(),
        role,
        phone,
    }
}

/// Consent to registration, for doctors and nurses, on paper of that date.
pub fn consent(paper_date: &str) -> ConsentGiven {
    ConsentGiven {
        registration: true,
        primary_agreed: true,
        roles: [Role::Doctor, Role::Nurse].into_iter().collect(),
        paper_date: PartialDate::parse(paper_date).unwrap(),
    }
}

/// An unlocked store with one slot, in an empty folder.
pub fn new_store(dir: &Path, rng: &mut dyn Random) -> Store {
    let keyvault = Arc::new(FileKeyVault::open(&dir.join("keystore")).unwrap());
    let mut store = Store::create(&dir.join("bag"), keyvault, rng).unwrap();
    let member = MemberId::make(rng);
    let mut secrets = SlotSecrets::make(member, rng);
    secrets.kx = kaban_sync::seal::make_keypair(rng).0;
    store
        .add_slot(&secrets, PASSPHRASE, KdfCost::FLOOR, rng)
        .unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    store
}

/// The store of [`new_store`], opened again and unlocked.
pub fn opened_store(dir: &Path) -> Store {
    let keyvault = Arc::new(FileKeyVault::open(&dir.join("keystore")).unwrap());
    let mut store = Store::open(&dir.join("bag"), keyvault).unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    store
}

impl Device {
    /// The device that founds the association 匝瑳医師会.
    pub fn founder(name: &str, role: Role) -> Self {
        Self::founder_by(name, role, Box::new(OsRandom))
    }

    /// The same with keys by seed.
    pub fn seeded_founder(name: &str, role: Role, chance: &mut Chance) -> Self {
        Self::founder_by(name, role, Box::new(chance.branch()))
    }

    fn founder_by(name: &str, role: Role, mut rng: Box<dyn Random>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = new_store(dir.path(), &mut *rng);
        let founder = Founder {
            association: "匝瑳医師会".to_owned(),
            person: person(name, role),
        };
        let now = start();
        let ws = Workspace::found(
            store,
            &founder,
            &mut Cx {
                now,
                rng: &mut *rng,
            },
        );
        Self {
            dir,
            ws: ws.unwrap(),
            now,
            rng,
        }
    }

    /// The same device, locked and opened again: nothing is left but what is on its disk.
    pub fn reopened(self) -> Self {
        self.reopened_by(|_, mut store| {
            store.lock().unwrap();
            store.unlock(None, PASSPHRASE).unwrap();
            store
        })
    }

    /// The same device, of which the unlocked store was given to somebody with its folder, and came
    /// back unlocked.
    pub fn reopened_by(self, hands: impl FnOnce(&Path, Store) -> Store) -> Self {
        let Self { dir, ws, now, rng } = self;
        let store = hands(dir.path(), ws.into_store());
        let ws = Workspace::open(store).unwrap();
        Self { dir, ws, now, rng }
    }

    /// A device that `admin` lets in.
    pub fn joining(admin: &mut Self, name: &str, role: Role) -> Self {
        Self::joining_by(admin, name, role, Box::new(OsRandom))
    }

    /// The same with keys by seed.
    pub fn seeded_joining(admin: &mut Self, name: &str, role: Role, chance: &mut Chance) -> Self {
        Self::joining_by(admin, name, role, Box::new(chance.branch()))
    }

    fn joining_by(admin: &mut Self, name: &str, role: Role, mut rng: Box<dyn Random>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut store = new_store(dir.path(), &mut *rng);
        let now = admin.now;
        let cx = &mut Cx {
            now,
            rng: &mut *rng,
        };
        let request = Workspace::request_to_join(&mut store, &person(name, role), cx).unwrap();
        let admins = &mut Cx {
            now,
            rng: &mut *admin.rng,
        };
        let enrolment = admin.ws.admit(&request, &Proof::Nothing, admins).unwrap();
        let cx = &mut Cx {
            now,
            rng: &mut *rng,
        };
        let ws = Workspace::join(store, &enrolment.grant, &Proof::Nothing, cx).unwrap();
        Self { dir, ws, now, rng }
    }

    /// Something done a minute after what was done before.
    pub fn with<T>(&mut self, f: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> T) -> T {
        self.now += Duration::minutes(1);
        f(
            &mut self.ws,
            &mut Cx {
                now: self.now,
                rng: &mut *self.rng,
            },
        )
    }

    /// Registers a patient with consent.
    pub fn register(&mut self, primary: MemberId, team: &[MemberId]) -> PatientId {
        let patient = PatientId::make(&mut *self.rng);
        let act = Act::Register {
            patient,
            primary,
            deputy: None,
            team: team.to_vec(),
            eligibility: Eligibility {
                cannot_attend: true,
                wants_home_care: true,
            },
            consent: Some(consent("2026-11-01")),
        };
        self.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
        patient
    }

    /// Writes one field of a patient.
    ///
    /// # Errors
    /// Those of [`kaban_sync::workspace::Session::put_values`].
    pub fn put(
        &mut self,
        patient: PatientId,
        path: &str,
        value: serde_json::Value,
    ) -> Result<(), Error> {
        let path = FieldPath::parse(path).unwrap();
        let kind = match path.spec().doc {
            Doc::Front => DocKind::Front,
            Doc::Chart => DocKind::Chart,
            Doc::Admin => DocKind::Admin,
        };
        let content = Content::Value(value);
        let value = NewValue {
            path,
            content,
            source: None,
            decides: Vec::new(),
        };
        let doc = DocKey::of(patient, kind);
        self.with(|ws, cx| ws.write(|s| s.put_values(cx, doc, &[value]).map(drop)))
    }

    /// Adds a visit note.
    ///
    /// # Errors
    /// Those of [`kaban_sync::workspace::Session::put_item`].
    pub fn note(&mut self, patient: PatientId, text: &str) -> Result<ItemId, Error> {
        let id = ItemId::make(&mut *self.rng);
        let item = Item {
            id,
            kind: ItemKind::Visit,
            at: self.now,
            patient: Some(patient),
            link: None,
            body: serde_json::json!({ "subjective": text }),
            rest: serde_json::Map::new(),
        };
        let doc = DocKey::of(patient, DocKind::Log);
        self.with(|ws, cx| ws.write(|s| s.put_item(cx, doc, &item)))?;
        Ok(id)
    }

    /// The visit notes this device can read, as items.
    pub fn items(&mut self, patient: PatientId) -> Vec<ItemSeen> {
        let doc = DocKey::of(patient, DocKind::Log);
        self.with(|ws, _| ws.read(|s| s.items(doc))).unwrap()
    }

    /// Their texts.
    pub fn notes(&mut self, patient: PatientId) -> Vec<String> {
        let text = |seen: &ItemSeen| seen.item.body["subjective"].as_str().unwrap().to_owned();
        self.items(patient).iter().map(text).collect()
    }

    /// A patient's pages, if anything of them is readable here.
    pub fn page(&mut self, patient: PatientId) -> Option<PatientPage> {
        self.with(|ws, cx| ws.read(|s| s.open_patient(cx, patient)))
            .ok()
    }

    /// One field of them, as text.
    pub fn text(&mut self, patient: PatientId, path: &str) -> Option<String> {
        Some(self.page(patient)?.text(path).to_owned())
    }

    /// The documents and groups this device asks a relay for.
    pub fn interest(&mut self) -> Vec<DocTag> {
        let cx = Cx {
            now: self.now,
            rng: &mut *self.rng,
        };
        self.ws.interest(&cx).unwrap()
    }

    /// Everything this device would push, as a mule would carry it.
    pub fn outbox(&mut self) -> Vec<SealedEnvelope> {
        self.with(|ws, _| ws.read(|s| s.outbox(OUTBOX_MAX)))
            .unwrap()
    }

    /// Takes in a batch that came from a relay.
    pub fn take_in(&mut self, envelopes: Vec<SealedEnvelope>) -> IngestReport {
        self.with(|ws, cx| ws.ingest(envelopes, Carry::Nothing, cx))
            .unwrap()
    }

    /// The reasons for which envelopes were set aside here.
    pub fn quarantine(&mut self) -> Vec<String> {
        let noted = self.with(|ws, _| ws.read(|s| s.quarantined())).unwrap();
        noted.into_iter().map(|(_, reason)| reason).collect()
    }
}
