//! What the fold of the record log costs as it grows, and who is on duty when somebody lies.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::time::Duration as Span;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::SigningKey;
use kaban_sync::association::{Association, RecordView};
use kaban_sync::hex::{Bytes32, HexBytes};
use kaban_sync::{Act, MemberInfo};
use kaban_testkit::{Board, Device, cpu_time, exponent};
use serde_json::json;

fn t0() -> DateTime<FixedOffset> {
    kaban_testkit::start()
}

fn name(n: u64, of: u8) -> Hash32 {
    let mut bytes = [0; 32];
    bytes[0] = of;
    bytes[1..9].copy_from_slice(&n.to_be_bytes());
    Hash32::from_bytes(bytes)
}

/// Records told by number of their writer.
#[derive(Default)]
struct Story {
    records: Vec<(Hash32, Vec<Hash32>, u8, Vec<Act>)>,
}

impl Story {
    fn say(&mut self, hash: Hash32, parents: &[Hash32], who: u8, acts: Vec<Act>) -> Hash32 {
        self.records.push((hash, parents.to_vec(), who, acts));
        hash
    }

    /// An office (1) and doctors up to `last`, one on each device.
    fn founded(last: u8) -> (Self, Hash32) {
        let mut story = Self::default();
        let found = Act::Found {
            name: "x".into(),
            tag_key: HexBytes(vec![0; 32]),
            founder: info(1, Role::Office),
            device: DeviceId::from_bytes([1; 16]),
        };
        let mut tip = story.say(name(0, 9), &[], 1, vec![found]);
        for n in 2..=last {
            let enrol = Act::Enrol {
                member: info(n, Role::Doctor),
                device: DeviceId::from_bytes([n; 16]),
                lease: Bytes32([n; 32]),
                lease_id: DocTag::from_bytes([n; 16]),
            };
            tip = story.say(name(u64::from(n), 9), &[tip], 1, vec![enrol]);
        }
        (story, tip)
    }

    fn fold(&self) -> Association {
        let mut depth: BTreeMap<Hash32, u64> = BTreeMap::new();
        for (hash, parents, ..) in &self.records {
            let above = parents.iter().map(|parent| depth[parent] + 1).max();
            depth.insert(*hash, above.unwrap_or(0));
        }
        let mut order: Vec<_> = self.records.iter().collect();
        order.sort_by_key(|record| (depth[&record.0], record.0));
        let views: Vec<RecordView<'_>> = order
            .iter()
            .map(|(hash, parents, who, acts)| RecordView {
                hash: *hash,
                parents,
                device: DeviceId::from_bytes([*who; 16]),
                member: MemberId::from_bytes([*who; 16]),
                at: t0(),
                acts,
            })
            .collect();
        Association::fold(&views, &|_, _| true)
    }

    fn holder(&self) -> (u8, u64) {
        let state = self.fold();
        let link = state.duty().holder().unwrap();
        (link.member.as_bytes()[0], link.n)
    }
}

fn info(n: u8, role: Role) -> MemberInfo {
    MemberInfo {
        id: MemberId::from_bytes([n; 16]),
        name: format!("{n}"),
        kana: String::new(),
        role,
        phone: String::new(),
        sign: SigningKey::from_seed([n; 32]).verify_key(),
        kx: Bytes32([n; 32]),
    }
}

fn act(value: serde_json::Value) -> Act {
    serde_json::from_value(value).unwrap()
}

fn take(prev: Hash32, n: u64, who: u8) -> Act {
    act(json!({"take": {
        "prev": prev, "n": n,
        "member": MemberId::from_bytes([who; 16]), "device": DeviceId::from_bytes([who; 16]),
        "duty": "00".repeat(32), "at": t0(), "turn_to": t0() + Duration::days(7)}}))
}

fn offer(prev: Hash32, n: u64, to: u8) -> Act {
    act(json!({"offer": {
        "prev": prev, "n": n,
        "to_member": MemberId::from_bytes([to; 16]), "to_device": DeviceId::from_bytes([to; 16]),
        "lease": "00".repeat(32), "duty_sealed": "", "manifest": "", "root": Hash32::ZERO,
        "envelopes": 0, "patients": 0, "expires": t0() + Duration::days(400),
        "turn_from": t0(), "turn_to": t0() + Duration::days(7)}}))
}

fn accept(offer: Hash32, who: u8, at: DateTime<FixedOffset>) -> Act {
    act(json!({"accept": {
        "offer": offer, "root": Hash32::ZERO, "duty": "00".repeat(32), "duty_before": "",
        "member": MemberId::from_bytes([who; 16]), "device": DeviceId::from_bytes([who; 16]),
        "at": at}}))
}

fn release(accept: Hash32) -> Act {
    act(json!({"release": {
        "accept": accept, "late_root": Hash32::ZERO, "late": 0, "late_heads": ""}}))
}

/// A doctor takes, offers to one who does not answer, then to one who does; handovers follow.
struct Year {
    story: Story,
    before: Hash32,
    first: Hash32,
    unanswered: Hash32,
    answered: Hash32,
    accepted: Hash32,
}

impl Year {
    const HANDOVERS: u64 = 50;

    fn told() -> Self {
        let (mut story, before) = Story::founded(5);
        let first = story.say(name(10, 9), &[before], 2, vec![take(Hash32::ZERO, 1, 2)]);
        let unanswered = story.say(name(11, 9), &[first], 2, vec![offer(first, 2, 3)]);
        let answered = story.say(name(12, 9), &[unanswered], 2, vec![offer(first, 2, 4)]);
        let at = t0() + Duration::hours(2);
        let accepted = story.say(name(13, 9), &[answered], 4, vec![accept(answered, 4, at)]);
        Self {
            story,
            before,
            first,
            unanswered,
            answered,
            accepted,
        }
    }

    fn lived(mut self) -> Self {
        let (mut at, mut link, mut who) = (self.accepted, self.accepted, 4_u8);
        for k in 0..Self::HANDOVERS {
            let to = 9 - who;
            let s = &mut self.story;
            let o = s.say(
                name(100 + 3 * k, 9),
                &[at],
                who,
                vec![offer(link, 3 + k, to)],
            );
            let then = t0() + Duration::days(1);
            let a = s.say(name(101 + 3 * k, 9), &[o], to, vec![accept(o, to, then)]);
            at = s.say(name(102 + 3 * k, 9), &[a], who, vec![release(a)]);
            (link, who) = (a, to);
        }
        self
    }
}

#[test]
fn an_old_offer_that_is_accepted_late_deposes_nobody() {
    let mut year = Year::told().lived();
    let on_duty = year.story.holder();
    assert_eq!(on_duty.1, 2 + Year::HANDOVERS);
    // It says that it was quick, and its hash is the smallest there is.
    let quick = t0() + Duration::minutes(30);
    let late = vec![accept(year.unanswered, 3, quick)];
    year.story.say(name(1, 1), &[year.answered], 3, late);
    assert_eq!(year.story.holder(), on_duty);
}

#[test]
fn a_take_from_nowhere_deposes_nobody() {
    let mut year = Year::told().lived();
    let on_duty = year.story.holder();
    let from_nowhere = vec![take(Hash32::ZERO, 1, 3)];
    year.story.say(name(1, 1), &[year.before], 3, from_nowhere);
    assert_eq!(year.story.holder(), on_duty);
}

#[test]
fn of_two_acceptances_the_one_that_its_giver_released_holds() {
    for released in [3_u8, 4] {
        let mut year = Year::told();
        let rival = vec![accept(year.unanswered, 3, t0())];
        let rival = year.story.say(name(1, 1), &[year.answered], 3, rival);
        let which = if released == 3 { rival } else { year.accepted };
        let parents = [rival, year.accepted];
        year.story
            .say(name(200, 9), &parents, 2, vec![release(which)]);
        assert_eq!(year.story.holder(), (released, 2));
    }
}

#[test]
fn an_acceptance_that_only_took_is_still_outweighed_by_one_that_was_given() {
    let mut year = Year::told();
    let rival = vec![take(year.first, 2, 3)];
    year.story.say(name(1, 1), &[year.answered], 3, rival);
    assert_eq!(year.story.holder(), (4, 2));
}

/// Each evening two people have written apart, and one joins what both wrote.
fn ladder(meetings: u64) -> Story {
    let (mut story, mut tip) = Story::founded(3);
    let away = |who: u8| {
        vec![Act::Absence {
            member: MemberId::from_bytes([who; 16]),
            from: t0(),
            to: t0(),
        }]
    };
    for k in 1..=meetings {
        let a = story.say(name(k, 1), &[tip], 2, away(2));
        let b = story.say(name(k, 2), &[tip], 3, away(3));
        tip = story.say(name(k, 3), &[a, b], 1, Vec::new());
    }
    story
}

/// Twelve people who now and then see some of what the others wrote.
fn tangle(records: u64) -> Story {
    let (mut story, tip) = Story::founded(13);
    let mut last = [tip; 12];
    let mut dice = 1_u64;
    for k in 0..records {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let who = (dice >> 33) as usize % 12;
        let other = (dice >> 45) as usize % 12;
        let mut parents = vec![last[who]];
        if (dice >> 20).is_multiple_of(4) && last[other] != last[who] {
            parents.push(last[other]);
        }
        let member = u8::try_from(who + 2).unwrap();
        let away = vec![Act::Absence {
            member: MemberId::from_bytes([member; 16]),
            from: t0(),
            to: t0(),
        }];
        last[who] = story.say(name(k, 4), &parents, member, away);
    }
    story
}

/// The growth of a job over sizes ×1, ×10, ×100, printed; given back from the second on, where
/// what a beginning costs no longer hides it.
fn growth(what: &str, sizes: [u64; 3], job: impl Fn(u64) -> Span) -> f64 {
    let points = sizes.map(|size| (size, job(size)));
    let (all, grown) = (exponent(&points), exponent(&points[1..]));
    println!("{what}: {points:?}, exponent {all:.2}, {grown:.2} at the end");
    grown
}

#[test]
fn the_fold_grows_with_the_meetings_and_not_faster() {
    let line = growth("meetings", [40, 400, 4_000], |meetings| {
        let story = ladder(meetings);
        let (state, spent) = cpu_time(|| story.fold());
        assert_eq!(state.absences().count() as u64, 2 * meetings);
        spent
    });
    assert!(line < 1.4, "exponent {line:.2}");
}

#[test]
fn the_fold_grows_with_a_tangle_of_records_and_not_faster() {
    let tangled = growth("tangled records", [100, 1_000, 10_000], |records| {
        let story = tangle(records);
        let (state, spent) = cpu_time(|| story.fold());
        assert_eq!(state.absences().count() as u64, records);
        spent
    });
    assert!(tangled < 1.4, "exponent {tangled:.2}");
}

#[test]
fn two_who_write_apart_every_day_meet_as_fast_after_two_months_as_after_a_week() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut doctor]);
    let absence = |device: &Device, n: i64| Act::Absence {
        member: device.ws.member(),
        from: device.now + Duration::days(n),
        to: device.now + Duration::days(n + 1),
    };
    let (mut early, mut late) = (Span::ZERO, Span::ZERO);
    for n in 1..=56 {
        for device in [&mut office, &mut doctor] {
            let act = absence(device, n);
            device.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
        }
        let ((), spent) = cpu_time(|| {
            board.meet(&mut office);
            board.meet(&mut doctor);
            board.meet(&mut office);
        });
        match n {
            ..=14 => early += spent,
            43.. => late += spent,
            _ => {}
        }
    }
    println!("14 meetings: {early:?} in the first weeks, {late:?} after six");
    assert_eq!(doctor.ws.association().absences().count(), 112);
    // The board hands out all it has at every meeting, so a meeting does grow a little.
    assert!(late < early * 8, "{early:?}, then {late:?}");
    let (_, opened) = cpu_time(|| doctor.reopened());
    println!("unlock after {} days: {opened:?}", 56);
}
