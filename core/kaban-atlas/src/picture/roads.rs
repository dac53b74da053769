//! The roads of the pack on the paper: wide and edged for main roads, thin for the rest, so that a black and white print
//! tells them apart. They come from the routing graph, so what is drawn can be driven, and no tile cuts them.

use super::frame::Frame;
use super::lines::add;
use super::scene::{Path, Rect, Role, Scene, Stroke};
use super::theme::{Look, colour};
use crate::geo::Coord;
use crate::pack::Pack;
use crate::style::{Ink, Palette};
use crate::tables::{Profile, RoadClass, flag};
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
    ink: fn(&Palette) -> Ink,
    /// Width of road and edge, and how important it is (0 to 4), on maps down to 1 : this; a single line beyond.
    edged: Option<(f32, f32, usize, f64)>,
    /// Width of the single line, millimetres.
    width: f32,
    dash: Option<[f32; 2]>,
    /// Drawn on maps down to 1 : this.
    denominator_max: f64,
}

const fn main(
    ink: fn(&Palette) -> Ink,
    road: f32,
    edge: f32,
    importance: usize,
    denominator_max: f64,
) -> Kind {
    Kind {
        ink,
        edged: Some((road, edge, importance, f64::INFINITY)),
        width: road,
        dash: None,
        denominator_max,
    }
}

/// The kinds, the least first, as they are painted.
const KINDS: [Kind; 9] = [
    Kind {
        ink: |p| p.ferry,
        edged: None,
        width: 0.4,
        dash: Some([2.2, 1.4]),
        denominator_max: f64::INFINITY,
    },
    Kind {
        ink: |p| p.track,
        edged: None,
        width: 0.33,
        dash: Some([1.1, 0.8]),
        denominator_max: 60_000.0,
    },
    Kind {
        ink: |p| p.minor,
        edged: Some((0.42, 0.78, 0, 12_000.0)),
        width: 0.26,
        dash: None,
        denominator_max: 40_000.0,
    },
    Kind {
        ink: |p| p.minor,
        edged: Some((0.62, 1.02, 0, 32_000.0)),
        width: 0.42,
        dash: None,
        denominator_max: 150_000.0,
    },
    main(|p| p.minor, 0.85, 1.32, 0, 400_000.0),
    main(|p| p.secondary, 1.15, 1.7, 1, 900_000.0),
    main(|p| p.primary, 1.4, 2.05, 2, f64::INFINITY),
    main(|p| p.trunk, 1.55, 2.3, 3, f64::INFINITY),
    main(|p| p.motorway, 1.75, 2.6, 4, f64::INFINITY),
];

/// Index into [`KINDS`]; the greater the more important.
pub(super) fn kind_of(class: RoadClass) -> usize {
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

/// Roads of one kind: in the open, and in a tunnel.
#[derive(Clone, Debug, Default)]
struct Lines {
    open: Path,
    tunnel: Path,
}

/// Draws every road that touches the map.
pub(super) fn draw(scene: &mut Scene, pack: &Pack, frame: &Frame, look: Look) {
    let denominator = frame.denominator();
    let kinds = gather(pack, frame, |kind| {
        denominator <= KINDS[kind].denominator_max
    });
    let wide = wide(denominator);
    let stroke = |colour, width: f32, dash: Option<[f32; 2]>| {
        Some(Stroke {
            colour,
            width: width * wide,
            dash: dash.map(|pair| pair.map(|mm| mm * wide)),
        })
    };
    let edged = |kind: &Kind| kind.edged.filter(|(.., until)| denominator <= *until);
    let (mut edges, mut roads) = (Vec::new(), Vec::new());
    for (kind, lines) in KINDS.iter().zip(kinds) {
        let ink = colour((kind.ink)(look.palette));
        for (path, in_tunnel) in [(lines.tunnel, true), (lines.open, false)] {
            if path.is_empty() {
                continue;
            }
            let path = Arc::new(path);
            let Some((road, edge, importance, _)) = edged(kind) else {
                // A small road has the colour of edges: its own would be lost on the land.
                let ink = if kind.edged.is_some() {
                    look.thin()
                } else {
                    ink
                };
                let dash = kind.dash.or_else(|| in_tunnel.then_some([0.8, 0.8]));
                edges.push((Role::Road, path, stroke(ink, kind.width, dash)));
                continue;
            };
            let dash = in_tunnel.then_some([1.3, 1.6]);
            let edge = stroke(look.casing(importance), edge, dash);
            let ink = if in_tunnel {
                colour(look.palette.tunnel)
            } else {
                ink
            };
            edges.push((Role::Casing, Arc::clone(&path), edge));
            roads.push((Role::Road, path, stroke(ink, road, None)));
        }
    }
    for (role, path, stroke) in edges.into_iter().chain(roads) {
        scene.push_shared(role, &path, None, stroke);
    }
}

/// How wide roads are at a scale, part of their usual width.
fn wide(denominator: f64) -> f32 {
    (USUAL_DENOMINATOR / denominator).powf(0.4).clamp(0.55, 1.5) as f32
}

/// The lines of each kind, cut near the edge of the map.
fn gather(pack: &Pack, frame: &Frame, wanted: impl Fn(usize) -> bool) -> Vec<Lines> {
    let tables = &pack.network(Profile::Car).tables;
    let mut kinds = vec![Lines::default(); KINDS.len()];
    let mut line: Vec<[f64; 2]> = Vec::new();
    let around = around(frame.map);
    for (index, segment) in tables.segments.iter().enumerate() {
        let kind = kind_of(segment.class);
        if !wanted(kind) {
            continue;
        }
        line.clear();
        thin(frame, tables.line(index as u32), &mut line);
        let lines = &mut kinds[kind];
        let in_tunnel = segment.flags & flag::TUNNEL != 0;
        let path = if in_tunnel {
            &mut lines.tunnel
        } else {
            &mut lines.open
        };
        add(path, &line, around);
    }
    kinds
}

/// The places of a road without those too near the one before; its ends stay.
pub(super) fn thin(frame: &Frame, places: impl Iterator<Item = Coord>, line: &mut Vec<[f64; 2]>) {
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

/// The map and a little around it.
pub(super) fn around(map: Rect) -> [f64; 4] {
    let [left, top, right, bottom] = [map.left, map.top, map.right, map.bottom].map(f64::from);
    [
        left - OUTSIDE_MM,
        top - OUTSIDE_MM,
        right + OUTSIDE_MM,
        bottom + OUTSIDE_MM,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Theme;

    #[test]
    fn a_main_road_is_wider_and_on_a_print_darker_edged_than_a_lesser_one() {
        let look = Look::of(Theme::Print);
        let main: Vec<_> = KINDS[4..].iter().filter_map(|kind| kind.edged).collect();
        for pair in main.windows(2) {
            assert!(pair[1].1 > pair[0].1 && pair[1].0 > pair[0].0);
            assert!(look.casing(pair[1].2).grey() < look.casing(pair[0].2).grey());
        }
        for kind in &KINDS[4..] {
            let (road, edge, importance, _) = kind.edged.unwrap_or((0.0, 0.0, 0, 0.0));
            assert!(edge > road + 0.4, "the edge shows on both sides");
            let (inside, edge) = (colour((kind.ink)(look.palette)), look.casing(importance));
            assert!(inside.grey() >= edge.grey() + 100, "and in black and white");
        }
    }

    #[test]
    fn a_small_road_is_seen_on_the_land_in_every_theme() {
        for theme in Theme::ALL {
            let look = Look::of(theme);
            let (road, land) = (look.thin().grey(), look.land().grey());
            assert!(road.abs_diff(land) >= 45, "{theme:?}");
        }
    }

    #[test]
    fn every_class_has_a_kind() {
        for class in RoadClass::ALL {
            assert!(kind_of(*class) < KINDS.len());
        }
    }
}
