//! The networks a router searches: the pack's own, or those derived for its conditions when first needed.

use crate::conditions::Conditions;
use crate::network::Network;
use crate::pack::Pack;
use crate::tables::Profile;
use std::cell::OnceCell;

/// How much of the router's conditions counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    /// All of them.
    Conditions,
    /// All but the closures.
    OpenRoads,
    /// None: the roads as the pack has them.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Networks<'p> {
    pack: &'p Pack,
    conditions: Conditions,
    /// Car and foot, each under all conditions and without the closures.
    derived: [[OnceCell<Network>; 2]; 2],
}

impl<'p> Networks<'p> {
    pub fn new(pack: &'p Pack, conditions: Conditions) -> Self {
        Self {
            pack,
            conditions,
            derived: Default::default(),
        }
    }

    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    pub fn of(&self, profile: Profile, under: Under) -> &Network {
        let plain = self.pack.network(profile);
        let open = self.conditions.without_closures();
        let [all, roads] = &self.derived[profile as usize];
        if under == Under::Nothing || self.conditions == Conditions::default() {
            plain
        } else if under == Under::Conditions {
            all.get_or_init(|| plain.under(&self.conditions))
        } else if open == Conditions::default() {
            plain
        } else {
            roads.get_or_init(|| plain.under(&open))
        }
    }
}
