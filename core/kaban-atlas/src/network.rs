//! A network ready to be searched: the tables of a pack and what is derived from them when it is opened.
//!
//! What no condition changes is shared, so the network of a snowy night costs one pass over its edges.

use crate::conditions::{Closed, Conditions, Schedule, Weather, close};
use crate::error::Result;
use crate::geo::sphere_point;
use crate::snap::Grid;
use crate::tables::{
    DatedRule, Effect, Names, Profile, RoadClass, Tables, TurnKind, TurnRule, flag, node_flag,
};
use crate::turns::TurnMachine;
use crate::zones;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the search reads of an edge, in 16 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub head: u32,
    /// Decimetres.
    pub length: u32,
    /// Deciseconds.
    pub time: u32,
    /// Bits of [`flag`], and those of [`zones`].
    pub flags: u16,
    /// Compass bearing at the start.
    pub leaving: u8,
    /// Compass bearing at the end.
    pub arriving: u8,
}

/// Set beside [`node_flag`] bits where three or more segments meet.
pub(crate) const FORK: u8 = 1 << 7;

const BOTH: u16 = flag::FORWARD | flag::BACKWARD;

/// A segment nobody drives through.
#[derive(Clone, Copy, Debug)]
struct Shut {
    part: [f64; 2],
    open: u16,
}

/// The rest of a shut segment on which a place lies, a dead end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeadEnd {
    /// The edge that leads in from the junction.
    pub inward: u32,
    /// Whether it may be driven.
    pub enters: bool,
    /// Whether the way back to the junction may be driven.
    pub leaves: bool,
}

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
    /// What closures shut here.
    pub closed: Closed,
    /// Segments shut in part, or whole: the shut part, and the directions that are open beside it.
    shut: BTreeMap<u32, Shut>,
    /// The conditions that are understood, by their string.
    schedules: Arc<BTreeMap<u32, Schedule>>,
    first: Vec<u32>,
    leaving: Vec<u32>,
}

impl Network {
    pub fn new(profile: Profile, tables: Tables, names: &Names) -> Result<Self> {
        let edges = tables.segments.len() as u32 * 2;
        let conditions = tables.dated.iter().map(|rule| rule.condition);
        let of_turns = tables.turns.iter().map(|rule| rule.condition);
        let schedules: BTreeMap<u32, Schedule> = conditions
            .chain(of_turns)
            .filter_map(|text| Some((text, Schedule::parse(names.text(text))?)))
            .collect();
        let rules = |conditional: bool| {
            let wanted = move |rule: &&TurnRule| conditional || rule.kind != TurnKind::Conditional;
            tables.turns.iter().filter(wanted)
        };
        if tables
            .turns
            .iter()
            .any(|rule| rule.kind == TurnKind::Conditional)
        {
            // With every condition in force at once the bound must hold too; no moment has more rules than that.
            TurnMachine::new(edges, rules(true))?;
        }
        let turns = TurnMachine::new(edges, rules(false))?;
        Ok(Self::with_turns(profile, tables, turns, schedules))
    }

    /// The roads of a car's network as a person walks them: both ways, no motorways, past every bollard, at 4.8 km/h.
    pub fn on_foot(&self) -> Self {
        let mut tables = Tables::clone(&self.tables);
        tables.turns.clear();
        tables.dated.clear();
        for flags in &mut tables.node_flags {
            *flags &= !(node_flag::BLOCKED | node_flag::LOCKED);
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
            BTreeMap::new(),
        )
    }

    fn with_turns(
        profile: Profile,
        tables: Tables,
        turns: TurnMachine,
        schedules: BTreeMap<u32, Schedule>,
    ) -> Self {
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
            closed: Closed::default(),
            shut: BTreeMap::new(),
            schedules: Arc::new(schedules),
            first: Vec::new(),
            leaving: Vec::new(),
            tables: Arc::new(tables),
        };
        network.join();
        // Of the roads as they are signed: a closure makes no way for residents an ordinary one.
        zones::mark(
            profile,
            &network.nodes,
            &network.leaving,
            &mut network.edges,
        );
        network
    }

    /// The network of a pack as it is under `conditions`; a closure that is no sound shape shuts nothing.
    pub fn under(&self, conditions: &Conditions) -> Self {
        let latitude = self.tables.coords.first().map_or(0.0, |at| at.lon_lat()[1]);
        let weather = Weather {
            winter: conditions.winter(latitude),
            dark: conditions.dark(),
        };
        let in_force = self.in_force(conditions, weather);
        let mut network = Self {
            profile: self.profile,
            tables: Arc::clone(&self.tables),
            edges: self.edges.clone(),
            nodes: Arc::clone(&self.nodes),
            sphere: Arc::clone(&self.sphere),
            turns: self.turns_under(&in_force),
            grid: Arc::clone(&self.grid),
            best_pace: f64::INFINITY,
            closed: close(self, &conditions.closures),
            shut: BTreeMap::new(),
            schedules: Arc::clone(&self.schedules),
            first: Vec::new(),
            leaving: Vec::new(),
        };
        for rule in &self.tables.dated {
            if in_force.get(&rule.condition) == Some(&true) {
                network.apply(rule);
            }
        }
        if weather != Weather::default() {
            network.brave(weather);
        }
        for (&segment, &part) in &network.closed.parts {
            let open = network.edges[segment as usize * 2].flags & BOTH;
            network.shut.insert(segment, Shut { part, open });
            for edge in [segment * 2, segment * 2 + 1] {
                network.edges[edge as usize].flags &= !BOTH;
            }
        }
        network.join();
        network
    }

    /// Which conditions hold; without a time those of a known season alone.
    fn in_force(&self, conditions: &Conditions, weather: Weather) -> BTreeMap<u32, bool> {
        let holds = |schedule: &Schedule| match (conditions.at, weather.winter) {
            (Some(at), winter) => schedule.holds(&at, winter.unwrap_or(false)),
            (None, Some(winter)) => schedule.holds_all_season(winter),
            (None, None) => false,
        };
        self.schedules
            .iter()
            .map(|(text, schedule)| (*text, holds(schedule)))
            .collect()
    }

    /// The turn machine with the conditional rules in force.
    fn turns_under(&self, in_force: &BTreeMap<u32, bool>) -> Arc<TurnMachine> {
        let holds = |rule: &TurnRule| {
            rule.kind == TurnKind::Conditional && in_force.get(&rule.condition) == Some(&true)
        };
        if !self.tables.turns.iter().any(holds) {
            return Arc::clone(&self.turns);
        }
        let rules = self
            .tables
            .turns
            .iter()
            .filter(|rule| rule.kind != TurnKind::Conditional || holds(rule));
        let machine = TurnMachine::new(self.edges.len() as u32, rules);
        Arc::new(machine.expect("Network::new has built a machine with all these rules and more"))
    }

    /// Changes a segment as a rule in force says.
    fn apply(&mut self, rule: &DatedRule) {
        for side in [0, 1] {
            let edge = &mut self.edges[rule.segment as usize * 2 + side];
            match rule.effect {
                Effect::Access(flags) => edge.flags = edge.flags & !Effect::ACCESS | flags,
                Effect::Directions(flags) if edge.flags & BOTH != 0 => {
                    edge.flags = edge.flags & !BOTH | flags;
                }
                Effect::Directions(_) => {}
                Effect::Time(times) => edge.time = times[side],
            }
        }
    }

    /// Slows every road down, and shuts some, as season and dark do.
    fn brave(&mut self, weather: Weather) {
        for (index, edge) in self.edges.iter_mut().enumerate() {
            let segment = &self.tables.segments[index / 2];
            edge.time = weather.time(segment, edge.time);
            if weather.shuts(segment) {
                edge.flags &= !BOTH;
            }
        }
    }

    /// Lists the passable edges by the node they leave, finds the best pace among all edges, and marks the zones.
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

    /// The dead end on which the place at `fraction` of a shut segment lies; `None` within the shut part, and on open segments.
    pub fn dead_end(&self, segment: u32, fraction: f64) -> Option<DeadEnd> {
        let Shut { part, open } = self.shut.get(&segment)?;
        let [forward, backward] = [flag::FORWARD, flag::BACKWARD].map(|bit| open & bit != 0);
        if fraction < part[0] {
            Some(DeadEnd {
                inward: segment * 2,
                enters: forward,
                leaves: backward,
            })
        } else if fraction > part[1] {
            Some(DeadEnd {
                inward: segment * 2 + 1,
                enters: backward,
                leaves: forward,
            })
        } else {
            None
        }
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
