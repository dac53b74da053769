//! The patient's record: which fields it has, what they may hold, how concurrent values are shown.

mod catalogue;
mod field;
mod members;

pub use catalogue::{DERIVED, catalogue};
pub use field::{Choice, Doc, FieldKind, FieldPath, FieldSpec, MemberSpec, PathError};
