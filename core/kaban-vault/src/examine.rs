//! The examiner's view: what can be opened in a copy of a store, with a keystore as it is and the right passphrase.
//!
//! It takes the promise "the bag is unreadable after the handover" at its word: it ignores every rule of the store and tries
//! each boxed row with every key that can be had at all.

mod canary;

pub use canary::{CanaryHit, Encoding, find_canaries};

use std::path::Path;

use crate::error::Error;
use crate::kbox::{BoxKey, derive_key};
use crate::keyvault::KeyVault;
use crate::store::{
    ALL_ROWS, BoxedRow, Ring, Scope, connect, open_scope_key, read_slots, read_store_id,
    read_version, row_place,
};

/// Rows of one kind of scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that some key opened.
    pub opened: u64,
    /// Rows that no key opened.
    pub closed: u64,
}

/// What could be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// Slots the passphrase opened.
    pub slots_opened: u64,
    /// Slots it did not open.
    pub slots_closed: u64,
    /// Scope keys that could be had.
    pub keys_opened: u64,
    /// Scope keys that could not.
    pub keys_closed: u64,
    /// Rows of the device scope.
    pub device: Tally,
    /// Rows of the member scope.
    pub member: Tally,
    /// Rows of own/team scopes.
    pub own: Tally,
    /// Rows of bag scopes.
    pub bag: Tally,
}

impl Examination {
    /// Rows that opened, of any scope.
    #[must_use]
    pub fn rows_opened(&self) -> u64 {
        [self.device, self.member, self.own, self.bag]
            .iter()
            .map(|tally| tally.opened)
            .sum()
    }

    /// Rows that did not open, of any scope.
    #[must_use]
    pub fn rows_closed(&self) -> u64 {
        [self.device, self.member, self.own, self.bag]
            .iter()
            .map(|tally| tally.closed)
            .sum()
    }
}

/// Tries every row of a database with every key that keystore and passphrase give.
///
/// `database` must be a copy of the store's file (with its log beside it, if there is one) that nobody has open.
///
/// # Errors
/// [`Error::Damaged`] when the file does not read; a keystore that fails. A wrong passphrase is no error: it opens nothing.
pub fn open_everything(
    database: &Path,
    keyvault: &dyn KeyVault,
    passphrase: &[u8],
) -> Result<Examination, Error> {
    let conn = connect(database)?;
    read_version(&conn)?;
    let store_id = read_store_id(&conn)?;
    let mut found = Examination::default();
    let mut rings = Vec::new();
    let (slots, damaged) = read_slots(&conn, &store_id)?;
    found.slots_closed = damaged as u64;
    for slot in slots {
        match slot.open(passphrase, keyvault) {
            Ok(secrets) => rings.push(Ring::new(secrets)),
            Err(_) => found.slots_closed += 1,
        }
    }
    found.slots_opened = rings.len() as u64;
    let mut keys: Vec<BoxKey> = rings.iter().flat_map(root_keys).collect();
    let mut statement =
        conn.prepare("SELECT kind, id, sealed FROM scope ORDER BY kind, id, owner")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, sealed): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let scope = Scope::from_columns(row.get(0)?, &id);
        let key = scope.and_then(|scope| {
            rings
                .iter()
                .find_map(|ring| open_scope_key(ring, keyvault, &store_id, scope, &sealed).ok())
        });
        match key {
            Some(key) => {
                keys.push(BoxKey::new(key));
                found.keys_opened += 1;
            }
            None => found.keys_closed += 1,
        }
    }
    let mut statement = conn.prepare(ALL_ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(row) = BoxedRow::read(row) else {
            continue;
        };
        let tally = match row.scope {
            Scope::Device => &mut found.device,
            Scope::Member => &mut found.member,
            Scope::Own(_) => &mut found.own,
            Scope::Bag(_) => &mut found.bag,
        };
        let address = row.address(&store_id);
        let place = row_place(row.scope, &address);
        if keys.iter().any(|key| key.open(&place, &row.sealed).is_ok()) {
            tally.opened += 1;
        } else {
            tally.closed += 1;
        }
    }
    Ok(found)
}

/// Every key a slot gives by itself: those of the scopes, and the raw secrets in case a row was ever sealed under one.
fn root_keys(ring: &Ring) -> Vec<BoxKey> {
    let secrets = &ring.secrets;
    let mut keys: Vec<BoxKey> = [
        &secrets.mk,
        &secrets.sign_seed,
        &secrets.kx,
        &secrets.ok,
        &secrets.sk,
    ]
    .iter()
    .map(|key| BoxKey::new(key.duplicate()))
    .collect();
    for label in ["kaban/db", "kaban/audit", "kaban/lookup"] {
        keys.push(BoxKey::new(derive_key(&secrets.mk, label, b"")));
    }
    keys
}
