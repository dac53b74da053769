//! The sign of each severity: told apart by shape and by how much ink it has, and only then by colour.
//!
//! Shapes and colours are those of the screens in the same theme; and the square of 看取り期 has a white square inside, because in
//! black and white a dark square and a dark diamond are too much alike for tired eyes.

use super::letters;
use super::pins::Severity;
use super::scene::{Path, Point, Rect, Role, Scene, Stroke, Verb};
use super::theme::Look;

/// Part of the half width that its line is wide.
const LINE: f32 = 0.36;

/// The white edge of a sign, so that roads end before it.
pub(super) fn edge(scene: &mut Scene, severity: Severity, centre: Point, radius: f32, look: Look) {
    let (path, _) = shape(severity, centre, radius);
    let edge = Stroke::solid(look.page(), radius * LINE + 1.1);
    scene.push(Role::Paper, path, None, Some(edge));
}

/// Draws the sign of a severity into the square of this half width.
pub(super) fn draw(
    scene: &mut Scene,
    role: Role,
    severity: Severity,
    centre: Point,
    radius: f32,
    look: Look,
) {
    let (path, filled) = shape(severity, centre, radius);
    let colour = look.severity(severity);
    let fill = if filled { colour } else { look.page() };
    let line = Stroke::solid(colour, radius * LINE);
    scene.push(role, path, Some(fill), Some(line));
    match severity {
        Severity::EndOfLife => {
            let inner = Rect::around(centre, radius * 0.62, radius * 0.62);
            scene.push(role, inner.path(), Some(look.page()), None);
        }
        Severity::Unknown => {
            let mark = letters::write("?", radius * 1.3);
            let at = [centre[0] - mark.width / 2.0, centre[1] + radius * 0.47];
            let moved = |[x, y]: Point| [at[0] + x, at[1] + y];
            let path = mark.path.iter().map(|verb| verb.map(moved)).collect();
            scene.push(role, path, None, Some(Stroke::solid(colour, mark.pen)));
        }
        _ => {}
    }
}

/// Outline, and whether it is full of its colour.
pub(crate) fn shape(severity: Severity, centre: Point, radius: f32) -> (Path, bool) {
    let r = radius * (1.0 - LINE / 2.0);
    let corners = |points: &[Point]| -> Path {
        let at = |[x, y]: Point| [centre[0] + x * r, centre[1] + y * r];
        let lines = points[1..].iter().map(|point| Verb::Line(at(*point)));
        std::iter::once(Verb::Move(at(points[0])))
            .chain(lines)
            .chain([Verb::Close])
            .collect()
    };
    match severity {
        Severity::Stable => (circle(centre, r * 0.95), false),
        Severity::Watch => {
            let triangle = [[0.0, -0.95], [1.0, 0.85], [-1.0, 0.85]];
            (corners(&triangle), false)
        }
        Severity::Unstable => {
            let diamond = [[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]];
            (corners(&diamond), true)
        }
        Severity::EndOfLife => (Rect::around(centre, 1.7 * r, 1.7 * r).path(), true),
        Severity::Unknown => {
            let (x, y) = (0.5, 0.9);
            let hexagon = [[-x, -y], [x, -y], [1.0, 0.0], [x, y], [-x, y], [-1.0, 0.0]];
            (corners(&hexagon), false)
        }
    }
}

/// A circle of four curves.
pub(crate) fn circle([x, y]: Point, r: f32) -> Path {
    // Where the control points of a quarter lie, so that it is nearest to a circle.
    let c = r * 0.552_284_8;
    vec![
        Verb::Move([x + r, y]),
        Verb::Cubic([x + r, y + c], [x + c, y + r], [x, y + r]),
        Verb::Cubic([x - c, y + r], [x - r, y + c], [x - r, y]),
        Verb::Cubic([x - r, y - c], [x - c, y - r], [x, y - r]),
        Verb::Cubic([x + c, y - r], [x + r, y - c], [x + r, y]),
        Verb::Close,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::scene::Colour;
    use crate::style::Theme;

    fn drawn(severity: Severity) -> Scene {
        let mut scene = Scene {
            width: 10.0,
            height: 10.0,
            pixels_per_mm: 8.0,
            items: Vec::new(),
            page: Colour(255, 255, 255),
        };
        let look = Look::of(Theme::Print);
        draw(
            &mut scene,
            Role::Sign(severity),
            severity,
            [5.0, 5.0],
            2.3,
            look,
        );
        scene
    }

    #[test]
    fn without_colour_every_sign_has_its_own_shape() {
        let shapes: Vec<Vec<Path>> = Severity::ALL
            .map(|severity| {
                drawn(severity)
                    .items
                    .iter()
                    .map(|item| item.path.to_vec())
                    .collect()
            })
            .to_vec();
        for (index, shape) in shapes.iter().enumerate() {
            assert!(shapes[index + 1..].iter().all(|other| other[0] != shape[0]));
        }
    }

    #[test]
    fn a_sign_keeps_to_its_square() {
        for severity in Severity::ALL {
            let square = Rect::around([5.0, 5.0], 4.7, 4.7);
            for item in drawn(severity).of(Role::Sign(severity)) {
                assert!(
                    item.bounds().is_some_and(|bounds| square.holds(&bounds)),
                    "{severity:?}"
                );
            }
        }
    }
}
