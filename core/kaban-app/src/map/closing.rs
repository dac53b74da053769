//! Telling the members of a closed road with the map open: whether it closes anything is said at once,
//! while whoever declares it can still draw it again.

use kaban_atlas::route::Router;
use serde::Serialize;

use super::pack::DynamicMap;
use super::roads::router;
use super::travel::{alone, on_the_map};
use crate::closures::ClosureInput;
use crate::error::Result;
use crate::shared::SharedBag;

/// A closure that was declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosedRoadView {
    /// The id by which it is lifted.
    pub id: String,
    /// Whether it touches a road of the open pack; nothing when no pack is open. When it does not, it is
    /// told to everybody all the same, as it may lie on another district's map.
    pub touches_roads: Option<bool>,
}

impl DynamicMap {
    /// Declares roads closed, see [`crate::Bag::close_road`], and says whether that shuts a road of this map.
    ///
    /// # Errors
    /// Those of [`crate::Bag::close_road`].
    pub fn close_road(&self, bag: &SharedBag, input: ClosureInput) -> Result<ClosedRoadView> {
        let (id, shape) = bag.with(|bag| {
            let closure = bag.read_closure(input)?;
            Ok((bag.declare(&closure)?, closure.shape))
        })?;
        let idle = |router: Router<'_>| !router.closures_off_the_roads().is_empty();
        let touches_roads = match self.pack() {
            Ok(pack) => Some(!idle(router(&pack, &alone(on_the_map(id, &shape)))?)),
            Err(_) => None,
        };
        Ok(ClosedRoadView {
            id: id.to_string(),
            touches_roads,
        })
    }
}
