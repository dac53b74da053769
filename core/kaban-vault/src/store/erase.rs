//! Leases and erasure: making a scope unreadable for good.
//!
//! A bag is erased by destroying its lease's keystore key; the rows are then deleted and the log emptied. The intent is
//! written first, so that an erasure cut short by a flat battery is finished at the next opening and never forgotten.

use kaban_proto::Writer;
use rusqlite::params;
use zeroize::Zeroizing;

use super::scope::{Scope, lease_alias};
use super::tx::{gone_or, keybag};
use super::{Durability, Store, Tx, aliases};
use crate::error::Error;
use crate::keyvault::KeyVaultError;

/// What dropping a scope took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Rows deleted.
    pub rows: u64,
    /// Boxed scope keys deleted.
    pub keys: u64,
    /// Whether a keystore key was destroyed.
    pub alias: bool,
}

impl Store {
    /// Makes the keystore key of a lease, before the lease begins: its prekey is wrapped under it, and later its bag.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::KeyVault`] with `Exists` when it was made already.
    pub fn create_lease_alias(&mut self, lease: &[u8; 16]) -> Result<(), Error> {
        let owner = self.secrets()?.member;
        let alias = lease_alias(lease);
        self.transact(Durability::Full, |tx| {
            aliases::note(tx.conn, &alias, owner.as_bytes())
        })?;
        Ok(self.keyvault.create(&alias)?)
    }

    /// Whether the keystore has the key of a lease.
    ///
    /// # Errors
    /// A keystore that cannot tell.
    pub fn has_lease_alias(&self, lease: &[u8; 16]) -> Result<bool, Error> {
        Ok(self.keyvault.contains(&lease_alias(lease))?)
    }

    /// Seals a small secret so that it dies with the lease: boxed under the member's slot key, wrapped by the lease's
    /// keystore key.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::ScopeGone`] when the lease has no key.
    pub fn wrap_under_lease(
        &mut self,
        lease: &[u8; 16],
        secret: &[u8],
        place: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let ring = self.ring.as_ref().ok_or(Error::Locked)?;
        let address = lease_address(&self.store_id, lease, place);
        let inner = ring
            .lease_root
            .seal(&keybag(*lease, &address), secret, self.rng.as_mut());
        self.keyvault
            .wrap(&lease_alias(lease), &inner, &address)
            .map_err(|error| gone_or(error, Scope::Bag(*lease)))
    }

    /// Opens what [`Store::wrap_under_lease`] gave, at the same place.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::ScopeGone`]; [`Error::Tampered`] for anything else than what was wrapped here.
    pub fn unwrap_under_lease(
        &self,
        lease: &[u8; 16],
        wrapped: &[u8],
        place: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let ring = self.ring.as_ref().ok_or(Error::Locked)?;
        let address = lease_address(&self.store_id, lease, place);
        let scope = Scope::Bag(*lease);
        let tampered = || Error::Tampered {
            table: "lease",
            row: scope.to_string(),
        };
        let inner = self
            .keyvault
            .unwrap(&lease_alias(lease), wrapped, &address)
            .map_err(|error| match error {
                KeyVaultError::Refused { .. } => tampered(),
                other => gone_or(other, scope),
            })?;
        ring.lease_root
            .open(&keybag(*lease, &address), &inner)
            .map_err(|_| tampered())
    }

    /// Makes the key of one patient's own/team scope; nothing happens when it exists.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn create_own_scope(&mut self, patient: [u8; 16]) -> Result<(), Error> {
        self.transact(Durability::Full, |tx| tx.create_own_scope(patient))
    }

    /// Makes the bag key of a lease whose alias exists; nothing happens when it was made already.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::ScopeGone`] when the lease has no alias.
    pub fn create_bag_scope(&mut self, lease: [u8; 16]) -> Result<(), Error> {
        self.transact(Durability::Full, |tx| tx.create_bag_scope(lease))
    }

    /// Whether rows of this scope can be written and read now.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn has_scope(&mut self, scope: &Scope) -> Result<bool, Error> {
        self.transact(Durability::Normal, |tx| tx.has_scope(scope))
    }

    /// Erases a bag or one patient's own/team data, and empties the log. Dropping what is not there is no error.
    ///
    /// A bag can be dropped while the store is locked, whoever holds it. Rows of a dropped *bag* stay closed even in an
    /// older copy of the file, because the keystore key is gone. An own/team scope has no keystore key of its own: its
    /// erasure rests on the overwritten rows of this file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the device and member scopes; [`Error::Locked`] for an own scope of a locked store;
    /// [`Error::KeyVault`] when the alias could not be destroyed, in which case nothing was deleted and the next opening
    /// tries again.
    pub fn drop_scope(&mut self, scope: &Scope) -> Result<Dropped, Error> {
        let dropped = match scope {
            Scope::Device | Scope::Member => return Err(Error::Invalid { what: "scope" }),
            Scope::Own(patient) => self.transact(Durability::Full, |tx| {
                let had = tx.has_scope(scope)?;
                Ok::<_, Error>(Dropped {
                    rows: tx.drop_own_scope(*patient)?,
                    keys: u64::from(had),
                    alias: false,
                })
            })?,
            Scope::Bag(lease) => {
                self.transact(Durability::Full, |tx| tx.begin_drop(lease))?;
                self.finish_drop(lease)?
            }
        };
        self.checkpoint()?;
        Ok(dropped)
    }

    /// Finishes what [`Tx::begin_drop`] has begun, now or before a power cut.
    ///
    /// # Errors
    /// [`Error::KeyVault`] when a key could not be destroyed; the next opening tries again.
    pub fn finish_drops(&mut self) -> Result<(), Error> {
        let pending: Vec<[u8; 16]> = {
            let mut statement = self.conn.prepare("SELECT id FROM dropping")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for lease in &pending {
            self.finish_drop(lease)?;
        }
        if !pending.is_empty() {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn finish_drop(&mut self, lease: &[u8; 16]) -> Result<Dropped, Error> {
        let scope = Scope::Bag(*lease);
        if let Some(ring) = self.ring.as_mut() {
            ring.forget(scope);
        }
        let alias = lease_alias(lease);
        let had_alias = self.keyvault.contains(&alias)?;
        self.keyvault.delete(&alias)?;
        self.transact(Durability::Full, |tx| {
            let rows = tx.conn.execute(
                "DELETE FROM boxed WHERE kind = ?1 AND scope = ?2",
                params![scope.kind(), lease],
            )?;
            let keys = tx.conn.execute(
                "DELETE FROM scope WHERE kind = ?1 AND id = ?2",
                params![scope.kind(), lease],
            )?;
            tx.conn
                .execute("DELETE FROM dropping WHERE id = ?1", [lease])?;
            aliases::forget(tx.conn, &alias)?;
            Ok(Dropped {
                rows: rows as u64,
                keys: keys as u64,
                alias: had_alias,
            })
        })
    }
}

impl Tx<'_> {
    /// Notes that a lease has ended: together with what ends it, so that neither is ever there alone.
    /// [`Store::finish_drops`] destroys the key after the commit; a power cut in between is no matter.
    ///
    /// # Errors
    /// A failing database.
    pub fn begin_drop(&mut self, lease: &[u8; 16]) -> Result<(), Error> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO dropping (id) VALUES (?1)")?
            .execute([lease])?;
        Ok(())
    }
}

fn lease_address(store_id: &[u8; 16], lease: &[u8; 16], place: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.raw(store_id);
    w.bytes(b"lease");
    w.raw(lease);
    w.bytes(place);
    w.finish()
}
