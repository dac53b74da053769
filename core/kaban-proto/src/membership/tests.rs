//! The rules of the court over sets of acts alone, without envelopes: every small story, and what
//! it costs to fold from the last common view instead of from the beginning.
#![allow(clippy::unwrap_used)]

use super::acts::{Act, ActSet, Acts, Strike};
use super::bounds;
use super::court::{self, Verdict};
use super::graph::Clock;
use super::log::may;
use super::states::DeviceStates;
use super::views::Views;
use crate::digest::sha256;
use crate::ids::{DeviceId, Hash32};
use crate::record::{Clear, DeviceKeys, Rights};
use crate::sign::SigningKey;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn keys(n: u8) -> DeviceKeys {
    let key = SigningKey::from_seed([n; 32]).verify_key();
    DeviceKeys {
        id: key,
        kx: [n; 32],
        transport: key,
        rights: Rights::ALL,
    }
}

/// One act of a story: who, what, and which earlier acts its author had seen last.
#[derive(Clone)]
struct Said {
    author: DeviceId,
    clear: Clear,
    seen: Vec<usize>,
}

/// A story told to a log of acts, each act where its author's view allows it.
struct Told {
    said: Vec<Said>,
    /// Its number and its view; `None` if it was no act.
    taken: Vec<(Option<usize>, u32)>,
    acts: Acts,
    views: Views,
}

impl Told {
    fn founded(devices: &[DeviceKeys]) -> Self {
        let mut told = Self {
            said: Vec::new(),
            taken: Vec::new(),
            acts: Acts::default(),
            views: Views::new(),
        };
        let found = Clear::Found {
            device: devices[0],
            relay: None,
        };
        let founder = devices[0].device_id();
        told.tell(founder, found, vec![]);
        for (last, device) in devices[1..].iter().enumerate() {
            told.tell(founder, Clear::AddDevice(*device), vec![last]);
        }
        told
    }

    /// Adds an act; `false` if its author may not do it or it changes nothing.
    fn tell(&mut self, author: DeviceId, clear: Clear, seen: Vec<usize>) -> bool {
        let of: Vec<u32> = seen.iter().map(|at| self.taken[*at].1).collect();
        let found = self.views.join(&self.acts, of);
        let view = self.views.see(&found);
        let founds = matches!(clear, Clear::Found { .. });
        let allowed = founds || may(&author, &clear, &view.states).is_ok();
        if !allowed || !bounds::is_act(&self.acts, view, &author, &clear) {
            return false;
        }
        let view = self.views.keep(found);
        let before = self.views.get(view).set.clone();
        let depth = before.iter().map(|act| self.acts[act].depth + 1).max();
        // A name by content, so that the same story told in another order has the same names.
        let parents: Vec<Hash32> = before.iter().map(|act| self.acts[act].hash).collect();
        let parents: BTreeSet<Hash32> = parents.into_iter().collect();
        let text = format!("{author} {clear:?} {parents:?}");
        let act = self.acts.push(Act {
            hash: sha256(&[text.as_bytes()]),
            depth: depth.unwrap_or(0),
            author,
            clear,
            view,
            clock: Clock::default(),
        });
        let view = self.views.after(&self.acts, view, act);
        self.said.push(Said {
            author,
            clear,
            seen,
        });
        self.taken.push((Some(act), view));
        true
    }

    /// What all acts say together: states, and the verdict on each act by its name.
    fn all(&self) -> (DeviceStates, BTreeMap<Hash32, Verdict>) {
        let mut set = ActSet::default();
        (0..self.acts.len()).for_each(|act| set.insert(act));
        let common = self.taken.iter().map(|(_, view)| *view);
        let common = common.reduce(|a, b| self.views.common(a, b)).unwrap();
        let view = self.views.made(&self.acts, set.clone(), common);
        let whole = self.views.made(&self.acts, set, 0);
        assert_eq!(view.states, whole.states, "folded from {common}");
        assert_eq!(view.void, whole.void, "folded from {common}");
        assert_eq!(view.lifted, whole.lifted, "folded from {common}");
        let verdict = |act: usize| match (view.void.contains(act), view.lifted.contains(act)) {
            (true, _) => Verdict::Void,
            (false, true) => Verdict::Lifted,
            (false, false) => Verdict::Stands,
        };
        let verdicts = (0..self.acts.len()).map(|act| (self.acts[act].hash, verdict(act)));
        (view.states, verdicts.collect())
    }

    /// The same story in another order in which everybody still comes after what they had seen.
    fn retold(&self, pick: impl Fn(usize) -> usize) -> Self {
        let mut other = Self {
            said: Vec::new(),
            taken: Vec::new(),
            acts: Acts::default(),
            views: Views::new(),
        };
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        while places.len() < self.said.len() {
            let ready: Vec<usize> = (0..self.said.len())
                .filter(|at| !places.contains_key(at))
                .filter(|at| self.said[*at].seen.iter().all(|s| places.contains_key(s)))
                .collect();
            let at = ready[pick(ready.len())];
            let Said {
                author,
                clear,
                seen,
            } = self.said[at].clone();
            let seen = seen.iter().map(|s| places[s]).collect();
            assert!(other.tell(author, clear, seen));
            places.insert(at, other.said.len() - 1);
        }
        other
    }

    fn knew(&self, act: &Act) -> &ActSet {
        &self.views.get(act.view).set
    }

    /// What must hold whatever happened.
    fn check(&self) {
        let (states, verdicts) = self.all();
        let list: Vec<&Act> = (0..self.acts.len()).map(|act| &self.acts[act]).collect();
        let verdict = |act: &Act| verdicts[&act.hash];
        for (number, act) in list.iter().enumerate() {
            if verdict(act) == Verdict::Void {
                continue;
            }
            let let_in = self.acts.adding(&act.author).iter().any(|add| {
                self.knew(act).contains(*add) && verdict(&self.acts[*add]) != Verdict::Void
            });
            assert!(
                act.founds() || let_in || act.strike().is_some(),
                "nobody let it in"
            );
            if let Some(device) = act.adds() {
                assert!(states.contains_key(&device.device_id()));
            }
            for strike in list.iter().filter(|x| verdict(x) == Verdict::Stands) {
                let seen = self.knew(strike).contains(number) || strike.hash == act.hash;
                match strike.strike() {
                    Some(Strike::Suspension(device)) if device == act.author && !seen => {
                        assert!(
                            act.adds().is_none() || act.founds(),
                            "granted behind a suspension that is in force"
                        );
                    }
                    Some(Strike::Removal(device)) if device == act.author && !seen => {
                        assert!(act.strike().is_some(), "counts behind a removal");
                    }
                    _ => {}
                }
            }
        }
        for device in states.keys() {
            let added = self.acts.adding(device).iter();
            let mut added = added.map(|add| verdict(&self.acts[*add]));
            assert!(added.any(|verdict| verdict == Verdict::Stands));
        }
        // The court alone, over everything, says the same.
        let mut order: Vec<usize> = (0..self.acts.len()).collect();
        order.sort_by_key(|act| (self.acts[*act].depth, self.acts[*act].hash));
        let whole = court::judge(&self.acts, &self.views, &DeviceStates::default(), &order);
        assert!(
            order
                .iter()
                .zip(whole)
                .all(|(act, v)| verdict(&self.acts[*act]) == v)
        );
    }
}

fn clears(devices: &[DeviceKeys]) -> Vec<Clear> {
    let each = devices.iter().flat_map(|keys| {
        let device = keys.device_id();
        [
            Clear::AddDevice(*keys),
            Clear::RemoveDevice { device },
            Clear::SuspendDevice {
                device,
                until_ms: 1,
            },
            Clear::SuspendDevice {
                device,
                until_ms: 0,
            },
        ]
    });
    each.collect()
}

/// Every story of so many acts after the founding, in which each author has seen its own last act
/// and any choice of the others' last ones.
fn every_story(told: &Told, devices: &[DeviceKeys], left: usize, check: &mut dyn FnMut(&Told)) {
    check(told);
    if left == 0 {
        return;
    }
    let authors: Vec<DeviceId> = devices.iter().map(DeviceKeys::device_id).collect();
    let last: Vec<Option<usize>> = authors
        .iter()
        .map(|author| told.said.iter().rposition(|said| said.author == *author))
        .collect();
    for (number, author) in authors.iter().enumerate() {
        let others: Vec<usize> = (0..authors.len())
            .filter(|other| *other != number)
            .filter_map(|other| last[other])
            .collect();
        for choice in 0..1_usize << others.len() {
            let chosen = others
                .iter()
                .enumerate()
                .filter(|(bit, _)| choice >> bit & 1 == 1);
            let mut seen: Vec<usize> = chosen.map(|(_, at)| *at).collect();
            // Everybody has seen the founding, which is the founder's first acts.
            seen.push(last[number].unwrap_or(1));
            // Of two orders of acts that know nothing of one another only one is told.
            let newest = told.said.len() - 1;
            let apart = !seen.contains(&newest) && newest > 1;
            if apart && told.said[newest].author > *author {
                continue;
            }
            for clear in clears(devices) {
                let mut next = replay(told);
                if next.tell(*author, clear, seen.clone()) {
                    every_story(&next, devices, left - 1, check);
                }
            }
        }
    }
}

fn replay(told: &Told) -> Told {
    told.retold(|_| 0)
}

#[test]
fn every_small_story_of_three_devices_has_one_end_in_any_order() {
    let devices = [keys(1), keys(2), keys(3)];
    let mut told = Told::founded(&devices[..2]);
    assert_eq!(told.said.len(), 2);
    let mut stories = 0;
    told = replay(&told);
    every_story(&told, &devices, 3, &mut |told| {
        stories += 1;
        told.check();
        let backwards = told.retold(|ready| ready - 1);
        assert_eq!(told.all(), backwards.all());
    });
    println!("{stories} stories");
    assert!(stories > 3_000, "{stories}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_story_has_one_end_in_any_order_and_from_any_common_view(
        choices in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 1..40),
        picks in proptest::collection::vec(any::<u8>(), 48),
    ) {
        let devices: Vec<DeviceKeys> = (1..=6).map(keys).collect();
        let mut told = Told::founded(&devices[..4]);
        let clears = clears(&devices);
        for (who, what, one, two) in choices {
            let author = devices[usize::from(who) % devices.len()].device_id();
            let len = told.said.len();
            let recent = |back: u8| len - 1 - usize::from(back) % len.min(6);
            let mut seen = vec![recent(one), recent(two)];
            seen.extend(told.said.iter().rposition(|said| said.author == author));
            let clear = clears[usize::from(what) % clears.len()];
            told.tell(author, clear, seen);
        }
        told.check();
        let mut pick = picks.iter().cycle();
        let pick = std::cell::RefCell::new(&mut pick);
        let other = told.retold(|ready| {
            usize::from(*pick.borrow_mut().next().unwrap()) % ready
        });
        prop_assert_eq!(told.all(), other.all());
    }
}
