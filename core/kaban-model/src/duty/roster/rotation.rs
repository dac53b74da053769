//! The rotation of ordinary turns: whose turn it is, who is passed over, and who makes up for it.
//!
//! Each turn that falls due has a number, its key: member `i` of `n` is due at `i`, `i + n`, `i + 2n` and
//! so on, and the smallest key is served first. An excused member's key goes by unserved, so that the order
//! stays. An absent member's key waits: it is served at the first turn after the return, at most one key of
//! a member waits at a time, and whoever is late this way rests for half a round between two turns.

/// A turn that a member need not serve because of a holiday turn, and that has not gone by yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenExcusal {
    pub(super) member: usize,
    /// The first key from this one on goes by.
    pub(super) from_key: usize,
    /// Number of the holiday turn in the roster; none if it lies before the roster.
    pub(super) holiday: Option<usize>,
}

/// Who serves a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) holder: usize,
    pub(super) key: usize,
    pub(super) excused: Vec<OpenExcusal>,
    /// Whose turn it was and who are absent.
    pub(super) away: Vec<usize>,
    /// The holder was passed over earlier because of an absence.
    pub(super) makes_up: bool,
    /// Nobody was there to serve it.
    pub(super) nobody: bool,
}

/// The last turn of a member.
#[derive(Debug, Clone, Copy)]
struct Last {
    turn: usize,
    late: bool,
}

/// The state of the rotation between two turns.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    members: usize,
    /// The next key of each member, smallest first.
    queue: Vec<usize>,
    /// The largest key that was served.
    reached: usize,
    /// How many turns were served.
    turns: usize,
    last: Vec<Option<Last>>,
    /// Keys that were let go during a long absence, of each member.
    let_go: Vec<usize>,
    excusals: Vec<OpenExcusal>,
}

impl Rotation {
    /// The first member is next.
    pub(super) fn new(members: usize) -> Self {
        Self {
            members,
            queue: (0..members).collect(),
            reached: 0,
            turns: 0,
            last: vec![None; members],
            let_go: vec![0; members],
            excusals: Vec::new(),
        }
    }

    /// Goes on from ordinary turns that were served: of each the holder and who was excused, as far as
    /// they are still members. Who appears in none of them is new and waits for their place in the order.
    pub(super) fn after(members: usize, served: &[(Option<usize>, Vec<usize>)]) -> Self {
        let mut rotation = Self::new(members);
        let due =
            |(holder, excused): &(Option<usize>, Vec<usize>)| excused.first().copied().or(*holder);
        let Some(first) = served.iter().find_map(due) else {
            return rotation;
        };
        let mut seen = vec![false; members];
        for (holder, excused) in served {
            for member in holder.iter().chain(excused) {
                seen[*member] = true;
            }
        }
        // New members do not fall behind while the past is gone through.
        rotation.queue = (first..first + members)
            .filter(|key| seen[key % members])
            .collect();
        let in_order = rotation.queue.clone();
        let mut keys = 0;
        for (holder, excused) in served {
            for member in excused.iter().chain(holder) {
                rotation.pass(*member);
                keys += 1;
            }
            if let Some(holder) = holder {
                rotation.last[*holder] = Some(Last {
                    turn: rotation.turns,
                    late: false,
                });
                rotation.turns += 1;
            }
        }
        // Where the list would stand if nobody had served for anybody else: as many keys on.
        let last = keys - 1;
        rotation.reached = in_order[last % in_order.len()] + last / in_order.len() * members;
        for member in (0..members).filter(|member| !seen[*member]) {
            let step = (member + members - rotation.reached % members) % members;
            rotation.insert(rotation.reached + step);
        }
        rotation.let_go_what_is_too_late();
        rotation.let_go = vec![0; members];
        rotation
    }

    /// The member need not serve the first turn from this key on.
    pub(super) fn excuse(&mut self, excusal: OpenExcusal) {
        self.excusals.push(excusal);
    }

    /// The key at which the member is due next.
    pub(super) fn due(&self, member: usize) -> usize {
        let mut keys = self.queue.iter();
        let found = keys.find(|key| *key % self.members == member);
        found.copied().unwrap_or(member)
    }

    /// Excusals that have not come to pass.
    pub(super) fn owed(&self) -> &[OpenExcusal] {
        &self.excusals
    }

    /// How many turns the member missed without making up for them.
    pub(super) fn let_go(&self, member: usize) -> usize {
        self.let_go[member]
    }

    /// Decides who serves the next turn. There is always somebody: if all are absent, it is whose turn it was.
    pub(super) fn next(&mut self, is_away: impl Fn(usize) -> bool) -> Pick {
        let (mut excused, mut away, mut tired) = (Vec::new(), Vec::new(), Vec::new());
        let mut holder = None;
        for &key in &self.queue {
            let member = key % self.members;
            if let Some(excusal) = self.excusal_at(member, key) {
                excused.push((key, excusal));
            } else if is_away(member) {
                away.push(key);
            } else if self.is_tired(member, key) {
                tired.push(key);
            } else {
                holder = Some(key);
                break;
            }
        }
        let there = holder.or_else(|| tired.first().copied());
        // Nobody is left to serve in their place: the excusal waits for the next turn.
        let excused_one = || {
            excused
                .iter()
                .find_map(|(key, excusal)| (!is_away(excusal.member)).then_some(*key))
        };
        let nobody = there.is_none() && excused_one().is_none();
        let key = there
            .or_else(excused_one)
            .or_else(|| self.queue.first().copied())
            .unwrap_or_default();
        let pick = Pick {
            holder: key % self.members,
            key,
            excused: excused
                .into_iter()
                .filter_map(|(passed, excusal)| (passed < key).then_some(excusal))
                .collect(),
            away: away
                .into_iter()
                .filter_map(|passed| (passed < key).then_some(passed % self.members))
                .collect(),
            makes_up: key < self.reached,
            nobody,
        };
        for excusal in &pick.excused {
            self.excusals.retain(|waiting| waiting != excusal);
            self.pass(excusal.member);
        }
        self.pass(pick.holder);
        self.serve(pick.holder, key);
        pick
    }

    fn excusal_at(&self, member: usize, key: usize) -> Option<OpenExcusal> {
        let mut all = self.excusals.iter();
        all.find(|excusal| excusal.member == member && excusal.from_key <= key)
            .copied()
    }

    /// Whoever is late by an absence does not serve twice within half a round. Nobody else is held up:
    /// without absences the rotation is the list, over and over.
    fn is_tired(&self, member: usize, key: usize) -> bool {
        let rest = self.members.div_ceil(2);
        self.last[member]
            .is_some_and(|last| (last.late || key < self.reached) && self.turns - last.turn < rest)
    }

    fn pass(&mut self, member: usize) -> usize {
        let key = self.due(member);
        self.queue.retain(|waiting| *waiting != key);
        self.insert(key + self.members);
        key
    }

    fn insert(&mut self, key: usize) {
        let place = self.queue.partition_point(|waiting| *waiting < key);
        self.queue.insert(place, key);
    }

    fn serve(&mut self, member: usize, key: usize) {
        self.last[member] = Some(Last {
            turn: self.turns,
            late: key < self.reached,
        });
        self.turns += 1;
        self.reached = self.reached.max(key);
        self.let_go_what_is_too_late();
    }

    fn let_go_what_is_too_late(&mut self) {
        while let Some(&late) = self
            .queue
            .first()
            .filter(|late| **late + self.members <= self.reached)
        {
            let member = late % self.members;
            self.let_go[member] += 1;
            self.pass(member);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn run(rotation: &mut Rotation, turns: usize, away: impl Fn(usize, usize) -> bool) -> String {
        let letter = |member: usize| char::from(b'A' + u8::try_from(member).unwrap());
        (0..turns)
            .map(|turn| letter(rotation.next(|member| away(turn, member)).holder))
            .collect()
    }

    #[test]
    fn rule_4_the_rotation_passes_over_an_excused_doctor_once_and_the_order_stays() {
        let mut rotation = Rotation::new(4);
        rotation.excuse(OpenExcusal {
            member: 1,
            from_key: 5,
            holiday: Some(0),
        });
        assert_eq!(run(&mut rotation, 11, |_, _| false), "ABCDACDABCD");
        assert!(rotation.owed().is_empty());
    }

    #[test]
    fn rule_4_the_only_doctor_cannot_be_passed_over() {
        let mut rotation = Rotation::new(1);
        rotation.excuse(OpenExcusal {
            member: 0,
            from_key: 0,
            holiday: None,
        });
        assert_eq!(run(&mut rotation, 3, |_, _| false), "AAA");
        assert_eq!(rotation.owed().len(), 1);
    }

    #[test]
    fn an_absent_doctor_makes_up_at_the_first_turn_after_the_return_and_the_order_stays() {
        let away = |turn, member| member == 0 && turn < 2;
        assert_eq!(run(&mut Rotation::new(6), 12, away), "BCADEFABCDEF");
    }

    #[test]
    fn whoever_makes_up_late_in_the_round_rests_for_half_a_round() {
        let away = |turn, member| member == 0 && turn < 4;
        assert_eq!(run(&mut Rotation::new(6), 14, away), "BCDEAFBACDEFAB");
    }

    #[test]
    fn of_a_long_absence_one_turn_is_made_up_and_the_others_are_let_go() {
        let mut rotation = Rotation::new(4);
        let away = |turn, member| member == 3 && turn < 9;
        assert_eq!(run(&mut rotation, 15, away), "ABCABCABCDADBCD");
        assert_eq!(rotation.let_go(3), 1);
    }

    #[test]
    fn rule_8_somebody_serves_even_when_all_are_absent() {
        let mut rotation = Rotation::new(3);
        let pick = rotation.next(|_| true);
        assert!(pick.nobody && pick.holder == 0 && pick.away.is_empty());
    }

    #[test]
    fn rule_7_the_rotation_goes_on_where_it_stood_when_members_come_and_go() {
        // A, B, a third who has left since, and D have served; the list is A, B, a new one, D.
        let served = [Some(0), Some(1), None, Some(3), Some(0)].map(|holder| (holder, vec![]));
        let mut rotation = Rotation::after(4, &served);
        assert_eq!(run(&mut rotation, 8, |_, _| false), "BCDABCDA");
    }

    #[test]
    fn rule_7_a_swap_that_was_not_returned_is_owed() {
        // The list is A, B, C; in the second round B served for A as well.
        let served = [0, 1, 2, 1, 1, 2].map(|holder| (Some(holder), vec![]));
        let mut rotation = Rotation::after(3, &served);
        assert_eq!(run(&mut rotation, 9, |_, _| false), "ACABACABC");
    }
}
