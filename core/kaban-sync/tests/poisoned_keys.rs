//! A member who gives others wrong keys, or floods them with key periods: every honest reader ends
//! with every honest note, and whoever did it is named.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration as Span;

use kaban_model::ids::PatientId;
use kaban_model::people::{DocKind, Role};
use kaban_proto::SealedEnvelope;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::Kind;
use kaban_proto::ids::{DocTag, EpochId, MemberId};
use kaban_proto::random::bytes;
use kaban_sync::Act;
use kaban_sync::epoch::{
    EpochBody, EpochKeys, ParentKey, box_parent, commit, opened_by, seal_to_group, seal_to_member,
};
use kaban_sync::group::{DocKey, Group};
use kaban_sync::seal::make_keypair;
use kaban_testkit::{Board, Chance, Device, Forger};
use kaban_vault::kbox::Key;
use serde_json::json;

/// A team of a doctor and two nurses, one of whom means ill, an office, and a nurse to come.
struct Town {
    office: Device,
    primary: Device,
    nurse: Device,
    mallory: Device,
    late: Device,
    board: Board,
    patient: PatientId,
    chance: Chance,
}

fn town() -> Town {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
    let mut mallory = Device::joining(&mut office, "別の看護師", Role::Nurse);
    let mut late = Device::joining(&mut office, "伊藤", Role::Nurse);
    let mut board = Board::default();
    board.settle(&mut [
        &mut office,
        &mut primary,
        &mut nurse,
        &mut mallory,
        &mut late,
    ]);
    let me = primary.ws.member();
    let team = [nurse.ws.member(), mallory.ws.member()];
    let patient = primary.register(me, &team);
    primary.put(patient, "name", json!("田中 はな")).unwrap();
    primary.note(patient, "一").unwrap();
    board.settle(&mut [&mut primary, &mut nurse, &mut mallory, &mut office]);
    Town {
        office,
        primary,
        nurse,
        mallory,
        late,
        board,
        patient,
        chance: Chance::seeded(7),
    }
}

impl Town {
    /// What any member can pull from a relay.
    fn public(&mut self) -> Vec<SealedEnvelope> {
        let devices = [&mut self.office, &mut self.primary, &mut self.nurse];
        devices.into_iter().flat_map(Device::outbox).collect()
    }

    fn epochs(&mut self, tag: DocTag) -> Vec<SealedEnvelope> {
        let mut all = self.public();
        all.retain(|e| e.header().kind == Kind::Epoch && e.header().doc == tag);
        all
    }

    /// The groups that the newest epoch of a document is sealed to, with what they publish.
    fn readers(&mut self, tag: DocTag) -> Vec<(DocTag, EpochId, [u8; 32])> {
        let newest = self.epochs(tag).pop().unwrap();
        let EpochKeys::Doc { sealed, .. } = EpochBody::decode(newest.body()).unwrap().keys else {
            unreachable!("a document's key is sealed to groups")
        };
        let readers = sealed.into_iter().map(|(group, id, _)| {
            let of_group = self.epochs(group);
            let envelope = of_group.iter().find(|e| opened_by(e) == id).unwrap();
            let EpochKeys::Group { public, .. } = EpochBody::decode(envelope.body()).unwrap().keys
            else {
                unreachable!("a group has a pair")
            };
            (group, id, public)
        });
        readers.collect()
    }

    /// A document's key dealt to the groups that should have it, but wrong to one of them.
    fn deal(&mut self, tag: DocTag, key: &Key, cheated: Option<DocTag>) -> EpochKeys {
        let wrong = Key::make(&mut self.chance);
        let sealed = self.readers(tag).into_iter().map(|(group, id, public)| {
            let given = if cheated == Some(group) { &wrong } else { key };
            (group, id, seal_to_group(tag, id, &public, given))
        });
        EpochKeys::Doc {
            commitment: commit(tag, key),
            sealed: sealed.collect(),
        }
    }

    /// The late nurse joins the team, and everybody meets.
    fn late_joins(&mut self) {
        let (patient, member) = (self.patient, self.late.ws.member());
        let act = Act::TeamAdd { patient, member };
        self.office
            .with(|ws, cx| ws.declare(vec![act], cx))
            .unwrap();
        self.meet();
    }

    fn meet(&mut self) {
        self.board.settle(&mut [
            &mut self.office,
            &mut self.primary,
            &mut self.nurse,
            &mut self.late,
        ]);
    }

    fn log(&self, forger: &Forger) -> DocTag {
        forger.tag(DocKey::of(self.patient, DocKind::Log))
    }
}

/// Boxes of what should be the keys of these epochs.
fn boxes(
    tag: DocTag,
    of: &BTreeMap<EpochId, Key>,
    under: &Key,
    chance: &mut Chance,
) -> Vec<ParentKey> {
    let boxed = |(id, key): (&EpochId, &Key)| ParentKey {
        epoch: *id,
        boxed: box_parent(tag, *id, key, under, chance),
    };
    of.iter().map(boxed).collect()
}

fn wrong_keys(of: &BTreeMap<EpochId, Key>, chance: &mut Chance) -> BTreeMap<EpochId, Key> {
    of.keys().map(|id| (*id, Key::make(chance))).collect()
}

#[test]
fn nothing_is_learnt_from_a_key_period_in_nobodys_name() {
    let mut town = town();
    town.late_joins();
    town.primary.note(town.patient, "二").unwrap();
    let mut forger = Forger::of(&mut town.office);
    let tag = town.log(&forger);
    let epochs = town.epochs(tag);
    let known: BTreeMap<EpochId, Key> = epochs
        .iter()
        .map(|envelope| (opened_by(envelope), Key::make(&mut town.chance)))
        .collect();
    let mine = Key::make(&mut town.chance);
    let keys = town.deal(tag, &mine, None);
    let parents = boxes(tag, &known, &mine, &mut town.chance);
    let nobody = MemberId::from_bytes(bytes(&mut town.chance));
    let poison = forger.epoch_as(&mut town.office, tag, keys, parents, nobody);
    let public = town.public();
    let first = public.iter().filter(|e| e.header().doc != tag).cloned();
    town.late.take_in(first.collect());
    town.late.take_in(vec![poison]);
    town.late.take_in(public);
    assert_eq!(town.late.notes(town.patient), ["一", "二"]);
    assert_eq!(town.late.quarantine(), ["not_a_member"]);
}

#[test]
fn a_wrong_earlier_key_is_found_out_named_and_carried_anew() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let tag = town.log(&forger);
    let held = forger.keys(&mut town.mallory, tag);
    let mine = Key::make(&mut town.chance);
    let keys = town.deal(tag, &mine, None);
    let wrong = wrong_keys(&held, &mut town.chance);
    let parents = boxes(tag, &wrong, &mine, &mut town.chance);
    let poison = forger.epoch(&mut town.mallory, tag, keys, parents);
    town.primary.take_in(vec![poison.clone()]);
    assert_eq!(town.primary.quarantine(), ["epoch_dealt_wrong"]);
    town.nurse.take_in(vec![poison.clone()]);
    town.late.take_in(vec![poison]);
    town.nurse.note(town.patient, "二").unwrap();
    town.late_joins();
    town.primary.note(town.patient, "三").unwrap();
    town.meet();
    for device in [&mut town.primary, &mut town.nurse, &mut town.late] {
        assert_eq!(device.notes(town.patient), ["一", "二", "三"]);
    }
}

#[test]
fn one_reader_who_is_given_a_wrong_key_reads_what_honest_colleagues_write() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let tag = forger.tag(DocKey::of(town.patient, DocKind::Front));
    let office = forger.group_tag(Group::Office);
    let held = forger.keys(&mut town.mallory, tag);
    let mine = Key::make(&mut town.chance);
    let keys = town.deal(tag, &mine, Some(office));
    let parents = boxes(tag, &held, &mine, &mut town.chance);
    let poison = forger.epoch(&mut town.mallory, tag, keys, parents);
    town.primary.take_in(vec![poison.clone()]);
    assert_eq!(town.primary.quarantine(), ["epoch_dealt_wrong"]);
    town.office.take_in(vec![poison.clone()]);
    assert_eq!(town.office.quarantine(), ["epoch_dealt_wrong"]);
    let phone = json!("0479-33-3333");
    town.primary.put(town.patient, "phone", phone).unwrap();
    let sealed_under = town.primary.outbox().pop().unwrap().header().epoch;
    assert_ne!(sealed_under, opened_by(&poison));
    town.meet();
    let read = town.office.text(town.patient, "phone");
    assert_eq!(read.as_deref(), Some("0479-33-3333"));
}

#[test]
fn a_group_key_that_one_colleague_cannot_open_is_opened_anew_by_whoever_sees_it() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let clinical = Group::TeamClinical(town.patient);
    let tag = forger.group_tag(clinical);
    let victim = town.nurse.ws.member();
    let (private, public) = make_keypair(&mut town.chance);
    let association = town.primary.ws.association();
    let sealed = association.members_of(clinical).into_iter().map(|id| {
        let kx = association.member(id).unwrap().kx.0;
        let given = seal_to_member(tag, &public, &private, &kx);
        (id, if id == victim { [9; 80] } else { given })
    });
    let keys = EpochKeys::Group {
        public,
        sealed: sealed.collect(),
    };
    let held = forger.keys(&mut town.mallory, tag);
    let parents = boxes(tag, &held, &private, &mut town.chance);
    let poison = forger.epoch(&mut town.mallory, tag, keys, parents);
    let before = town.primary.outbox().len();
    town.primary.take_in(vec![poison.clone()]);
    assert_eq!(town.primary.quarantine(), ["epoch_dealt_wrong"]);
    let opened = town.primary.outbox();
    let anew = opened[before..].iter().filter(|e| e.header().doc == tag);
    assert_eq!(anew.count(), 1);
    town.nurse.take_in(vec![poison]);
    town.primary.note(town.patient, "二").unwrap();
    town.late_joins();
    for device in [&mut town.nurse, &mut town.late] {
        assert_eq!(device.notes(town.patient), ["一", "二"]);
    }
}

#[test]
fn readers_that_do_not_exist_and_parents_named_twice_are_refused() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let tag = town.log(&forger);
    let group = forger.group_tag(Group::TeamClinical(town.patient));
    let ghosts = (0..200).map(|_| (MemberId::from_bytes(bytes(&mut town.chance)), [0; 80]));
    let crowd = EpochKeys::Group {
        public: [9; 32],
        sealed: ghosts.collect(),
    };
    let crowd = forger.epoch(&mut town.mallory, group, crowd, Vec::new());
    let mine = Key::make(&mut town.chance);
    let keys = town.deal(tag, &mine, None);
    let twice = ParentKey {
        epoch: EpochId::from_bytes([1; 16]),
        boxed: Vec::new(),
    };
    let twice = forger.epoch(&mut town.mallory, tag, keys, vec![twice.clone(), twice]);
    town.primary.take_in(vec![crowd, twice]);
    let reasons = town.primary.quarantine();
    assert_eq!(reasons, ["epoch_not_allowed", "epoch_not_allowed"]);
    town.primary.note(town.patient, "二").unwrap();
    town.meet();
    assert_eq!(town.nurse.notes(town.patient), ["一", "二"]);
}

/// A fair key period of the log by the one who means ill, that follows nothing.
fn opened_by_mallory(town: &mut Town) -> SealedEnvelope {
    let mut forger = Forger::of(&mut town.mallory);
    let tag = town.log(&forger);
    let mine = Key::make(&mut town.chance);
    let keys = town.deal(tag, &mine, None);
    forger.epoch(&mut town.mallory, tag, keys, Vec::new())
}

#[test]
fn a_removed_device_opens_nothing_however_it_is_dated() {
    let mut town = town();
    let device = town.mallory.ws.device();
    let removal = Forger::of(&mut town.office).remove(&mut town.office, device);
    let dated_back = opened_by_mallory(&mut town);
    town.mallory.take_in(vec![dated_back.clone()]);
    town.late.take_in(vec![removal.clone()]);
    for honest in [&mut town.office, &mut town.primary, &mut town.nurse] {
        honest.take_in(vec![removal.clone()]);
        honest.take_in(vec![dated_back.clone()]);
    }
    let knowing = {
        town.mallory.take_in(vec![removal]);
        opened_by_mallory(&mut town)
    };
    town.primary.take_in(vec![knowing]);
    let mut reasons = town.primary.quarantine();
    reasons.sort();
    assert_eq!(reasons, ["device_removed", "removal_unproven"]);
    town.primary.note(town.patient, "二").unwrap();
    let sealed_under = town.primary.outbox().pop().unwrap().header().epoch;
    assert_ne!(sealed_under, opened_by(&dated_back));
    town.late_joins();
    for device in [&mut town.nurse, &mut town.late] {
        assert_eq!(device.notes(town.patient), ["一", "二"]);
    }
}

#[test]
fn a_suspended_device_opens_nothing_while_it_is_suspended() {
    let mut town = town();
    let device = town.mallory.ws.device();
    town.office
        .with(|ws, cx| ws.suspend_device(device, cx))
        .unwrap();
    let records = town.office.outbox();
    town.primary.take_in(records.clone());
    town.mallory.take_in(records);
    let knowing = opened_by_mallory(&mut town);
    let report = town.primary.take_in(vec![knowing.clone()]);
    assert_eq!(report.parked, 1);
    town.primary.note(town.patient, "二").unwrap();
    let sealed_under = town.primary.outbox().pop().unwrap().header().epoch;
    assert_ne!(sealed_under, opened_by(&knowing));
    town.late_joins();
    for device in [&mut town.nurse, &mut town.late] {
        assert_eq!(device.notes(town.patient), ["一", "二"]);
    }
}

#[test]
fn a_newcomer_is_let_in_past_a_members_key_that_does_not_count() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let tag = forger.group_tag(Group::Members);
    let (private, public) = make_keypair(&mut town.chance);
    let some = town.mallory.ws.association().active_members();
    let sealed = some.take(2).map(|info| {
        let given = seal_to_member(tag, &public, &private, &info.kx.0);
        (info.id, given)
    });
    let keys = EpochKeys::Group {
        public,
        sealed: sealed.collect(),
    };
    let rogue = forger.epoch(&mut town.mallory, tag, keys, Vec::new());
    let under = forger.record(&mut town.mallory, opened_by(&rogue), vec![7; 90]);
    for honest in [&mut town.office, &mut town.primary] {
        honest.take_in(vec![under.clone(), rogue.clone()]);
    }
    town.office = town.office.reopened();
    town.primary = town.primary.reopened();
    let mut new = Device::joining(&mut town.office, "新しい看護師", Role::Nurse);
    new.take_in(vec![rogue]);
    assert_eq!(new.ws.association().active_members().count(), 6);
    let (patient, member) = (town.patient, new.ws.member());
    let act = Act::TeamAdd { patient, member };
    town.office
        .with(|ws, cx| ws.declare(vec![act], cx))
        .unwrap();
    town.meet();
    town.board.settle(&mut [&mut new, &mut town.primary]);
    assert_eq!(new.notes(patient), ["一"]);
}

#[test]
fn a_key_period_said_again_for_another_document_takes_nothing_over() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.mallory);
    let log = town.log(&forger);
    let liaison = forger.tag(DocKey::of(town.patient, DocKind::Liaison));
    let said = town.epochs(log).pop().unwrap();
    let body = EpochBody::decode(said.body()).unwrap();
    let again = forger.epoch(&mut town.mallory, liaison, body.keys, body.parents);
    let mut header = *said.header();
    header.doc = liaison;
    let moved = forger.sign(header, said.body().to_vec());
    let report = town.primary.take_in(vec![again, moved]);
    assert_eq!(report.applied, 0);
    town.primary.note(town.patient, "二").unwrap();
    town.meet();
    assert_eq!(town.nurse.notes(town.patient), ["一", "二"]);
}

/// Fair key periods of one document, none of which follows another.
fn flood(town: &mut Town, count: usize) -> Vec<SealedEnvelope> {
    let mut forger = Forger::of(&mut town.mallory);
    let tag = town.log(&forger);
    let member = forger.member;
    let readers = town.readers(tag);
    let mut place = None;
    let mut all = Vec::new();
    for _ in 0..count {
        let key = Key::make(&mut town.chance);
        let sealed = readers
            .iter()
            .map(|(group, id, public)| (*group, *id, seal_to_group(tag, *id, public, &key)));
        let keys = EpochKeys::Doc {
            commitment: commit(tag, &key),
            sealed: sealed.collect(),
        };
        let mallory = &mut town.mallory;
        let next = match place {
            None => forger.epoch(mallory, tag, keys, Vec::new()),
            Some(place) => forger.epoch_at(mallory, tag, keys, Vec::new(), member, place),
        };
        place = Some((next.header().seq + 1, next.hash()));
        all.push(next);
    }
    all
}

#[test]
fn six_hundred_key_periods_of_one_document_are_all_carried_and_nothing_is_cut_off() {
    let mut town = town();
    let flood = flood(&mut town, 600);
    town.primary.take_in(flood.clone());
    town.nurse.take_in(flood.clone());
    town.late.take_in(flood);
    town.primary.note(town.patient, "二").unwrap();
    let forger = Forger::of(&mut town.mallory);
    let tag = town.log(&forger);
    let last = town.epochs(tag).pop().unwrap();
    let body = EpochBody::decode(last.body()).unwrap();
    assert!(body.parents.iter().all(|parent| !parent.boxed.is_empty()));
    town.late_joins();
    town.nurse.note(town.patient, "三").unwrap();
    town.meet();
    for device in [&mut town.primary, &mut town.nurse, &mut town.late] {
        assert_eq!(device.notes(town.patient), ["一", "二", "三"]);
    }
}

/// Time of this process so far, in a clock that other processes do not move.
fn cpu() -> Span {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Span::from_millis(10 * ticks)
}

#[test]
fn taking_in_grows_with_what_comes_and_a_write_does_not() {
    let mut costs = Vec::new();
    for count in [40, 400] {
        let mut town = town();
        let flood = flood(&mut town, count);
        let begun = cpu();
        town.primary.take_in(flood);
        let taken = cpu() - begun;
        // The first write carries all of them, the next ones find one.
        town.primary.note(town.patient, "二").unwrap();
        let begun = cpu();
        for _ in 0..20 {
            town.primary.note(town.patient, "三").unwrap();
        }
        costs.push((taken, cpu() - begun));
    }
    let [(few, write_few), (many, write_many)] = costs[..] else {
        unreachable!("two sizes")
    };
    println!("taking in 40: {few:?}, 400: {many:?}; 20 writes: {write_few:?}, {write_many:?}");
    // Exponent 1.15 is a factor of 14; a tick of the clock, and what is done once, stand apart.
    assert!(many <= 14 * few + Span::from_millis(200));
    assert!(write_many <= 2 * write_few + Span::from_millis(50));
}

#[test]
fn honest_key_periods_that_compete_are_both_carried() {
    let mut town = town();
    let (patient, member) = (town.patient, town.late.ws.member());
    let act = Act::TeamAdd { patient, member };
    town.office
        .with(|ws, cx| ws.declare(vec![act], cx))
        .unwrap();
    let records = town.office.outbox();
    town.primary.take_in(records.clone());
    town.nurse.take_in(records);
    town.primary.note(patient, "二").unwrap();
    town.nurse.note(patient, "三").unwrap();
    town.meet();
    town.primary.note(patient, "四").unwrap();
    town.meet();
    for device in [&mut town.primary, &mut town.nurse, &mut town.late] {
        let mut notes = device.notes(patient);
        notes.sort();
        assert_eq!(notes, ["一", "三", "二", "四"]);
        assert!(device.quarantine().is_empty());
    }
}
