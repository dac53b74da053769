//! Closed roads: what a doctor met on the way, told to every member.
//!
//! A closure is an item of W.closures and is never changed; a lift is another item that names it. What is
//! in force is a fold over the set of both, so that devices that meet in any order agree, a lift that
//! arrives before its closure included. A lift takes its closure away for good, whatever the clocks of
//! the two devices said: a road is opened again by people, not by comparing clocks.

mod entry;
mod fair;
mod fold;
mod shape;

pub use entry::{CLOSURE_DAYS_MAX, Closure, ClosureLift, ClosureReason};
pub use fair::{Capacity, FairShare, MEMBER_CLOSURES_MAX, fair_share};
pub use fold::{Closures, KnownClosure, Lifted, Standing};
pub use shape::{ClosureShape, LINE_POINTS_MAX, RADIUS_METRES_MAX, ROADS_MAX};
