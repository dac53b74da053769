//! The sheet around the map: title and date above it, legend, scale, north, notes and credit below.
//!
//! Everything but roads and houses stands outside the map, so nothing ever hides a house.

use super::frame::Frame;
use super::overlay;
use super::pins::Severity;
use super::scene::{Colour, Point, Rect, Role, Scene, Stroke, Verb};
use super::sheet::Page;
use super::signs;
use super::text::{Line, Setter, Side, Wording};
use super::theme::{Look, colour};
use super::{Pin, Words};

/// White on all four sides of the sheet, which printers cannot print on, millimetres.
const MARGIN_MM: f32 = 8.0;
const TITLE_EM_MM: f32 = 9.0;
const DATE_EM_MM: f32 = 5.0;
/// From the upper margin to the map.
const HEAD_MM: f32 = 13.0;
const LEGEND_EM_MM: f32 = 4.4;
const LEGEND_ROW_MM: f32 = 7.0;
const LEGEND_SIGN_MM: f32 = 2.3;
const NOTE_EM_MM: f32 = 3.7;
const NOTE_ROW_MM: f32 = 5.6;
const CREDIT_EM_MM: f32 = 3.4;
const CREDIT_ROW_MM: f32 = 5.0;
/// From the map to what stands below it.
const BELOW_MAP_MM: f32 = 2.5;
/// Longest bar of the scale.
const BAR_MM_MAX: f64 = 40.0;
/// Kept free for scale and north at the right.
const SCALE_BLOCK_MM: f32 = 60.0;
const SCALE_BLOCK_HEIGHT_MM: f32 = 12.0;

/// What stands below the map, set and ready.
pub(super) struct Foot {
    legend: Vec<Vec<Entry>>,
    notes: Vec<Line>,
    height: f32,
}

/// A sign of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The sign of a severity; how many there are is added to its words.
    Severity(Severity),
    /// The tone of the land reached in so many minutes.
    Band(u32),
    /// A number on dark: a house that is too far.
    Far,
    /// A way.
    Route,
    /// A stop of a round.
    Stop,
    /// A closed road.
    Closure,
    /// The border of a former municipality.
    Area,
}

struct Entry {
    key: Key,
    line: Line,
    left: f32,
}

impl Foot {
    /// Sets the legend and the notes for a sheet of this width; `bare` is how many houses have no number.
    pub fn set(
        setter: &mut Setter<'_>,
        words: &Words,
        pins: &[Pin],
        bare: usize,
        width: f32,
    ) -> Self {
        let room = width - 2.0 * MARGIN_MM - SCALE_BLOCK_MM;
        let mut legend: Vec<Vec<Entry>> = Vec::new();
        let mut left = 0.0;
        let counted = words.legend.iter().map(|(severity, wording)| {
            let count = pins.iter().filter(|pin| pin.severity == *severity).count();
            (Key::Severity(*severity), wording.with(&format!(" {count}")))
        });
        let others = words
            .keys
            .iter()
            .map(|(key, wording)| (*key, wording.clone()));
        for (key, wording) in counted.chain(others) {
            let text_room = room - 3.0 * LEGEND_SIGN_MM;
            let line = setter.words(&wording, LEGEND_EM_MM, text_room);
            let wide = 3.0 * LEGEND_SIGN_MM + line.width;
            if legend.is_empty() || left + wide > room {
                legend.push(Vec::new());
                left = 0.0;
            }
            if let Some(row) = legend.last_mut() {
                row.push(Entry { key, line, left });
            }
            left += wide + 3.5;
        }
        let mut notes = Vec::new();
        if bare > 0 {
            let count = bare.to_string();
            let fill = |text: &str| text.replace("{n}", &count);
            let Wording { text, plain } = &words.bare;
            notes.push(Wording::new(fill(text), fill(plain)));
        }
        notes.extend(words.notes.iter().cloned());
        let notes: Vec<Line> = notes
            .iter()
            .map(|note| setter.words(note, NOTE_EM_MM, room))
            .collect();
        let rows = legend.len() as f32 * LEGEND_ROW_MM + notes.len() as f32 * NOTE_ROW_MM;
        Self {
            legend,
            notes,
            height: BELOW_MAP_MM + rows.max(SCALE_BLOCK_HEIGHT_MM) + CREDIT_ROW_MM,
        }
    }

    /// Where the map is.
    pub fn map(&self, page: &Page) -> Rect {
        Rect {
            left: MARGIN_MM,
            top: MARGIN_MM + HEAD_MM,
            right: page.width - MARGIN_MM,
            bottom: page.height - MARGIN_MM - self.height,
        }
    }

    /// Draws title, legend and all the rest around the map.
    pub fn draw(
        &self,
        scene: &mut Scene,
        setter: &mut Setter<'_>,
        words: &Words,
        frame: &Frame,
        minutes: &[u32],
    ) {
        let (map, look) = (frame.map, setter.look);
        head(scene, setter, words, map);
        let mut y = map.bottom + BELOW_MAP_MM;
        for row in &self.legend {
            for entry in row {
                let x = map.left + entry.left + LEGEND_SIGN_MM;
                let middle = y + LEGEND_ROW_MM / 2.0;
                entry.key.draw(scene, [x, middle], minutes, look);
                let at = [x + 2.0 * LEGEND_SIGN_MM, middle + LEGEND_EM_MM * 0.36];
                entry
                    .line
                    .draw(scene, Role::LegendText, at, Side::Left, None);
            }
            y += LEGEND_ROW_MM;
        }
        for note in &self.notes {
            y += NOTE_ROW_MM;
            note.draw(scene, Role::Note, [map.left, y - 1.5], Side::Left, None);
        }
        let credit = setter.words(&words.attribution, CREDIT_EM_MM, map.width());
        let at = [map.left, map.bottom + self.height - 0.9];
        credit.draw(scene, Role::Attribution, at, Side::Left, None);
        let top = map.bottom + BELOW_MAP_MM;
        north(scene, setter, [map.right - 4.0, top]);
        scale(scene, setter, frame, [map.right - 12.0, top]);
    }
}

impl Key {
    fn draw(self, scene: &mut Scene, centre: Point, minutes: &[u32], look: Look) {
        let r = LEGEND_SIGN_MM;
        let line = |left: f32, right: f32| {
            vec![
                Verb::Move([centre[0] + left, centre[1]]),
                Verb::Line([centre[0] + right, centre[1]]),
            ]
        };
        match self {
            Self::Severity(severity) => {
                signs::draw(scene, Role::LegendSign(severity), severity, centre, r, look);
            }
            Self::Band(time) => {
                let index = minutes.iter().position(|minutes| *minutes == time);
                let index = index.unwrap_or(minutes.len());
                let edge = Stroke {
                    dash: overlay::edge_dash(index),
                    ..Stroke::solid(colour(look.palette.isochrone), 0.35)
                };
                let square = Rect::around(centre, 2.2 * r, 1.7 * r).path();
                let tone = look.band(index, minutes.len());
                scene.push(Role::LegendKey, square, Some(tone), Some(edge));
            }
            Self::Far => {
                let plate = Rect::around(centre, 2.2 * r, 1.5 * r).path();
                scene.push(Role::LegendKey, plate, Some(look.ink()), None);
            }
            Self::Route => {
                let stroke = Stroke::solid(colour(look.palette.route), 1.8);
                scene.push(Role::LegendKey, line(-r, r), None, Some(stroke));
            }
            Self::Stop => overlay::stop_sign(scene, centre, r * 0.9, look),
            Self::Closure => overlay::closure_line(scene, Role::LegendKey, line(-r, r), look),
            Self::Area => {
                let stroke = overlay::area_stroke(look);
                scene.push(Role::LegendKey, line(-1.2 * r, 1.2 * r), None, Some(stroke));
            }
        }
    }
}

fn head(scene: &mut Scene, setter: &mut Setter<'_>, words: &Words, map: Rect) {
    let baseline = map.top - 4.0;
    let date = setter.words(&words.date, DATE_EM_MM, map.width() / 3.0);
    date.draw(scene, Role::Date, [map.right, baseline], Side::Right, None);
    let title = setter.words(&words.title, TITLE_EM_MM, map.width() - date.width - 8.0);
    title.draw(scene, Role::Title, [map.left, baseline], Side::Left, None);
}

/// The sheet over the roads that run out of the map, and the map's edge.
pub(super) fn margins(scene: &mut Scene, map: Rect, look: Look) {
    let (width, height) = (scene.width, scene.height);
    let strip = |left, top, right, bottom| Rect {
        left,
        top,
        right,
        bottom,
    };
    for rect in [
        strip(0.0, 0.0, width, map.top),
        strip(0.0, map.bottom, width, height),
        strip(0.0, map.top, map.left, map.bottom),
        strip(map.right, map.top, width, map.bottom),
    ] {
        scene.push(Role::Paper, rect.path(), Some(look.page()), None);
    }
    scene.push(
        Role::Border,
        map.path(),
        None,
        Some(Stroke::solid(look.ink(), 0.5)),
    );
}

/// The sentence that stands instead of pins.
pub(super) fn empty(scene: &mut Scene, setter: &mut Setter<'_>, words: &Words, map: Rect) {
    let line = setter.words(&words.empty, 7.0, map.width() - 24.0);
    let plate = Rect::around(map.centre(), line.width + 12.0, 16.0);
    scene.push(
        Role::Empty,
        plate.path(),
        Some(setter.look.page()),
        Some(Stroke::solid(setter.look.ink(), 0.5)),
    );
    let [x, y] = map.centre();
    line.draw(scene, Role::Empty, [x, y + 2.5], Side::Middle, None);
}

/// An arrow up, its left half dark, below the letter N; `at` is the middle of its upper edge.
fn north(scene: &mut Scene, setter: &Setter<'_>, [x, y]: Point) {
    setter
        .line("N", 4.2)
        .draw(scene, Role::North, [x, y + 3.4], Side::Middle, None);
    let (tip, foot, notch) = ([x, y + 4.4], y + 11.6, [x, y + 9.6]);
    let half = |to: f32| {
        vec![
            Verb::Move(tip),
            Verb::Line([x + to, foot]),
            Verb::Line(notch),
            Verb::Close,
        ]
    };
    let (ink, page) = (setter.look.ink(), setter.look.page());
    for (to, fill) in [(-2.7, ink), (2.7, page)] {
        scene.push(
            Role::North,
            half(to),
            Some(fill),
            Some(Stroke::solid(ink, 0.3)),
        );
    }
}

/// A bar of a round length on the ground; `at` is its upper right corner.
fn scale(scene: &mut Scene, setter: &Setter<'_>, frame: &Frame, [right, top]: Point) {
    let metres = round_length(BAR_MM_MAX / frame.mm_per_metre);
    let length = (metres * frame.mm_per_metre) as f32;
    let label = |metres: f64| {
        if metres >= 1000.0 {
            format!("{} km", metres / 1000.0)
        } else {
            format!("{metres} m")
        }
    };
    let whole = setter.line(&label(metres), 4.2);
    let right = right - whole.width / 2.0;
    let (left, text, bar) = (right - length, top + 4.4, top + 7.0);
    whole.draw(scene, Role::Scale, [right, text], Side::Middle, None);
    setter
        .line("0", 4.2)
        .draw(scene, Role::Scale, [left, text], Side::Middle, None);
    let part = |from: f32, to: f32| Rect {
        left: left + length * from,
        top: bar,
        right: left + length * to,
        bottom: bar + 1.8,
    };
    let (ink, page) = (setter.look.ink(), setter.look.page());
    for (from, to, fill) in
        [(0.0, 1.0, page), (0.0, 0.25, ink), (0.5, 0.75, ink)] as [(f32, f32, Colour); 3]
    {
        scene.push(
            Role::Scale,
            part(from, to).path(),
            Some(fill),
            Some(Stroke::solid(ink, 0.3)),
        );
    }
}

/// The largest of 1, 2, 5, 10, 20 … that is not above `metres`.
fn round_length(metres: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= metres {
        power *= 10.0;
    }
    [5.0, 2.0]
        .into_iter()
        .map(|step| step * power)
        .find(|length| *length <= metres)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_the_scale_is_a_round_length() {
        for (metres, length) in [
            (1.0, 1.0),
            (4.9, 2.0),
            (999.0, 500.0),
            (1000.0, 1000.0),
            (7300.0, 5000.0),
        ] {
            assert_eq!(round_length(metres), length);
        }
    }
}
