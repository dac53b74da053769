//! Visits and everything else that is written once and never changed.

mod death;
mod decimal;
mod draft;
mod item;
mod note;
mod thread;
mod vitals;

pub use death::{DeathFacts, DeathWarning, Related};
pub use decimal::Decimal;
pub use draft::{check_draft, draft_warnings};
pub use item::{ITEM_BYTES_MAX, Item, ItemKind, ItemLink};
pub use note::{DrugGiven, SOAP_CHARS_MAX, VisitNote};
pub use thread::{Received, Thread, Threads};
pub use vitals::{Jcs, VITALS, VitalSpec, VitalWarning, Vitals};

#[cfg(test)]
pub(crate) use item::tests;
