//! Painting what lies below the roads.

use super::frame::Frame;
use super::ground::{AREAS, Ground};
use super::hatch;
use super::overlay::{self, Overlays};
use super::scene::{Path, Role, Scene, Stroke};
use super::theme::{Look, colour, mix};
use std::sync::Arc;

/// Houses are drawn on maps down to 1 : this, small streams, footways and municipal borders down to these.
const BUILDINGS_DENOMINATOR_MAX: f64 = 30_000.0;
const STREAMS_DENOMINATOR_MAX: f64 = 60_000.0;
const FOOTWAYS_DENOMINATOR_MAX: f64 = 14_000.0;

/// Widths of ditch, stream, canal and river, millimetres.
const STREAM_MM: [f32; 4] = [0.2, 0.35, 0.6, 0.9];

/// Draws land, bands of time, waters, houses, footways, borders and railways.
pub(super) fn draw(
    scene: &mut Scene,
    ground: Option<&Ground>,
    overlays: &Overlays,
    frame: &Frame,
    look: Look,
) {
    let land = frame.map.path();
    scene.push(Role::Ground, land, Some(look.land()), None);
    // Tones of time and tones of land together could not be told apart: time is what was asked for.
    if let Some(ground) = ground
        && overlays.bands.is_empty()
    {
        landuse(scene, ground, look);
    }
    overlay::bands(scene, overlays, frame, look);
    if let Some(ground) = ground {
        waters(scene, ground, frame, look);
        above(scene, ground, frame, look, !overlays.bands.is_empty());
    }
    overlay::band_edges(scene, overlays, frame, look);
}

fn landuse(scene: &mut Scene, ground: &Ground, look: Look) {
    for ((kind, path), rings) in AREAS.iter().zip(&ground.areas).zip(&ground.rings) {
        if path.is_empty() {
            continue;
        }
        let ink = colour((kind.ink)(look.palette));
        scene.push(Role::Landuse, path.clone(), Some(ink), None);
        if let Some(gap) = kind.hatch.filter(|_| look.hatches()) {
            let mut lines = Path::new();
            for ring in rings_of(rings) {
                lines.extend(hatch::hatch(ring, gap, false));
            }
            let line = Stroke::solid(mix(look.land(), look.ink(), 44), 0.14);
            scene.push(Role::LandHatch, lines, None, Some(line));
        }
    }
}

/// Each polygon by itself, so that areas that overlap do not cut holes into each other.
fn rings_of(polygons: &[Vec<hatch::Ring>]) -> impl Iterator<Item = &[hatch::Ring]> {
    polygons.iter().map(Vec::as_slice)
}

fn waters(scene: &mut Scene, ground: &Ground, frame: &Frame, look: Look) {
    let wide = (30_000.0 / frame.denominator()).powf(0.4).clamp(0.6, 1.5) as f32;
    for (index, path) in ground.streams.iter().enumerate() {
        let small = index < 2;
        if path.is_empty() || (small && frame.denominator() > STREAMS_DENOMINATOR_MAX) {
            continue;
        }
        let ink = colour(look.palette.water_line);
        let line = Stroke::solid(ink, STREAM_MM[index] * wide);
        scene.push(Role::Stream, path.clone(), None, Some(line));
    }
    if !ground.water.is_empty() {
        let ink = colour(look.palette.water);
        scene.push(Role::Water, ground.water.clone(), Some(ink), None);
    }
}

fn above(scene: &mut Scene, ground: &Ground, frame: &Frame, look: Look, timed: bool) {
    let palette = look.palette;
    let near = frame.denominator();
    if !ground.buildings.is_empty() && near <= BUILDINGS_DENOMINATOR_MAX {
        let edge = Stroke::solid(colour(palette.building_line), 0.1);
        let edge = (near <= 9_000.0).then_some(edge);
        let fill = Some(colour(palette.building));
        scene.push(Role::Building, ground.buildings.clone(), fill, edge);
    }
    if !ground.paths.is_empty() && near <= FOOTWAYS_DENOMINATOR_MAX {
        let dots = Stroke {
            dash: Some([0.5, 0.7]),
            ..Stroke::solid(mix(look.land(), colour(palette.path), 170), 0.22)
        };
        scene.push(Role::Footway, ground.paths.clone(), None, Some(dots));
    }
    for (path, (width, dash)) in ground
        .borders
        .iter()
        .zip([(0.6, [3.0, 1.2]), (0.3, [1.3, 1.2])])
    {
        // Beside edges of time borders of municipalities would only confuse.
        let wanted = width > 0.5 || !timed;
        if !path.is_empty() && wanted {
            let line = Stroke {
                dash: Some(dash),
                ..Stroke::solid(mix(look.land(), colour(palette.boundary), 190), width)
            };
            scene.push(Role::Boundary, path.clone(), None, Some(line));
        }
    }
    for (path, width) in ground.rails.iter().zip([0.65_f32, 0.4]) {
        if path.is_empty() {
            continue;
        }
        let path = Arc::new(path.clone());
        let line = Stroke::solid(colour(palette.rail), width);
        scene.push_shared(Role::Rail, &path, None, Some(line));
        if width > 0.5 {
            let gap = Stroke {
                dash: Some([1.6, 2.6]),
                ..Stroke::solid(colour(palette.rail_gap), width * 0.55)
            };
            scene.push_shared(Role::Rail, &path, None, Some(gap));
        }
    }
}
