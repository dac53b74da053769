//! What the roads are like at the time of travel.

/// Everything that makes the network of today differ from the one in the pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {}
