//! The dynamic map (動態地図) for the paper bag: roads, and the houses of patients with number and severity.
//!
//! Two steps. [`draw`] makes a [`Scene`]: paths in millimetres of paper, each with its role, decided by the pack, the
//! pins, the words, the sheet and the font alone. A painter then writes the scene as it stands: [`Scene::to_png`] or
//! [`Scene::to_svg`]. Equal input gives equal bytes.
//!
//! Every word comes in as an argument and every number on the paper is computed, so a picture can be made of any place
//! in any language.
//!
//! **Letters.** The font is an asset that is given, as everywhere in Kaban: nothing of it is linked in. Letters that it
//! lacks, or all of them where no font is given, are written with a small set of strokes of our own, which has ASCII and
//! ©; so numbers, scale, north and credit can be read on any machine. Words in another script carry a plain form in
//! ASCII ([`Wording`]), which is taken as a whole when one letter is missing, and [`Picture::fell_back`] says so.
//! What it costs: a machine without a Japanese font prints `Hikari` for 光. What was weighed against it: a font in the
//! program is 4 MB for each of its users, bitmap fonts on the registry have Chinese forms and a licence other than their
//! crate's, and an office that prints has fonts.
//!
//! **Ink.** The print theme has roads in white and grey with dark edges, and severity is told by shape and darkness
//! before colour, for most offices print in black and white. Day and night have the colours of the phone's map.
//!
//! **Room.** Houses come first. Then names, shields and signs take what room is left, the most important first, and
//! none lies on another or on a house ([`Role::is_label`]). Roads come from the routing graph, the land below them from
//! the pack's base map ([`draw_over`]).
//!
//! A picture shows where patients live. It is made for paper; neither file is encrypted.

mod error;
mod font;
mod frame;
mod grid;
mod ground;
mod hatch;
mod labels;
mod land;
mod layout;
mod letters;
mod lines;
mod names;
mod overlay;
pub(crate) mod paint;
mod pins;
mod place;
mod roads;
mod room;
mod scene;
mod shapes;
mod sheet;
pub(crate) mod signs;
mod svg;
mod text;
mod theme;

pub use error::PictureError;
pub use font::{FONT_BYTES_MAX, Font};
pub use frame::SPAN_DEGREES_MAX;
pub use layout::Key;
pub use overlay::{Area, Band, Overlays, Stop};
pub use pins::{NUMBER_MAX, PINS_FILE_BYTES_MAX, Pin, Severity, read_pins, rough_pins};
pub use place::Sign;
pub use scene::{Colour, Item, Path, Point, Rect, Role, Scene, Stroke, Verb};
pub use shapes::{
    SHAPE_POSITIONS_MAX, SHAPES_FILE_BYTES_MAX, Ways, read_areas, read_bands, read_ways,
};
pub use sheet::{PIXELS_MAX, PIXELS_MIN, Sheet};
pub use text::{TEXT_CHARS_MAX, Wording};

use crate::geo::Coord;
use crate::pack::Pack;
use crate::style::Theme;
use crate::tiles::{BaseMap, Schema};
use frame::{Frame, Land};
use ground::Ground;
use labels::Labels;
use layout::Foot;
use place::{Aside, Placement};
use sheet::Page;
use std::io::{Read, Seek};
use text::{Setter, Side};
use theme::Look;

/// Most pins of one picture.
pub const PINS_MAX: usize = 5_000;

/// Everything that is written on the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What the map shows.
    pub title: Wording,
    /// Of which day.
    pub date: Wording,
    /// The severities in the legend, in this order, each with its name; how many there are is added.
    pub legend: Vec<(Severity, Wording)>,
    /// What else the legend explains, behind the severities.
    pub keys: Vec<(Key, Wording)>,
    /// Lines below the legend.
    pub notes: Vec<Wording>,
    /// Said when houses found no room for their number; `{n}` becomes how many.
    pub bare: Wording,
    /// Said in the middle of the map when there is no pin.
    pub empty: Wording,
    /// Whose map data it is; a pack says so itself ([`crate::pack::Meta::attribution`]).
    pub attribution: Wording,
}

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The houses.
    pub pins: &'a [Pin],
    /// What is written.
    pub words: &'a Words,
    /// On which sheet.
    pub sheet: Sheet,
    /// West, south, east, north in degrees of the land that is seen whole, with more around it as the sheet has room;
    /// the pins decide if it is not given.
    pub frame: Option<[f64; 4]>,
    /// The font, if there is one.
    pub font: Option<&'a Font>,
    /// The colours.
    pub theme: Theme,
    /// What is laid over the map; [`Overlays::NONE`] for nothing.
    pub overlays: &'a Overlays,
}

/// A picture, and what its maker should know.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The drawing.
    pub scene: Scene,
    /// The signs with their numbers, in the order of the pins.
    pub signs: Vec<Sign>,
    /// Numbers of the pins that found no room for them, in the order of the pins.
    pub bare: Vec<u32>,
    /// Numbers of the pins outside the frame that was given.
    pub outside: Vec<u32>,
    /// Whether some words stand in their plain form.
    pub fell_back: bool,
    /// `N` of the scale 1 : N when printed at full size.
    pub denominator: f64,
    /// Tiles of the base map that were drawn.
    pub tiles: usize,
    /// Names of the map that are left out because letters are missing.
    pub unwritten: usize,
}

/// Draws the houses over the roads of a pack, with the names and places the pack itself has.
///
/// # Errors
/// [`PictureError::TooManyPins`] and [`PictureError::TextTooLong`] beyond the bounds, [`PictureError::BadSheet`],
/// [`PictureError::BadFrame`]; [`PictureError::NotOnTheMap`] and [`PictureError::OutsidePack`] name a pin,
/// [`PictureError::AcrossTheDateLine`] and [`PictureError::TooWide`] when the places lie too far apart.
pub fn draw(pack: &Pack, order: &Order<'_>) -> Result<Picture, PictureError> {
    let (draft, placement) = settle(pack, order)?;
    Ok(draft.finish(pack, order, placement, None))
}

/// Draws the same over the pack's base map. Only the schema [`Schema::Kaban1`] is drawn; of another one the picture is
/// that of [`draw`], and [`Picture::tiles`] is 0.
///
/// # Errors
/// As [`draw`], and [`PictureError::BaseMap`] when a tile is not sound.
pub fn draw_over<R: Read + Seek>(
    pack: &Pack,
    base_map: &mut BaseMap<R>,
    order: &Order<'_>,
) -> Result<Picture, PictureError> {
    let (draft, placement) = settle(pack, order)?;
    let known = base_map.schema() == Schema::Kaban1;
    let ground = known.then(|| ground::read(base_map, &draft.frame));
    Ok(draft.finish(pack, order, placement, ground.transpose()?))
}

/// Turns the sheet, and places the houses.
fn settle<'a>(pack: &Pack, order: &Order<'a>) -> Result<(Draft<'a>, Placement), PictureError> {
    check(order)?;
    let land = Land::around(order.pins, &order.overlays.places(), pack.bounds());
    let land = match order.frame {
        Some(frame) => Land::given(frame)?,
        None => land?,
    };
    let drafts = order.sheet.pages()?.into_iter();
    let drafts = drafts.map(|page| Draft::new(order, &land, page, 0));
    // Of two ways to turn the sheet the one with the larger scale; upright if they are equal.
    let draft = drafts.reduce(|first, second| {
        if second.frame.mm_per_metre > first.frame.mm_per_metre {
            second
        } else {
            first
        }
    });
    let draft = draft.ok_or(PictureError::BadSheet)?;
    let placement = draft.place(order.pins);
    if placement.bare.is_empty() {
        return Ok((draft, placement));
    }
    // One more line below the map, and so a little less map; the line says what is true of that one.
    let mut draft = Draft::new(order, &land, draft.page, placement.bare.len());
    let placement = draft.place(order.pins);
    draft.set_foot(order, placement.bare.len());
    Ok((draft, placement))
}

fn check(order: &Order<'_>) -> Result<(), PictureError> {
    if order.pins.len() > PINS_MAX {
        return Err(PictureError::TooManyPins(order.pins.len()));
    }
    let Words {
        title,
        date,
        legend,
        keys,
        notes,
        bare,
        empty,
        attribution,
    } = order.words;
    let labels = legend.iter().map(|(_, wording)| wording);
    let labels = labels.chain(keys.iter().map(|(_, wording)| wording));
    let all = [title, date, bare, empty, attribution].into_iter();
    all.chain(labels).chain(notes).try_for_each(Wording::check)
}

/// A sheet on which the land has its place.
struct Draft<'a> {
    setter: Setter<'a>,
    page: Page,
    foot: Foot,
    frame: Frame,
}

impl<'a> Draft<'a> {
    fn new(order: &Order<'a>, land: &Land, page: Page, bare: usize) -> Self {
        let mut setter = Setter::new(order.font, Look::of(order.theme));
        let foot = Foot::set(&mut setter, order.words, order.pins, bare, page.width);
        let frame = land.fit(foot.map(&page));
        Self {
            setter,
            page,
            foot,
            frame,
        }
    }

    /// Sets what stands below the map anew, for another number of houses without a number.
    fn set_foot(&mut self, order: &Order<'_>, bare: usize) {
        let width = self.page.width;
        self.foot = Foot::set(&mut self.setter, order.words, order.pins, bare, width);
    }

    /// The pins that fall on the map, each with its place on the page.
    fn on_map(&self, pins: &[Pin]) -> Vec<(Pin, Point)> {
        let place = |pin: &Pin| {
            let at = self.frame.point(Coord::from_degrees(pin.at[0], pin.at[1])?);
            self.frame.map.contains(at).then_some((*pin, at))
        };
        pins.iter().filter_map(place).collect()
    }

    fn place(&self, pins: &[Pin]) -> Placement {
        place::place(self.frame.map, &self.on_map(pins), |number| {
            self.setter
                .line(&number.to_string(), place::NUMBER_EM_MM)
                .width
        })
    }

    fn finish(
        mut self,
        pack: &Pack,
        order: &Order<'_>,
        placement: Placement,
        ground: Option<Ground>,
    ) -> Picture {
        let (words, map, look) = (order.words, self.frame.map, self.setter.look);
        let (overlays, ground) = (order.overlays, ground.as_ref());
        let Page {
            width,
            height,
            pixels_per_mm,
        } = self.page;
        let mut scene = Scene {
            width,
            height,
            pixels_per_mm,
            items: Vec::new(),
            page: look.page(),
        };
        land::draw(&mut scene, ground, overlays, &self.frame, look);
        roads::draw(&mut scene, pack, &self.frame, look);
        overlay::draw(&mut scene, overlays, pack, &self.frame, look);
        layout::margins(&mut scene, map, look);
        let on_map = self.on_map(order.pins);
        let bare: Vec<(Pin, Point)> = placement.bare.iter().map(|index| on_map[*index]).collect();
        let places: Vec<Point> = bare.iter().map(|(_, at)| *at).collect();
        let mut labels = Labels::around(map, &placement, &places);
        let mut wishes = overlay::wishes(overlays, &self.frame, look);
        wishes.extend(names::wishes(pack, ground, &self.frame, look));
        let alone = order.pins.is_empty() && overlays.is_empty();
        if !alone {
            labels.draw(&mut scene, &self.setter, wishes);
        }
        houses(&mut scene, &self.setter, &placement, &bare, &overlays.far);
        if alone {
            layout::empty(&mut scene, &mut self.setter, words, map);
        }
        self.foot.draw(
            &mut scene,
            &mut self.setter,
            words,
            &self.frame,
            &overlays.minutes(),
        );
        let shown: std::collections::BTreeSet<u32> =
            on_map.iter().map(|(pin, _)| pin.number).collect();
        let numbers = order.pins.iter().map(|pin| pin.number);
        Picture {
            scene,
            signs: placement.signs,
            bare: bare.iter().map(|(pin, _)| pin.number).collect(),
            outside: numbers.filter(|number| !shown.contains(number)).collect(),
            fell_back: self.setter.fell_back,
            denominator: self.frame.denominator(),
            tiles: ground.map_or(0, |ground| ground.tiles),
            unwritten: labels.unwritten,
        }
    }
}

/// White edges first, then lines, dots and frames, then every sign with its number: nothing white ever cuts a line.
fn houses(
    scene: &mut Scene,
    setter: &Setter<'_>,
    placement: &Placement,
    bare: &[(Pin, Point)],
    far: &std::collections::BTreeSet<u32>,
) {
    let look = setter.look;
    let (light, ink) = (look.page(), look.ink());
    let (radius, small) = (
        place::SIGN_RADIUS_MM * placement.size,
        place::SIGN_RADIUS_MM * 0.5,
    );
    let line = |aside: &Aside| vec![Verb::Move(aside.house), Verb::Line(aside.to)];
    let dot = |aside: &Aside| signs::circle(aside.house, place::HOUSE_RADIUS_MM);
    for aside in &placement.asides {
        scene.push(
            Role::Paper,
            line(aside),
            None,
            Some(Stroke::solid(light, 1.2)),
        );
        scene.push(
            Role::Paper,
            dot(aside),
            None,
            Some(Stroke::solid(light, 0.7)),
        );
    }
    for sign in &placement.signs {
        signs::edge(scene, sign.severity, sign.sign.centre(), radius, look);
    }
    for (pin, at) in bare {
        signs::edge(scene, pin.severity, *at, small, look);
        signs::draw(
            scene,
            Role::Sign(pin.severity),
            pin.severity,
            *at,
            small,
            look,
        );
    }
    for aside in &placement.asides {
        scene.push(
            Role::Leader,
            line(aside),
            None,
            Some(Stroke::solid(ink, 0.45)),
        );
        scene.push(Role::House, dot(aside), Some(ink), None);
        if let Some(frame) = aside.frame {
            let edge = Some(Stroke::solid(ink, 0.35));
            scene.push(Role::List, frame.path(), Some(light), edge);
        }
    }
    let em = place::NUMBER_EM_MM * placement.size;
    for sign in &placement.signs {
        let (severity, centre) = (sign.severity, sign.sign.centre());
        signs::draw(scene, Role::Sign(severity), severity, centre, radius, look);
        let number = setter.line(&sign.number.to_string(), em);
        let at = [sign.label.left, sign.label.bottom];
        if far.contains(&sign.number) {
            let edge = Some(Stroke::solid(ink, 0.5));
            scene.push(Role::Far, sign.label.grown(0.2).path(), Some(ink), edge);
            let number = number.inked(light);
            number.draw(scene, Role::Number, at, Side::Left, None);
        } else {
            number.draw(scene, Role::Number, at, Side::Left, Some(0.7));
        }
    }
}
