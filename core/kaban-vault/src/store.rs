//! The encrypted store of one device: a SQLite file in which every value is boxed, and the slots that open it.
//!
//! [`Store::open`] gives a *locked* store. Locked, it can still list and send envelopes, which are sealed already, and
//! erase a bag. [`Store::unlock`] brings the keys; [`Store::lock`] drops them. All reading and writing happens in
//! [`Store::transact`]: what a person wrote, its envelope, its audit row and its outbox mark are committed together.
//!
//! Wrong passphrase, damaged file and tampered row are three different errors, see [`crate::Error`].

mod aliases;
mod arrival;
mod chain;
mod check;
mod envelopes;
mod erase;
mod mend;
mod outbox;
mod refusals;
mod rows;
mod schema;
mod scope;
mod slot_rows;
mod tx;

pub use chain::AUDIT_ROWS_MAX;
pub use check::{CheckReport, Finding};
pub use envelopes::{ENVELOPES_MAX, EnvelopeState, StoredEnvelope};
pub use erase::Dropped;
pub use mend::Wanted;
pub use outbox::{QuarantineNote, REASON_BYTES_MAX, RECEIPT_BYTES_MAX};
pub use rows::{
    COLLECTION_BYTES_MAX, CollectionRow, Plaintext, ROW_BYTES_MAX, ROW_ID_BYTES_MAX, RowAddress,
};
pub use scope::{Scope, lease_alias};
pub use tx::{Durability, Tx};

pub(crate) use rows::{ALL_ROWS, BoxedRow, row_place};
pub(crate) use schema::{connect, read_version};
pub(crate) use scope::Ring;
pub(crate) use slot_rows::{read_slots, read_store_id};
pub(crate) use tx::open_scope_key;

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::sync::Arc;

use kaban_proto::{OsRandom, Random};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::Error;
use crate::keyvault::KeyVault;
use crate::slots::SlotSecrets;

/// Name of the database inside the store's folder.
pub const DATABASE_FILE: &str = "kaban.db";
const LOCK_FILE: &str = "kaban.lock";
const BESIDE_FILE: &str = "kaban.db.new";

/// An open store; at most one handle exists for a folder at any time.
pub struct Store {
    conn: Connection,
    store_id: [u8; 16],
    keyvault: Arc<dyn KeyVault>,
    rng: Box<dyn Random>,
    ring: Option<Ring>,
    durability: Durability,
    /// Held until the store is dropped; the system releases it when the process dies.
    _lock: File,
}

impl Store {
    /// Makes a new store without slots; the folder is made when it is not there.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::InUse`], or a failing disk.
    pub fn create(
        dir: &Path,
        keyvault: Arc<dyn KeyVault>,
        rng: &mut dyn Random,
    ) -> Result<Self, Error> {
        crate::dir::make(dir)?;
        let lock = take_lock(dir)?;
        let path = dir.join(DATABASE_FILE);
        if path.try_exists()? {
            return Err(Error::Exists {
                dir: dir.to_owned(),
            });
        }
        // Made beside and renamed, so that a crash leaves no half-made store.
        let beside = dir.join(BESIDE_FILE);
        schema::make_file(&beside)?;
        let mut conn = Connection::open(&beside)?;
        schema::migrate(&mut conn, 0)?;
        slot_rows::insert_store_id(&conn, kaban_proto::random::bytes(rng))?;
        conn.close().map_err(|(_, error)| error)?;
        File::open(&beside)?.sync_all()?;
        fs::rename(&beside, &path)?;
        #[cfg(unix)]
        File::open(dir)?.sync_all()?;
        Self::connect(&path, keyvault, lock)
    }

    /// Opens a store, locked; migrations run and an interrupted erasure is finished.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::InUse`], [`Error::TooNew`], [`Error::Damaged`].
    pub fn open(dir: &Path, keyvault: Arc<dyn KeyVault>) -> Result<Self, Error> {
        let path = dir.join(DATABASE_FILE);
        if !path.try_exists()? {
            return Err(Error::NotFound {
                dir: dir.to_owned(),
            });
        }
        let lock = take_lock(dir)?;
        let mut store = Self::connect(&path, keyvault, lock)?;
        store.finish_drops()?;
        Ok(store)
    }

    fn connect(path: &Path, keyvault: Arc<dyn KeyVault>, lock: File) -> Result<Self, Error> {
        let mut conn = schema::connect(path)?;
        let version = schema::read_version(&conn)?;
        schema::migrate(&mut conn, version)?;
        Ok(Self {
            store_id: read_store_id(&conn)?,
            conn,
            keyvault,
            rng: Box::new(OsRandom),
            ring: None,
            durability: Durability::Full,
            _lock: lock,
        })
    }

    /// Replaces the operating system's generator, so that a simulation can replay a store byte for byte.
    pub fn set_random(&mut self, rng: Box<dyn Random>) {
        self.rng = rng;
    }

    /// Random id of this store, bound into every box.
    #[must_use]
    pub fn store_id(&self) -> [u8; 16] {
        self.store_id
    }

    /// Whether keys that never leave a chip protect this store; see [`KeyVault::is_hardware`].
    #[must_use]
    pub fn has_hardware_keystore(&self) -> bool {
        self.keyvault.is_hardware()
    }

    /// Version of the file format.
    #[must_use]
    pub fn version(&self) -> u32 {
        schema::VERSION
    }

    /// How many rows this handle has written so far, of whatever kind: whoever keeps a view of the
    /// store can tell by it that there is something new.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.conn.total_changes()
    }

    /// Whether a slot is open.
    #[must_use]
    pub fn is_unlocked(&self) -> bool {
        self.ring.is_some()
    }

    /// The keys of the open slot.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn secrets(&self) -> Result<&SlotSecrets, Error> {
        self.ring
            .as_ref()
            .map(|ring| &ring.secrets)
            .ok_or(Error::Locked)
    }

    /// Drops all keys, then writes the log back into the file and empties it.
    ///
    /// # Errors
    /// A failing disk; the keys are gone in any case.
    pub fn lock(&mut self) -> Result<(), Error> {
        self.ring = None;
        self.checkpoint()
    }

    /// Runs `body` in one transaction: committed when it returns `Ok`, rolled back when it returns `Err` or panics.
    ///
    /// # Errors
    /// Those of `body`; [`Error::DiskFull`] and other failures of the commit, after which nothing was written.
    pub fn transact<T, E>(
        &mut self,
        durability: Durability,
        body: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.set_durability(durability)?;
        let Self {
            conn,
            store_id,
            keyvault,
            rng,
            ring,
            ..
        } = self;
        let sql = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(Error::from)?;
        if let Some(ring) = ring.as_mut() {
            ring.begin();
        }
        let mut tx = Tx {
            conn: &sql,
            store_id: *store_id,
            ring: ring.as_mut(),
            keyvault: keyvault.as_ref(),
            rng: rng.as_mut(),
            durability,
        };
        let value = body(&mut tx)?;
        sql.commit().map_err(Error::from)?;
        if let Some(ring) = ring {
            ring.settle();
        }
        Ok(value)
    }

    fn set_durability(&mut self, durability: Durability) -> Result<(), Error> {
        if self.durability != durability {
            let value = match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            };
            self.conn.pragma_update(None, "synchronous", value)?;
            self.durability = durability;
        }
        Ok(())
    }

    /// Writes the log back and cuts it to nothing, so that what was deleted does not linger in it.
    fn checkpoint(&self) -> Result<(), Error> {
        self.conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("unlocked", &self.is_unlocked())
            .finish_non_exhaustive()
    }
}

fn take_lock(dir: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(dir.join(LOCK_FILE))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::InUse),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::keyvault::FileKeyVault;
    use crate::slots::KdfCost;
    use kaban_proto::MemberId;

    fn unlocked() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let keys = Arc::new(FileKeyVault::open(&dir.path().join("keys")).unwrap());
        let mut store = Store::create(&dir.path().join("store"), keys, &mut OsRandom).unwrap();
        let secrets = SlotSecrets::make(MemberId::from_bytes([1; 16]), &mut OsRandom);
        store
            .add_slot(&secrets, b"words", KdfCost::FLOOR, &mut OsRandom)
            .unwrap();
        store.unlock(None, b"words").unwrap();
        (dir, store)
    }

    #[test]
    fn a_store_can_move_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Store>();
    }

    #[test]
    fn a_full_disk_is_named_and_what_was_saved_before_stays() {
        let (_dir, mut store) = unlocked();
        let put = |store: &mut Store, id: &[u8], len: usize| {
            store.transact(Durability::Full, |tx| {
                tx.put_row(&Scope::Device, "a", b"", id, &vec![1; len])
            })
        };
        put(&mut store, b"before", 100).unwrap();
        let pages: u32 = store
            .conn
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        // The bound answers with its value.
        store
            .conn
            .pragma_update_and_check(None, "max_page_count", pages + 4, |_| Ok(()))
            .unwrap();
        assert!(matches!(
            put(&mut store, b"big", 1 << 20),
            Err(Error::DiskFull)
        ));
        let rows = store
            .transact(Durability::Full, |tx| tx.list_rows("a", b""))
            .unwrap();
        assert_eq!(rows.len(), 1);
        store
            .conn
            .pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(()))
            .unwrap();
        put(&mut store, b"big", 1 << 20).unwrap();
    }

    #[test]
    fn a_panic_in_the_body_rolls_back_and_leaves_no_key_behind() {
        let (_dir, mut store) = unlocked();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.transact(Durability::Full, |tx| {
                tx.create_own_scope([5; 16])?;
                assert!(tx.conn.is_autocommit(), "on purpose");
                Ok::<_, Error>(())
            })
        }));
        assert!(caught.is_err());
        let scope = Scope::Own([5; 16]);
        let result = store.transact(Durability::Full, |tx| {
            tx.put_row(&scope, "a", b"", b"", b"")
        });
        assert!(matches!(result, Err(Error::ScopeGone { .. })));
    }

    #[test]
    fn the_file_has_the_settings_it_was_promised() {
        let (_dir, store) = unlocked();
        let text = |name: &str| {
            store
                .conn
                .pragma_query_value::<String, _>(None, name, |row| row.get(0))
                .unwrap()
        };
        let number = |name: &str| {
            store
                .conn
                .pragma_query_value::<i64, _>(None, name, |row| row.get(0))
                .unwrap()
        };
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!(text("locking_mode"), "exclusive");
        let expected = [
            ("synchronous", 2),
            ("fullfsync", 1),
            ("checkpoint_fullfsync", 1),
            ("secure_delete", 1),
            ("temp_store", 2),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
        ];
        for (name, value) in expected {
            assert_eq!(number(name), value, "{name}");
        }
    }
}
