//! Turn rules as a machine the search walks along with the edges.
//!
//! A state is the edge just driven, or that edge with a memory of the edges before it where a rule over via ways needs one
//! (an Aho–Corasick machine over edge sequences). Most states have no exceptions at all, and those cost one comparison.

use crate::error::{Error, Result};
use crate::tables::{TurnKind, TurnRule};
use std::collections::BTreeMap;

/// What is special about going on to one edge from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exception {
    /// Forbidden; under the reference rules too when `plain`.
    Banned { plain: bool },
    /// Allowed, and remembered in this state.
    Goto(u32),
}

/// All exceptions, by state. States below the number of edges are the edges themselves.
#[derive(Debug, Default)]
pub(crate) struct TurnMachine {
    first: Vec<u32>,
    entries: Vec<(u32, Exception)>,
    /// Edge of each state beyond the plain ones.
    memory: Vec<u32>,
    edges: u32,
}

/// Rules of a real prefecture make some ten thousand exceptions; a pack made to hurt could make billions.
const EXCEPTIONS_MAX: usize = 1 << 23;

impl TurnMachine {
    /// Number of states.
    pub fn states(&self) -> usize {
        self.edges as usize + self.memory.len()
    }

    /// The edge just driven in a state.
    pub fn edge(&self, state: u32) -> u32 {
        if state < self.edges {
            state
        } else {
            self.memory[(state - self.edges) as usize]
        }
    }

    /// What differs from "any edge that leaves the node, remembered plainly".
    pub fn exceptions(&self, state: u32) -> &[(u32, Exception)] {
        &self.entries[self.first[state as usize] as usize..self.first[state as usize + 1] as usize]
    }

    /// The machine without rules.
    pub fn none(edges: u32) -> Self {
        Self {
            first: vec![0; edges as usize + 1],
            entries: Vec::new(),
            memory: Vec::new(),
            edges,
        }
    }

    /// Builds the machine.
    pub fn new<'r>(edges: u32, rules: impl IntoIterator<Item = &'r TurnRule>) -> Result<Self> {
        let mut trie = Trie {
            edges,
            memory: Vec::new(),
            parent: Vec::new(),
            child: BTreeMap::new(),
            bans: BTreeMap::new(),
        };
        rules.into_iter().for_each(|rule| trie.insert(rule));
        trie.finish()
    }
}

struct Trie {
    edges: u32,
    memory: Vec<u32>,
    parent: Vec<u32>,
    child: BTreeMap<(u32, u32), u32>,
    bans: BTreeMap<(u32, u32), bool>,
}

impl Trie {
    fn insert(&mut self, rule: &TurnRule) {
        let Some((&start, rest)) = rule.path.split_first() else {
            return;
        };
        let mut state = start;
        for &edge in rest {
            let next = self.edges + self.memory.len() as u32;
            let parent = state;
            state = *self.child.entry((parent, edge)).or_insert(next);
            if state == next {
                self.memory.push(edge);
                self.parent.push(parent);
            }
        }
        *self.bans.entry((state, rule.banned)).or_insert(false) |= rule.kind == TurnKind::Plain;
    }

    /// The state after `edge` when only the longest known ending of the history counts.
    fn go(&self, links: &[u32], mut state: u32, edge: u32) -> u32 {
        loop {
            if let Some(&next) = self.child.get(&(state, edge)) {
                return next;
            }
            if state < self.edges {
                return edge;
            }
            state = links[(state - self.edges) as usize];
        }
    }

    fn finish(self) -> Result<TurnMachine> {
        let states = self.edges as usize + self.memory.len();
        let depth = self.depths();
        let mut by_depth: Vec<u32> = (0..self.memory.len() as u32).collect();
        by_depth.sort_by_key(|index| (depth[*index as usize], *index));
        let mut links = vec![0u32; self.memory.len()];
        for &index in &by_depth {
            let (parent, edge) = (self.parent[index as usize], self.memory[index as usize]);
            links[index as usize] = if parent < self.edges {
                edge
            } else {
                self.go(&links, links[(parent - self.edges) as usize], edge)
            };
        }
        let mut own: BTreeMap<u32, BTreeMap<u32, Exception>> = BTreeMap::new();
        for (&(state, edge), &next) in &self.child {
            own.entry(state)
                .or_default()
                .insert(edge, Exception::Goto(next));
        }
        for (&(state, edge), &plain) in &self.bans {
            own.entry(state)
                .or_default()
                .insert(edge, Exception::Banned { plain });
        }
        let mut total = own.values().map(BTreeMap::len).sum::<usize>();
        for &index in &by_depth {
            let inherited = own.get(&links[index as usize]).cloned().unwrap_or_default();
            total += inherited.len();
            if total > EXCEPTIONS_MAX {
                return Err(Error::TooLarge(
                    "more turn rules than a prefecture can have",
                ));
            }
            let state = own.entry(self.edges + index).or_default();
            for (edge, exception) in inherited {
                let slot = state.entry(edge).or_insert(exception);
                // A ban met by the shorter history holds for the longer one too.
                if let Exception::Banned { plain } = exception {
                    let already = matches!(slot, Exception::Banned { plain: true });
                    *slot = Exception::Banned {
                        plain: plain || already,
                    };
                }
            }
        }
        let mut machine = TurnMachine {
            first: Vec::with_capacity(states + 1),
            entries: Vec::new(),
            memory: self.memory,
            edges: self.edges,
        };
        let mut next = own.into_iter().peekable();
        for state in 0..states as u32 {
            machine.first.push(machine.entries.len() as u32);
            if let Some((_, list)) = next.next_if(|(owner, _)| *owner == state) {
                machine.entries.extend(list);
            }
        }
        machine.first.push(machine.entries.len() as u32);
        Ok(machine)
    }

    fn depths(&self) -> Vec<u32> {
        let mut depth = vec![0u32; self.memory.len()];
        // A state is always made after its parent.
        for index in 0..self.memory.len() {
            let parent = self.parent[index];
            depth[index] = if parent < self.edges {
                1
            } else {
                depth[(parent - self.edges) as usize] + 1
            };
        }
        depth
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rule(path: &[u32], banned: u32) -> TurnRule {
        let kind = if path.len() == 1 {
            TurnKind::Plain
        } else {
            TurnKind::Extra
        };
        TurnRule {
            path: path.to_vec(),
            banned,
            kind,
            condition: 0,
        }
    }

    /// Drives `edges`; `false` when a turn on the way is forbidden.
    fn allowed(machine: &TurnMachine, edges: &[u32]) -> bool {
        let mut state = edges[0];
        edges[1..].iter().all(|edge| {
            let found = machine
                .exceptions(state)
                .iter()
                .find(|(next, _)| next == edge)
                .map(|(_, exception)| *exception);
            state = match found {
                Some(Exception::Goto(next)) => next,
                _ => *edge,
            };
            assert_eq!(machine.edge(state), *edge);
            !matches!(found, Some(Exception::Banned { .. }))
        })
    }

    #[test]
    fn a_rule_over_a_via_way_forbids_the_sequence_and_nothing_else() {
        let machine = TurnMachine::new(20, &[rule(&[2, 4], 6)]).unwrap();
        assert!(!allowed(&machine, &[2, 4, 6]));
        assert!(
            allowed(&machine, &[8, 4, 6])
                && allowed(&machine, &[2, 4, 10])
                && allowed(&machine, &[2, 8])
        );
    }

    #[test]
    fn rules_that_overlap_are_all_kept() {
        let rules = [
            rule(&[2, 4, 6], 8),
            rule(&[4, 6], 10),
            rule(&[6], 12),
            rule(&[6, 14], 16),
        ];
        let machine = TurnMachine::new(20, &rules).unwrap();
        for banned in [
            &[2, 4, 6, 8][..],
            &[2, 4, 6, 10],
            &[2, 4, 6, 12],
            &[4, 6, 10],
            &[6, 12],
            &[2, 4, 6, 14, 16],
        ] {
            assert!(!allowed(&machine, banned), "{banned:?}");
        }
        for fine in [
            &[4, 6, 8][..],
            &[0, 6, 10],
            &[2, 4, 6, 14, 18],
            &[2, 4, 2, 4, 6, 18],
        ] {
            assert!(allowed(&machine, fine), "{fine:?}");
        }
    }
}
