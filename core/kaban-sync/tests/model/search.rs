//! Every state that can come about, the nearest first.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::device::{State, Step, World};
use crate::promise::Broken;

/// What a search found.
pub struct Found {
    pub states: usize,
    pub steps: usize,
    /// The most steps that led to a state.
    pub depth: u32,
    /// The bound on states ended it.
    pub cut: bool,
    /// A promise that broke, after which steps.
    pub broken: Option<(Broken, Vec<String>)>,
}

impl Found {
    /// The broken promise as one line, or nothing.
    pub fn story(&self) -> String {
        let mut text = String::new();
        if let Some((broken, steps)) = &self.broken {
            write!(
                text,
                "{broken}, after {} steps: {}",
                steps.len(),
                steps.join("; ")
            )
            .unwrap();
        }
        text
    }
}

/// Breadth first, to the first broken promise or the end.
pub fn search(world: &mut World, from: State, states_max: usize) -> Found {
    let mut places: HashMap<State, u32> = HashMap::from([(from, 0)]);
    let mut row = vec![from];
    let mut came: Vec<Option<(u32, Step)>> = vec![None];
    let mut depths = vec![0];
    let mut steps = 0;
    let mut at = 0;
    let mut broken = world.broken(&from).map(|promise| (promise, 0));
    let mut cut = false;
    while at < row.len() && broken.is_none() {
        let state = row[at];
        for (step, next) in world.steps(&state) {
            steps += 1;
            if places.contains_key(&next) {
                continue;
            }
            cut = row.len() >= states_max;
            if cut {
                break;
            }
            let place = u32::try_from(row.len()).unwrap();
            places.insert(next, place);
            row.push(next);
            came.push(Some((u32::try_from(at).unwrap(), step)));
            depths.push(depths[at] + 1);
            broken = world.broken(&next).map(|promise| (promise, place));
            if broken.is_some() {
                break;
            }
        }
        if cut {
            break;
        }
        at += 1;
    }
    let tell = |(promise, place): (Broken, u32)| (promise, way_to(world, &came, place));
    Found {
        states: row.len(),
        steps,
        depth: depths.last().copied().unwrap_or(0),
        cut,
        broken: broken.map(tell),
    }
}

fn way_to(world: &World, came: &[Option<(u32, Step)>], mut place: u32) -> Vec<String> {
    let mut way = Vec::new();
    while let Some((before, step)) = came[place as usize] {
        way.push(told(world, step));
        place = before;
    }
    way.reverse();
    way
}

fn told(world: &World, step: Step) -> String {
    let name = |who: u8| char::from(b'A' + who);
    let record = |rec: u32| {
        let record = world.story.record(rec);
        format!("#{rec} {}: {:?}", name(record.by), record.say)
    };
    match step {
        Step::Say(rec) => format!("says {}", record(rec)),
        Step::Hear(who, rec) => format!("{} hears #{rec}", name(who)),
        Step::Write(who) => format!("{} writes a note", name(who)),
        Step::Fetch(who, rec) => format!("{} has the notes of #{rec}", name(who)),
        Step::Erase(who) => format!("{} erases", name(who)),
    }
}
