//! The duty phone: who called, about whom, what was decided, and whether they were called back.

mod call;

pub use call::{CALL_CHARS_MAX, CallLogEntry, Decision, called_back, needs_call_back};
