//! What has to hold in every state.

use crate::device::{DEVICES, State, World};
use crate::story::{Know, Rec, Say};

/// A promise that does not hold.
pub type Broken = &'static str;

pub const NOBODY: Broken = "nobody believes to be on duty";
pub const NOT_ONE: Broken = "after everybody has heard everything not exactly one is on duty";
pub const DEPOSED: Broken = "a released acceptance is deposed by one that nobody released";
pub const LOST: Broken = "a note is lost";
pub const LET_IN: Broken = "somebody whom only a suspended person let in, unseen, is active";
pub const NOT_RESTORED: Broken = "no suspension stands, and somebody who was let in is not active";
pub const OUT_OF_THE_BAG: Broken = "a member was given the bag and is suspended out of it";

impl World {
    /// The first promise that a state breaks.
    pub fn broken(&mut self, state: &State) -> Option<Broken> {
        let all = self.everything(state);
        let devices = usize::from(self.devices);
        let mut views: Vec<Know> = state.know[..devices].to_vec();
        views.push(all);
        let begun = self.story.facts(all).holder.is_some();
        let on_duty = (0..self.devices)
            .filter(|who| self.believes(state.know[usize::from(*who)], *who))
            .count();
        let rest = self.at_rest(all);
        let after_all = (0..self.devices)
            .filter(|who| self.believes(rest, *who))
            .count();
        let held = state.has.iter().take(DEVICES).fold(0, |all, has| all | has);
        let written = state.wrote.iter().flatten().count();
        if begun && on_duty == 0 {
            return Some(NOBODY);
        }
        if begun && after_all != 1 {
            return Some(NOT_ONE);
        }
        if (0..written).any(|note| held & (1 << note) == 0) {
            return Some(LOST);
        }
        views.iter().find_map(|know| self.broken_in(*know))
    }

    /// The first promise that what one device knows breaks.
    fn broken_in(&mut self, know: Know) -> Option<Broken> {
        if let Some(judged) = self.judged.get(&know) {
            return *judged;
        }
        let broken = self.judge(know);
        self.judged.insert(know, broken);
        broken
    }

    fn judge(&mut self, know: Know) -> Option<Broken> {
        let facts = self.story.facts(know);
        for (accept, ..) in &facts.released {
            let before = self.story.before(*accept).flatten();
            let then = before.and_then(|before| facts.follower(before));
            if then.is_some_and(|then| facts.release_of(then).is_none()) {
                return Some(DEPOSED);
            }
        }
        let holder = facts.holder.map(|link| self.story.record(link).by);
        if let Some(holder) = holder
            && facts.given
            && facts.members & (1 << holder) != 0
            && !facts.is_active(holder)
        {
            return Some(OUT_OF_THE_BAG);
        }
        for (who, by) in self.let_in(know) {
            let unseen = |(record, admin): &(Rec, u8)| {
                let stops = |(suspension, whom): &(Rec, u8)| {
                    whom == admin
                        && !self.story.is_before(*record, *suspension)
                        && !self.story.is_before(*suspension, *record)
                };
                facts.standing.iter().any(stops)
            };
            if by.iter().all(unseen) && facts.is_active(who) {
                return Some(LET_IN);
            }
            if facts.standing.is_empty() && !facts.is_active(who) {
                return Some(NOT_RESTORED);
            }
        }
        None
    }

    /// Whoever was let in after the beginning, by which records of whom: those that counted when
    /// they were written.
    fn let_in(&mut self, know: Know) -> Vec<(u8, Vec<(Rec, u8)>)> {
        let mut all: Vec<(u8, Vec<(Rec, u8)>)> = Vec::new();
        for rec in self.story.records(know).to_vec() {
            let Say::Enrol(who) = *self.story.say(rec) else {
                continue;
            };
            let line = self.story.line(rec);
            if self.story.facts(line).refused.contains(&rec) {
                continue;
            }
            let by = self.story.record(rec).by;
            match all.iter_mut().find(|(other, _)| *other == who) {
                Some((_, records)) => records.push((rec, by)),
                None => all.push((who, vec![(rec, by)])),
            }
        }
        all
    }
}
