//! Records of a story, each kept once, and what any set of them amounts to by the program's fold.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use chrono::Duration;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::SigningKey;
use kaban_sync::association::{Association, RecordView};
use kaban_sync::hex::{Bytes32, HexBytes};
use kaban_sync::pairing::Compared;
use kaban_sync::{Accept, Act, MemberInfo, Offer, Take};
use kaban_testkit::start;

/// A record, by its place among all that were ever thought of.
pub type Rec = u32;
/// A set of records that holds the ancestors of each.
pub type Know = u32;
/// Notes, a bit each.
pub type Notes = u8;

/// What one record says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Say {
    Found,
    Nothing,
    Enrol(u8),
    Take {
        prev: Option<Rec>,
        n: u64,
    },
    Offer {
        prev: Rec,
        n: u64,
        to: u8,
        root: Notes,
    },
    Withdraw(Rec),
    Accept {
        offer: Rec,
        root: Notes,
    },
    Release {
        accept: Rec,
        late: Notes,
    },
    Ack {
        release: Rec,
        late: Notes,
    },
    Suspend(u8),
    Confirm {
        suspension: Rec,
        whom: u8,
    },
    Lift {
        suspension: Rec,
        whom: u8,
    },
}

/// A record that somebody may write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    pub by: u8,
    pub say: Say,
    pub parents: Vec<Rec>,
}

struct Kept {
    record: Record,
    hash: Hash32,
    parents: Vec<Hash32>,
    depth: u32,
    /// It and all its ancestors.
    line: Vec<Rec>,
    acts: Vec<Act>,
}

/// What a set of records amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub holder: Option<Rec>,
    /// By link: the one that follows it.
    pub followed: Vec<(Rec, Rec)>,
    /// Links that lead to the holder.
    pub way: Vec<Rec>,
    /// By acceptance: its release, and whether it is acknowledged.
    pub released: Vec<(Rec, Rec, bool)>,
    pub withdrawn: Vec<Rec>,
    /// The holder has an offer that waits.
    pub offers: bool,
    pub refused: Vec<Rec>,
    pub members: u8,
    pub active: u8,
    /// Suspensions that stand, and of whom.
    pub standing: Vec<(Rec, u8)>,
    /// Whether the holder was given the bag.
    pub given: bool,
}

impl Facts {
    pub fn follower(&self, link: Rec) -> Option<Rec> {
        let mut all = self.followed.iter();
        all.find(|(before, _)| *before == link)
            .map(|(_, next)| *next)
    }

    pub fn release_of(&self, accept: Rec) -> Option<(Rec, bool)> {
        let mut all = self.released.iter();
        all.find(|(of, ..)| *of == accept)
            .map(|(_, release, acked)| (*release, *acked))
    }

    pub fn is_active(&self, who: u8) -> bool {
        self.active & (1 << who) != 0
    }
}

/// Which of two rivals for one link the fold of a story prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// What the program says.
    Ours,
    /// An acceptance before a take, then the smaller hash: the rule before the review (H1).
    SmallestHash,
}

/// Who counts as let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// What the program says.
    Ours,
    /// Whoever was active by the ancestors of the record: the rule before the review (C5).
    NotBackwards,
}

/// Every record and every set of records that was looked at.
pub struct Story {
    /// What the hashes depend on: ties fall otherwise with another.
    salt: u64,
    roles: Vec<Role>,
    /// Who is in from the beginning.
    first: u8,
    winner: Winner,
    heard: Heard,
    kept: Vec<Kept>,
    by_record: HashMap<Record, Rec>,
    by_hash: HashMap<Hash32, Rec>,
    sets: Vec<Vec<Rec>>,
    by_set: HashMap<Vec<Rec>, Know>,
    facts: HashMap<Know, Rc<Facts>>,
    heard_then: HashMap<(Know, Rec), Know>,
}

impl Story {
    pub fn new(roles: &[Role], first: u8, salt: u64, winner: Winner, heard: Heard) -> Self {
        Self {
            salt,
            roles: roles.to_vec(),
            first,
            winner,
            heard,
            kept: Vec::new(),
            by_record: HashMap::new(),
            by_hash: HashMap::new(),
            sets: Vec::new(),
            by_set: HashMap::new(),
            facts: HashMap::new(),
            heard_then: HashMap::new(),
        }
    }

    pub fn record(&self, rec: Rec) -> &Record {
        &self.kept[rec as usize].record
    }

    pub fn say(&self, rec: Rec) -> &Say {
        &self.record(rec).say
    }

    pub fn records(&self, know: Know) -> &[Rec] {
        &self.sets[know as usize]
    }

    /// How many sets of records were folded.
    pub fn folds(&self) -> usize {
        self.facts.len()
    }

    /// Whether one record is another or among its ancestors.
    pub fn is_before(&self, ancestor: Rec, rec: Rec) -> bool {
        self.kept[rec as usize]
            .line
            .binary_search(&ancestor)
            .is_ok()
    }

    pub fn add(&mut self, record: Record) -> Rec {
        if let Some(known) = self.by_record.get(&record) {
            return *known;
        }
        let rec = Rec::try_from(self.kept.len()).unwrap();
        let above = record
            .parents
            .iter()
            .map(|parent| &self.kept[*parent as usize]);
        let depth = above.clone().map(|kept| kept.depth + 1).max().unwrap_or(0);
        let parents: Vec<Hash32> = above.clone().map(|kept| kept.hash).collect();
        let mut line: Vec<Rec> = above.flat_map(|kept| kept.line.iter().copied()).collect();
        line.push(rec);
        line.sort_unstable();
        line.dedup();
        let hash = self.hash_of(&record, &parents);
        self.by_hash.insert(hash, rec);
        let acts = self.acts_of(&record);
        self.by_record.insert(record.clone(), rec);
        self.kept.push(Kept {
            record,
            hash,
            parents,
            depth,
            line,
            acts,
        });
        rec
    }

    fn hash_of(&self, record: &Record, parents: &[Hash32]) -> Hash32 {
        let mut bytes = [0; 32];
        for (at, eight) in bytes.chunks_exact_mut(8).enumerate() {
            let mut hasher = DefaultHasher::new();
            (self.salt, at, record).hash(&mut hasher);
            for parent in parents {
                hasher.write(parent.as_bytes());
            }
            eight.copy_from_slice(&hasher.finish().to_be_bytes());
        }
        Hash32::from_bytes(bytes)
    }

    fn set(&mut self, mut records: Vec<Rec>) -> Know {
        records.sort_unstable();
        records.dedup();
        if let Some(known) = self.by_set.get(&records) {
            return *known;
        }
        let know = Know::try_from(self.sets.len()).unwrap();
        self.sets.push(records.clone());
        self.by_set.insert(records, know);
        know
    }

    /// What is known with a record more, and with it all its ancestors.
    pub fn hear(&mut self, know: Know, rec: Rec) -> Know {
        if let Some(then) = self.heard_then.get(&(know, rec)) {
            return *then;
        }
        let mut records = self.records(know).to_vec();
        records.extend(&self.kept[rec as usize].line);
        let then = self.set(records);
        self.heard_then.insert((know, rec), then);
        then
    }

    /// What a record and its ancestors say.
    pub fn line(&mut self, rec: Rec) -> Know {
        let line = self.kept[rec as usize].line.clone();
        self.set(line)
    }

    pub fn union(&mut self, all: &[Know]) -> Know {
        let records = all
            .iter()
            .flat_map(|know| self.records(*know).iter().copied());
        let records = records.collect();
        self.set(records)
    }

    /// The records that nobody has built on yet.
    pub fn heads(&self, know: Know) -> Vec<Rec> {
        let records = self.records(know);
        let parents: Vec<Rec> = records
            .iter()
            .flat_map(|rec| self.record(*rec).parents.iter().copied())
            .collect();
        let heads = records.iter().filter(|rec| !parents.contains(rec));
        heads.copied().collect()
    }

    pub fn facts(&mut self, know: Know) -> Rc<Facts> {
        if let Some(known) = self.facts.get(&know) {
            return Rc::clone(known);
        }
        let facts = Rc::new(self.find_facts(know));
        self.facts.insert(know, Rc::clone(&facts));
        facts
    }

    fn find_facts(&mut self, know: Know) -> Facts {
        let records = self.records(know).to_vec();
        // Two orders in which parents come first; the fold may not tell them apart.
        let by_age = self.fold(&records);
        let mut by_depth = records.clone();
        by_depth.sort_by_key(|rec| {
            let kept = &self.kept[*rec as usize];
            (kept.depth, std::cmp::Reverse(kept.hash))
        });
        let mut facts = self.read(&records, &by_age);
        if by_depth != records {
            assert_eq!(by_age, self.fold(&by_depth), "the order of arrival decides");
        }
        drop(by_age);
        if self.winner == Winner::SmallestHash {
            self.prefer_the_smallest_hash(&records, &mut facts);
        }
        if self.heard == Heard::NotBackwards {
            self.hear_nothing_backwards(&records, &mut facts);
        }
        facts
    }

    fn fold(&self, records: &[Rec]) -> Association {
        let views: Vec<RecordView<'_>> = records
            .iter()
            .map(|rec| {
                let kept = &self.kept[*rec as usize];
                RecordView {
                    hash: kept.hash,
                    parents: &kept.parents,
                    device: device(kept.record.by),
                    member: member(kept.record.by),
                    at: start(),
                    acts: &kept.acts,
                }
            })
            .collect();
        Association::fold(&views, &|_, _| true)
    }

    fn read(&self, records: &[Rec], association: &Association) -> Facts {
        let duty = association.duty();
        let rec = |hash: &Hash32| self.by_hash[hash];
        let hash = |rec: &Rec| self.kept[*rec as usize].hash;
        let follower = |link: &Rec| duty.follower(hash(link)).map(|f| (*link, rec(&f.hash)));
        let release = |accept: &Rec| {
            let seen = duty.release_of(hash(accept))?;
            Some((*accept, rec(&seen.hash), seen.acknowledged))
        };
        let withdrawn = duty.offers().filter(|seen| seen.withdrawn);
        let mut refused: Vec<Rec> = association.refused().map(|r| rec(&r.record)).collect();
        refused.dedup();
        let people = 0..u8::try_from(self.roles.len()).unwrap();
        let bits = |is: &dyn Fn(MemberId) -> bool| {
            let who = people.clone().filter(|who| is(member(*who)));
            who.fold(0, |bits, who| bits | (1 << who))
        };
        Facts {
            holder: duty.holder().map(|link| rec(&link.hash)),
            followed: records.iter().filter_map(follower).collect(),
            way: records
                .iter()
                .filter(|rec| duty.is_on_the_way(hash(rec)))
                .copied()
                .collect(),
            released: records.iter().filter_map(release).collect(),
            withdrawn: withdrawn.map(|seen| rec(&seen.hash)).collect(),
            offers: !duty.open_offers(start()).is_empty(),
            refused,
            members: bits(&|who| association.member(who).is_some()),
            active: bits(&|who| association.is_active(who)),
            standing: association
                .suspensions()
                .map(|s| (rec(&s.record), s.whom.as_bytes()[0]))
                .collect(),
            given: duty.holder().is_some_and(|link| link.offer.is_some()),
        }
    }

    /// The link before a link, if it is one.
    pub fn before(&self, rec: Rec) -> Option<Option<Rec>> {
        match self.say(rec) {
            Say::Take { prev, .. } => Some(*prev),
            Say::Accept { offer, .. } => match self.say(*offer) {
                Say::Offer { prev, .. } => Some(Some(*prev)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The links of a set, each with the one before.
    pub fn links(&self, know: Know) -> Vec<(Rec, Option<Rec>)> {
        self.links_of(self.records(know), &[])
    }

    fn links_of(&self, records: &[Rec], refused: &[Rec]) -> Vec<(Rec, Option<Rec>)> {
        let counting = records.iter().filter(|rec| !refused.contains(rec));
        counting
            .filter_map(|rec| self.before(*rec).map(|before| (*rec, before)))
            .collect()
    }

    fn prefer_the_smallest_hash(&self, records: &[Rec], facts: &mut Facts) {
        let links = self.links_of(records, &facts.refused);
        let best = |prev: Option<Rec>| {
            let rivals = links.iter().filter(|(_, before)| *before == prev);
            let rivals = rivals.map(|(link, _)| *link);
            rivals.min_by_key(|link| {
                let takes = matches!(self.say(*link), Say::Take { .. });
                (takes, self.kept[*link as usize].hash)
            })
        };
        let next = |(link, _): &(Rec, Option<Rec>)| best(Some(*link)).map(|next| (*link, next));
        facts.followed = links.iter().filter_map(next).collect();
        facts.way.clear();
        facts.holder = None;
        while let Some(next) = best(facts.holder) {
            facts.way.push(next);
            facts.holder = Some(next);
        }
    }

    fn hear_nothing_backwards(&self, records: &[Rec], facts: &mut Facts) {
        let mut active = self.first;
        for rec in records {
            if let Say::Enrol(who) = *self.say(*rec) {
                let line = &self.kept[*rec as usize].line;
                if !self.read(line, &self.fold(line)).refused.contains(rec) {
                    active |= 1 << who;
                }
            }
        }
        facts.members = active;
        for (_, whom) in &facts.standing {
            active &= !(1 << whom);
        }
        facts.active = active;
    }

    fn acts_of(&self, record: &Record) -> Vec<Act> {
        let by = record.by;
        let hash = |rec: Rec| self.kept[rec as usize].hash;
        let one = match record.say.clone() {
            Say::Found => {
                let mut acts = vec![Act::Found {
                    name: "x".into(),
                    tag_key: HexBytes(vec![0; 32]),
                    founder: self.info(by),
                    device: device(by),
                }];
                let others = (0..8).filter(|who| *who != by && self.first & (1 << who) != 0);
                acts.extend(others.map(|who| self.enrol(who)));
                return acts;
            }
            Say::Nothing => return Vec::new(),
            Say::Enrol(who) => self.enrol(who),
            Say::Take { prev, n } => Act::Take(Take {
                prev: prev.map_or(Hash32::ZERO, hash),
                n,
                member: member(by),
                device: device(by),
                duty: Bytes32([0; 32]),
                at: start(),
                turn_to: start() + Duration::weeks(1),
            }),
            Say::Offer { prev, n, to, root } => Act::Offer(Offer {
                prev: hash(prev),
                n,
                to_member: member(to),
                to_device: device(to),
                lease: Bytes32([0; 32]),
                duty_sealed: HexBytes(Vec::new()),
                manifest: HexBytes(Vec::new()),
                root: root_of(root),
                envelopes: u64::from(root.count_ones()),
                patients: 0,
                expires: start() + Duration::weeks(1),
                turn_from: start(),
                turn_to: start() + Duration::weeks(1),
            }),
            Say::Withdraw(offer) => Act::Withdraw { offer: hash(offer) },
            Say::Accept { offer, root } => Act::Accept(Accept {
                offer: hash(offer),
                root: root_of(root),
                duty: Bytes32([0; 32]),
                duty_before: HexBytes(Vec::new()),
                member: member(by),
                device: device(by),
                at: start(),
            }),
            Say::Release { accept, late } => Act::Release {
                accept: hash(accept),
                late_root: root_of(late),
                late: u64::from(late.count_ones()),
                late_heads: HexBytes(Vec::new()),
            },
            Say::Ack { release, late } => Act::Ack {
                release: hash(release),
                late_root: root_of(late),
            },
            Say::Suspend(whom) => Act::SuspendMember {
                member: member(whom),
                reason: String::new(),
            },
            Say::Confirm { suspension, whom } => Act::ConfirmSuspension {
                suspension: hash(suspension),
                member: member(whom),
            },
            Say::Lift { suspension, whom } => Act::LiftSuspension {
                suspension: hash(suspension),
                member: member(whom),
            },
        };
        vec![one]
    }

    fn enrol(&self, who: u8) -> Act {
        Act::Enrol {
            member: self.info(who),
            device: device(who),
            lease: Bytes32([who; 32]),
            lease_id: DocTag::from_bytes([who; 16]),
            compared: Compared::default(),
        }
    }

    fn info(&self, who: u8) -> MemberInfo {
        MemberInfo {
            id: member(who),
            name: format!("{who}"),
            kana: String::new(),
            role: self.roles[usize::from(who)].clone(),
            phone: String::new(),
            sign: SigningKey::from_seed([who; 32]).verify_key(),
            kx: Bytes32([who; 32]),
        }
    }
}

fn member(who: u8) -> MemberId {
    MemberId::from_bytes([who; 16])
}

fn device(who: u8) -> DeviceId {
    DeviceId::from_bytes([who; 16])
}

fn root_of(notes: Notes) -> Hash32 {
    Hash32::from_bytes([notes; 32])
}
