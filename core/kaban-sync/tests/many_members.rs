//! How many people an association carries, and what it says to the next.
#![allow(clippy::unwrap_used)]

use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, MemberId};
use kaban_sync::group::MEMBERS_MAX;
use kaban_sync::hex::Bytes32;
use kaban_sync::{Act, Error, MemberInfo};
use kaban_testkit::Device;
use serde_json::json;

#[test]
fn an_association_carries_a_thousand_members_and_refuses_the_next_with_a_word() {
    let mut office = Device::founder("事務局", Role::Office);
    let founder = office.ws.association().members().next().unwrap().0.clone();
    let enrol = |n: usize| {
        let mut id = [1; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        Act::Enrol {
            member: MemberInfo {
                id: MemberId::from_bytes(id),
                role: Role::Nurse,
                ..founder.clone()
            },
            device: DeviceId::from_bytes(id),
            lease: Bytes32([7; 32]),
            lease_id: DocTag::from_bytes(id),
        }
    };
    let all: Vec<usize> = (1..MEMBERS_MAX).collect();
    for some in all.chunks(64) {
        let acts = some.iter().map(|n| enrol(*n)).collect();
        office.with(|ws, cx| ws.declare(acts, cx)).unwrap();
    }
    assert_eq!(
        office.ws.association().active_members().count(),
        MEMBERS_MAX
    );
    let me = office.ws.member();
    let primary = a_doctor(&mut office, me);
    let patient = office.register(primary, &[]);
    let refused = office.with(|ws, cx| ws.declare(vec![enrol(MEMBERS_MAX)], cx));
    assert!(matches!(refused, Err(Error::Rule(why)) if why.contains("as many members")));
    office.put(patient, "name", json!("田中 はな")).unwrap();
    let name = office.reopened().text(patient, "name");
    assert_eq!(name.as_deref(), Some("田中 はな"));
}

/// Makes one of the members a doctor, who may be a primary physician.
fn a_doctor(office: &mut Device, me: MemberId) -> MemberId {
    let everybody: Vec<_> = office
        .ws
        .association()
        .active_members()
        .map(|m| m.id)
        .collect();
    let member = everybody.into_iter().find(|id| *id != me).unwrap();
    let role = Role::Doctor;
    let act = Act::SetRole { member, role };
    office.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    member
}
