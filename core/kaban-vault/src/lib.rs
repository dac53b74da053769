//! Kaban Box, keys, the encrypted store, the audit chain.
//!
//! Why it exists: everything a device keeps about a person lies on flash memory that can be lost, copied and read out.
//! What it promises:
//! - [`kbox`]: a value opens under one key and at one place only; [`stream`] the same for long files;
//! - [`slots`] and [`keyvault`]: a passphrase opens nothing without the keystore, and the keystore nothing without the
//!   passphrase; destroying a named key destroys what hangs from it;
//! - [`store`]: two kinds of scope from the start, a bag that dies with its lease and own/team data that stays; wrong
//!   passphrase, damaged file and tampered row are three different errors; nothing is committed in part;
//! - [`audit`]: each act leaves a row in the same transaction, and an edit or a cut shows;
//! - [`examine`]: the same promises seen from the other side, by trying every key on every row.
//!
//! Architecture Invariant: nothing here knows what a patient is; rows are bytes under ids. Time comes from the caller.

pub mod audit;
mod dir;
mod error;
pub mod examine;
pub mod kbox;
mod key;
pub mod keyvault;
pub mod slots;
pub mod store;
pub mod stream;

pub use audit::{AuditBreak, AuditEntry, AuditEvent, AuditOutcome, AuditReport, AuditRow};
pub use error::Error;
pub use kbox::{BoxError, Key, Namespace, Place, derive_key};
pub use keyvault::{FileKeyVault, KeyVault, KeyVaultError};
pub use slots::{KdfCost, SlotInfo, SlotSecrets, check_passphrase, check_pin};
pub use store::{Durability, EnvelopeState, Scope, Store, StoredEnvelope, Tx};
