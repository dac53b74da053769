//! Why a picture cannot be drawn. No message holds where a patient lives.

/// An error of reading pins or a font, or of drawing.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file of pins is not JSON, or not of the shape that is read.
    #[error("the pins cannot be read: {0}")]
    BadPins(String),
    /// More pins than [`super::PINS_MAX`].
    #[error("{0} pins are too many for a picture: at most {max}", max = super::PINS_MAX)]
    TooManyPins(usize),
    /// A pin that is nowhere on the globe, or too near a pole for a flat map.
    #[error("pin {0} is not between 85° south and 85° north: mend its position")]
    NotOnTheMap(u32),
    /// A pin far from every road of the pack.
    #[error(
        "pin {0} is outside the map pack: mend its position, or take a pack that covers the house"
    )]
    OutsidePack(u32),
    /// The places to draw lie on both sides of the 180° line.
    #[error("the places lie on both sides of the 180° line, where no picture is drawn")]
    AcrossTheDateLine,
    /// More than a prefecture.
    #[error("the picture would cover more than {max}° from side to side: choose a smaller area", max = super::SPAN_DEGREES_MAX)]
    TooWide,
    /// A frame that is not west, south, east, north within 85° of the equator.
    #[error(
        "the frame is not W,S,E,N in degrees, west before east, south before north, within 85° of the equator"
    )]
    BadFrame,
    /// A sheet that is too small, too large or too long.
    #[error("the sheet is not A4, A3 or WxH of {min} to {max} pixels, one side at most three times the other", min = super::PIXELS_MIN, max = super::PIXELS_MAX)]
    BadSheet,
    /// Bytes that are no font.
    #[error("this is not a TrueType or OpenType font")]
    NotAFont,
    /// A text longer than [`super::TEXT_CHARS_MAX`].
    #[error("a text of the picture is longer than {max} characters", max = super::TEXT_CHARS_MAX)]
    TextTooLong,
    /// The base map of the pack is not sound.
    #[error("the base map cannot be drawn: {0}")]
    BaseMap(String),
    /// A file of shapes that is not JSON, or not of the kind that is read.
    #[error("the shapes cannot be read: {0}")]
    BadShapes(String),
    /// The picture could not be painted or written.
    #[error("the picture could not be written: {0}")]
    Paint(String),
}
