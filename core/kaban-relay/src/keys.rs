//! The relay's own secrets: the key that signs receipts and the key of its nonces and tokens.
//!
//! They are made at the first open and kept beside the database in `relay.key`, readable by the owner alone:
//! `"KBR1" ‖ signing seed 32 ‖ MAC key 32`. The file is written whole or not at all.

use crate::error::Error;
use kaban_proto::{Random, SigningKey, random};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

const FILE: &str = "relay.key";
const MAGIC: &[u8; 4] = b"KBR1";
const FILE_BYTES: usize = 4 + 32 + 32;

/// The relay's secrets.
pub(crate) struct Keys {
    pub(crate) signing: SigningKey,
    pub(crate) mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Reads the keys of a store directory, or makes them where there is no database yet.
    pub(crate) fn open(
        dir: &Path,
        rng: &mut dyn Random,
        store_is_new: bool,
    ) -> Result<Self, Error> {
        match File::open(dir.join(FILE)) {
            Ok(file) => Self::read(file),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::KeyFile(error)),
            Err(_) if !store_is_new => Err(Error::KeysMissing),
            Err(_) => Self::make(dir, rng),
        }
    }

    fn read(file: File) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES + 1));
        file.take(FILE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::KeyFile)?;
        if bytes.len() != FILE_BYTES || bytes[..4] != *MAGIC {
            return Err(Error::KeysDamaged);
        }
        let half = |from: usize| {
            let mut half = Zeroizing::new([0; 32]);
            half.copy_from_slice(&bytes[from..from + 32]);
            half
        };
        Ok(Self {
            signing: SigningKey::from_seed(*half(4)),
            mac: half(36),
        })
    }

    fn make(dir: &Path, rng: &mut dyn Random) -> Result<Self, Error> {
        let seed = Zeroizing::new(random::bytes::<32>(rng));
        let keys = Self {
            signing: SigningKey::from_seed(*seed),
            mac: Zeroizing::new(random::bytes(rng)),
        };
        keys.write(dir, &seed).map_err(Error::KeyFile)?;
        Ok(keys)
    }

    fn write(&self, dir: &Path, seed: &[u8; 32]) -> std::io::Result<()> {
        let half_made = dir.join("relay.key.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&half_made)?;
        file.write_all(MAGIC)?;
        file.write_all(seed)?;
        file.write_all(self.mac.as_slice())?;
        file.sync_all()?;
        std::fs::rename(half_made, dir.join(FILE))?;
        sync_directory(dir)
    }
}

/// Makes a rename durable where directories can be synced.
fn sync_directory(dir: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_proto::OsRandom;

    #[test]
    fn keys_are_made_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let made = Keys::open(dir.path(), &mut OsRandom, true).unwrap();
        let read = Keys::open(dir.path(), &mut OsRandom, false).unwrap();
        assert_eq!(made.signing.verify_key(), read.signing.verify_key());
        assert_eq!(made.mac, read.mac);
    }

    #[test]
    fn lost_keys_are_not_made_again() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            Keys::open(dir.path(), &mut OsRandom, false),
            Err(Error::KeysMissing)
        ));
    }

    #[test]
    fn a_cut_or_foreign_key_file_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [
            vec![],
            vec![7; FILE_BYTES],
            [MAGIC.as_slice(), &[7; 63]].concat(),
            [MAGIC.as_slice(), &[7; 65]].concat(),
        ] {
            std::fs::write(dir.path().join(FILE), bytes).unwrap();
            assert!(matches!(
                Keys::open(dir.path(), &mut OsRandom, true),
                Err(Error::KeysDamaged)
            ));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Keys::open(dir.path(), &mut OsRandom, true).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
