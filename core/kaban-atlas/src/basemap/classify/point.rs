//! Points: towns and villages, stations, and what people look for.

use crate::basemap::feature::{Layer, Mark};
use crate::osm::TagView;
use crate::places::PlaceClass;

/// What a node, or the middle of an area, is on the map.
pub(in crate::basemap) fn point(tags: &TagView<'_>) -> Option<Mark> {
    settlement(tags)
        .or_else(|| station(tags))
        .or_else(|| poi(tags))
}

/// The number of a house, when the element has one.
pub(in crate::basemap) fn house_number<'a>(tags: &TagView<'a>) -> Option<&'a str> {
    tags.get("addr:housenumber")
}

/// Whether the element is a place of the section PLACES.
pub(in crate::basemap) fn class_of_place(tags: &TagView<'_>) -> Option<PlaceClass> {
    PlaceClass::from_name(poi(tags)?.attributes.class)
}

fn settlement(tags: &TagView<'_>) -> Option<Mark> {
    tags.get("name:ja").or_else(|| tags.get("name"))?;
    let (class, rank, zoom_min) = match (tags.get("place"), tags.get("natural")) {
        (Some("city"), _) => ("city", 1, 6),
        (Some("town"), _) => ("town", 2, 7),
        (Some("village"), _) => ("village", 3, 10),
        (Some("suburb"), _) => ("suburb", 4, 11),
        (Some("island"), _) => ("island", 4, 9),
        (Some("quarter"), _) => ("quarter", 5, 12),
        (Some("neighbourhood"), _) => ("neighbourhood", 6, 13),
        (Some("hamlet"), _) => ("hamlet", 6, 12),
        (Some("locality"), _) => ("locality", 7, 13),
        (_, Some("peak" | "volcano")) => ("peak", 6, 12),
        _ => return None,
    };
    Some(
        Mark::new(Layer::Place, class, zoom_min)
            .number(rank)
            .order(rank),
    )
}

fn station(tags: &TagView<'_>) -> Option<Mark> {
    tags.get("name:ja").or_else(|| tags.get("name"))?;
    let stop = matches!(tags.get("railway"), Some("station" | "halt"));
    stop.then(|| Mark::new(Layer::Rail, "station", 11))
}

fn poi(tags: &TagView<'_>) -> Option<Mark> {
    let (class, zoom_min) = match tags.get("amenity") {
        Some("hospital") => ("hospital", 10),
        Some("clinic") => ("clinic", 12),
        Some("doctors") => ("doctors", 13),
        Some("pharmacy") => ("pharmacy", 13),
        Some("dentist") => ("dentist", 14),
        Some("nursing_home") => ("nursing_home", 13),
        Some("social_facility") => match tags.get("social_facility") {
            Some("nursing_home" | "group_home" | "assisted_living") => ("nursing_home", 13),
            _ => return None,
        },
        Some("fire_station") => ("fire_station", 13),
        Some("police") => ("police", 13),
        Some("townhall") => ("townhall", 12),
        Some("school" | "college" | "university") => ("school", 13),
        Some("post_office") => ("post", 14),
        Some("fuel") => ("fuel", 13),
        Some("place_of_worship") => match tags.get("religion") {
            Some("shinto") => ("shrine", 14),
            Some("buddhist") => ("temple", 14),
            _ => return None,
        },
        _ => match (
            tags.get("emergency"),
            tags.get("healthcare"),
            tags.get("shop"),
        ) {
            (Some("ambulance_station"), ..) => ("ambulance", 13),
            (_, Some("hospital"), _) => ("hospital", 10),
            (_, Some("clinic"), _) => ("clinic", 12),
            (_, Some("doctor"), _) => ("doctors", 13),
            (_, Some("pharmacy"), _) => ("pharmacy", 13),
            (_, Some("dentist"), _) => ("dentist", 14),
            (.., Some("convenience")) => ("convenience", 14),
            _ => return None,
        },
    };
    Some(Mark::new(Layer::Poi, class, zoom_min))
}
