//! Areas: water, what the land is used for, buildings.

use crate::basemap::feature::{Layer, Mark};
use crate::osm::TagView;

/// What a closed way or a multipolygon is, if it is drawn as an area.
pub(in crate::basemap) fn area(tags: &TagView<'_>) -> Option<Mark> {
    if tags.get("building").is_some_and(|kind| kind != "no") {
        return Some(Mark::new(Layer::Building, "", 13));
    }
    if let Some(class) = water(tags) {
        return Some(Mark::new(Layer::Water, class, 6));
    }
    let (order, class) = landuse(tags)?;
    Some(Mark::new(Layer::Landuse, class, 9).order(order))
}

fn water(tags: &TagView<'_>) -> Option<&'static str> {
    match (
        tags.get("natural"),
        tags.get("waterway"),
        tags.get("landuse"),
    ) {
        (Some("water"), ..) => Some(match tags.get("water") {
            Some("river" | "stream" | "rapids" | "oxbow") => "river",
            Some("canal" | "ditch" | "drain" | "lock" | "moat") => "canal",
            _ => "lake",
        }),
        (_, Some("riverbank"), _) => Some("river"),
        (_, Some("dock"), _) => Some("canal"),
        (.., Some("reservoir" | "basin")) => Some("lake"),
        _ => None,
    }
}

/// Class and order: what is smaller as a rule is drawn on what is larger.
fn landuse(tags: &TagView<'_>) -> Option<(u8, &'static str)> {
    let rice = tags.is("crop", "rice") || tags.is("paddy", "yes");
    let by_landuse = match tags.get("landuse") {
        Some("residential") => Some((0, "residential")),
        Some("commercial" | "retail") => Some((1, "commercial")),
        Some("industrial" | "railway" | "port") => Some((2, "industrial")),
        Some("farmland" | "farm") if rice => Some((4, "rice")),
        Some("farmland" | "farm" | "farmyard" | "greenhouse_horticulture") => Some((3, "farm")),
        Some("paddy" | "rice") => Some((4, "rice")),
        Some("orchard" | "vineyard" | "plant_nursery") => Some((5, "orchard")),
        Some("grass" | "meadow" | "village_green" | "recreation_ground") => Some((6, "grass")),
        Some("forest") => Some((7, "wood")),
        Some("cemetery") => Some((13, "cemetery")),
        Some("quarry") => Some((10, "rock")),
        _ => None,
    };
    let by_nature = || match tags.get("natural") {
        Some("grassland" | "heath" | "scrub" | "fell") => Some((6, "grass")),
        Some("wood") => Some((7, "wood")),
        Some("wetland") => Some((8, "wetland")),
        Some("sand" | "beach") => Some((9, "sand")),
        Some("bare_rock" | "scree" | "shingle") => Some((10, "rock")),
        Some("glacier") => Some((11, "glacier")),
        _ => None,
    };
    let by_leisure = || match tags.get("leisure") {
        Some("park" | "garden" | "playground") => Some((12, "park")),
        Some("pitch" | "golf_course") => Some((12, "grass")),
        _ => None,
    };
    let grave = || tags.is("amenity", "grave_yard").then_some((13, "cemetery"));
    by_landuse
        .or_else(by_nature)
        .or_else(by_leisure)
        .or_else(grave)
}
