//! Closed roads.

use kaban_app::input;
use kaban_model::closure as model;

use super::super::{Coded, SendState, Words};
use super::place::{GeoPoint, points};
use super::route::entries;
use crate::error::Result;
use crate::ids::{EntryId, Timestamp};

/// Which roads are closed.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum ClosureShape {
    /// Every road within so many metres.
    Circle {
        /// The middle.
        centre: GeoPoint,
        /// Metres, 1 to 20,000.
        radius_m: u32,
    },
    /// Every road that a line crosses or touches.
    Line {
        /// 2 to 500 of them.
        points: Vec<GeoPoint>,
    },
    /// Stretches of road.
    Roads {
        /// 1 to 100 of them.
        roads: Vec<RoadStretch>,
    },
}

/// A stretch of road, by its two ends.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RoadStretch {
    /// One end.
    pub from: GeoPoint,
    /// The other.
    pub to: GeoPoint,
}

/// A road that somebody found closed.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct ClosureRequest {
    /// Which roads.
    pub shape: ClosureShape,
    /// `snow`, `flood`, `landslide`, `road_works` or `other`.
    pub reason: String,
    /// What else there is to say; may be empty.
    pub words: String,
    /// From when; from now on, if not given.
    pub from: Option<Timestamp>,
    /// Until when, at most 366 days later.
    pub until: Timestamp,
}

/// A closure with everything said about it.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct ClosureView {
    /// Its id.
    pub id: EntryId,
    /// Which roads; nothing for a shape of a newer version.
    pub shape: Option<ClosureShape>,
    /// Why.
    pub reason: Coded,
    /// What else was said.
    pub words: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who declared it.
    pub by: String,
    /// When it was declared.
    pub at: Timestamp,
    /// How it stands.
    pub state: ClosureState,
    /// The same in words.
    pub state_words: Words,
    /// Who lifted it; more than one when two devices did so apart.
    pub lifted: Vec<LiftView>,
    /// Where it is.
    pub sent: SendState,
}

/// How a closure stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ClosureState {
    /// It has not begun.
    Planned,
    /// The road is closed.
    InForce,
    /// Its time is over.
    Expired,
    /// Somebody said that the road is open again.
    Lifted,
}

/// That a closure is over before its time.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct LiftView {
    /// The item that says so.
    pub id: EntryId,
    /// Who lifted it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What else was said.
    pub words: String,
}

/// The closures, by beginning.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct ClosuresView {
    /// The instant the states are of.
    pub at: Timestamp,
    /// They.
    pub closures: Vec<ClosureView>,
    /// Items of a newer version: a road may be closed there.
    pub unreadable: Vec<EntryId>,
}

impl ClosureShape {
    fn read(&self) -> model::ClosureShape {
        match self {
            Self::Circle { centre, radius_m } => model::ClosureShape::Circle {
                centre: centre.degrees(),
                radius_m: *radius_m,
            },
            Self::Line { points } => {
                model::ClosureShape::Line(points.iter().map(GeoPoint::degrees).collect())
            }
            Self::Roads { roads } => {
                model::ClosureShape::Roads(roads.iter().map(RoadStretch::degrees).collect())
            }
        }
    }
}

impl From<model::ClosureShape> for ClosureShape {
    fn from(shape: model::ClosureShape) -> Self {
        match shape {
            model::ClosureShape::Circle { centre, radius_m } => Self::Circle {
                centre: centre.into(),
                radius_m,
            },
            model::ClosureShape::Line(line) => Self::Line {
                points: points(line),
            },
            model::ClosureShape::Roads(roads) => Self::Roads {
                roads: roads
                    .iter()
                    .filter_map(|road| RoadStretch::of(road))
                    .collect(),
            },
        }
    }
}

impl RoadStretch {
    fn degrees(&self) -> Vec<[f64; 2]> {
        let Self { from, to } = self;
        vec![from.degrees(), to.degrees()]
    }
}

impl RoadStretch {
    /// The ends; the position in between, if one was named, is for the search. Nothing of fewer than two positions, which no
    /// stretch has.
    fn of(positions: &[[f64; 2]]) -> Option<Self> {
        let [from, to, ..] = positions else {
            return None;
        };
        Some(Self {
            from: (*from).into(),
            to: (*to).into(),
        })
    }
}

impl ClosureRequest {
    pub(crate) fn read(self) -> Result<kaban_app::ClosureInput> {
        let Self {
            shape,
            reason,
            words,
            from,
            until,
        } = self;
        input::text("closure.reason", &reason)?;
        input::text("closure.words", &words)?;
        Ok(kaban_app::ClosureInput {
            shape: shape.read().to_value(),
            reason,
            words,
            from: from.map(|from| from.read("closure.from")).transpose()?,
            until: until.read("closure.until")?,
        })
    }
}

impl From<kaban_app::ClosureView> for ClosureView {
    fn from(view: kaban_app::ClosureView) -> Self {
        let kaban_app::ClosureView {
            id,
            shape,
            reason,
            reason_words: (ja, en),
            words,
            from,
            until,
            by,
            at,
            state,
            state_words: (state_ja, state_en),
            lifted,
            sent,
        } = view;
        Self {
            id: EntryId(id),
            shape: model::ClosureShape::from_value(shape)
                .ok()
                .map(ClosureShape::from),
            reason: Coded {
                code: reason,
                words: Words::new(ja, en),
            },
            words,
            from: Timestamp(from),
            until: Timestamp(until),
            by,
            at: Timestamp(at),
            state: match state {
                "planned" => ClosureState::Planned,
                "expired" => ClosureState::Expired,
                "lifted" => ClosureState::Lifted,
                _ => ClosureState::InForce,
            },
            state_words: Words::new(state_ja, state_en),
            lifted: lifted.into_iter().map(LiftView::from).collect(),
            sent: SendState::of(sent),
        }
    }
}

impl From<kaban_app::LiftView> for LiftView {
    fn from(view: kaban_app::LiftView) -> Self {
        let kaban_app::LiftView {
            item_id,
            by,
            at,
            words,
        } = view;
        Self {
            id: EntryId(item_id),
            by,
            at: Timestamp(at),
            words,
        }
    }
}

impl From<kaban_app::ClosuresView> for ClosuresView {
    fn from(view: kaban_app::ClosuresView) -> Self {
        let kaban_app::ClosuresView {
            at,
            closures,
            unreadable,
        } = view;
        Self {
            at: Timestamp(at),
            closures: closures.into_iter().map(ClosureView::from).collect(),
            unreadable: entries(unreadable),
        }
    }
}
