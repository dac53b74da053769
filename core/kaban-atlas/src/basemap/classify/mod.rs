//! What the tags of OpenStreetMap mean in the schema `kaban-1` (wiki.openstreetmap.org/wiki/Map_features).

mod area;
mod line;
mod point;

pub(super) use area::area;
pub(super) use line::{boundary_level, line};
pub(super) use point::{class_of_place, house_number, point};
