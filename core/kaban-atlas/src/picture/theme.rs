//! The colours of a picture: those of the phone's map in the same theme, so that paper and screen agree.

use super::pins::Severity;
use super::scene::Colour;
use crate::style::{Ink, Palette, Theme};

/// The looks of one picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    theme: Theme,
    pub palette: &'static Palette,
}

/// A colour of the palette as the painters take it.
pub(super) const fn colour(Ink(red, green, blue): Ink) -> Colour {
    Colour(red, green, blue)
}

/// `share` 256ths of `over` on `ground`.
pub(super) fn mix(ground: Colour, over: Colour, share: u32) -> Colour {
    let part = |ground: u8, over: u8| {
        let sum = u32::from(ground) * (256 - share) + u32::from(over) * share;
        (sum / 256) as u8
    };
    Colour(
        part(ground.0, over.0),
        part(ground.1, over.1),
        part(ground.2, over.2),
    )
}

impl Look {
    pub fn of(theme: Theme) -> Self {
        Self {
            theme,
            palette: Palette::of(theme),
        }
    }

    /// The sheet around the map.
    pub fn page(self) -> Colour {
        colour(self.palette.card)
    }

    /// Land without a use.
    pub fn land(self) -> Colour {
        colour(self.palette.paper)
    }

    /// Letters and lines that are read first.
    pub fn ink(self) -> Colour {
        colour(self.palette.ink)
    }

    /// Whether areas carry a pattern beside their tone, for printers that lose light greys.
    pub fn hatches(self) -> bool {
        self.theme == Theme::Print
    }

    /// The edge of a road; on a black and white print the darker the more important (0 to 4).
    pub fn casing(self, importance: usize) -> Colour {
        let edge = colour(self.palette.road_case);
        if self.theme != Theme::Print {
            return edge;
        }
        mix(
            Colour(0, 0, 0),
            edge,
            [256, 218, 150, 116, 92][importance.min(4)],
        )
    }

    /// A small road as one line.
    pub fn thin(self) -> Colour {
        mix(self.land(), colour(self.palette.bridge_case), 112)
    }

    /// The tone of the n-th band of `count`, the nearest first: the nearer the stronger.
    pub fn band(self, index: usize, count: usize) -> Colour {
        const SHARES: [u32; 4] = [118, 78, 46, 22];
        let first = SHARES.len().saturating_sub(count.max(3) + 1);
        let share = SHARES[(first + index).min(SHARES.len() - 1)];
        mix(self.land(), colour(self.palette.isochrone), share)
    }

    /// The colour of a severity.
    pub fn severity(self, severity: Severity) -> Colour {
        let palette = self.palette;
        colour(match severity {
            Severity::EndOfLife => palette.end_of_life,
            Severity::Unstable => palette.unstable,
            Severity::Watch => palette.watch,
            Severity::Stable => palette.stable,
            Severity::Unknown => palette.unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::contrast;

    #[test]
    fn bands_are_told_apart_in_grey_and_the_land_beyond_them_too() {
        for theme in [Theme::Print, Theme::Day, Theme::Night] {
            let look = Look::of(theme);
            let mut greys: Vec<i32> = (0..3).map(|n| look.band(n, 3).grey().into()).collect();
            greys.push(look.land().grey().into());
            let least = if theme == Theme::Night { 8 } else { 15 };
            for pair in greys.windows(2) {
                assert!((pair[0] - pair[1]).abs() >= least, "{theme:?}: {greys:?}");
            }
            assert!(greys.is_sorted() || greys.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn letters_are_read_on_every_band_and_signs_stand_out_from_it() {
        for theme in [Theme::Print, Theme::Day, Theme::Night] {
            let look = Look::of(theme);
            for n in 0..3 {
                let Colour(red, green, blue) = look.band(n, 3);
                let band = Ink(red, green, blue);
                let found = contrast(look.palette.ink, band);
                assert!(found >= 4.5, "{theme:?} band {n}: {found:.2}");
            }
        }
    }

    #[test]
    fn a_print_has_white_land_and_every_severity_is_dark_on_it() {
        let look = Look::of(Theme::Print);
        assert_eq!(
            (look.page(), look.land()),
            (Colour(255, 255, 255), Colour(255, 255, 255))
        );
        for severity in Severity::ALL {
            assert!(look.severity(severity).grey() < 110, "{severity:?}");
        }
    }

    #[test]
    fn the_night_has_a_dark_sheet_and_light_signs() {
        let look = Look::of(Theme::Night);
        assert!(look.page().grey() < 40 && look.land().grey() < 40);
        for severity in Severity::ALL {
            assert!(look.severity(severity).grey() > 110, "{severity:?}");
        }
    }
}
