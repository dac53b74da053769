//! Lines: roads, railways, running water.

use crate::basemap::feature::{Layer, Mark, flag};
use crate::osm::TagView;

/// What a way is, if it is drawn as a line.
pub(in crate::basemap) fn line(tags: &TagView<'_>) -> Option<Mark> {
    if tags.is("area", "yes") {
        return None;
    }
    road(tags).or_else(|| rail(tags)).or_else(|| water(tags))
}

/// The level of an administrative boundary the map shows.
pub(in crate::basemap) fn boundary_level(tags: &TagView<'_>) -> Option<u8> {
    if !tags.is("boundary", "administrative") {
        return None;
    }
    let level = tags.get("admin_level")?.parse().ok()?;
    matches!(level, 2 | 4 | 6 | 7 | 8).then_some(level)
}

fn road(tags: &TagView<'_>) -> Option<Mark> {
    let highway = match tags.get("highway") {
        Some(highway) => highway,
        None if tags.is("route", "ferry") => return Some(Mark::new(Layer::Road, "ferry", 9)),
        None => return None,
    };
    let (kind, link) = match highway.strip_suffix("_link") {
        Some(kind) => (kind, flag::LINK),
        None => (highway, 0),
    };
    let (order, class, zoom_min) = match kind {
        "motorway" => (9, "motorway", 6),
        "trunk" => (8, "trunk", 6),
        "primary" => (7, "primary", 7),
        "secondary" => (6, "secondary", 9),
        "tertiary" => (5, "tertiary", 10),
        "residential" | "unclassified" | "living_street" | "road" => (4, "minor", 12),
        "service" if tags.get("service").is_some() => (3, "service", 14),
        "service" => (3, "service", 13),
        "track" => (2, "track", 13),
        "path" | "footway" | "cycleway" | "bridleway" | "pedestrian" | "corridor" => {
            (1, "path", 14)
        }
        "steps" => (1, "steps", 14),
        _ => return None,
    };
    let zoom_min = if link == 0 {
        zoom_min
    } else {
        zoom_min.max(10)
    };
    let bridge = yes(tags, "bridge");
    let tunnel = yes(tags, "tunnel");
    // Tunnels lie under everything, bridges over everything.
    let height = match (bridge, tunnel) {
        (_, true) => 0,
        (false, false) => 20,
        (true, false) => 40,
    };
    let oneway = matches!(tags.get("oneway"), Some("yes" | "1" | "true" | "-1"))
        || tags.is("junction", "roundabout")
        || (kind == "motorway" && !tags.is("oneway", "no"));
    let mut mark = Mark::new(Layer::Road, class, zoom_min).order(height + order);
    mark.attributes.flags = link
        | if oneway { flag::ONEWAY } else { 0 }
        | if bridge { flag::BRIDGE } else { 0 }
        | if tunnel { flag::TUNNEL } else { 0 };
    Some(mark)
}

fn rail(tags: &TagView<'_>) -> Option<Mark> {
    let siding = tags.get("service").is_some();
    let (class, zoom_min) = match tags.get("railway")? {
        "rail" if siding => ("rail", 13),
        "rail" => ("rail", 8),
        "light_rail" | "narrow_gauge" | "monorail" | "funicular" => ("light", 11),
        "subway" => ("subway", 12),
        "tram" => ("tram", 12),
        _ => return None,
    };
    let mut mark = Mark::new(Layer::Rail, class, zoom_min);
    mark.attributes.flags = if yes(tags, "bridge") { flag::BRIDGE } else { 0 }
        | if yes(tags, "tunnel") { flag::TUNNEL } else { 0 };
    Some(mark)
}

fn water(tags: &TagView<'_>) -> Option<Mark> {
    if yes(tags, "tunnel") {
        return None;
    }
    let (class, zoom_min) = match tags.get("waterway")? {
        "river" => ("river", 9),
        "canal" => ("canal", 11),
        "stream" => ("stream", 13),
        "ditch" | "drain" => ("ditch", 14),
        _ => return None,
    };
    Some(Mark::new(Layer::Water, class, zoom_min))
}

fn yes(tags: &TagView<'_>, key: &str) -> bool {
    tags.get(key).is_some_and(|value| value != "no")
}
