//! The liaison notebook: entries between the doctors, and the sheets of the other professions.

mod entry;
mod sheet;

pub use entry::{ENTRY_CHARS_MAX, NotebookEntry, read_by, read_mark};
pub use sheet::LiaisonSheet;
