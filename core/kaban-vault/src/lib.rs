//! Kaban Box, keys, the encrypted store, the audit chain.

mod error;
pub mod kbox;
mod key;
pub mod keyvault;
pub mod slots;
pub mod stream;

pub use error::Error;
