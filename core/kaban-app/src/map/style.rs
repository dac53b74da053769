//! How the map on the screen is drawn: the style of the pack that is open, so that a map view is never
//! given a file that nobody has verified.

use kaban_atlas::style::{self, Place, StyleError, StyleSources, Theme};
use kaban_atlas::tiles;

use super::pack::DynamicMap;
use crate::error::{AppError, Kind, Result};

/// Where the parts of a map lie that are not in its pack.
#[derive(Clone, Copy, Debug)]
pub struct StylePlaces<'a> {
    /// The app's own folder; a file outside it is refused, the pack's too.
    pub storage: &'a str,
    /// The folder of glyphs.
    pub glyphs: Place<'a>,
    /// The folder of sprites.
    pub sprites: Place<'a>,
}

impl DynamicMap {
    /// The style of a theme for the open pack, as MapLibre reads it: no address in it leads to a network.
    ///
    /// # Errors
    /// [`Kind::NotFound`] without a pack, or for one without a base map; [`Kind::BadInput`] names the place
    /// that will not do: `storage`, `pack`, `glyphs`, `sprites`.
    pub fn style_json(&self, theme: Theme, places: &StylePlaces<'_>) -> Result<String> {
        let opened = self.opened()?;
        let base_map = opened.pack.base_map();
        let path = opened.path.as_deref().and_then(|path| path.to_str());
        let (Some(base_map), Some(pack)) = (base_map, path) else {
            return Err(AppError::new(
                Kind::NotFound,
                "the open pack has no base map to draw",
            ));
        };
        let StylePlaces {
            storage,
            glyphs,
            sprites,
        } = *places;
        let sources = StyleSources {
            storage,
            pack,
            schema: match base_map.schema {
                tiles::Schema::Kaban1 => style::Schema::Kaban1,
                tiles::Schema::OpenMapTiles => style::Schema::OpenMapTiles,
            },
            glyphs,
            sprites,
        };
        Ok(style::style_json(theme, &sources)?)
    }
}

impl From<StyleError> for AppError {
    fn from(error: StyleError) -> Self {
        let refused = Self::input(error.to_string());
        match error {
            StyleError::NotAbsolute(place)
            | StyleError::Outside(place)
            | StyleError::BadPart(place)
            | StyleError::TooLong(place) => refused.about(place),
            _ => refused,
        }
    }
}
