//! The set of closures and lifts folded into what is closed: the same on every device, whatever order
//! the items arrived in.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use super::entry::{Closure, ClosureLift};
use crate::{
    ids::{ItemId, MemberId},
    visit::{Item, ItemKind},
};

/// Who lifted a closure, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// The item that says so.
    pub item: ItemId,
    /// Who signed it.
    pub by: MemberId,
    /// When, by that person's clock.
    pub at: DateTime<FixedOffset>,
    /// What else was said.
    pub words: String,
}

/// How a closure stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its time has not come.
    Planned,
    /// The roads are closed.
    InForce,
    /// Its time is over.
    Expired,
    /// Somebody lifted it.
    Lifted,
}

impl Standing {
    /// The code in `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.words().0
    }

    /// The label in Japanese (`true`) or English.
    #[must_use]
    pub fn label(self, japanese: bool) -> &'static str {
        let (_, ja, en) = self.words();
        if japanese { ja } else { en }
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Planned => ("planned", "予定", "planned"),
            Self::InForce => ("in_force", "通行止め", "closed"),
            Self::Expired => ("expired", "期限切れ", "expired"),
            Self::Lifted => ("lifted", "解除", "lifted"),
        }
    }
}

/// A closure with who declared it and who lifted it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownClosure {
    /// The item that declares it.
    pub id: ItemId,
    /// Who signed it.
    pub by: MemberId,
    /// When, by that person's clock.
    pub at: DateTime<FixedOffset>,
    /// What is closed, why and until when.
    pub closure: Closure,
    /// Every lift, by time and id; more than one when two devices lifted it apart.
    pub lifted: Vec<Lifted>,
}

impl KnownClosure {
    /// How it stands at an instant: in force from its beginning until its end, unless it was lifted.
    #[must_use]
    pub fn standing(&self, at: DateTime<FixedOffset>) -> Standing {
        if !self.lifted.is_empty() {
            Standing::Lifted
        } else if at < self.closure.from {
            Standing::Planned
        } else if self.closure.covers(at) {
            Standing::InForce
        } else {
            Standing::Expired
        }
    }
}

/// Everything that was ever said about closed roads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closures {
    /// By beginning, then id.
    pub known: Vec<KnownClosure>,
    /// Items that say something is closed or lifted and that this version cannot read, by id; a closure
    /// somebody lifted is none of them.
    pub unreadable: Vec<ItemId>,
}

impl Closures {
    /// Folds items, each with who signed it; items of other kinds are passed over.
    #[must_use]
    pub fn fold<'a>(items: impl IntoIterator<Item = (&'a Item, MemberId)>) -> Self {
        let mut known = Vec::new();
        let mut unreadable = Vec::new();
        let mut lifts: BTreeMap<ItemId, Vec<Lifted>> = BTreeMap::new();
        for (item, by) in items {
            let (id, at) = (item.id, item.at);
            match item.kind {
                ItemKind::Closure => match Closure::from_value(item.body.clone()) {
                    Ok(closure) => known.push(KnownClosure {
                        id,
                        by,
                        at,
                        closure,
                        lifted: Vec::new(),
                    }),
                    Err(_) => unreadable.push(id),
                },
                ItemKind::ClosureLift => match ClosureLift::from_value(item.body.clone()) {
                    Ok(lift) => lifts.entry(lift.closure).or_default().push(Lifted {
                        item: id,
                        by,
                        at,
                        words: lift.words,
                    }),
                    Err(_) => unreadable.push(id),
                },
                _ => {}
            }
        }
        for closure in &mut known {
            closure.lifted = lifts.remove(&closure.id).unwrap_or_default();
            closure.lifted.sort_by_key(|lift| (lift.at, lift.item));
        }
        known.sort_by_key(|closure| (closure.closure.from, closure.id));
        // What is lifted is over, whatever it said.
        unreadable.retain(|id| !lifts.contains_key(id));
        unreadable.sort();
        Self { known, unreadable }
    }

    /// Those in force at an instant.
    pub fn in_force(&self, at: DateTime<FixedOffset>) -> impl Iterator<Item = &KnownClosure> {
        self.in_force_within(at, at)
    }

    /// Those in force at an instant from `from` to `until`, both counted.
    pub fn in_force_within(
        &self,
        from: DateTime<FixedOffset>,
        until: DateTime<FixedOffset>,
    ) -> impl Iterator<Item = &KnownClosure> {
        self.known.iter().filter(move |known| {
            let within = known.closure.from <= until && from < known.closure.until;
            within && known.lifted.is_empty()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::super::shape::ClosureShape;
    use super::*;
    use crate::closure::ClosureReason;

    fn start() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-01-20T18:00:00+09:00").unwrap()
    }

    fn by(n: u8) -> MemberId {
        MemberId::from_bytes([n; 16])
    }

    fn closure(id: u8, from_hours: i64, hours: i64) -> Item {
        let from = start() + TimeDelta::hours(from_hours);
        let closure = Closure {
            shape: ClosureShape::Circle {
                centre: [140.56, 35.7],
                radius_m: 100,
            },
            reason: ClosureReason::Snow,
            words: String::new(),
            from,
            until: from + TimeDelta::hours(hours),
            rest: Map::new(),
        };
        closure.to_item(ItemId::from_bytes([id; 16]), start())
    }

    fn lift(id: u8, of: u8) -> Item {
        let lift = ClosureLift {
            closure: ItemId::from_bytes([of; 16]),
            words: String::new(),
            rest: Map::new(),
        };
        lift.to_item(ItemId::from_bytes([id; 16]), start())
    }

    fn fold(items: &[Item]) -> Closures {
        Closures::fold(items.iter().map(|item| (item, by(1))))
    }

    #[test]
    fn a_closure_is_in_force_from_its_first_instant_until_before_its_end() {
        let closures = fold(&[closure(1, 0, 2)]);
        let standing = |minutes| closures.known[0].standing(start() + TimeDelta::minutes(minutes));
        assert_eq!(standing(-1), Standing::Planned);
        assert_eq!(standing(0), Standing::InForce);
        assert_eq!(standing(119), Standing::InForce);
        assert_eq!(standing(120), Standing::Expired);
    }

    #[test]
    fn a_lift_counts_also_when_its_closure_arrives_later_or_its_clock_is_wrong() {
        let mut early = lift(9, 1);
        early.at = start() - TimeDelta::days(300);
        let closures = fold(&[early, closure(1, 0, 2), closure(2, 0, 2)]);
        let open: Vec<u8> = closures
            .in_force(start())
            .map(|c| c.id.as_bytes()[0])
            .collect();
        assert_eq!(open, [2]);
        assert_eq!(closures.known[0].standing(start()), Standing::Lifted);
    }

    #[test]
    fn what_does_not_read_is_named_and_closes_nothing() {
        let mut newer = closure(3, 0, 2);
        newer.body = json!({"shape": {"polygon": []}, "from": "x"});
        let mut nothing = lift(4, 1);
        nothing.body = json!(null);
        let closures = fold(&[newer, nothing, closure(1, 0, 2)]);
        assert_eq!(closures.unreadable.len(), 2);
        assert_eq!(closures.in_force(start()).count(), 1);
    }

    #[test]
    fn a_lift_ends_a_closure_that_nobody_here_can_read() {
        let mut newer = closure(3, 0, 2);
        newer.body = json!({"shape": {"polygon": []}});
        assert_eq!(fold(&[newer.clone()]).unreadable, [newer.id]);
        assert!(fold(&[lift(4, 3), newer]).unreadable.is_empty());
    }

    #[test]
    fn a_closure_that_begins_or_ends_within_a_time_is_in_force_within_it() {
        let closures = fold(&[closure(1, -3, 4), closure(2, 2, 1), closure(3, 5, 1)]);
        let within = |from: i64, until: i64| -> Vec<u8> {
            let [from, until] = [from, until].map(|hours| start() + TimeDelta::hours(hours));
            let found = closures.in_force_within(from, until);
            found.map(|c| c.id.as_bytes()[0]).collect()
        };
        assert_eq!(within(0, 2), [1, 2]);
        assert_eq!(within(1, 2), [2], "the first has ended at the beginning");
        assert_eq!(within(0, 1), [1]);
        assert_eq!(within(-9, 9), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn every_order_of_the_same_items_gives_the_same_closures(
            order in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let items = [
                closure(1, 0, 5), closure(2, -3, 5), closure(3, 9, 5), closure(4, 0, 1), closure(5, 0, 5),
                lift(6, 1), lift(7, 1), lift(8, 3), lift(9, 99),
            ];
            let shuffled: Vec<Item> = order.iter().map(|at| items[*at].clone()).collect();
            prop_assert_eq!(fold(&shuffled), fold(&items));
        }
    }
}
