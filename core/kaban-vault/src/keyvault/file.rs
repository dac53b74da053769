//! A keystore in a folder. **Software**: for the command line and for tests, not for patients' data on a phone.
//!
//! Whoever can copy the folder has the keys, and deletion is only as good as the disk: the file is overwritten and synced,
//! but flash memory and snapshots may keep old blocks. It keeps the *logic* of a hardware keystore (named keys, place
//! binding, destruction), so that everything above it can be tried on a desk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use kaban_proto::random::{OsRandom, Random};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{KeyVault, KeyVaultError, check_alias};
use crate::kbox::{self, Key, Namespace, Place};

const MAGIC: &[u8; 8] = b"KBNSOFT1";
const FILE_BYTES: usize = 8 + 32 + 8;

/// One key file per alias, readable by its owner only. Software, for the command line and for tests.
#[derive(Debug)]
pub struct FileKeyVault {
    dir: PathBuf,
}

impl FileKeyVault {
    /// Opens the folder, making it when it is not there.
    ///
    /// # Errors
    /// [`KeyVaultError::Io`].
    pub fn open(dir: &Path) -> Result<Self, KeyVaultError> {
        crate::dir::make(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    fn path(&self, alias: &str) -> Result<PathBuf, KeyVaultError> {
        check_alias(alias)?;
        Ok(self.dir.join(format!("{alias}.key")))
    }

    fn load(&self, alias: &str) -> Result<Key, KeyVaultError> {
        let file = match File::open(self.path(alias)?) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyVaultError::NoSuchKey {
                    alias: alias.into(),
                });
            }
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES + 1));
        file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        let damaged = || KeyVaultError::Damaged {
            alias: alias.into(),
        };
        if bytes.len() != FILE_BYTES || bytes[..8] != MAGIC[..] {
            return Err(damaged());
        }
        if Sha256::digest(&bytes[..40])[..8] != bytes[40..] {
            return Err(damaged());
        }
        Key::from_slice(&bytes[8..40]).ok_or_else(damaged)
    }

    fn sync_dir(&self) -> io::Result<()> {
        // Only Unix lets a folder be opened and synced; elsewhere the rename is as durable as the system makes it.
        #[cfg(unix)]
        File::open(&self.dir)?.sync_all()?;
        Ok(())
    }
}

impl KeyVault for FileKeyVault {
    fn create(&self, alias: &str) -> Result<(), KeyVaultError> {
        let path = self.path(alias)?;
        if path.try_exists()? {
            return Err(KeyVaultError::Exists {
                alias: alias.into(),
            });
        }
        let key = Key::make(&mut OsRandom);
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(key.expose());
        let check = Sha256::digest(&bytes[..]);
        bytes.extend_from_slice(&check[..8]);
        // Written beside and renamed, so that a crash leaves either no key or a whole one.
        let beside = self.dir.join(format!("{alias}.new"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        self.sync_dir()?;
        Ok(())
    }

    fn contains(&self, alias: &str) -> Result<bool, KeyVaultError> {
        Ok(self.path(alias)?.try_exists()?)
    }

    fn wrap(&self, alias: &str, secret: &[u8], place: &[u8]) -> Result<Vec<u8>, KeyVaultError> {
        Ok(kbox::seal(
            &self.load(alias)?,
            &wrap_place(alias, place),
            secret,
            &mut OsRandom,
        ))
    }

    fn unwrap(
        &self,
        alias: &str,
        wrapped: &[u8],
        place: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyVaultError> {
        kbox::open(&self.load(alias)?, &wrap_place(alias, place), wrapped).map_err(|_| {
            KeyVaultError::Refused {
                alias: alias.into(),
            }
        })
    }

    fn delete(&self, alias: &str) -> Result<(), KeyVaultError> {
        let path = self.path(alias)?;
        let mut file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut noise = [0; FILE_BYTES];
        OsRandom.fill(&mut noise);
        file.write_all(&noise)?;
        file.sync_all()?;
        drop(file);
        fs::remove_file(&path)?;
        self.sync_dir()?;
        Ok(())
    }

    fn is_hardware(&self) -> bool {
        false
    }
}

fn wrap_place<'a>(alias: &str, place: &'a [u8]) -> Place<'a> {
    let mut key_id = [0; 16];
    key_id.copy_from_slice(&Sha256::digest(alias.as_bytes())[..16]);
    Place {
        namespace: Namespace::Slot,
        key_id,
        place,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn vault() -> (tempfile::TempDir, FileKeyVault) {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileKeyVault::open(&dir.path().join("keys")).unwrap();
        (dir, vault)
    }

    #[test]
    fn a_wrapped_secret_opens_under_its_alias_and_place_only() {
        let (_dir, vault) = vault();
        vault.create("slot-1").unwrap();
        vault.create("slot-2").unwrap();
        let wrapped = vault.wrap("slot-1", b"secret", b"here").unwrap();
        assert_eq!(
            vault
                .unwrap("slot-1", &wrapped, b"here")
                .unwrap()
                .as_slice(),
            b"secret"
        );
        assert!(matches!(
            vault.unwrap("slot-1", &wrapped, b"there"),
            Err(KeyVaultError::Refused { .. })
        ));
        assert!(matches!(
            vault.unwrap("slot-2", &wrapped, b"here"),
            Err(KeyVaultError::Refused { .. })
        ));
        assert!(matches!(
            vault.unwrap("slot-1", &[], b"here"),
            Err(KeyVaultError::Refused { .. })
        ));
    }

    #[test]
    fn a_deleted_key_is_gone_even_when_one_of_the_same_name_is_made_again() {
        let (_dir, vault) = vault();
        vault.create("lease-1").unwrap();
        let wrapped = vault.wrap("lease-1", b"secret", b"").unwrap();
        vault.delete("lease-1").unwrap();
        assert!(!vault.contains("lease-1").unwrap());
        assert!(matches!(
            vault.unwrap("lease-1", &wrapped, b""),
            Err(KeyVaultError::NoSuchKey { .. })
        ));
        vault.delete("lease-1").unwrap();
        vault.create("lease-1").unwrap();
        assert!(matches!(
            vault.unwrap("lease-1", &wrapped, b""),
            Err(KeyVaultError::Refused { .. })
        ));
    }

    #[test]
    fn a_key_is_never_replaced_and_names_stay_inside_the_folder() {
        let (_dir, vault) = vault();
        vault.create("a").unwrap();
        assert!(matches!(
            vault.create("a"),
            Err(KeyVaultError::Exists { .. })
        ));
        for alias in ["", "../a", "a/b", "A", "a.b", &"x".repeat(65)] {
            assert!(matches!(vault.create(alias), Err(KeyVaultError::BadAlias)));
        }
    }

    #[test]
    fn every_flipped_byte_of_a_key_file_is_named_damage() {
        let (dir, vault) = vault();
        vault.create("a").unwrap();
        let path = dir.path().join("keys/a.key");
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            fs::write(&path, &bytes).unwrap();
            assert!(matches!(
                vault.wrap("a", b"", b""),
                Err(KeyVaultError::Damaged { .. })
            ));
        }
        fs::write(&path, &whole[..20]).unwrap();
        assert!(matches!(
            vault.wrap("a", b"", b""),
            Err(KeyVaultError::Damaged { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn key_files_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, vault) = vault();
        vault.create("a").unwrap();
        let mode = |path: &str| {
            fs::metadata(dir.path().join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode("keys/a.key"), 0o600);
        assert_eq!(mode("keys"), 0o700);
    }
}
