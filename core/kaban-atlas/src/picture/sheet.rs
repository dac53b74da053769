//! The paper: its size in millimetres and in pixels.

use super::PictureError;

/// Fewest pixels a side.
pub const PIXELS_MIN: u32 = 256;
/// Most pixels a side.
pub const PIXELS_MAX: u32 = 8_192;
/// Pixels per millimetre of A4 and A3: 200 to the inch, what an office printer makes use of.
const OFFICE_PIXELS_PER_MM: f32 = 200.0 / 25.4;
/// The shorter side of a sheet that is given in pixels: that of A4, so letters have the size they have on paper.
const SHORT_SIDE_MM: f32 = 210.0;
/// The longer side at most so many times the shorter.
const LONG_MAX: u32 = 3;

/// What is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sheet {
    /// 210 × 297 mm, turned as the area asks.
    #[default]
    A4,
    /// 297 × 420 mm, turned as the area asks.
    A3,
    /// So many pixels wide and high; the shorter side stands for that of A4.
    Pixels {
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
}

impl Sheet {
    /// Reads `A4`, `A3` or `1600x1200`.
    ///
    /// # Errors
    /// [`PictureError::BadSheet`] for anything else, or a size out of bounds.
    pub fn parse(text: &str) -> Result<Self, PictureError> {
        let sheet = match text.to_ascii_lowercase().as_str() {
            "a4" => Self::A4,
            "a3" => Self::A3,
            other => {
                let (width, height) = other.split_once('x').ok_or(PictureError::BadSheet)?;
                let side = |text: &str| text.parse().map_err(|_| PictureError::BadSheet);
                Self::Pixels {
                    width: side(width)?,
                    height: side(height)?,
                }
            }
        };
        sheet.pages().map(|_| sheet)
    }

    /// The ways it may be turned.
    pub(super) fn pages(self) -> Result<Vec<Page>, PictureError> {
        let both = |short: f32, long: f32| {
            [(short, long), (long, short)]
                .map(|(width, height)| Page {
                    width,
                    height,
                    pixels_per_mm: OFFICE_PIXELS_PER_MM,
                })
                .to_vec()
        };
        match self {
            Self::A4 => Ok(both(210.0, 297.0)),
            Self::A3 => Ok(both(297.0, 420.0)),
            Self::Pixels { width, height } => {
                let (short, long) = (width.min(height), width.max(height));
                if short < PIXELS_MIN || long > PIXELS_MAX || long > short * LONG_MAX {
                    return Err(PictureError::BadSheet);
                }
                let pixels_per_mm = short as f32 / SHORT_SIDE_MM;
                Ok(vec![Page {
                    width: width as f32 / pixels_per_mm,
                    height: height as f32 / pixels_per_mm,
                    pixels_per_mm,
                }])
            }
        }
    }
}

/// A sheet, turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Page {
    /// Millimetres.
    pub width: f32,
    /// Millimetres.
    pub height: f32,
    pub pixels_per_mm: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_paper_size_or_pixels_within_bounds() {
        assert_eq!(Sheet::parse("a3"), Ok(Sheet::A3));
        let pixels = Sheet::Pixels {
            width: 1600,
            height: 1200,
        };
        assert_eq!(Sheet::parse("1600x1200"), Ok(pixels));
        for bad in [
            "",
            "A5",
            "0x0",
            "255x255",
            "8193x8192",
            "256x769",
            "-1x9",
            "1600x",
            "x",
            "99999999999x256",
        ] {
            assert_eq!(Sheet::parse(bad), Err(PictureError::BadSheet), "{bad}");
        }
        assert!(Sheet::parse("8192x8192").is_ok() && Sheet::parse("256x768").is_ok());
    }
}
