//! A keystore that says it is a chip, as a phone's does: a PIN will do.

use std::path::Path;

use kaban_vault::keyvault::{FileKeyVault, KeyVault, KeyVaultError};
use zeroize::Zeroizing;

pub struct Chip(FileKeyVault);

impl Chip {
    pub fn in_folder(folder: &Path) -> Self {
        Self(FileKeyVault::open(folder).unwrap())
    }
}

impl KeyVault for Chip {
    fn create(&self, alias: &str) -> Result<(), KeyVaultError> {
        self.0.create(alias)
    }

    fn contains(&self, alias: &str) -> Result<bool, KeyVaultError> {
        self.0.contains(alias)
    }

    fn wrap(&self, alias: &str, secret: &[u8], place: &[u8]) -> Result<Vec<u8>, KeyVaultError> {
        self.0.wrap(alias, secret, place)
    }

    fn unwrap(
        &self,
        alias: &str,
        wrapped: &[u8],
        place: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyVaultError> {
        self.0.unwrap(alias, wrapped, place)
    }

    fn delete(&self, alias: &str) -> Result<(), KeyVaultError> {
        self.0.delete(alias)
    }

    fn is_hardware(&self) -> bool {
        true
    }
}
