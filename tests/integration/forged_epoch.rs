//! A member who opens key periods that are not theirs to open, or that take over what others hold.

use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::SealedEnvelope;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::Kind;
use kaban_proto::ids::{DocTag, EpochId, MemberId};
use kaban_sync::Act;
use kaban_sync::epoch::{EpochBody, EpochKeys, ParentKey, opened_by, seal_to_member};
use kaban_sync::group::Group;
use kaban_sync::seal::make_keypair;
use kaban_testkit::{Board, Chance, Device, Forger};
use serde_json::json;

struct Town {
    office: Device,
    primary: Device,
    helper: Device,
    board: Board,
    patient: PatientId,
}

fn town() -> Town {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut helper = Device::joining(&mut office, "林", Role::Helper);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut helper]);
    let me = primary.ws.member();
    let patient = primary.register(me, &[]);
    primary.put(patient, "name", json!("田中 はな")).unwrap();
    primary.note(patient, "一").unwrap();
    board.settle(&mut [&mut primary, &mut office, &mut helper]);
    Town {
        office,
        primary,
        helper,
        board,
        patient,
    }
}

/// A pair of the forger's own, its private half properly sealed to everybody named.
fn own_pair(town: &Town, tag: DocTag, members: &[MemberId], chance: &mut Chance) -> EpochKeys {
    let (private, public) = make_keypair(chance);
    let sealed = members.iter().map(|id| {
        let kx = town.primary.ws.association().member(*id).unwrap().kx.0;
        (*id, seal_to_member(tag, &public, &private, &kx))
    });
    EpochKeys::Group {
        public,
        sealed: sealed.collect(),
    }
}

fn groups_sealed_to(envelopes: &[SealedEnvelope]) -> Vec<EpochId> {
    let epochs = envelopes
        .iter()
        .filter(|envelope| envelope.header().kind == Kind::Epoch);
    let bodies = epochs.filter_map(|envelope| EpochBody::decode(envelope.body()).ok());
    bodies
        .flat_map(|body| match body.keys {
            EpochKeys::Doc { sealed, .. } => {
                sealed.into_iter().map(|(_, epoch, _)| epoch).collect()
            }
            EpochKeys::Group { .. } => Vec::new(),
        })
        .collect()
}

#[test]
fn nobody_seals_to_a_group_key_that_an_outsider_published() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.helper);
    let mut chance = Chance::seeded(3);
    let clinical = Group::TeamClinical(town.patient);
    let tag = forger.group_tag(clinical);
    let team: Vec<MemberId> = town
        .primary
        .ws
        .association()
        .members_of(clinical)
        .into_iter()
        .collect();
    let known: Vec<ParentKey> = town
        .primary
        .outbox()
        .iter()
        .filter(|envelope| envelope.header().doc == tag)
        .map(|envelope| ParentKey {
            epoch: opened_by(envelope),
            boxed: Vec::new(),
        })
        .collect();
    let keys = own_pair(&town, tag, &team, &mut chance);
    let forged = forger.epoch(&mut town.helper, tag, keys, known);
    let report = town.primary.take_in(vec![forged.clone()]);
    assert_eq!(report.quarantined, 1);
    town.primary.note(town.patient, "二").unwrap();
    let sealed_to = groups_sealed_to(&town.primary.outbox());
    assert!(!sealed_to.is_empty());
    assert!(!sealed_to.contains(&opened_by(&forged)));
    town.board
        .settle(&mut [&mut town.primary, &mut town.helper]);
    assert_eq!(town.helper.text(town.patient, "name"), None);
}

#[test]
fn a_fresh_start_of_the_members_group_takes_nothing_over() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.helper);
    let mut chance = Chance::seeded(4);
    let tag = forger.group_tag(Group::Members);
    let everybody: Vec<MemberId> = town
        .primary
        .ws
        .association()
        .members_of(Group::Members)
        .into_iter()
        .collect();
    let keys = own_pair(&town, tag, &everybody, &mut chance);
    let forged = forger.epoch(&mut town.helper, tag, keys, Vec::new());
    town.primary.take_in(vec![forged.clone()]);
    town.office.take_in(vec![forged]);
    let mut primary = town.primary.reopened();
    assert_eq!(primary.ws.association().name(), "匝瑳医師会");
    assert_eq!(primary.ws.association().active_members().count(), 3);
    let founder = primary
        .ws
        .association()
        .member(forger.member)
        .unwrap()
        .clone();
    let coup = Act::Found {
        name: "別の会".to_owned(),
        tag_key: kaban_sync::hex::HexBytes(vec![7; 32]),
        founder,
        device: forger.device,
    };
    assert!(
        town.helper
            .with(|ws, cx| ws.declare(vec![coup], cx))
            .is_err()
    );
    primary.note(town.patient, "三").unwrap();
    town.board.settle(&mut [&mut primary, &mut town.office]);
    let nurse = Device::joining(&mut town.office, "新しい看護師", Role::Nurse);
    assert_eq!(nurse.ws.association().active_members().count(), 4);
}

#[test]
fn a_group_key_that_does_not_open_for_its_own_people_locks_nobody_out() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.helper);
    let mut chance = Chance::seeded(5);
    let tag = forger.group_tag(Group::Members);
    let everybody: Vec<MemberId> = town
        .primary
        .ws
        .association()
        .members_of(Group::Members)
        .into_iter()
        .collect();
    let EpochKeys::Group { public, sealed } = own_pair(&town, tag, &everybody, &mut chance) else {
        unreachable!("a pair is a group's")
    };
    let rubbish = sealed.into_iter().map(|(id, _)| (id, [9; 80])).collect();
    let keys = EpochKeys::Group {
        public,
        sealed: rubbish,
    };
    let forged = forger.epoch(&mut town.helper, tag, keys, Vec::new());
    town.primary.take_in(vec![forged]);
    let me = town.primary.ws.member();
    let another = town.primary.register(me, &[]);
    town.primary
        .put(another, "name", json!("鈴木 次郎"))
        .unwrap();
    town.board
        .settle(&mut [&mut town.primary, &mut town.office]);
    assert_eq!(
        town.office.text(another, "name").as_deref(),
        Some("鈴木 次郎")
    );
}

#[test]
fn a_record_that_nobody_can_read_holds_up_nobody() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.helper);
    let strange = EpochId::from_bytes([9; 16]);
    let unreadable = forger.record(&mut town.helper, strange, b"rubbish".to_vec());
    town.primary.take_in(vec![unreadable.clone()]);
    town.office.take_in(vec![unreadable]);
    let mut primary = town.primary.reopened();
    let mut office = town.office.reopened();
    let me = primary.ws.member();
    let another = primary.register(me, &[]);
    primary.put(another, "name", json!("鈴木 次郎")).unwrap();
    town.board.settle(&mut [&mut primary, &mut office]);
    assert_eq!(office.text(another, "name").as_deref(), Some("鈴木 次郎"));
    let nurse = Device::joining(&mut office, "新しい看護師", Role::Nurse);
    assert_eq!(nurse.ws.association().active_members().count(), 4);
}

#[test]
fn rubbish_under_the_right_key_says_nothing_to_anybody() {
    let mut town = town();
    let mut forger = Forger::of(&mut town.helper);
    let genesis = town.primary.ws.record_log().genesis().unwrap();
    let first = genesis.envelope.header().epoch;
    let rubbish = forger.record(&mut town.helper, first, b"rubbish".to_vec());
    town.primary.take_in(vec![rubbish.clone()]);
    town.office.take_in(vec![rubbish]);
    town.primary.note(town.patient, "二").unwrap();
    town.primary
        .put(town.patient, "phone", json!("0479-33-3333"))
        .unwrap();
    town.board
        .settle(&mut [&mut town.primary, &mut town.office]);
    let phone = town.office.text(town.patient, "phone");
    assert_eq!(phone.as_deref(), Some("0479-33-3333"));
}
