//! The layers of the tiles and their properties, written down apart from the style.

use kaban_atlas::style::Schema;

/// Each layer with its properties.
pub fn table(schema: Schema) -> &'static [(&'static str, &'static [&'static str])] {
    match schema {
        Schema::Kaban1 => &[
            ("water", &["class", "name"]),
            ("landuse", &["class"]),
            ("building", &[]),
            (
                "road",
                &["class", "link", "name", "ref", "oneway", "bridge", "tunnel"],
            ),
            ("rail", &["class", "bridge", "tunnel", "name"]),
            ("boundary", &["admin_level"]),
            ("place", &["class", "name", "rank"]),
            ("poi", &["class", "name"]),
            ("housenumber", &["number"]),
        ],
        // The OpenMapTiles schema, version 3.15.
        Schema::OpenMapTiles => &[
            ("water", &["id", "class", "intermittent", "brunnel"]),
            (
                "waterway",
                &[
                    "class",
                    "name",
                    "name:ja",
                    "name:latin",
                    "brunnel",
                    "intermittent",
                ],
            ),
            (
                "water_name",
                &["class", "name", "name:ja", "name:latin", "intermittent"],
            ),
            ("landcover", &["class", "subclass"]),
            ("landuse", &["class"]),
            ("park", &["class", "name", "rank"]),
            (
                "building",
                &["render_height", "render_min_height", "colour", "hide_3d"],
            ),
            (
                "transportation",
                &[
                    "class", "subclass", "brunnel", "ramp", "oneway", "surface", "access",
                    "service",
                ],
            ),
            (
                "transportation_name",
                &[
                    "class",
                    "subclass",
                    "name",
                    "name:ja",
                    "name:latin",
                    "ref",
                    "ref_length",
                    "network",
                    "brunnel",
                ],
            ),
            ("boundary", &["admin_level", "maritime", "disputed"]),
            (
                "place",
                &["class", "name", "name:ja", "name:latin", "rank", "capital"],
            ),
            (
                "mountain_peak",
                &["class", "name", "name:ja", "name:latin", "rank", "ele"],
            ),
            (
                "poi",
                &[
                    "class",
                    "subclass",
                    "name",
                    "name:ja",
                    "name:latin",
                    "rank",
                    "agg_stop",
                ],
            ),
            ("housenumber", &["housenumber"]),
        ],
    }
}
