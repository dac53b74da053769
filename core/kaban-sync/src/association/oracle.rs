//! The fold, told twice: as [`History`] keeps it, and from nothing for every set of records. Both
//! must say the same at every record of random graphs with every kind of act.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::PatientId;
use kaban_model::patient::PartialDate;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::{SigningKey, VerifyKey};
use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::apply::Before;
use super::court::Court;
use super::fold::Loose;
use super::history::{Entry, Ground, History, judge};
use super::{Association, RecordView};
use crate::acts::{Accept, Act, MemberInfo, Offer, Take};
use crate::hex::{Bytes32, HexBytes};
use crate::pairing::Compared;

const RECORDS_MAX: usize = 60;
const HEADS_MAX: usize = 12;
/// People who are let in at the beginning: two of the office, three doctors.
const PEOPLE: u8 = 5;

struct Said {
    hash: Hash32,
    parents: Vec<Hash32>,
    depth: u64,
    who: u8,
    acts: Vec<Act>,
}

impl Said {
    fn view(&self) -> RecordView<'_> {
        RecordView {
            hash: self.hash,
            parents: &self.parents,
            device: DeviceId::from_bytes([self.who; 16]),
            member: MemberId::from_bytes([self.who; 16]),
            at: start(),
            acts: &self.acts,
        }
    }
}

fn start() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-17T10:00:00+09:00").unwrap()
}

fn member(who: u8) -> MemberId {
    MemberId::from_bytes([who; 16])
}

fn device(who: u8) -> DeviceId {
    DeviceId::from_bytes([who; 16])
}

fn info(who: u8) -> MemberInfo {
    let role = match who {
        1 | 5 => Role::Office,
        6 => Role::Nurse,
        _ => Role::Doctor,
    };
    MemberInfo {
        id: member(who),
        name: who.to_string(),
        kana: String::new(),
        role,
        phone: String::new(),
        sign: SigningKey::from_seed([who; 32]).verify_key(),
        kx: Bytes32([who; 32]),
    }
}

fn enrol(who: u8) -> Act {
    Act::Enrol {
        member: info(who),
        device: device(who),
        lease: Bytes32([who; 32]),
        lease_id: DocTag::from_bytes([who; 16]),
        compared: Compared::default(),
    }
}

fn consent() -> ConsentGiven {
    ConsentGiven {
        registration: true,
        primary_agreed: true,
        roles: [Role::Doctor].into_iter().collect(),
        paper_date: PartialDate::parse("2026-11-01").unwrap(),
    }
}

/// A story by chance: people who often have not seen each other's records.
struct Story {
    rng: ChaCha8Rng,
    said: Vec<Said>,
    heads: BTreeSet<Hash32>,
    people: u8,
    /// Records that took or accepted duty, with their number, whose and from whom.
    links: Vec<(Hash32, u64, u8, u8)>,
    offers: Vec<(Hash32, Offer)>,
    suspensions: Vec<(Hash32, MemberId)>,
}

impl Story {
    fn tell(seed: u64) -> Vec<Said> {
        let mut story = Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            said: Vec::new(),
            heads: BTreeSet::new(),
            people: PEOPLE,
            links: vec![(Hash32::ZERO, 0, 0, 0)],
            offers: Vec::new(),
            suspensions: Vec::new(),
        };
        let found = Act::Found {
            name: "x".into(),
            tag_key: HexBytes(vec![0; 32]),
            founder: info(1),
            device: device(1),
        };
        story.say(1, Vec::new(), vec![found]);
        for who in 2..=PEOPLE {
            let parents = story.heads.iter().copied().collect();
            story.say(1, parents, vec![enrol(who)]);
        }
        while story.said.len() < RECORDS_MAX {
            story.go_on();
        }
        story.said
    }

    fn say(&mut self, who: u8, parents: Vec<Hash32>, acts: Vec<Act>) -> Hash32 {
        let hash = Hash32::from_bytes(self.rng.random());
        let depth_of = |parent: &Hash32| self.said.iter().find(|s| s.hash == *parent);
        let above = parents.iter().filter_map(depth_of).map(|said| said.depth);
        let depth = above.max().map_or(0, |depth| depth + 1);
        for parent in &parents {
            self.heads.remove(parent);
        }
        self.heads.insert(hash);
        self.said.push(Said {
            hash,
            parents,
            depth,
            who,
            acts,
        });
        hash
    }

    /// Somebody writes on a record of a while ago, on a head, or joins several.
    fn parents(&mut self) -> Vec<Hash32> {
        let heads: Vec<Hash32> = self.heads.iter().copied().collect();
        let crowded = heads.len() >= HEADS_MAX;
        match self.rng.random_range(0..10) {
            0..3 if !crowded => {
                let back = self.rng.random_range(1..=self.said.len().min(12));
                vec![self.said[self.said.len() - back].hash]
            }
            3..6 => vec![*heads.choose(&mut self.rng).unwrap()],
            _ => {
                let count = self.rng.random_range(1..=heads.len());
                heads.sample(&mut self.rng, count).copied().collect()
            }
        }
    }

    fn go_on(&mut self) {
        let parents = self.parents();
        let past = self.past(&parents);
        let (who, first) = self.act(&past);
        let acts: Vec<Act> = match self.rng.random_range(0..10) {
            0 => Vec::new(),
            1 => vec![first, self.any_act(who, &past)],
            _ => vec![first],
        };
        let hash = self.say(who, parents, acts.clone());
        for act in acts {
            match act {
                Act::Take(take) => self.links.push((hash, take.n, who, 0)),
                Act::Offer(offer) => self.offers.push((hash, offer)),
                Act::Accept(accept) => {
                    let offers = self.offers.iter();
                    let offer = offers.clone().find(|(offer, _)| *offer == accept.offer);
                    let (_, offer) = offer.unwrap();
                    let giver = self.links.iter().find(|link| link.0 == offer.prev);
                    self.links.push((hash, offer.n, who, giver.unwrap().2));
                }
                Act::SuspendMember { member, .. } => self.suspensions.push((hash, member)),
                _ => {}
            }
        }
    }

    fn past(&self, tips: &[Hash32]) -> BTreeSet<Hash32> {
        let mut past = BTreeSet::from([Hash32::ZERO]);
        let mut open = tips.to_vec();
        while let Some(hash) = open.pop() {
            if past.insert(hash) {
                let said = self.said.iter().find(|s| s.hash == hash);
                open.extend(said.iter().flat_map(|said| &said.parents));
            }
        }
        past
    }

    fn pick<T: Clone>(&mut self, all: &[T], known: impl Fn(&T) -> bool) -> Option<T> {
        // Mostly what its writer knows and mostly the newest, sometimes anything.
        let any = self.rng.random_bool(0.1);
        let some: Vec<T> = all
            .iter()
            .filter(|one| any || known(one))
            .cloned()
            .collect();
        if self.rng.random_bool(0.6) {
            return some.last().cloned();
        }
        some.choose(&mut self.rng).cloned()
    }

    /// A step of duty by whom it is for, or anything by anybody.
    fn act(&mut self, past: &BTreeSet<Hash32>) -> (u8, Act) {
        let kind = self.rng.random_range(0..10);
        if kind < 2 {
            let offers = self.offers.clone();
            if let Some((hash, offer)) = self.pick(&offers, |(hash, _)| past.contains(hash)) {
                return (offer.to_member.as_bytes()[0], accept(hash, &offer));
            }
        }
        if kind < 5 {
            let links = self.links.clone();
            if let Some((prev, n, who, giver)) = self.pick(&links, |link| past.contains(&link.0))
                && n > 0
            {
                if kind == 2 && giver > 0 {
                    return (giver, release(prev));
                }
                let to = self.rng.random_range(2..=4);
                return (who, offer(prev, n + 1, to));
            }
        }
        let office = self.rng.random_bool(0.4);
        let who = match office {
            true => *[1, 5].choose(&mut self.rng).unwrap(),
            false => self.rng.random_range(1..=self.people),
        };
        (who, self.any_act(who, past))
    }

    fn any_act(&mut self, who: u8, past: &BTreeSet<Hash32>) -> Act {
        let whom = self.rng.random_range(1..=self.people);
        let patient = PatientId::from_bytes([self.rng.random_range(1..4); 16]);
        let doctor = if (2..5).contains(&who) {
            who
        } else {
            self.rng.random_range(2..5)
        };
        match self.rng.random_range(0..20) {
            0..3 if self.people < 12 => {
                self.people += 1;
                enrol(self.people)
            }
            3 => Act::SetRole {
                member: member(whom),
                role: [Role::Doctor, Role::Office]
                    .choose(&mut self.rng)
                    .unwrap()
                    .clone(),
            },
            4 => Act::SuspendMember {
                member: member(whom),
                reason: String::new(),
            },
            5..9 => {
                let all = self.suspensions.clone();
                match self.pick(&all, |(hash, _)| past.contains(hash)) {
                    Some((suspension, member)) if self.rng.random_bool(0.3) => {
                        Act::ConfirmSuspension { suspension, member }
                    }
                    Some((suspension, member)) => Act::LiftSuspension { suspension, member },
                    None => absence(who),
                }
            }
            9 => Act::Register {
                patient,
                primary: member(doctor),
                deputy: None,
                team: vec![member(whom)],
                eligibility: Eligibility {
                    cannot_attend: true,
                    wants_home_care: true,
                },
                consent: self.rng.random_bool(0.5).then(consent),
            },
            10 => Act::ConsentGiven {
                patient,
                given: consent(),
            },
            11 => Act::ConsentWithdrawn {
                patient,
                on: start().date_naive(),
            },
            12 => Act::TeamAdd {
                patient,
                member: member(whom),
            },
            13 => Act::TeamRemove {
                patient,
                member: member(whom),
            },
            14 => Act::Unregister {
                patient,
                reason: String::new(),
            },
            15..18 if who == doctor => {
                let links = self.links.clone();
                let (prev, n, ..) = self.pick(&links, |link| past.contains(&link.0)).unwrap_or((
                    Hash32::ZERO,
                    0,
                    0,
                    0,
                ));
                take(prev, n + 1, who)
            }
            18 if !self.offers.is_empty() => {
                let (offer, _) = self.offers.choose(&mut self.rng).unwrap().clone();
                Act::Withdraw { offer }
            }
            _ => absence(who),
        }
    }
}

fn absence(who: u8) -> Act {
    Act::Absence {
        member: member(who),
        from: start(),
        to: start(),
    }
}

fn take(prev: Hash32, n: u64, who: u8) -> Act {
    Act::Take(Take {
        prev,
        n,
        member: member(who),
        device: device(who),
        duty: Bytes32([0; 32]),
        at: start(),
        turn_to: start(),
    })
}

fn offer(prev: Hash32, n: u64, to: u8) -> Act {
    Act::Offer(Offer {
        prev,
        n,
        to_member: member(to),
        to_device: device(to),
        lease: Bytes32([0; 32]),
        duty_sealed: HexBytes(Vec::new()),
        manifest: HexBytes(Vec::new()),
        root: Hash32::ZERO,
        envelopes: 0,
        patients: 0,
        expires: start() + Duration::days(1),
        turn_from: start(),
        turn_to: start(),
    })
}

fn accept(offer: Hash32, to: &Offer) -> Act {
    Act::Accept(Accept {
        offer,
        root: Hash32::ZERO,
        duty: Bytes32([0; 32]),
        duty_before: HexBytes(Vec::new()),
        member: to.to_member,
        device: to.to_device,
        at: start(),
    })
}

fn release(accept: Hash32) -> Act {
    Act::Release {
        accept,
        late_root: Hash32::ZERO,
        late: 0,
        late_heads: HexBytes(Vec::new()),
    }
}

/// The fold from nothing.
struct Naive<'s> {
    said: BTreeMap<Hash32, &'s Said>,
    ground: Loose<'s>,
    entries: BTreeMap<Hash32, Arc<Entry>>,
}

impl Naive<'_> {
    fn past(&self, tips: &[Hash32]) -> BTreeSet<Hash32> {
        let mut past = BTreeSet::new();
        let mut open = tips.to_vec();
        while let Some(hash) = open.pop() {
            if past.insert(hash) {
                open.extend(&self.said[&hash].parents);
            }
        }
        past
    }

    fn entry(&mut self, hash: Hash32) -> Arc<Entry> {
        if let Some(known) = self.entries.get(&hash) {
            return Arc::clone(known);
        }
        let said = self.said[&hash];
        let known = self.over(&said.parents);
        let entry = judge(said.view().to_new(said.depth), &known, &self.ground);
        let entry = Arc::new(entry);
        self.entries.insert(hash, Arc::clone(&entry));
        entry
    }

    fn over(&mut self, tips: &[Hash32]) -> Association {
        let mut past: Vec<(u64, Hash32)> = self
            .past(tips)
            .into_iter()
            .map(|hash| (self.said[&hash].depth, hash))
            .collect();
        past.sort_unstable();
        let entries: Vec<Arc<Entry>> = past.iter().map(|(_, hash)| self.entry(*hash)).collect();
        let ground = &self.ground;
        let before: Before<'_> = &|a, b| ground.is_before(a, b);
        let mut court = Court::default();
        entries.iter().for_each(|entry| court.note(entry));
        let verdicts = Arc::new(court.judge(BTreeSet::new(), before));
        let mut state = Association::default();
        for entry in entries {
            state.take_in(&entry, &verdicts, before);
        }
        state
    }
}

fn in_some_order(said: &[Said], seed: u64) -> Vec<&Said> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut placed = BTreeSet::new();
    let mut order: Vec<&Said> = Vec::new();
    while order.len() < said.len() {
        let ready: Vec<&Said> = said
            .iter()
            .filter(|s| !placed.contains(&s.hash))
            .filter(|s| s.parents.iter().all(|parent| placed.contains(parent)))
            .collect();
        let next = *ready.choose(&mut rng).unwrap();
        placed.insert(next.hash);
        order.push(next);
    }
    order
}

const SIGNED: &dyn Fn(Hash32, &VerifyKey) -> bool = &|_, _| true;

/// How often the interesting things happened in a story: the property must not hold for want
/// of them.
#[derive(Debug, Default)]
struct Seen {
    joins: usize,
    suspended: usize,
    void: usize,
    links: usize,
    refused: usize,
}

fn compare(seed: u64, seen: &mut Seen) {
    let said = Story::tell(seed);
    let views: Vec<RecordView<'_>> = said.iter().map(Said::view).collect();
    let mut naive = Naive {
        said: said.iter().map(|s| (s.hash, s)).collect(),
        ground: Loose::of(&views, SIGNED),
        entries: BTreeMap::new(),
    };
    let ground = Loose::of(&views, SIGNED);
    let mut history = History::default();
    let mut here: Vec<Hash32> = Vec::new();
    for s in in_some_order(&said, seed ^ 1) {
        history.insert(s.view().to_new(s.depth), &ground);
        here.push(s.hash);
        seen.joins += usize::from(s.parents.len() > 1);
        let kept = history.at(&s.hash, &ground).unwrap();
        let told = naive.over(&[s.hash]);
        assert!(*kept == told, "seed {seed}: at record {}", here.len());
        if here.len().is_multiple_of(5) {
            let told = naive.over(&here);
            let kept = history.now(&ground);
            assert!(*kept == told, "seed {seed}: over all of {}", here.len());
        }
    }
    let end = history.now(&ground);
    seen.suspended += end.suspensions().count();
    seen.void += end
        .refused()
        .filter(|refused| refused.why.contains("suspended") || refused.why.contains("let in"))
        .count();
    seen.links += usize::from(end.duty().holder().is_some_and(|link| link.n > 1));
    seen.refused += end.refused().count();
}

#[test]
fn the_kept_fold_says_what_a_fold_from_nothing_says_at_every_record() {
    let mut seen = Seen::default();
    let stories = 240;
    for seed in 0..stories {
        compare(seed, &mut seen);
    }
    println!("{stories} stories of {RECORDS_MAX} records: {seen:?}");
    assert!(seen.joins > 1_500 && seen.suspended > 100, "{seen:?}");
    assert!(
        seen.void > 25 && seen.links > 100 && seen.refused > 500,
        "{seen:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_kept_fold_is_the_fold_of_the_set_in_any_order(seed: u64, order: u64) {
        let said = Story::tell(seed);
        let views: Vec<RecordView<'_>> = said.iter().map(Said::view).collect();
        let ground = Loose::of(&views, SIGNED);
        let fold = |order: u64| {
            let mut history = History::default();
            for s in in_some_order(&said, order) {
                history.insert(s.view().to_new(s.depth), &ground);
            }
            history.now(&ground)
        };
        prop_assert!(fold(order) == fold(order.wrapping_add(1)));
    }

    #[test]
    fn what_was_read_late_is_judged_as_if_it_had_been_read_at_once(seed: u64, late in 1_usize..60) {
        let said = Story::tell(seed);
        let views: Vec<RecordView<'_>> = said.iter().map(Said::view).collect();
        let ground = Loose::of(&views, SIGNED);
        let mut history = History::default();
        for s in &said {
            history.insert(s.view().to_new(s.depth), &ground);
        }
        let at_once = history.now(&ground);
        let out = history.take_out(&[said[late].hash].into_iter().collect());
        prop_assert!(out.contains(&said[late].hash));
        for s in said.iter().filter(|s| out.contains(&s.hash)) {
            history.insert(s.view().to_new(s.depth), &ground);
        }
        prop_assert!(history.now(&ground) == at_once);
    }
}
