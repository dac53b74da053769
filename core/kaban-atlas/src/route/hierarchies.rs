//! The hierarchies a router has at hand: a few manners of travelling, each customised when it is first asked for.

use super::cost::Cost;
use super::manner::Manner;
use super::prepared::{self, Climbs};
use super::rules::{Phase, Rules};
use super::search::{Found, Query};
use crate::error::Result;
use crate::hierarchy::{Metric, Start, Topology, many_to_many};
use crate::network::Network;
use crate::pack::Pack;
use std::sync::Arc;

/// Beyond these the one longest unused is given up.
const KEPT_MAX: usize = 4;

/// Customised hierarchies, the last used first, and the memory searches need.
#[derive(Debug, Default)]
pub(super) struct Hierarchies {
    prepared: Vec<Prepared>,
    climbs: Climbs,
}

#[derive(Debug)]
struct Prepared {
    manner: Manner,
    strict: Metric,
    /// Made when the strict rules first leave something apart in a table.
    last_resort: Option<Metric>,
}

impl Hierarchies {
    /// The hierarchy of a manner under the strict rules.
    pub fn strict(&mut self, pack: &Pack, network: &Network, manner: &Manner) -> Result<&Metric> {
        let known = self.prepared.iter().position(|kept| kept.manner == *manner);
        let kept = match known {
            Some(index) => self.prepared.remove(index),
            None => {
                let topology = pack.topology(manner.profile, network)?;
                let rules = rules(pack, network, manner, Phase::Strict);
                Prepared {
                    manner: *manner,
                    strict: Metric::new(topology, network, &rules),
                    last_resort: None,
                }
            }
        };
        self.prepared.insert(0, kept);
        self.prepared.truncate(KEPT_MAX);
        Ok(&self.prepared[0].strict)
    }

    /// Makes the hierarchy of the last resort too.
    pub fn add_last_resort(
        &mut self,
        pack: &Pack,
        network: &Network,
        manner: &Manner,
    ) -> Result<()> {
        let topology = Arc::clone(&self.strict(pack, network, manner)?.topology);
        self.prepared[0].last_resort.get_or_insert_with(|| {
            Metric::new(
                topology,
                network,
                &rules(pack, network, manner, Phase::LastResort),
            )
        });
        Ok(())
    }

    /// Bytes in memory; the topology is shared by the manners of one profile.
    pub fn bytes(&self) -> usize {
        let mut topologies: Vec<&Arc<Topology>> = Vec::new();
        let mut bytes = 0;
        for kept in &self.prepared {
            let metrics = std::iter::once(&kept.strict).chain(&kept.last_resort);
            bytes += metrics.map(Metric::bytes).sum::<usize>();
            let topology = &kept.strict.topology;
            if !topologies.iter().any(|other| Arc::ptr_eq(other, topology)) {
                topologies.push(topology);
            }
        }
        bytes
            + topologies
                .iter()
                .map(|topology| topology.bytes())
                .sum::<usize>()
    }

    /// The answer of engine B; the outer `None` says that it is not prepared for this question.
    pub fn search(&mut self, manner: &Manner, query: &Query<'_>) -> Option<Option<Found>> {
        if query.has_dead_end() {
            return None;
        }
        let Self { prepared, climbs } = self;
        let metric = of(prepared, manner, query.rules.phase)?;
        Some(prepared::search(metric, climbs, query))
    }

    /// Costs from many states to many under a hierarchy that is at hand.
    pub fn table(
        &mut self,
        manner: &Manner,
        phase: Phase,
        sources: &[Vec<Start>],
        targets: &[Vec<Start>],
    ) -> Option<Vec<Vec<Cost>>> {
        let Self { prepared, climbs } = self;
        let metric = of(prepared, manner, phase)?;
        Some(many_to_many(metric, &mut climbs.up, sources, targets))
    }
}

fn of<'h>(prepared: &'h [Prepared], manner: &Manner, phase: Phase) -> Option<&'h Metric> {
    let kept = prepared.iter().find(|kept| kept.manner == *manner)?;
    match phase {
        Phase::Strict => Some(&kept.strict),
        Phase::LastResort => kept.last_resort.as_ref(),
    }
}

fn rules(pack: &Pack, network: &Network, manner: &Manner, phase: Phase) -> Rules {
    Rules::new(network, manner, pack.meta().driving_side, phase)
}
