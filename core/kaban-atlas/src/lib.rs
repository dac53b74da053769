//! District pack, routing, map.
