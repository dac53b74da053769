//! How one travels, whatever the places: what a hierarchy is prepared for.

use super::{Access, Objective, Place, RouteRequest, Tracks};
use crate::tables::Profile;

/// Everything of a [`RouteRequest`] that decides which way is the best, but its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// What is made small.
    pub objective: Objective,
    /// What to do with tracks.
    pub tracks: Tracks,
    /// As whom one drives.
    pub access: Access,
    /// Who moves.
    pub profile: Profile,
}

impl Manner {
    /// The request for one way, with line and instructions.
    #[must_use]
    pub fn request(&self, from: Place, to: Place) -> RouteRequest {
        let Self {
            objective,
            tracks,
            access,
            profile,
        } = *self;
        RouteRequest {
            objective,
            tracks,
            access,
            profile,
            ..RouteRequest::new(from, to)
        }
    }
}

impl RouteRequest {
    /// How this request travels.
    #[must_use]
    pub fn manner(&self) -> Manner {
        Manner {
            objective: self.objective,
            tracks: self.tracks,
            access: self.access,
            profile: self.profile,
        }
    }
}
