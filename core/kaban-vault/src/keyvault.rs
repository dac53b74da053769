//! The keystore behind the store: keys with a name that never leave it.
//!
//! On a phone this is the hardware keystore, reached through the shells. Each unlock slot and each lease has an alias of
//! its own; deleting the alias makes everything under it unreadable, whatever remnants the flash memory still holds.
//! [`FileKeyVault`] is the software implementation for the command line and for tests.

mod file;

pub use file::FileKeyVault;

use zeroize::Zeroizing;

/// Longest alias, in bytes; aliases are `a`–`z`, `0`–`9` and `-`.
pub const ALIAS_BYTES_MAX: usize = 64;

/// Why a keystore did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyVaultError {
    /// There is no key of this name: it was never made, or it was deleted, and what it wrapped is gone for good.
    #[error("no key {alias} in the keystore")]
    NoSuchKey {
        /// The name asked for.
        alias: String,
    },
    /// A key of this name exists and is never silently replaced.
    #[error("key {alias} exists already")]
    Exists {
        /// The name asked for.
        alias: String,
    },
    /// The name is empty, too long, or has characters a keystore or file system could trip over.
    #[error("alias is not 1 to 64 of a-z, 0-9 and -")]
    BadAlias,
    /// The wrapped secret was not made by this key for this place, or was changed.
    #[error("wrapped secret does not open under key {alias}")]
    Refused {
        /// The name asked for.
        alias: String,
    },
    /// The stored key itself is damaged.
    #[error("key {alias} is damaged")]
    Damaged {
        /// The name asked for.
        alias: String,
    },
    /// The keystore demands that the device be unlocked first.
    #[error("device is locked")]
    DeviceLocked,
    /// The disk behind a software keystore failed.
    #[error("read or write keystore")]
    Io(#[from] std::io::Error),
    /// A hardware keystore failed for a reason of its own.
    #[error("keystore failed: {reason}")]
    Backend {
        /// The keystore's own word for it, free of secrets.
        reason: String,
    },
}

/// Named keys that wrap small secrets and can be destroyed.
///
/// `place` is bound to what is wrapped: it opens only with the same alias and the same place.
pub trait KeyVault: Send + Sync {
    /// Makes a new random key.
    ///
    /// # Errors
    /// [`KeyVaultError::Exists`] when there is one of this name.
    fn create(&self, alias: &str) -> Result<(), KeyVaultError>;

    /// Whether there is a key of this name.
    ///
    /// # Errors
    /// When the keystore cannot tell; that is never to be read as "no".
    fn contains(&self, alias: &str) -> Result<bool, KeyVaultError>;

    /// Wraps a secret of at most a few kilobytes.
    ///
    /// # Errors
    /// [`KeyVaultError::NoSuchKey`] for a missing alias.
    fn wrap(&self, alias: &str, secret: &[u8], place: &[u8]) -> Result<Vec<u8>, KeyVaultError>;

    /// Opens what [`KeyVault::wrap`] gave.
    ///
    /// # Errors
    /// [`KeyVaultError::NoSuchKey`] for a missing alias, [`KeyVaultError::Refused`] for anything this key did not wrap here.
    fn unwrap(
        &self,
        alias: &str,
        wrapped: &[u8],
        place: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyVaultError>;

    /// Destroys a key; deleting what is not there is no error, so that an interrupted deletion can be repeated.
    ///
    /// # Errors
    /// When the key may still exist.
    fn delete(&self, alias: &str) -> Result<(), KeyVaultError>;

    /// Whether keys live in hardware and cannot be copied off the device.
    fn is_hardware(&self) -> bool;
}

/// Refuses names that are empty, long, or could mean something to a file system.
///
/// # Errors
/// [`KeyVaultError::BadAlias`].
pub fn check_alias(alias: &str) -> Result<(), KeyVaultError> {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if alias.is_empty() || alias.len() > ALIAS_BYTES_MAX || !alias.bytes().all(fine) {
        return Err(KeyVaultError::BadAlias);
    }
    Ok(())
}
