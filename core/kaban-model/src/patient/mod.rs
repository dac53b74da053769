//! The patient's record: which fields it has, what they may hold, how concurrent values are shown.

mod catalogue;
mod choices;
mod conflict;
mod date;
mod entry;
mod field;
mod members;
mod page;
mod scalar;
mod validate;
mod words;

pub use catalogue::{DERIVED, catalogue};
pub use conflict::FieldState;
pub use date::{Age, PartialDate};
pub(crate) use entry::write_time;
pub use entry::{Content, ENTRY_BYTES_MAX, FieldEntry, RESOLVES_MAX};
pub use field::{Choice, Doc, FieldKind, FieldPath, FieldSpec, MemberSpec, PathError};
pub use page::{ListRow, PageLine, PatientPage};
pub(crate) use scalar::{decimal, phone};
pub use validate::{VALUE_BYTES_MAX, validate};
pub use words::value_in_words;
