//! The networks a router searches: the pack's own, or those derived for its conditions when first needed.

use crate::conditions::Conditions;
use crate::network::Network;
use crate::pack::Pack;
use crate::tables::Profile;
use std::cell::OnceCell;

#[derive(Debug)]
pub(super) struct Networks<'p> {
    pack: &'p Pack,
    derived: Option<Derived>,
}

#[derive(Debug)]
struct Derived {
    conditions: Conditions,
    car: OnceCell<Network>,
    foot: OnceCell<Network>,
}

impl<'p> Networks<'p> {
    pub fn plain(pack: &'p Pack) -> Self {
        Self {
            pack,
            derived: None,
        }
    }

    pub fn under(pack: &'p Pack, conditions: &Conditions) -> Self {
        Self {
            pack,
            derived: Some(Derived {
                conditions: conditions.clone(),
                car: OnceCell::new(),
                foot: OnceCell::new(),
            }),
        }
    }

    pub fn of(&self, profile: Profile) -> &Network {
        let plain = self.pack.network(profile);
        let Some(derived) = &self.derived else {
            return plain;
        };
        let slot = match profile {
            Profile::Car => &derived.car,
            Profile::Foot => &derived.foot,
        };
        slot.get_or_init(|| plain.under(&derived.conditions))
    }
}
