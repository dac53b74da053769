//! One transaction: everything done in it is committed together, or none of it is.
//!
//! "Saved" means that [`super::Store::transact`] returned: envelope, projection, audit row and outbox mark travel in one.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use kaban_proto::{Random, Writer};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use super::scope::{Ring, Scope, key_place, lease_alias};
use crate::error::{Error, hex};
use crate::kbox::{BoxKey, Key, Namespace, Place};
use crate::keyvault::{KeyVault, KeyVaultError};

/// When a committed transaction is safe from a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On return: for everything a person wrote, and for everything that was shown to one.
    Full,
    /// With the next full one: for what can be worked out again. Never corrupts; takes no audit row.
    Normal,
}

/// A running transaction.
///
/// Envelopes, outbox and quarantine work while the store is locked; everything boxed needs an open slot.
pub struct Tx<'a> {
    pub(super) conn: &'a Connection,
    pub(super) store_id: [u8; 16],
    pub(super) ring: Option<&'a mut Ring>,
    pub(super) keyvault: &'a dyn KeyVault,
    pub(super) rng: &'a mut dyn Random,
    pub(super) durability: Durability,
}

impl Tx<'_> {
    /// Makes the key of one patient's own/team scope; nothing happens when it exists.
    ///
    /// # Errors
    /// [`Error::Locked`], or a failing database.
    pub fn create_own_scope(&mut self, patient: [u8; 16]) -> Result<(), Error> {
        let scope = Scope::Own(patient);
        if self.has_scope(&scope)? {
            return Ok(());
        }
        let ring = self.ring.as_deref_mut().ok_or(Error::Locked)?;
        let owner = ring.member();
        let key = Key::make(self.rng);
        let address = key_place(&self.store_id, scope, &owner);
        let sealed = ring
            .own_root
            .seal(&keybag(patient, &address), key.expose(), self.rng);
        insert_key(self.conn, scope, &owner, &sealed)?;
        ring.keep(scope, key);
        Ok(())
    }

    /// Makes the bag key of one lease, under the alias made earlier; nothing happens when it exists.
    ///
    /// # Errors
    /// [`Error::ScopeGone`] when the lease has no key in the keystore, [`Error::Locked`].
    pub fn create_bag_scope(&mut self, lease: [u8; 16]) -> Result<(), Error> {
        let scope = Scope::Bag(lease);
        if self.has_scope(&scope)? {
            return Ok(());
        }
        let ring = self.ring.as_deref_mut().ok_or(Error::Locked)?;
        let owner = ring.member();
        let key = Key::make(self.rng);
        let address = key_place(&self.store_id, scope, &owner);
        let inner = ring
            .lease_root
            .seal(&keybag(lease, &address), key.expose(), self.rng);
        let sealed = self
            .keyvault
            .wrap(&lease_alias(&lease), &inner, &address)
            .map_err(|error| gone_or(error, scope))?;
        insert_key(self.conn, scope, &owner, &sealed)?;
        ring.keep(scope, key);
        Ok(())
    }

    /// Whether rows of this scope can be written and read now.
    ///
    /// # Errors
    /// [`Error::Locked`]; a keystore that cannot tell.
    pub fn has_scope(&self, scope: &Scope) -> Result<bool, Error> {
        let ring = self.ring.as_deref().ok_or(Error::Locked)?;
        let kept = match scope {
            Scope::Device | Scope::Member => return Ok(true),
            Scope::Own(_) => true,
            Scope::Bag(lease) => {
                !self.is_dropping(lease)? && self.keyvault.contains(&lease_alias(lease))?
            }
        };
        Ok(kept && read_key(self.conn, *scope, &ring.member())?.is_some())
    }

    /// The scopes of the open member that have a key row, in order; without bags whose erasure has begun.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn scopes(&self) -> Result<Vec<Scope>, Error> {
        let owner = self.ring.as_deref().ok_or(Error::Locked)?.member();
        let mut statement = self
            .conn
            .prepare_cached("SELECT kind, id FROM scope WHERE owner = ?1 ORDER BY kind, id")?;
        let mut rows = statement.query([owner])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(1)?;
            let scope =
                Scope::from_columns(row.get(0)?, &id).ok_or(Error::Damaged { what: "scope" })?;
            match scope {
                Scope::Bag(lease) if self.is_dropping(&lease)? => {}
                scope => out.push(scope),
            }
        }
        Ok(out)
    }

    /// Drops one patient's own/team scope inside this transaction, so that re-boxing and erasing are one step.
    ///
    /// Returns how many rows went with it. The caller truncates the log afterwards by [`super::Store::lock`] or
    /// [`super::Store::drop_scope`].
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn drop_own_scope(&mut self, patient: [u8; 16]) -> Result<u64, Error> {
        let scope = Scope::Own(patient);
        let ring = self.ring.as_deref_mut().ok_or(Error::Locked)?;
        let owner = ring.member();
        ring.forget(scope);
        let rows = self
            .conn
            .prepare_cached("DELETE FROM boxed WHERE kind = ?1 AND scope = ?2 AND owner = ?3")?
            .execute(params![scope.kind(), patient, owner])?;
        self.conn
            .prepare_cached("DELETE FROM scope WHERE kind = ?1 AND id = ?2 AND owner = ?3")?
            .execute(params![scope.kind(), patient, owner])?;
        Ok(rows as u64)
    }

    /// A column value that can be looked up by equality and says nothing: HMAC-SHA256 under a key of its own.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn derive_lookup(&self, table: &str, value: &[u8]) -> Result<[u8; 32], Error> {
        let ring = self.ring.as_deref().ok_or(Error::Locked)?;
        let mut w = Writer::new();
        w.bytes(table.as_bytes());
        w.bytes(value);
        let mut mac = Hmac::<Sha256>::new_from_slice(ring.lookup.expose())
            .expect("HMAC takes a key of any length");
        mac.update(&w.finish());
        Ok(mac.finalize().into_bytes().into())
    }

    /// The key of a scope, opened once and then kept until the store is locked.
    pub(super) fn scope_key(&mut self, scope: Scope) -> Result<Arc<BoxKey>, Error> {
        let ring = self.ring.as_deref_mut().ok_or(Error::Locked)?;
        if let Some(key) = ring.get(scope) {
            return Ok(key);
        }
        let owner = ring.member();
        let gone = || Error::ScopeGone {
            scope: scope.to_string(),
        };
        let sealed = read_key(self.conn, scope, &owner)?.ok_or_else(gone)?;
        let key = open_scope_key(ring, self.keyvault, &self.store_id, scope, &sealed)?;
        Ok(ring.keep(scope, key))
    }

    fn is_dropping(&self, lease: &[u8; 16]) -> Result<bool, Error> {
        super::rows::exists(self.conn, "SELECT 1 FROM dropping WHERE id = ?1", [lease])
    }

    pub(super) fn ring(&self) -> Result<&Ring, Error> {
        self.ring.as_deref().ok_or(Error::Locked)
    }
}

/// Opens a boxed scope key with the keys of a slot.
pub(crate) fn open_scope_key(
    ring: &Ring,
    keyvault: &dyn KeyVault,
    store_id: &[u8; 16],
    scope: Scope,
    sealed: &[u8],
) -> Result<Key, Error> {
    let owner = ring.member();
    let address = key_place(store_id, scope, &owner);
    let place = keybag(scope.id(), &address);
    let tampered = || Error::Tampered {
        table: "scope",
        row: scope.to_string(),
    };
    let bytes = match scope {
        Scope::Own(_) => ring.own_root.open(&place, sealed).map_err(|_| tampered())?,
        Scope::Bag(lease) => {
            let inner = keyvault
                .unwrap(&lease_alias(&lease), sealed, &address)
                .map_err(|error| match error {
                    KeyVaultError::Refused { .. } => tampered(),
                    other => gone_or(other, scope),
                })?;
            ring.lease_root
                .open(&place, &inner)
                .map_err(|_| tampered())?
        }
        Scope::Device | Scope::Member => return Err(Error::Invalid { what: "scope" }),
    };
    Key::from_slice(&bytes).ok_or_else(tampered)
}

pub(super) fn keybag(key_id: [u8; 16], place: &[u8]) -> Place<'_> {
    Place {
        namespace: Namespace::Keybag,
        key_id,
        place,
    }
}

/// A missing lease key means that the scope is gone; any other failure of the keystore is its own.
pub(super) fn gone_or(error: KeyVaultError, scope: Scope) -> Error {
    match error {
        KeyVaultError::NoSuchKey { .. } => Error::ScopeGone {
            scope: scope.to_string(),
        },
        other => Error::KeyVault(other),
    }
}

fn read_key(conn: &Connection, scope: Scope, owner: &[u8; 16]) -> Result<Option<Vec<u8>>, Error> {
    Ok(conn
        .prepare_cached("SELECT sealed FROM scope WHERE kind = ?1 AND owner = ?2 AND id = ?3")?
        .query_row(params![scope.kind(), owner, scope.id()], |row| row.get(0))
        .optional()?)
}

fn insert_key(
    conn: &Connection,
    scope: Scope,
    owner: &[u8; 16],
    sealed: &[u8],
) -> Result<(), Error> {
    // A bag key whose alias was lost is replaced: what it opened is gone with the alias.
    conn.prepare_cached(
        "INSERT OR REPLACE INTO scope (kind, owner, id, sealed) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![scope.kind(), owner, scope.id(), sealed])?;
    Ok(())
}

/// Names a row in an error.
pub(super) fn row_name(collection: &str, parent: &[u8], id: &[u8]) -> String {
    format!("{collection}/{}/{}", hex(parent), hex(id))
}
