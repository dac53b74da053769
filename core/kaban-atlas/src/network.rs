//! A network ready to be searched: the tables of a pack and what is derived from them when it is opened.
//!
//! What no condition changes is shared, so the network of a snowy night costs one pass over its edges.

use crate::conditions::Conditions;
use crate::error::Result;
use crate::geo::sphere_point;
use crate::snap::Grid;
use crate::tables::{Profile, RoadClass, Tables, flag, node_flag};
use crate::turns::TurnMachine;
use std::sync::Arc;

/// What the search reads of an edge, in 16 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub head: u32,
    /// Decimetres.
    pub length: u32,
    /// Deciseconds.
    pub time: u32,
    pub flags: u16,
    /// Compass bearing at the start.
    pub leaving: u8,
    /// Compass bearing at the end.
    pub arriving: u8,
}

/// Set beside [`node_flag`] bits where three or more segments meet.
pub(crate) const FORK: u8 = 1 << 7;

#[derive(Debug)]
pub(crate) struct Network {
    pub profile: Profile,
    pub tables: Arc<Tables>,
    pub edges: Vec<Edge>,
    pub nodes: Arc<[u8]>,
    pub sphere: Arc<[[f64; 3]]>,
    pub turns: Arc<TurnMachine>,
    pub grid: Arc<Grid>,
    /// The least deciseconds any edge takes per decimetre, a bound for the search.
    pub best_pace: f64,
    first: Vec<u32>,
    leaving: Vec<u32>,
}

impl Network {
    pub fn new(profile: Profile, tables: Tables) -> Result<Self> {
        let turns = TurnMachine::new(tables.segments.len() as u32 * 2, &tables.turns)?;
        Ok(Self::with_turns(profile, tables, turns))
    }

    /// The roads of a car's network as a person walks them: both ways, no motorways, past every bollard, at 4.8 km/h.
    pub fn on_foot(&self) -> Self {
        const BOTH: u16 = flag::FORWARD | flag::BACKWARD;
        let mut tables = Tables::clone(&self.tables);
        tables.turns.clear();
        for flags in &mut tables.node_flags {
            *flags &= node_flag::CLOSED | node_flag::VISITOR;
        }
        for segment in &mut tables.segments {
            let motorway = matches!(segment.class, RoadClass::Motorway | RoadClass::MotorwayLink);
            if motorway {
                segment.flags &= !BOTH;
            } else {
                segment.flags |= BOTH;
            }
            if segment.class != RoadClass::Ferry {
                // 4.8 km/h are 4 decimetres in 3 deciseconds.
                segment.time = [(segment.length / 4 * 3 + segment.length % 4).max(1); 2];
            }
        }
        Self::with_turns(
            Profile::Foot,
            tables,
            TurnMachine::none(self.edges.len() as u32),
        )
    }

    fn with_turns(profile: Profile, tables: Tables, turns: TurnMachine) -> Self {
        let mut edges = Vec::with_capacity(tables.segments.len() * 2);
        let mut meeting = vec![0u8; tables.coords.len()];
        for segment in &tables.segments {
            for (side, head) in [segment.b, segment.a].into_iter().enumerate() {
                edges.push(Edge {
                    head,
                    length: segment.length,
                    time: segment.time[side],
                    flags: segment.flags,
                    leaving: segment.headings[side],
                    arriving: segment.headings[1 - side].wrapping_add(128),
                });
                meeting[head as usize] = meeting[head as usize].saturating_add(1);
            }
        }
        let nodes = tables
            .node_flags
            .iter()
            .zip(&meeting)
            .map(|(flags, meeting)| {
                (flags & node_flag::KNOWN) | if *meeting >= 3 { FORK } else { 0 }
            })
            .collect();
        let mut network = Self {
            profile,
            turns: Arc::new(turns),
            sphere: tables.coords.iter().map(|at| sphere_point(*at)).collect(),
            grid: Arc::new(Grid::new(&tables)),
            nodes,
            edges,
            best_pace: f64::INFINITY,
            first: Vec::new(),
            leaving: Vec::new(),
            tables: Arc::new(tables),
        };
        network.join();
        network
    }

    /// The same network as it is under `conditions`.
    pub fn under(&self, conditions: &Conditions) -> Self {
        let Conditions {} = conditions;
        let mut network = Self {
            profile: self.profile,
            tables: Arc::clone(&self.tables),
            edges: self.edges.clone(),
            nodes: Arc::clone(&self.nodes),
            sphere: Arc::clone(&self.sphere),
            turns: Arc::clone(&self.turns),
            grid: Arc::clone(&self.grid),
            best_pace: f64::INFINITY,
            first: Vec::new(),
            leaving: Vec::new(),
        };
        network.join();
        network
    }

    /// Lists the passable edges by the node they leave, and the best pace among all edges.
    fn join(&mut self) {
        let passable = || (0..self.edges.len() as u32).filter(|edge| self.is_passable(*edge));
        let tail = |edge: u32| self.edges[(edge ^ 1) as usize].head as usize;
        let mut first = vec![0u32; self.nodes.len() + 1];
        for edge in passable() {
            first[tail(edge) + 1] += 1;
        }
        for node in 1..first.len() {
            first[node] += first[node - 1];
        }
        let mut next = first.clone();
        let mut leaving = vec![0u32; first.last().copied().unwrap_or(0) as usize];
        for edge in passable() {
            let slot = &mut next[tail(edge)];
            leaving[*slot as usize] = edge;
            *slot += 1;
        }
        self.best_pace = self.edges.iter().fold(f64::INFINITY, |best, edge| {
            best.min(f64::from(edge.time) / f64::from(edge.length))
        });
        self.first = first;
        self.leaving = leaving;
    }

    /// Passable edges that leave `node`.
    pub fn leaving(&self, node: u32) -> &[u32] {
        &self.leaving[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }

    pub fn is_passable(&self, edge: u32) -> bool {
        let bit = if edge & 1 == 0 {
            flag::FORWARD
        } else {
            flag::BACKWARD
        };
        self.edges[edge as usize].flags & bit != 0
    }
}
