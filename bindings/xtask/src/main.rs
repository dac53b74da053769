//! `cargo xtask`: the checks of this repository.
fn main() {}
