//! Engine B: a hierarchy of road sections in which a search only climbs.
//!
//! The vertices are turn states (an edge just driven, with what a rule over via ways must remember), so turn costs and forbidden
//! turns are arcs like any other. Three steps, each usable again for as long as what it depends on stays the same:
//! 1. `order` ranks the segments when a pack is built, by cutting the network in halves again and again: whatever crosses a
//!    cut is contracted after both halves. It depends on the drawing of the roads alone.
//! 2. `topology` adds the shortcuts any weights could need. It depends on the roads and the rules with memory.
//! 3. `metric` gives every shortcut its cost for one manner of travelling under one set of conditions.
//!
//! Then `climb` answers: a search up from both ends meets at the top of the best way, `unpack` turns shortcuts back into roads,
//! and `buckets` does it from many places to many.
//!
//! Sources: J. Dibbelt, B. Strasser, D. Wagner, *Customizable Contraction Hierarchies*, ACM JEA 21 (2016);
//! V. Buchhold, D. Wagner, T. Zeitz, M. Zündorf, *Customizable Contraction Hierarchies with Turn Costs*, ATMOS 2020;
//! A. Schild, C. Sommer, *On Balanced Separators in Road Networks*, SEA 2015 (inertial flow);
//! S. Knopp et al., *Computing Many-to-Many Shortest Paths Using Highway Hierarchies*, ALENEX 2007 (buckets).

mod buckets;
mod climb;
mod cut;
mod metric;
mod order;
mod topology;
mod unpack;

pub(crate) use buckets::many_to_many;
pub(crate) use climb::{Climb, Start};
pub(crate) use metric::Metric;
pub(crate) use order::segment_order;
pub(crate) use topology::{Budget, Topology};
pub(crate) use unpack::unpack;
