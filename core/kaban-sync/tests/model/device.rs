//! Devices that keep to the protocol of a handover (security-sync.md §4.8), and what may go wrong
//! between them: any record comes late, by any way, twice or never.
//!
//! Only what a handover needs is here: who writes a note, which notes an offer covers, what travels
//! after a release, when a giver erases. Nothing is on a relay, so a note that the last device
//! erases is lost.

use std::collections::HashMap;

use crate::promise::Broken;
use crate::story::{Facts, Heard, Know, Notes, Rec, Record, Say, Story, Winner};

/// Most devices of a world.
pub const DEVICES: usize = 4;
/// Most notes of a world.
const NOTES: usize = 2;

/// When a device believes to be on duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// Where the fold of what it has seen names it.
    ByTheFold,
    /// Where the fold names it, and after that until it sees a word of whom the fold names, written
    /// with enough seen to be the one of these two.
    UntilTheOtherKnows,
    /// The same, until it has made an offer.
    UntilItOffers,
    /// The same, until it sees a rival.
    UntilItSeesARival,
}

/// When a giver erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erase {
    /// When all it wrote is covered by the acceptance and the acknowledgement.
    WhenCovered,
    /// When somebody else is on duty.
    WhenAccepted,
}

/// What goes with a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// All that the giver has and its offer had not; what comes to it later it acknowledges no
    /// more.
    Everything,
    /// What it wrote itself; it acknowledges what comes later, and that goes no further.
    Own,
}

/// The rules of a world; each but the first is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub belief: Belief,
    pub erase: Erase,
    pub late: Late,
    pub winner: Winner,
    pub heard: Heard,
}

impl Rules {
    pub const OURS: Self = Self {
        belief: Belief::UntilTheOtherKnows,
        erase: Erase::WhenCovered,
        late: Late::Everything,
        winner: Winner::Ours,
        heard: Heard::Ours,
    };
}

/// How much may happen, and by whom (a bit each).
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    pub offers: usize,
    pub withdrawals: usize,
    pub takes: usize,
    pub notes: usize,
    pub suspensions: usize,
    pub confirmations: usize,
    pub lifts: usize,
    pub admissions: usize,
    pub takers: u8,
    pub takes_offers: u8,
    pub suspend: u8,
    pub suspended: u8,
    pub admit: u8,
    pub admitted: u8,
}

/// Where everybody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub know: [Know; DEVICES],
    /// The notes each device has.
    pub has: [Notes; DEVICES],
    /// Who wrote each note, and whether it is written.
    pub wrote: [Option<u8>; NOTES],
}

/// What happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Say(Rec),
    Hear(u8, Rec),
    Write(u8),
    /// The notes that an offer or a release names come to its addressee.
    Fetch(u8, Rec),
    Erase(u8),
}

/// The devices of a world and everything they may say.
pub struct World {
    pub story: Story,
    pub rules: Rules,
    pub bounds: Bounds,
    pub devices: u8,
    pub beliefs: HashMap<(Know, u8), bool>,
    /// Whether what one device knows keeps the promises.
    pub judged: HashMap<Know, Option<Broken>>,
}

fn bit(who: u8) -> u8 {
    1 << who
}

impl World {
    fn devices(&self) -> impl Iterator<Item = u8> + use<> {
        0..self.devices
    }

    /// Everybody knows the first records.
    pub fn begin(&mut self, first: &[Record]) -> State {
        let mut know = self.story.union(&[]);
        for record in first {
            let rec = self.story.add(record.clone());
            know = self.story.hear(know, rec);
        }
        State {
            know: [know; DEVICES],
            has: [0; DEVICES],
            wrote: [None; NOTES],
        }
    }

    pub fn everything(&mut self, state: &State) -> Know {
        let devices = usize::from(self.devices);
        self.story.union(&state.know[..devices])
    }

    /// Whether a device that knows this believes to be on duty.
    pub fn believes(&mut self, know: Know, who: u8) -> bool {
        if let Some(believes) = self.beliefs.get(&(know, who)) {
            return *believes;
        }
        let believes = self.find_belief(know, who);
        self.beliefs.insert((know, who), believes);
        believes
    }

    fn find_belief(&mut self, know: Know, who: u8) -> bool {
        let facts = self.story.facts(know);
        let Some(holder) = facts.holder else {
            return false;
        };
        let is_holder = self.story.record(holder).by == who;
        match self.rules.belief {
            Belief::ByTheFold => is_holder,
            Belief::UntilTheOtherKnows => is_holder || !self.is_relieved(know, who, holder),
            Belief::UntilItOffers => is_holder && !facts.offers,
            Belief::UntilItSeesARival => {
                let before = self.story.before(holder).flatten();
                let links = self.story.links(know);
                let rivals = links.iter().filter(|(_, prev)| *prev == before).count();
                is_holder && rivals == 1
            }
        }
    }

    /// Whether a device never held, or sees a word of the holder, who knew enough when it wrote it.
    fn is_relieved(&mut self, know: Know, who: u8, holder: Rec) -> bool {
        let links = self.story.links(know);
        let own = links.iter().map(|(link, _)| *link);
        let Some(own) = own.filter(|link| self.story.record(*link).by == who).max() else {
            return true;
        };
        let by = self.story.record(holder).by;
        let records = self.story.records(know).iter().copied();
        let said: Vec<Rec> = records
            .filter(|rec| self.story.record(*rec).by == by)
            .collect();
        let own = self.story.line(own);
        said.iter().any(|word| {
            let both = self.story.hear(own, *word);
            self.story.facts(both).holder == Some(holder)
        })
    }

    /// What everybody knows once all was heard, and whoever then holds has said a word.
    pub fn at_rest(&mut self, all: Know) -> Know {
        let Some(holder) = self.story.facts(all).holder else {
            return all;
        };
        let word = Record {
            by: self.story.record(holder).by,
            say: Say::Nothing,
            parents: self.story.heads(all),
        };
        let word = self.story.add(word);
        self.story.hear(all, word)
    }

    /// Everything that may happen next.
    pub fn steps(&mut self, state: &State) -> Vec<(Step, State)> {
        let mut next = Vec::new();
        let all = self.everything(state);
        for who in self.devices() {
            self.hear(state, who, all, &mut next);
            self.say(state, who, all, &mut next);
            self.carry(state, who, &mut next);
        }
        next
    }

    fn hear(&mut self, state: &State, who: u8, all: Know, next: &mut Vec<(Step, State)>) {
        let at = usize::from(who);
        let known = self.story.records(state.know[at]).to_vec();
        for rec in self.story.records(all).to_vec() {
            if known.binary_search(&rec).is_err() {
                let mut heard = *state;
                heard.know[at] = self.story.hear(state.know[at], rec);
                next.push((Step::Hear(who, rec), heard));
            }
        }
    }

    fn say(&mut self, state: &State, who: u8, all: Know, next: &mut Vec<(Step, State)>) {
        let at = usize::from(who);
        let know = state.know[at];
        let parents = self.story.heads(know);
        for say in self.wishes(state, who, all) {
            let record = Record {
                by: who,
                say,
                parents: parents.clone(),
            };
            let rec = self.story.add(record);
            let known = self.story.hear(know, rec);
            // The program refuses what it would refuse of others.
            if !self.story.facts(known).refused.contains(&rec) {
                let mut said = *state;
                said.know[at] = known;
                next.push((Step::Say(rec), said));
            }
        }
    }

    /// What a device would say now, if it may.
    fn wishes(&mut self, state: &State, who: u8, all: Know) -> Vec<Say> {
        let bounds = self.bounds;
        let know = state.know[usize::from(who)];
        let has = state.has[usize::from(who)];
        let facts = self.story.facts(know);
        let on_duty = self.believes(know, who);
        let said: Vec<Rec> = self.story.records(all).to_vec();
        let story = &self.story;
        let count = |is: fn(&Say) -> bool| said.iter().filter(|rec| is(story.say(**rec))).count();
        let known = self.story.records(know);
        let mut wishes = Vec::new();
        let others = |of: u8| {
            self.devices()
                .filter(move |to| *to != who && of & bit(*to) != 0)
        };
        if facts.members & bit(who) == 0 {
            return wishes;
        }
        let n = facts.holder.map_or(1, |link| self.number(link) + 1);
        let takes = count(|say| matches!(say, Say::Take { .. }));
        let begun = usize::from(
            story
                .records(all)
                .iter()
                .any(|rec| matches!(story.say(*rec), Say::Take { prev: None, .. })),
        );
        if !on_duty && bounds.takers & bit(who) != 0 && takes < bounds.takes + begun {
            let prev = facts.holder;
            wishes.push(Say::Take { prev, n });
        }
        if on_duty
            && !facts.offers
            && let Some(prev) = facts.holder
            && count(|say| matches!(say, Say::Offer { .. })) < bounds.offers
        {
            let root = has;
            wishes.extend(others(bounds.takes_offers).map(|to| Say::Offer { prev, n, to, root }));
        }
        for rec in known {
            match *story.say(*rec) {
                Say::Offer { to, root, .. } => {
                    let open = !facts.withdrawn.contains(rec) && !self.is_accepted(known, *rec);
                    let withdrawals = count(|say| matches!(say, Say::Withdraw(_)));
                    if open && story.record(*rec).by == who && withdrawals < bounds.withdrawals {
                        wishes.push(Say::Withdraw(*rec));
                    }
                    if open && to == who && has & root == root {
                        wishes.push(Say::Accept { offer: *rec, root });
                    }
                }
                Say::Release { accept, late }
                    if story.record(accept).by == who && has & late == late =>
                {
                    let ends =
                        self.rules.late == Late::Everything && self.has_released(&facts, who);
                    if facts.release_of(accept) == Some((*rec, false)) && !ends {
                        wishes.push(Say::Ack {
                            release: *rec,
                            late,
                        });
                    }
                }
                Say::Suspend(whom) => {
                    let standing = facts.standing.contains(&(*rec, whom));
                    let suspension = *rec;
                    if standing
                        && bounds.suspend & bit(who) != 0
                        && count(|say| matches!(say, Say::Confirm { .. })) < bounds.confirmations
                    {
                        wishes.push(Say::Confirm { suspension, whom });
                    }
                    if standing && count(|say| matches!(say, Say::Lift { .. })) < bounds.lifts {
                        wishes.push(Say::Lift { suspension, whom });
                    }
                }
                _ => {}
            }
        }
        if let Some((accept, root)) = self.given_to(&facts, who)
            && facts.release_of(accept).is_none()
            && !on_duty
        {
            let late = match self.rules.late {
                Late::Everything => has & !root,
                Late::Own => has & !root & self.own(state, who),
            };
            wishes.push(Say::Release { accept, late });
        }
        let suspensions = count(|say| matches!(say, Say::Suspend(_)));
        if bounds.suspend & bit(who) != 0 && suspensions < bounds.suspensions {
            wishes.extend(others(bounds.suspended).map(Say::Suspend));
        }
        let admissions = count(|say| matches!(say, Say::Enrol(_)));
        if bounds.admit & bit(who) != 0 && admissions < bounds.admissions {
            let strangers = bounds.admitted & !facts.members;
            wishes.extend(others(strangers).map(Say::Enrol));
        }
        wishes
    }

    fn number(&self, link: Rec) -> u64 {
        match self.story.say(link) {
            Say::Take { n, .. } => *n,
            Say::Accept { offer, .. } => match self.story.say(*offer) {
                Say::Offer { n, .. } => *n,
                _ => 0,
            },
            _ => 0,
        }
    }

    fn is_accepted(&self, known: &[Rec], offer: Rec) -> bool {
        let mut says = known.iter().map(|rec| self.story.say(*rec));
        says.any(|say| matches!(say, Say::Accept { offer: of, .. } if *of == offer))
    }

    /// The acceptance of this device's offer that followed its duty, and what the offer covered.
    fn given_to(&self, facts: &Facts, who: u8) -> Option<(Rec, Notes)> {
        let own = facts
            .way
            .iter()
            .filter(|link| self.story.record(**link).by == who);
        let next = facts.follower(own.max().copied()?)?;
        match self.story.say(next) {
            Say::Accept { offer, root } if self.story.record(*offer).by == who => {
                Some((next, *root))
            }
            _ => None,
        }
    }

    /// Whether a device has let go of its last duty: what comes to it later goes no further.
    fn has_released(&self, facts: &Facts, who: u8) -> bool {
        let given = self.given_to(facts, who);
        given.is_some_and(|(accept, _)| facts.release_of(accept).is_some())
    }

    /// The notes that a device wrote.
    fn own(&self, state: &State, who: u8) -> Notes {
        let own = (0..NOTES).filter(|note| state.wrote[*note] == Some(who));
        own.fold(0, |notes, note| notes | (1 << note))
    }

    fn carry(&mut self, state: &State, who: u8, next: &mut Vec<(Step, State)>) {
        let at = usize::from(who);
        let know = state.know[at];
        let on_duty = self.believes(know, who);
        let facts = self.story.facts(know);
        let written = state.wrote.iter().flatten().count();
        if on_duty && written < self.bounds.notes {
            let mut then = *state;
            then.wrote[written] = Some(who);
            then.has[at] |= 1 << written;
            next.push((Step::Write(who), then));
        }
        for rec in self.story.records(know) {
            let (from, notes) = match *self.story.say(*rec) {
                Say::Offer { to, root, .. } if to == who => (self.story.record(*rec).by, root),
                Say::Release { accept, late } if self.story.record(accept).by == who => {
                    (self.story.record(*rec).by, late)
                }
                _ => continue,
            };
            let there = state.has[usize::from(from)] & notes == notes;
            if there && state.has[at] & notes != notes {
                let mut then = *state;
                then.has[at] |= notes;
                next.push((Step::Fetch(who, *rec), then));
            }
        }
        if !on_duty && state.has[at] != 0 && self.may_erase(&facts, who) {
            let mut then = *state;
            then.has[at] = 0;
            next.push((Step::Erase(who), then));
        }
    }

    fn may_erase(&self, facts: &Facts, who: u8) -> bool {
        let Some((accept, _)) = self.given_to(facts, who) else {
            return false;
        };
        match self.rules.erase {
            Erase::WhenAccepted => true,
            Erase::WhenCovered => facts.release_of(accept).is_some_and(|(release, acked)| {
                let nothing = matches!(self.story.say(release), Say::Release { late: 0, .. });
                acked || nothing
            }),
        }
    }
}
