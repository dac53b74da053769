//! Suspensions are heard backwards: what somebody granted without listening does not count.

#![allow(clippy::unwrap_used, missing_docs)]

use chrono::Duration;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::SealedEnvelope;
use kaban_proto::ids::{Hash32, MemberId};
use kaban_sync::Act;
use kaban_sync::workspace::Carry;
use kaban_testkit::{Board, Device, turn};

/// An office, a clerk who is an admin too, a doctor with a patient, a nurse of the team.
struct Village {
    office: Device,
    clerk: Device,
    primary: Device,
    nurse: Device,
    board: Board,
    patient: PatientId,
}

impl Village {
    fn founded() -> Self {
        let mut office = Device::founder("事務局", Role::Office);
        let clerk = Device::joining(&mut office, "書記", Role::Office);
        let primary = Device::joining(&mut office, "佐藤", Role::Doctor);
        let nurse = Device::joining(&mut office, "田中", Role::Nurse);
        let mut village = Self {
            office,
            clerk,
            primary,
            nurse,
            board: Board::default(),
            patient: PatientId::from_bytes([0; 16]),
        };
        village.settle();
        let (me, team) = (village.primary.ws.member(), village.nurse.ws.member());
        village.patient = village.primary.register(me, &[team]);
        village.primary.note(village.patient, "一").unwrap();
        village.settle();
        village.meet(|v| &mut v.clerk);
        village
    }

    /// Everybody but the clerk, who hears nothing.
    fn settle(&mut self) {
        let all = &mut [&mut self.office, &mut self.primary, &mut self.nurse];
        self.board.settle(all);
    }

    fn meet(&mut self, who: impl Fn(&mut Self) -> &mut Device) {
        let mut board = std::mem::take(&mut self.board);
        board.meet(who(self));
        self.board = board;
    }

    fn suspend_the_clerk(&mut self) -> Hash32 {
        let (member, device) = (self.clerk.ws.member(), self.clerk.ws.device());
        let suspension = self.office.with(|ws, cx| {
            let reason = "left".into();
            let act = Act::SuspendMember { member, reason };
            let said = ws.declare(vec![act], cx).unwrap();
            ws.suspend_device(device, cx).unwrap();
            said
        });
        self.settle();
        suspension
    }

    /// A week later the clerk, off line all the time, lets a stranger in.
    fn let_a_stranger_in(&mut self) -> Device {
        for device in [
            &mut self.clerk,
            &mut self.primary,
            &mut self.nurse,
            &mut self.office,
        ] {
            device.now += Duration::days(7);
        }
        Device::joining(&mut self.clerk, "他人", Role::Doctor)
    }

    fn carry(&mut self, envelopes: Vec<SealedEnvelope>) {
        self.primary
            .with(|ws, cx| ws.ingest(envelopes, Carry::Records, cx))
            .unwrap();
    }
}

fn is_active(device: &Device, member: MemberId) -> bool {
    device.ws.association().is_active(member)
}

#[test]
fn nobody_is_let_in_by_somebody_who_was_suspended_a_week_before() {
    let mut v = Village::founded();
    v.suspend_the_clerk();
    let mut stranger = v.let_a_stranger_in();
    let ghost = stranger.ws.member();
    let carried = v.clerk.outbox();
    v.carry(carried);
    assert!(!is_active(&v.primary, ghost));
    // What is written from now on is not for the stranger, nor does taking duty help.
    v.primary.note(v.patient, "二").unwrap();
    stranger.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    let carried = stranger.outbox();
    v.carry(carried);
    v.settle();
    v.board.meet(&mut stranger);
    v.settle();
    v.board.meet(&mut stranger);
    assert!(v.primary.ws.association().duty().holder().is_none());
    assert!(stranger.page(v.patient).is_none());
    assert!(stranger.notes(v.patient).is_empty());
}

#[test]
fn a_lifted_suspension_gives_back_what_it_had_voided() {
    let mut v = Village::founded();
    let suspension = v.suspend_the_clerk();
    let newcomer = v.let_a_stranger_in().ws.member();
    let carried = v.clerk.outbox();
    v.carry(carried);
    assert!(!is_active(&v.primary, newcomer));
    let (member, device) = (v.clerk.ws.member(), v.clerk.ws.device());
    v.settle();
    v.office.with(|ws, cx| {
        let lift = Act::LiftSuspension { suspension, member };
        ws.declare(vec![lift], cx).unwrap();
        ws.lift_device(device, cx).unwrap();
    });
    v.settle();
    for device in [&v.primary, &v.office, &v.nurse] {
        assert!(is_active(device, member) && is_active(device, newcomer));
        assert_eq!(device.ws.association().suspensions().count(), 0);
    }
}

#[test]
fn one_signature_is_provisional_and_nothing_ends_by_a_clock() {
    let mut v = Village::founded();
    let suspension = v.suspend_the_clerk();
    let member = v.clerk.ws.member();
    v.office.now += Duration::days(365);
    v.primary.now += Duration::days(365);
    v.settle();
    let open = |device: &Device| {
        let association = device.ws.association();
        let mut standing = association.suspensions();
        let found = standing.next().map(|s| (s.whom, s.confirmed_by));
        assert!(standing.next().is_none());
        found
    };
    assert_eq!(open(&v.primary), Some((member, None)));
    let confirm = Act::ConfirmSuspension { suspension, member };
    // An admin is suspended, and what suspends an admin an admin confirms.
    let refused = v
        .primary
        .with(|ws, cx| ws.declare(vec![confirm.clone()], cx));
    assert!(refused.is_err());
    let mut second = Device::joining(&mut v.office, "第二", Role::Office);
    v.board.meet(&mut second);
    second.with(|ws, cx| ws.declare(vec![confirm], cx)).unwrap();
    v.board.meet(&mut second);
    v.settle();
    assert_eq!(open(&v.primary), Some((member, Some(second.ws.member()))));
}

#[test]
fn nobody_silences_everybody_alone() {
    let mut v = Village::founded();
    let mut other = Device::joining(&mut v.office, "鈴木", Role::Doctor);
    v.board.meet(&mut other);
    v.settle();
    // A doctor suspends all the other doctors; each is out, and each still answers for the other.
    let mut bad = Device::joining(&mut v.office, "悪意", Role::Doctor);
    v.board.meet(&mut bad);
    let (one, two) = (v.primary.ws.member(), other.ws.member());
    let mut said = Vec::new();
    for member in [one, two] {
        let reason = String::new();
        let act = Act::SuspendMember { member, reason };
        said.push((
            bad.with(|ws, cx| ws.declare(vec![act], cx)).unwrap(),
            member,
        ));
    }
    v.board.meet(&mut bad);
    v.settle();
    v.board.meet(&mut other);
    assert!(!is_active(&v.nurse, one) && !is_active(&v.nurse, two));
    // The accused stop the accuser, and lift for each other with the office.
    let lift =
        |(suspension, member): (Hash32, MemberId)| Act::LiftSuspension { suspension, member };
    let own = v.primary.with(|ws, cx| ws.declare(vec![lift(said[0])], cx));
    assert!(own.is_err(), "nobody lifts their own suspension");
    let reason = String::new();
    let member = bad.ws.member();
    let stop = Act::SuspendMember { member, reason };
    v.primary.with(|ws, cx| ws.declare(vec![stop], cx)).unwrap();
    v.settle();
    assert!(!is_active(&v.nurse, member));
    for open in said {
        v.office
            .with(|ws, cx| ws.declare(vec![lift(open)], cx))
            .unwrap();
    }
    v.settle();
    v.board.meet(&mut other);
    assert!(is_active(&v.nurse, one) && is_active(&v.nurse, two));
}
