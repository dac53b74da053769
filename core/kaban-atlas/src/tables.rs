//! The road network as flat tables: what the builder makes, the pack stores and the engine is derived from.
//!
//! A *segment* is a piece of one way between two junctions; *edge* `2·segment` drives it as drawn, `2·segment + 1` against.

use crate::geo::Coord;
use serde::{Deserialize, Serialize};

/// Who moves.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A passenger car.
    #[default]
    Car,
    /// A person walking.
    Foot,
}

/// Which side of the road traffic keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrivingSide {
    /// As in Japan.
    Left,
    /// As in most of Europe.
    Right,
}

macro_rules! road_classes {
    ($($(#[$doc:meta])* $name:ident = $tag:literal,)*) => {
        /// The class of a road, from its `highway` (or `route`) tag.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum RoadClass { $($(#[$doc])* $name,)* }

        impl RoadClass {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The class whose tag value is `tag`.
            pub(crate) fn from_tag(tag: &str) -> Option<Self> {
                match tag { $($tag => Some(Self::$name),)* _ => None }
            }
        }
    };
}

road_classes! {
    /// 高速道路.
    Motorway = "motorway",
    /// Its ramps.
    MotorwayLink = "motorway_link",
    /// In Japan a national road (国道).
    Trunk = "trunk",
    /// Its ramps.
    TrunkLink = "trunk_link",
    /// In Japan a main prefectural road (主要地方道).
    Primary = "primary",
    /// Its ramps.
    PrimaryLink = "primary_link",
    /// In Japan a prefectural road (一般県道).
    Secondary = "secondary",
    /// Its ramps.
    SecondaryLink = "secondary_link",
    /// A main local road.
    Tertiary = "tertiary",
    /// Its ramps.
    TertiaryLink = "tertiary_link",
    /// A minor road.
    Unclassified = "unclassified",
    /// A street of houses.
    Residential = "residential",
    /// A street shared with people on foot.
    LivingStreet = "living_street",
    /// Driveways, yards, car parks.
    Service = "service",
    /// A road of unknown class.
    Road = "road",
    /// A farm or forest track.
    Track = "track",
    /// A ferry line.
    Ferry = "ferry",
    /// A pedestrian street.
    Pedestrian = "pedestrian",
    /// A made footway.
    Footway = "footway",
    /// A path.
    Path = "path",
    /// A cycleway that may be walked.
    Cycleway = "cycleway",
    /// A bridleway that may be walked.
    Bridleway = "bridleway",
    /// Stairs.
    Steps = "steps",
}

impl RoadClass {
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// Bits of [`Segment::flags`].
pub(crate) mod flag {
    /// May be used as drawn.
    pub const FORWARD: u16 = 1 << 0;
    /// May be used against the drawing.
    pub const BACKWARD: u16 = 1 << 1;
    pub const TRACK: u16 = 1 << 2;
    /// Closed to the public, open to a visitor at either end of the route.
    pub const VISITOR: u16 = 1 << 3;
    /// Open to those who have business there, driveways included.
    pub const DESTINATION: u16 = 1 << 4;
    pub const ROUNDABOUT: u16 = 1 << 5;
    pub const FERRY: u16 = 1 << 6;
    pub const TUNNEL: u16 = 1 << 7;
    pub const BRIDGE: u16 = 1 << 8;
    /// In the largest part of the network in which every place reaches every other, tracks and private ways left out.
    pub const MAIN_OPEN: u16 = 1 << 9;
    /// The same with everything counted.
    pub const MAIN_ALL: u16 = 1 << 10;
    pub const TOLL: u16 = 1 << 11;
    /// All bits this version knows.
    pub const KNOWN: u16 = (1 << 12) - 1;
}

/// Bits of [`Segment::traits`]: what matters in the dark and in winter, and what a driver sees on the way.
pub(crate) mod traits {
    pub const LIT: u16 = 1 << 0;
    pub const UNLIT: u16 = 1 << 1;
    /// Cobbles, compacted gravel.
    pub const ROUGH: u16 = 1 << 2;
    /// Gravel, earth, grass.
    pub const LOOSE: u16 = 1 << 3;
    /// 5 % or more.
    pub const STEEP: u16 = 1 << 4;
    /// 10 % or more, with [`STEEP`] unset.
    pub const VERY_STEEP: u16 = 1 << 5;
    /// 300 m above the sea or more.
    pub const HIGH: u16 = 1 << 6;
    /// 800 m or more, with [`HIGH`] unset.
    pub const VERY_HIGH: u16 = 1 << 7;
    /// Nobody clears it of snow.
    pub const NOT_CLEARED: u16 = 1 << 8;
    /// Shut in winter.
    pub const NOT_IN_WINTER: u16 = 1 << 9;
    /// A winter road or ice road.
    pub const ONLY_IN_WINTER: u16 = 1 << 10;
    /// A railway crosses between its ends.
    pub const LEVEL_CROSSING: u16 = 1 << 11;
    /// A traffic signal stands between its ends.
    pub const SIGNALS: u16 = 1 << 12;
    /// All bits this version knows.
    pub const KNOWN: u16 = (1 << 13) - 1;
}

/// Bits of a node.
pub(crate) mod node_flag {
    /// May end a route but not be passed by anyone (a bollard).
    pub const BLOCKED: u8 = 1 << 0;
    /// Closed to the public by its access tags.
    pub const CLOSED: u8 = 1 << 1;
    /// With [`CLOSED`]: a visitor may pass where no other way reaches.
    pub const VISITOR: u8 = 1 << 2;
    /// A locked gate: passed only under the reference rules, which do not know of locks.
    pub const LOCKED: u8 = 1 << 3;
    /// A road goes on from here beyond the data.
    pub const MAP_EDGE: u8 = 1 << 4;
    /// A traffic signal stands here: a landmark, and already part of the times.
    pub const SIGNALS: u8 = 1 << 5;
    /// All bits this version knows.
    pub const KNOWN: u8 = (1 << 6) - 1;
}

/// A piece of a way between two junctions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub a: u32,
    pub b: u32,
    /// Decimetres.
    pub length: u32,
    /// Deciseconds as drawn and against, waiting at signals and crossings included, at least 1.
    pub time: [u32; 2],
    /// Index into the names.
    pub label: u32,
    pub flags: u16,
    pub class: RoadClass,
    /// Compass bearings (1/256 turn) leaving `a` and leaving `b`.
    pub headings: [u8; 2],
    /// Bits of [`traits`].
    pub traits: u16,
}

/// What a segment is like while a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DatedRule {
    pub segment: u32,
    /// The string with the condition.
    pub condition: u32,
    pub effect: Effect,
}

/// Of several effects of one kind in force the last counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// These are its [`Effect::ACCESS`] flags; without a direction it is closed.
    Access(u16),
    /// May be used in these directions, if at all.
    Directions(u16),
    /// Takes these times.
    Time([u32; 2]),
}

impl Effect {
    /// Flags that access decides.
    pub const ACCESS: u16 = flag::FORWARD | flag::BACKWARD | flag::VISITOR | flag::DESTINATION;
}

/// Why and when a turn is forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum TurnKind {
    /// One via node, always in force, for everyone: the reference rules keep it too.
    Plain = 0,
    /// Over via ways, or for cars by name: kept in every mode but the reference.
    Extra = 1,
    /// In force while its condition holds.
    Conditional = 2,
}

/// After the edges of `path` in this order, `banned` must not follow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TurnRule {
    pub path: Vec<u32>,
    pub banned: u32,
    pub kind: TurnKind,
    /// For conditional rules the string with the condition, else 0.
    pub condition: u32,
}

/// The names of a road; 0 stands for the empty string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Label {
    pub name: u32,
    pub name_en: u32,
    pub reference: u32,
}

/// All names of a pack, each string once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub strings: Vec<String>,
    pub labels: Vec<Label>,
}

impl Names {
    pub fn label(&self, label: u32) -> Label {
        self.labels.get(label as usize).copied().unwrap_or_default()
    }

    pub fn text(&self, string: u32) -> &str {
        self.strings.get(string as usize).map_or("", String::as_str)
    }
}

/// One profile's network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    pub coords: Vec<Coord>,
    pub node_flags: Vec<u8>,
    pub segments: Vec<Segment>,
    /// Where each segment's inner points begin in `points`; one more entry than segments.
    pub points_first: Vec<u32>,
    pub points: Vec<Coord>,
    pub turns: Vec<TurnRule>,
    /// By segment, and then in the order in which they count.
    pub dated: Vec<DatedRule>,
}

/// Where an OpenStreetMap node lies in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodePlace {
    Junction(u32),
    /// Index into [`Tables::points`].
    Point(u32),
}

/// OpenStreetMap node ids in ascending order with their places.
pub(crate) type NodeIds = Vec<(i64, NodePlace)>;

impl Tables {
    pub fn tail(&self, edge: u32) -> u32 {
        let segment = &self.segments[(edge >> 1) as usize];
        if edge & 1 == 0 { segment.a } else { segment.b }
    }

    pub fn head(&self, edge: u32) -> u32 {
        self.tail(edge ^ 1)
    }

    /// Whether anyone may drive the edge in its direction.
    pub fn is_passable(&self, edge: u32) -> bool {
        let bit = if edge & 1 == 0 {
            flag::FORWARD
        } else {
            flag::BACKWARD
        };
        self.segments[(edge >> 1) as usize].flags & bit != 0
    }

    pub fn inner_points(&self, segment: u32) -> &[Coord] {
        let (first, last) = (
            self.points_first[segment as usize],
            self.points_first[segment as usize + 1],
        );
        &self.points[first as usize..last as usize]
    }

    /// All points of a segment from `a` to `b`.
    pub fn line(&self, segment: u32) -> impl DoubleEndedIterator<Item = Coord> + '_ {
        let Segment { a, b, .. } = self.segments[segment as usize];
        std::iter::once(self.coords[a as usize])
            .chain(self.inner_points(segment).iter().copied())
            .chain(std::iter::once(self.coords[b as usize]))
    }

    pub fn passable_edges(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.segments.len() as u32 * 2).filter(|&edge| self.is_passable(edge))
    }
}
