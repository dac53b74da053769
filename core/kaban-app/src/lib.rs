//! Use cases: the bag as shells see it.
