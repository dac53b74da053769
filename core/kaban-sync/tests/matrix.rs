//! Everybody × every document × reading, writing and opening a key period: what the table of
//! access says is what the program does, for its own user and for what others sign.

#![allow(clippy::unwrap_used, missing_docs)]

use kaban_model::ids::{ItemId, PatientId, Vid};
use kaban_model::patient::{Content, FieldEntry, FieldPath};
use kaban_model::people::{DocKind, Relation, Role, may_read, may_write};
use kaban_model::visit::{Item, ItemKind};
use kaban_model::{duty::Eligibility, patient::validate};
use kaban_proto::ids::{EpochId, MemberId};
use kaban_proto::random::{OsRandom, Random};
use kaban_sync::document::Document;
use kaban_sync::epoch::EpochKeys;
use kaban_sync::group::{DocKey, PATIENT_DOCS};
use kaban_sync::payload::ContentKind;
use kaban_sync::workspace::NewValue;
use kaban_sync::{Act, Error};
use kaban_testkit::{Board, Device, Forger, Lie, consent, start, turn};
use serde_json::{Map, Value, json};

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Primary,
    Deputy,
    Team,
    Duty,
    Outside,
}

struct Seat {
    role: Role,
    place: Place,
    device: Device,
}

impl Seat {
    fn relation(&self) -> Relation {
        Relation {
            team: matches!(self.place, Place::Deputy | Place::Team),
            primary: self.place == Place::Primary,
            duty_holder: self.place == Place::Duty,
            own_device: false,
        }
    }

    fn may_read(&self, doc: DocKey) -> bool {
        may_read(&self.role, self.relation(), doc.kind)
    }

    fn may_write(&self, doc: DocKey) -> bool {
        may_write(&self.role, self.relation(), doc.kind)
    }

    fn name(&self, doc: DocKey) -> String {
        format!("{} {:?}, {:?}", self.role, self.place, doc.kind)
    }
}

/// The seats whose places the tests need.
const OFFICE: usize = 0;
const PRIMARY: usize = 1;
const DEPUTY: usize = 2;
const COLLEAGUE: usize = 3;
const DUTY: usize = 4;

struct Town {
    seats: Vec<Seat>,
    board: Board,
    patient: PatientId,
}

impl Town {
    fn founded() -> Self {
        let office = Device::founder("事務局", Role::Office);
        let mut town = Self {
            seats: vec![Seat {
                role: Role::Office,
                place: Place::Outside,
                device: office,
            }],
            board: Board::default(),
            patient: PatientId::make(&mut OsRandom),
        };
        for place in [
            Place::Primary,
            Place::Deputy,
            Place::Team,
            Place::Duty,
            Place::Outside,
        ] {
            town.admit(Role::Doctor, place);
        }
        town.admit(Role::Office, Place::Team);
        let others = Role::KNOWN
            .into_iter()
            .chain([Role::Unknown("healer".into())]);
        for role in others.filter(|role| !matches!(role, Role::Doctor | Role::Office)) {
            town.admit(role.clone(), Place::Team);
            town.admit(role, Place::Outside);
        }
        town.settle();
        town.device(DUTY)
            .with(|ws, cx| ws.take_duty(turn(), cx))
            .unwrap();
        town.settle();
        town.register();
        town.settle();
        town
    }

    fn admit(&mut self, role: Role, place: Place) {
        let office = &mut self.seats[OFFICE].device;
        let device = Device::joining(office, role.label(true), role.clone());
        self.seats.push(Seat {
            role,
            place,
            device,
        });
    }

    fn register(&mut self) {
        let member = |at: usize| self.seats[at].device.ws.member();
        let in_team = self.seats.iter().filter(|seat| seat.place == Place::Team);
        let team: Vec<MemberId> = in_team.map(|seat| seat.device.ws.member()).collect();
        let register = Act::Register {
            patient: self.patient,
            primary: member(PRIMARY),
            deputy: Some(member(DEPUTY)),
            team,
            eligibility: Eligibility {
                cannot_attend: true,
                wants_home_care: true,
            },
            consent: Some(consent("2026-11-01")),
        };
        let primary = self.device(PRIMARY);
        primary
            .with(|ws, cx| ws.declare(vec![register], cx))
            .unwrap();
        for doc in self.docs() {
            let primary = self.device(PRIMARY);
            write(primary, doc).unwrap();
        }
    }

    fn device(&mut self, at: usize) -> &mut Device {
        &mut self.seats[at].device
    }

    fn settle(&mut self) {
        let mut all: Vec<&mut Device> =
            self.seats.iter_mut().map(|seat| &mut seat.device).collect();
        self.board.settle(&mut all);
    }

    /// Every document that the program keeps.
    fn docs(&self) -> Vec<DocKey> {
        let patients = PATIENT_DOCS.map(|kind| DocKey::of(self.patient, kind));
        patients.into_iter().chain(DocKey::shared()).collect()
    }
}

/// A field of a merged document, and a value of it.
fn field(kind: DocKind) -> (FieldPath, Value) {
    let (path, value) = match kind {
        DocKind::Front => ("name", json!("患者")),
        DocKind::Chart => ("plan", json!("在宅で看取る")),
        _ => (
            "insurance/00000000000000000000000000000001",
            json!({"kind": "health", "number": "12"}),
        ),
    };
    let path = FieldPath::parse(path).unwrap();
    let value = validate(&path, value).unwrap();
    (path, value)
}

/// An item that a document may hold.
fn item(doc: DocKey) -> Item {
    let (kind, body) = match doc.kind {
        DocKind::Log => (ItemKind::Visit, json!({"subjective": "x"})),
        DocKind::Liaison => (ItemKind::Liaison, json!({"text": "x"})),
        DocKind::Source => (ItemKind::Source, json!({"resource": {}})),
        DocKind::Notebook => (ItemKind::Note, json!({"text": "x", "urgent": false})),
        _ => {
            let shape = json!({"circle": {"centre": [140.56, 35.7], "radius_m": 100}});
            let body = json!({"shape": shape, "reason": "snow",
                "from": "2026-11-17T00:00:00+09:00", "until": "2026-12-01T00:00:00+09:00"});
            (ItemKind::Closure, body)
        }
    };
    Item {
        id: ItemId::make(&mut OsRandom),
        kind,
        at: start(),
        patient: doc.patient,
        link: None,
        body,
        rest: Map::new(),
    }
}

/// Writes by the program.
fn write(device: &mut Device, doc: DocKey) -> Result<(), Error> {
    if !doc.is_merged() {
        let item = item(doc);
        return device.with(|ws, cx| ws.write(|s| s.put_item(cx, doc, &item).map(drop)));
    }
    let (path, value) = field(doc.kind);
    let value = NewValue {
        path,
        content: Content::Value(value),
        source: None,
        decides: Vec::new(),
    };
    device.with(|ws, cx| ws.write(|s| s.put_values(cx, doc, &[value]).map(drop)))
}

/// Whether the program shows something of a document.
fn shows(device: &mut Device, doc: DocKey) -> bool {
    if !doc.is_merged() {
        let items = device.with(|ws, _| ws.read(|s| s.items(doc)));
        return items.is_ok_and(|items| !items.is_empty());
    }
    let (path, _) = field(doc.kind);
    let page = device.page(doc.patient.unwrap());
    page.is_some_and(|page| page.state(&path).is_some())
}

/// Writes by a changed program, which has got hold of the key.
fn forge(device: &mut Device, reader: &mut Device, doc: DocKey) -> kaban_proto::SealedEnvelope {
    let mut forger = Forger::of(device);
    let under = forger.newest_key(reader, doc);
    let (kind, content) = if doc.is_merged() {
        let (path, value) = field(doc.kind);
        let mut vid = [0; 8];
        OsRandom.fill(&mut vid);
        let entry = FieldEntry {
            vid: Vid::from_bytes(vid),
            content: Content::Value(value),
            by: forger.member,
            at: device.now,
            source: None,
            resolves: Vec::new(),
            rest: Map::new(),
        };
        let write = (path.to_string(), entry.to_bytes().unwrap());
        let change = Document::new(forger.device).put(&[write]).unwrap();
        (ContentKind::Change, change)
    } else {
        (ContentKind::Item, item(doc).to_bytes().unwrap())
    };
    let lie = Lie {
        doc,
        member: forger.member,
        kind,
        content,
    };
    forger.tell_under(device, &lie, under)
}

/// Opens a key period that is sealed to whom it should be, with nothing inside.
fn forge_epoch(device: &mut Device, reader: &Device, doc: DocKey) -> kaban_proto::SealedEnvelope {
    let mut forger = Forger::of(device);
    let groups = doc.readers(reader.ws.association());
    let nothing = EpochId::from_bytes([0; 16]);
    let sealed = groups.into_iter().map(|group| {
        let key = [0; kaban_sync::seal::SEALED_BYTES];
        (forger.group_tag(group), nothing, key)
    });
    let keys = EpochKeys::Doc {
        commitment: [0; 32],
        sealed: sealed.collect(),
    };
    let tag = forger.tag(doc);
    forger.epoch(device, tag, keys, Vec::new())
}

/// Two of them at once.
fn pair(seats: &mut [Seat], one: usize, other: usize) -> (&mut Device, &mut Device) {
    let [one, other] = seats.get_disjoint_mut([one, other]).unwrap();
    (&mut one.device, &mut other.device)
}

#[test]
fn everybody_reads_and_writes_what_the_table_says_and_nothing_else() {
    let mut town = Town::founded();
    let docs = town.docs();
    let everybody = 0..town.seats.len();
    let mut cells = 0;
    let mut wrong: Vec<String> = Vec::new();
    let mut look = |cell: String, is: bool, should: bool| {
        cells += 1;
        if is != should {
            wrong.push(format!("{cell}: {is}, the table says {should}"));
        }
    };
    for at in everybody.clone() {
        for doc in docs.iter().copied() {
            let seat = &mut town.seats[at];
            let should = seat.may_read(doc);
            let shown = shows(&mut seat.device, doc);
            look(format!("{} is shown", seat.name(doc)), shown, should);
            let forger = Forger::of(&mut seat.device);
            let tag = forger.tag(doc);
            let key = !forger.keys(&mut seat.device, tag).is_empty();
            look(format!("{} has a key", seat.name(doc)), key, should);
        }
    }
    for at in everybody.clone() {
        for doc in docs.iter().copied() {
            let seat = &mut town.seats[at];
            let should = seat.may_write(doc);
            let said = write(&mut seat.device, doc);
            let refused = matches!(said, Err(Error::NotAllowed { .. }));
            assert!(said.is_ok() || refused, "{}: {said:?}", seat.name(doc));
            look(format!("{} writes", seat.name(doc)), said.is_ok(), should);
        }
    }
    town.settle();
    for at in everybody {
        for doc in docs.iter().copied() {
            let should = town.seats[at].may_write(doc);
            let reader = if at == PRIMARY { COLLEAGUE } else { PRIMARY };
            let (device, reader) = pair(&mut town.seats, at, reader);
            let forged = forge(device, reader, doc);
            let report = reader.take_in(vec![forged]);
            let seat = &town.seats[at];
            assert_eq!(report.applied + report.quarantined, 1, "{}", seat.name(doc));
            look(
                format!("{} forges", seat.name(doc)),
                report.applied == 1,
                should,
            );

            let should = seat.may_read(doc);
            let reader = if at == DEPUTY { COLLEAGUE } else { DEPUTY };
            let (device, reader) = pair(&mut town.seats, at, reader);
            let forged = forge_epoch(device, reader, doc);
            let report = reader.take_in(vec![forged]);
            let seat = &town.seats[at];
            assert_eq!(report.applied + report.quarantined, 1, "{}", seat.name(doc));
            look(
                format!("{} opens", seat.name(doc)),
                report.applied == 1,
                should,
            );
        }
    }
    println!(
        "{} people, {} documents: {cells} cells",
        town.seats.len(),
        docs.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cells >= 840, "{cells} cells");
}
