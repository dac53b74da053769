//! The relay: stores sealed envelopes, reads none.
