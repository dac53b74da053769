//! What only the phone has, as foreign traits, and how the core sees it.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_app::{Clock, Environment, SystemClock, input};
use kaban_vault::keyvault::{FileKeyVault, KeyVaultError};
use kaban_vault::slots::KdfCost;
use zeroize::Zeroizing;

use crate::error::{KabanError, Result};

/// Why the keystore did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyVaultFailure {
    /// There is no key of this name; what it wrapped is gone for good.
    #[error("no such key")]
    NoSuchKey,
    /// A key of this name exists and is never replaced.
    #[error("the key exists already")]
    Exists,
    /// The wrapped bytes were not made by this key for this place, or were changed.
    #[error("the wrapped secret does not open")]
    Refused,
    /// The phone has to be unlocked first.
    #[error("the phone is locked")]
    PhoneLocked,
    /// The keystore failed for a reason of its own, free of secrets.
    #[error("{reason}")]
    Failed {
        /// Its own word for it.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyVaultFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// The keystore: Android Keystore, or the Secure Enclave. It holds named keys that never leave it,
/// each wraps a small secret for one place and can be destroyed; see `core/docs/formats.md`.
///
/// Keys are for this device only, need the phone to have been unlocked, and are not bound to a
/// fingerprint: removing the screen lock must not lose the bag (security-sync.md §4.2).
/// Names are 1 to 64 of `a`–`z`, `0`–`9` and `-`. It is called while the bag is held and must not
/// call the bag.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// Makes a key; `Exists` when there is one of this name.
    fn create(&self, alias: String) -> std::result::Result<(), KeyVaultFailure>;
    /// Whether there is a key of this name; a keystore that cannot tell fails, it does not say no.
    fn contains(&self, alias: String) -> std::result::Result<bool, KeyVaultFailure>;
    /// Wraps a secret of at most a few kilobytes, with authentication, bound to `place`.
    fn wrap(
        &self,
        alias: String,
        secret: Vec<u8>,
        place: Vec<u8>,
    ) -> std::result::Result<Vec<u8>, KeyVaultFailure>;
    /// Opens what `wrap` gave for the same alias and place.
    fn unwrap(
        &self,
        alias: String,
        wrapped: Vec<u8>,
        place: Vec<u8>,
    ) -> std::result::Result<Vec<u8>, KeyVaultFailure>;
    /// Destroys a key; one that is not there is no failure.
    fn delete(&self, alias: String) -> std::result::Result<(), KeyVaultFailure>;
    /// Whether keys live in a chip that also counts guesses; only then a PIN will do.
    fn is_hardware(&self) -> std::result::Result<bool, KeyVaultFailure>;
}

/// A service of the phone failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum PhoneFailure {
    /// For a reason of its own.
    #[error("{reason}")]
    Failed {
        /// Its own word for it.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for PhoneFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// A reading of the phone's clock.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WallTime {
    /// Milliseconds since 1970-01-01 UTC.
    pub unix_ms: i64,
    /// Minutes that the shown time is ahead of UTC, 540 in Japan.
    pub offset_minutes: i32,
}

/// The phone's clock. It is called while the bag is held and must not call the bag.
#[uniffi::export(with_foreign)]
pub trait PhoneClock: Send + Sync {
    /// Its reading.
    fn now(&self) -> std::result::Result<WallTime, PhoneFailure>;
}

/// What the phone believes of its connection. A hint for the screen; nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Connection {
    /// No network.
    None,
    /// One that is paid by volume.
    Metered,
    /// One that is not.
    Unmetered,
    /// The phone cannot tell.
    Unknown,
}

/// The phone's network state.
#[uniffi::export(with_foreign)]
pub trait Connectivity: Send + Sync {
    /// What it is now.
    fn connection(&self) -> std::result::Result<Connection, PhoneFailure>;
}

/// A place on earth, WGS 84.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Position {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Radius within which it holds, metres; negative for a position that is none, as iOS has it.
    pub accuracy_m: f64,
}

/// Where the phone is.
#[uniffi::export(with_foreign)]
pub trait Location: Send + Sync {
    /// Where it is now, not where it was; nothing when there is none yet, or the person has not allowed it.
    fn here(&self) -> std::result::Result<Option<Position>, PhoneFailure>;
}

/// How dear one guess of a PIN is, for slots made from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum UnlockCost {
    /// Argon2id with the cost that a phone bears (RFC 9106).
    Standard,
    /// The least that is accepted, for phones of little memory and for tests.
    Lowest,
}

/// What the bag takes from the phone it lies on.
#[derive(Clone, uniffi::Record)]
pub struct PhoneServices {
    /// Its keystore.
    pub key_vault: Arc<dyn KeyVault>,
    /// Its clock; the system's, if not given.
    pub clock: Option<Arc<dyn PhoneClock>>,
    /// Its network state, if it is to be shown.
    pub connectivity: Option<Arc<dyn Connectivity>>,
    /// Where it is, if that may be asked.
    pub location: Option<Arc<dyn Location>>,
    /// How dear one guess of a PIN is.
    pub unlock_cost: UnlockCost,
}

impl PhoneServices {
    /// The same as the core takes it.
    pub(crate) fn environment(&self) -> Environment {
        let key_vault = Arc::clone(&self.key_vault);
        let clock: Arc<dyn Clock> = match &self.clock {
            Some(clock) => Arc::new(ForeignClock(Arc::clone(clock))),
            None => Arc::new(SystemClock),
        };
        Environment {
            clock,
            kdf: match self.unlock_cost {
                UnlockCost::Standard => KdfCost::DEFAULT,
                UnlockCost::Lowest => KdfCost::FLOOR,
            },
            keyvault: Some(Arc::new(ForeignKeyVault(key_vault))),
            ..Environment::default()
        }
    }
}

/// A keystore of files in a folder, for tests and for a bag on a desk. Whoever copies the folder
/// has its keys; therefore it says that it is no hardware, and a passphrase is asked for.
///
/// # Errors
/// [`KabanError::Damaged`] when the folder cannot be made or read.
#[uniffi::export]
pub fn software_key_vault(folder: String) -> Result<Arc<dyn KeyVault>> {
    let vault = FileKeyVault::open(Path::new(&folder)).map_err(|error| KabanError::Damaged {
        reason: format!("open the software keystore: {error}"),
    })?;
    Ok(Arc::new(SoftwareKeyVault(vault)))
}

struct SoftwareKeyVault(FileKeyVault);

impl KeyVault for SoftwareKeyVault {
    fn create(&self, alias: String) -> std::result::Result<(), KeyVaultFailure> {
        Ok(kaban_vault::keyvault::KeyVault::create(&self.0, &alias)?)
    }

    fn contains(&self, alias: String) -> std::result::Result<bool, KeyVaultFailure> {
        Ok(kaban_vault::keyvault::KeyVault::contains(&self.0, &alias)?)
    }

    fn wrap(
        &self,
        alias: String,
        secret: Vec<u8>,
        place: Vec<u8>,
    ) -> std::result::Result<Vec<u8>, KeyVaultFailure> {
        let secret = Zeroizing::new(secret);
        let vault = &self.0;
        Ok(kaban_vault::keyvault::KeyVault::wrap(
            vault, &alias, &secret, &place,
        )?)
    }

    fn unwrap(
        &self,
        alias: String,
        wrapped: Vec<u8>,
        place: Vec<u8>,
    ) -> std::result::Result<Vec<u8>, KeyVaultFailure> {
        let vault = &self.0;
        let opened = kaban_vault::keyvault::KeyVault::unwrap(vault, &alias, &wrapped, &place)?;
        Ok(opened.to_vec())
    }

    fn delete(&self, alias: String) -> std::result::Result<(), KeyVaultFailure> {
        Ok(kaban_vault::keyvault::KeyVault::delete(&self.0, &alias)?)
    }

    fn is_hardware(&self) -> std::result::Result<bool, KeyVaultFailure> {
        Ok(false)
    }
}

impl From<KeyVaultError> for KeyVaultFailure {
    fn from(error: KeyVaultError) -> Self {
        match error {
            KeyVaultError::NoSuchKey { .. } => Self::NoSuchKey,
            KeyVaultError::Exists { .. } => Self::Exists,
            KeyVaultError::Refused { .. } => Self::Refused,
            KeyVaultError::DeviceLocked => Self::PhoneLocked,
            other => Self::Failed {
                reason: other.to_string(),
            },
        }
    }
}

/// The phone's keystore, as the vault sees it.
struct ForeignKeyVault(Arc<dyn KeyVault>);

impl kaban_vault::keyvault::KeyVault for ForeignKeyVault {
    fn create(&self, alias: &str) -> std::result::Result<(), KeyVaultError> {
        let named = alias.to_owned();
        self.0
            .create(named)
            .map_err(|failure| as_vault(alias, failure))
    }

    fn contains(&self, alias: &str) -> std::result::Result<bool, KeyVaultError> {
        let named = alias.to_owned();
        self.0
            .contains(named)
            .map_err(|failure| as_vault(alias, failure))
    }

    fn wrap(
        &self,
        alias: &str,
        secret: &[u8],
        place: &[u8],
    ) -> std::result::Result<Vec<u8>, KeyVaultError> {
        let wrapped = self
            .0
            .wrap(alias.to_owned(), secret.to_vec(), place.to_vec());
        wrapped.map_err(|failure| as_vault(alias, failure))
    }

    fn unwrap(
        &self,
        alias: &str,
        wrapped: &[u8],
        place: &[u8],
    ) -> std::result::Result<Zeroizing<Vec<u8>>, KeyVaultError> {
        let opened = self
            .0
            .unwrap(alias.to_owned(), wrapped.to_vec(), place.to_vec());
        opened
            .map(Zeroizing::new)
            .map_err(|failure| as_vault(alias, failure))
    }

    fn delete(&self, alias: &str) -> std::result::Result<(), KeyVaultError> {
        let named = alias.to_owned();
        self.0
            .delete(named)
            .map_err(|failure| as_vault(alias, failure))
    }

    fn is_hardware(&self) -> bool {
        // A keystore that cannot say so is treated as one without a chip.
        self.0.is_hardware().unwrap_or(false)
    }
}

fn as_vault(alias: &str, failure: KeyVaultFailure) -> KeyVaultError {
    let alias = alias.to_owned();
    match failure {
        KeyVaultFailure::NoSuchKey => KeyVaultError::NoSuchKey { alias },
        KeyVaultFailure::Exists => KeyVaultError::Exists { alias },
        KeyVaultFailure::Refused => KeyVaultError::Refused { alias },
        KeyVaultFailure::PhoneLocked => KeyVaultError::DeviceLocked,
        KeyVaultFailure::Failed { reason } => KeyVaultError::Backend { reason },
    }
}

struct ForeignClock(Arc<dyn PhoneClock>);

impl Clock for ForeignClock {
    /// The phone's reading; where it gives none, or none that can be, the system's.
    fn now(&self) -> DateTime<FixedOffset> {
        let read = || {
            let WallTime {
                unix_ms,
                offset_minutes,
            } = self.0.now().ok()?;
            let offset = FixedOffset::east_opt(offset_minutes.checked_mul(60)?)?;
            let at = DateTime::from_timestamp_millis(unix_ms)?.with_timezone(&offset);
            input::is_of_this_world(&at).then_some(at)
        };
        read().unwrap_or_else(|| SystemClock.now())
    }
}
