//! What the map is made of before it is cut into tiles: the layers of the schema `kaban-1` and their features.

/// Smallest and largest zoom of the tiles; beyond the largest the phone enlarges.
pub(super) const ZOOM_MIN: u8 = 6;
pub(super) const ZOOM_MAX: u8 = 14;

/// The layers in the order they stand in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Landuse,
    Water,
    Boundary,
    Building,
    Road,
    Rail,
    Place,
    Poi,
    HouseNumber,
}

impl Layer {
    pub const ALL: [Self; 9] = [
        Self::Landuse,
        Self::Water,
        Self::Boundary,
        Self::Building,
        Self::Road,
        Self::Rail,
        Self::Place,
        Self::Poi,
        Self::HouseNumber,
    ];

    /// Its name in the tiles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Landuse => "landuse",
            Self::Water => "water",
            Self::Boundary => "boundary",
            Self::Building => "building",
            Self::Road => "road",
            Self::Rail => "rail",
            Self::Place => "place",
            Self::Poi => "poi",
            Self::HouseNumber => "housenumber",
        }
    }

    /// Its attributes and their types, as the metadata lists them.
    pub fn fields(self) -> &'static [(&'static str, &'static str)] {
        const TEXT: &str = "String";
        const NUMBER: &str = "Number";
        match self {
            Self::Landuse => &[("class", TEXT)],
            Self::Water => &[("class", TEXT), ("name", TEXT)],
            Self::Boundary => &[("admin_level", NUMBER)],
            Self::Building => &[],
            Self::Road => &[
                ("class", TEXT),
                ("name", TEXT),
                ("ref", TEXT),
                ("link", NUMBER),
                ("oneway", NUMBER),
                ("bridge", NUMBER),
                ("tunnel", NUMBER),
            ],
            Self::Rail => &[
                ("class", TEXT),
                ("name", TEXT),
                ("bridge", NUMBER),
                ("tunnel", NUMBER),
            ],
            Self::Place => &[("class", TEXT), ("name", TEXT), ("rank", NUMBER)],
            Self::Poi => &[("class", TEXT), ("name", TEXT)],
            Self::HouseNumber => &[("number", TEXT)],
        }
    }
}

/// Yes-or-no attributes of roads and railways.
pub(super) mod flag {
    pub const LINK: u8 = 1;
    pub const ONEWAY: u8 = 2;
    pub const BRIDGE: u8 = 4;
    pub const TUNNEL: u8 = 8;
}

/// What a tile says about a feature. Features of a tile with equal attributes are one feature there; they are drawn in
/// ascending order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attributes {
    /// What is drawn later.
    pub order: u8,
    pub class: &'static str,
    /// `admin_level` of a boundary, `rank` of a place.
    pub number: u8,
    pub flags: u8,
    /// Number of a text; 0 = none. Of a house it is the house's number.
    pub name: u32,
    pub reference: u32,
}

/// What an element of the map data becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub layer: Layer,
    pub zoom_min: u8,
    pub attributes: Attributes,
}

impl Mark {
    pub fn new(layer: Layer, class: &'static str, zoom_min: u8) -> Self {
        let attributes = Attributes {
            class,
            ..Attributes::default()
        };
        Self {
            layer,
            zoom_min,
            attributes,
        }
    }

    pub fn order(mut self, order: u8) -> Self {
        self.attributes.order = order;
        self
    }

    pub fn number(mut self, number: u8) -> Self {
        self.attributes.number = number;
        self
    }

    /// Attributes as a tile of this zoom shows them: what cannot be seen yet is left out, so that more becomes equal.
    pub fn attributes_at(&self, zoom: u8) -> Attributes {
        let mut shown = self.attributes;
        let named_from = match (self.layer, shown.class) {
            (Layer::Road, "motorway" | "trunk" | "primary") => 11,
            (Layer::Road, "secondary" | "tertiary") => 12,
            (Layer::Road, _) => 14,
            (Layer::Water, "lake" | "sea") => 10,
            (Layer::Water, "river") => 11,
            (Layer::Water, _) => 13,
            (Layer::Rail, "station") => 0,
            (Layer::Rail, _) => 13,
            _ => 0,
        };
        if zoom < named_from {
            shown.name = 0;
        }
        if self.layer == Layer::Road {
            if zoom < 9 {
                shown.reference = 0;
            }
            if zoom < ZOOM_MAX {
                shown.flags &= !flag::ONEWAY;
            }
        }
        if zoom < 12 {
            shown.flags &= !(flag::BRIDGE | flag::TUNNEL);
        }
        shown
    }
}

/// A position in units of the whole world divided by 2²⁶: the grid of the tiles of zoom 14.
pub(super) type Point = [i32; 2];

/// An outer ring and its holes; the last point of a ring is not its first.
pub(super) type Polygon = Vec<Vec<Point>>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Point(Point),
    Line(Vec<Point>),
    Area(Polygon),
}

#[derive(Clone, Debug)]
pub(super) struct Feature {
    pub mark: Mark,
    pub shape: Shape,
}
