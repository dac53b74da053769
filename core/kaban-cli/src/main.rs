//! kaban: the whole bag from a terminal.
fn main() {}
