//! The style of the map on the phone: everything MapLibre is told to draw, as one JSON text, and none of it from a
//! network.
//!
//! [`style_json`] is all a shell calls: it gives the theme and where pack, glyphs and sprites lie, and takes the text
//! to MapLibre. One look (`look.json`) is written against *roles* such as `road_bridge`; a schema (`schema/*.json`)
//! says in which layers of the tiles each role is found and how its properties are called; a palette gives the colours
//! of a theme. So the two kinds of tiles look alike, and a colour stands in one place.
//!
//! **No URL.** MapLibre reads a path that does not exist over the network if a style says so, and that would tell a
//! stranger where the doctor is. Every address of this style begins with `file://`, `pmtiles://file://` or `asset://`
//! ([`Place`]), and the letters `http` stand nowhere in it, whatever the paths are called.
//!
//! **What the shell fills in.** The sources of [`LIVE`] are GeoJSON and empty here. Positions of patients come from the
//! encrypted store and stay in memory:
//!
//! | source | features | properties |
//! |---|---|---|
//! | `houses` | points | `number`, `severity` (its code), `precision` ([`crate::areas::Precision`]): anything but `house` gives the hollow pin |
//! | `route` | lines, points of stops | `kind`: `main` (or none), `other`, `walk`; of a stop `order` |
//! | `closures` | lines, polygons, points | `cause`: `snow`, `flood`, `landslide`, `works`, or anything else |
//! | `areas` | polygons | `name`, `chosen` |
//! | `me` | a point, and a polygon of its precision | `heading` in degrees, if known |
//! | `isochrone` | polygons | `minutes` |
//!
//! **Letters.** Kanji and kana are drawn from the phone's own fonts; all other letters come from our glyph files. A
//! range without a file would keep a whole tile from being drawn (maplibre-native issue 4430), so there is a file for
//! every range: see `assets` (feature `picture`).

#[cfg(feature = "picture")]
pub mod assets;
mod look;
mod palette;
mod place;

pub use palette::{Ink, Palette, contrast};
pub use place::{PATH_BYTES_MAX, Place};

use serde_json::{Map, Value, json};

/// The names of the live sources, empty in the style.
pub const LIVE: [&str; 6] = ["houses", "route", "closures", "areas", "me", "isochrone"];
/// The name of the vector source.
pub const DISTRICT: &str = "district";
/// The two faces of the style, as folders below the folder of glyphs.
pub const FACES: [&str; 2] = ["kaban-regular", "kaban-bold"];
/// Whose data the map is of.
const ATTRIBUTION: &str = "© OpenStreetMap contributors";

/// How the map looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Theme {
    /// Warm paper.
    Day,
    /// Warm dark, for eyes that have to drive on.
    Night,
    /// Black on white, for sun on the screen and for tired eyes.
    HighContrast,
    /// White and grey, for a black and white printer.
    Print,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Day, Self::Night, Self::HighContrast, Self::Print];

    /// Its name in files.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Night => "night",
            Self::HighContrast => "high-contrast",
            Self::Print => "print",
        }
    }
}

/// How the layers of the tiles are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Schema {
    /// Kaban's own base map.
    #[default]
    Kaban1,
    /// OpenMapTiles, as tilemaker and planetiler write it.
    OpenMapTiles,
}

impl Schema {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Kaban1, Self::OpenMapTiles];

    /// Its name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Kaban1 => "kaban-1",
            Self::OpenMapTiles => "openmaptiles",
        }
    }
}

/// Where the parts of the map lie.
#[derive(Clone, Copy, Debug)]
pub struct StyleSources<'a> {
    /// The app's own folder; a file outside it is refused.
    pub storage: &'a str,
    /// The pack (or another PMTiles archive), an absolute path below `storage`. An asset is not possible here:
    /// MapLibre needs byte ranges, which its reader of assets does not give.
    pub pack: &'a str,
    /// Of which kind its tiles are.
    pub schema: Schema,
    /// The folder with a folder of glyph files for each of [`FACES`].
    pub glyphs: Place<'a>,
    /// The folder with the sprites of every theme: `day.json`, `day.png`, `day@2x.json`, …
    pub sprites: Place<'a>,
}

/// Why there is no style.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StyleError {
    /// Not an absolute path.
    #[error("the path of the {0} is not absolute")]
    NotAbsolute(&'static str),
    /// Outside the storage of the app.
    #[error("the path of the {0} leads out of the app's storage")]
    Outside(&'static str),
    /// `.`, `..`, an empty part or a control character.
    #[error("the path of the {0} has a part that is no name: give it without . and ..")]
    BadPart(&'static str),
    /// Beyond [`PATH_BYTES_MAX`].
    #[error("the path of the {0} is longer than {PATH_BYTES_MAX} bytes")]
    TooLong(&'static str),
}

/// The style of a theme as MapLibre reads it (style specification, version 8).
///
/// # Errors
/// [`StyleError`], which says what is wrong with which path and does not repeat the path.
pub fn style_json(theme: Theme, sources: &StyleSources<'_>) -> Result<String, StyleError> {
    let StyleSources {
        storage,
        pack,
        schema,
        glyphs,
        sprites,
    } = *sources;
    let storage = place::Storage::new(storage)?;
    let pack = storage.url("pack", Place::File(pack))?;
    let glyphs = storage.url("glyphs", glyphs)?;
    let sprites = storage.url("sprites", sprites)?;
    let mut all = Map::new();
    all.insert(
        DISTRICT.to_owned(),
        json!({"type": "vector", "url": format!("pmtiles://{pack}"), "attribution": ATTRIBUTION}),
    );
    for live in LIVE {
        let nothing = json!({"type": "FeatureCollection", "features": []});
        all.insert(live.to_owned(), json!({"type": "geojson", "data": nothing}));
    }
    let style = json!({
        "version": 8,
        "name": format!("Kaban {}", theme.code()),
        "metadata": {"kaban:theme": theme.code(), "kaban:schema": schema.code()},
        "glyphs": format!("{glyphs}/{{fontstack}}/{{range}}.pbf"),
        "sprite": format!("{sprites}/{}", theme.code()),
        "sources": Value::Object(all),
        "layers": look::layers(Palette::of(theme), schema),
    });
    Ok(style.to_string())
}
