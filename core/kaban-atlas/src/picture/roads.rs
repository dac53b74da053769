//! The roads of the pack on the paper: wide and edged for main roads, thin and grey for the rest, so that a black and
//! white print tells them apart.

use super::frame::Frame;
use super::lines::cut;
use super::scene::{Colour, Path, Rect, Role, Scene, Stroke, Verb};
use crate::geo::Coord;
use crate::pack::Pack;
use crate::tables::{Profile, RoadClass};
use std::sync::Arc;

/// Lines are cut this far outside the map, millimetres, so that no end of a stroke shows.
const OUTSIDE_MM: f64 = 3.0;
/// Points of a road nearer to each other than this are one, millimetres.
const STEP_MM: f64 = 0.08;
/// The scale at which widths are those of [`KINDS`].
const USUAL_DENOMINATOR: f64 = 30_000.0;

/// How a kind of road is drawn.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// Colour and width of the edge, millimetres; none for a single line.
    casing: Option<(Colour, f32)>,
    line: Colour,
    width: f32,
    dash: Option<[f32; 2]>,
    /// Drawn on maps down to 1 : this.
    denominator_max: f64,
}

const fn cased(edge: u8, outer: f32, line: u8, width: f32, denominator_max: f64) -> Kind {
    Kind {
        casing: Some((Colour(edge, edge, edge), outer)),
        line: Colour(line, line, line),
        width,
        dash: None,
        denominator_max,
    }
}

const fn single(line: u8, width: f32, denominator_max: f64) -> Kind {
    Kind {
        casing: None,
        line: Colour(line, line, line),
        width,
        dash: None,
        denominator_max,
    }
}

/// The kinds, the least first, as they are painted.
const KINDS: [Kind; 9] = [
    Kind {
        casing: None,
        line: Colour(0x5a, 0x7d, 0x9c),
        width: 0.4,
        dash: Some([2.2, 1.4]),
        denominator_max: f64::INFINITY,
    },
    Kind {
        dash: Some([1.1, 0.8]),
        ..single(0xb0, 0.33, 60_000.0)
    },
    single(0xbe, 0.3, 40_000.0),
    single(0xa0, 0.52, 150_000.0),
    cased(0x78, 1.3, 0xff, 0.8, 400_000.0),
    cased(0x5f, 1.75, 0xff, 1.15, 900_000.0),
    cased(0x41, 2.15, 0xff, 1.4, f64::INFINITY),
    cased(0x32, 2.4, 0xdc, 1.55, f64::INFINITY),
    cased(0x28, 2.7, 0xbe, 1.75, f64::INFINITY),
];

/// Index into [`KINDS`].
fn kind_of(class: RoadClass) -> usize {
    use RoadClass as R;
    match class {
        R::Ferry => 0,
        R::Track | R::Footway | R::Path | R::Cycleway | R::Bridleway | R::Steps => 1,
        R::Service => 2,
        R::Unclassified | R::Residential | R::LivingStreet | R::Road | R::Pedestrian => 3,
        R::Tertiary | R::TertiaryLink => 4,
        R::Secondary | R::SecondaryLink => 5,
        R::Primary | R::PrimaryLink => 6,
        R::Trunk | R::TrunkLink => 7,
        R::Motorway | R::MotorwayLink => 8,
    }
}

/// Draws every road that touches the map.
pub(super) fn draw(scene: &mut Scene, pack: &Pack, frame: &Frame) {
    let denominator = frame.denominator();
    let paths: Vec<Arc<Path>> = gather(pack, frame, |kind| {
        denominator <= KINDS[kind].denominator_max
    })
    .into_iter()
    .map(Arc::new)
    .collect();
    let wide = (USUAL_DENOMINATOR / denominator).powf(0.4).clamp(0.55, 1.5) as f32;
    let stroke = |colour, width: f32, dash: Option<[f32; 2]>| {
        Some(Stroke {
            colour,
            width: width * wide,
            dash: dash.map(|pair| pair.map(|mm| mm * wide)),
        })
    };
    let drawn = || {
        KINDS
            .iter()
            .zip(&paths)
            .filter(|(_, path)| !path.is_empty())
    };
    for (kind, path) in drawn() {
        if let Some((colour, width)) = kind.casing {
            scene.push_shared(Role::Casing, path, None, stroke(colour, width, None));
        } else {
            scene.push_shared(
                Role::Road,
                path,
                None,
                stroke(kind.line, kind.width, kind.dash),
            );
        }
    }
    for (kind, path) in drawn().filter(|(kind, _)| kind.casing.is_some()) {
        scene.push_shared(Role::Road, path, None, stroke(kind.line, kind.width, None));
    }
}

/// The lines of each kind, cut near the edge of the map.
fn gather(pack: &Pack, frame: &Frame, wanted: impl Fn(usize) -> bool) -> Vec<Path> {
    let tables = &pack.network(Profile::Car).tables;
    let mut paths = vec![Path::new(); KINDS.len()];
    let mut line: Vec<[f64; 2]> = Vec::new();
    let around = around(frame.map);
    for (index, segment) in tables.segments.iter().enumerate() {
        let kind = kind_of(segment.class);
        if !wanted(kind) {
            continue;
        }
        line.clear();
        thin(frame, tables.line(index as u32), &mut line);
        add(&mut paths[kind], &line, around);
    }
    paths
}

/// The places of a road without those too near the one before; its ends stay.
fn thin(frame: &Frame, places: impl Iterator<Item = Coord>, line: &mut Vec<[f64; 2]>) {
    let mut last = None;
    for place in places {
        let at = frame.place(place);
        let near = line
            .last()
            .is_some_and(|before| (before[0] - at[0]).hypot(before[1] - at[1]) < STEP_MM);
        if !near {
            line.push(at);
        }
        last = near.then_some(at);
    }
    line.extend(last);
}

fn around(map: Rect) -> [f64; 4] {
    let [left, top, right, bottom] = [map.left, map.top, map.right, map.bottom].map(f64::from);
    [
        left - OUTSIDE_MM,
        top - OUTSIDE_MM,
        right + OUTSIDE_MM,
        bottom + OUTSIDE_MM,
    ]
}

/// Adds the parts of a line that lie in a rectangle.
fn add(path: &mut Path, line: &[[f64; 2]], rect: [f64; 4]) {
    let mut pen: Option<[f64; 2]> = None;
    for pair in line.windows(2) {
        let Some((from, to)) = cut(pair[0], pair[1], rect) else {
            pen = None;
            continue;
        };
        if pen != Some(from) {
            path.push(Verb::Move(from.map(|mm| mm as f32)));
        }
        path.push(Verb::Line(to.map(|mm| mm as f32)));
        pen = Some(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECT: [f64; 4] = [0.0, 0.0, 10.0, 10.0];

    #[test]
    fn a_main_road_is_wider_and_darker_edged_than_a_lesser_one() {
        let cased: Vec<&Kind> = KINDS.iter().filter(|kind| kind.casing.is_some()).collect();
        for pair in cased.windows(2) {
            let [lesser, greater] =
                [pair[0], pair[1]].map(|kind| kind.casing.unwrap_or((Colour(0, 0, 0), 0.0)));
            assert!(greater.1 > lesser.1 && greater.0.grey() < lesser.0.grey());
        }
        for kind in cased {
            let (edge, width) = kind.casing.unwrap_or((kind.line, 0.0));
            assert!(width > kind.width + 0.4, "the edge shows on both sides");
            assert!(
                kind.line.grey() >= edge.grey() + 100,
                "and in black and white"
            );
        }
    }

    #[test]
    fn every_class_has_a_kind() {
        for class in RoadClass::ALL {
            assert!(kind_of(*class) < KINDS.len());
        }
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let mut path = Path::new();
        add(
            &mut path,
            &[[5.0, 5.0], [15.0, 5.0], [15.0, 7.0], [5.0, 7.0]],
            RECT,
        );
        let expected = vec![
            Verb::Move([5.0, 5.0]),
            Verb::Line([10.0, 5.0]),
            Verb::Move([10.0, 7.0]),
            Verb::Line([5.0, 7.0]),
        ];
        assert_eq!(path, expected);
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_and_nothing_inside_is_lost(points in prop::collection::vec((-30.0..40.0_f64, -30.0..40.0_f64), 2..8)) {
            let line: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
            let mut path = Path::new();
            add(&mut path, &line, RECT);
            let inside = |[x, y]: [f64; 2]| (0.0..=10.0).contains(&x) && (0.0..=10.0).contains(&y);
            if let Some(drawn) = Rect::of(&path) {
                prop_assert!(Rect::around([5.0, 5.0], 10.002, 10.002).holds(&drawn));
            }
            if line.iter().any(|point| inside(*point)) {
                prop_assert!(path.len() >= 2);
            }
        }
    }
}
