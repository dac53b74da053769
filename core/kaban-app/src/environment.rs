//! What a use case takes from outside: the clock, chance, the keystore, and how dear a passphrase
//! guess is.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, Local};
use kaban_proto::random::{OsRandom, Random};
use kaban_vault::keyvault::{FileKeyVault, KeyVault};
use kaban_vault::slots::KdfCost;

/// Where the software keystore lies beside the store.
const KEYSTORE: &str = "keystore";

/// A clock.
pub trait Clock: Send + Sync {
    /// Its reading, with the offset it shows.
    fn now(&self) -> DateTime<FixedOffset>;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<FixedOffset> {
        Local::now().fixed_offset()
    }
}

/// A clock that stands until it is set: for tests and the demo.
#[derive(Debug)]
pub struct SetClock(Mutex<DateTime<FixedOffset>>);

impl SetClock {
    /// A clock that shows `at`.
    pub fn new(at: DateTime<FixedOffset>) -> Self {
        Self(Mutex::new(at))
    }

    /// Sets it.
    pub fn set(&self, at: DateTime<FixedOffset>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<FixedOffset> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything from outside.
#[derive(Clone)]
pub struct Environment {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes a generator for each bag.
    pub random: Arc<dyn Fn() -> Box<dyn Random> + Send + Sync>,
    /// Cost of a passphrase guess for slots made from now on.
    pub kdf: KdfCost,
    /// The phone's own keystore; without one, a software keystore lies beside each store.
    pub keyvault: Option<Arc<dyn KeyVault>>,
}

impl Environment {
    /// The keystore of the store in `dir`.
    pub(crate) fn keyvault_of(
        &self,
        dir: &Path,
    ) -> std::result::Result<Arc<dyn KeyVault>, kaban_vault::Error> {
        match &self.keyvault {
            Some(keyvault) => Ok(Arc::clone(keyvault)),
            None => Ok(Arc::new(FileKeyVault::open(&dir.join(KEYSTORE))?)),
        }
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(|| Box::new(OsRandom)),
            kdf: KdfCost::DEFAULT,
            keyvault: None,
        }
    }
}
