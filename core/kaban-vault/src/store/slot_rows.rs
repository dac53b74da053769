//! Slots inside the store: adding, opening, changing and removing them.

use kaban_proto::{MemberId, Random};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::scope::Ring;
use super::{Durability, Store, aliases};
use crate::error::Error;
use crate::slots::{KdfCost, Slot, SlotInfo, SlotSecrets};

/// Most slots of one store.
const SLOTS_MAX: usize = 16;

impl Store {
    /// Adds a slot for a member. The first one may be added to a locked store and brings the master key; later ones need an
    /// open slot and the same master key.
    ///
    /// The store stays as it was, locked or open.
    ///
    /// # Errors
    /// [`Error::SlotExists`], [`Error::Locked`], [`Error::Invalid`] for another master key, a cost or a passphrase out of bounds.
    pub fn add_slot(
        &mut self,
        secrets: &SlotSecrets,
        passphrase: &[u8],
        cost: KdfCost,
        rng: &mut dyn Random,
    ) -> Result<SlotInfo, Error> {
        let (slots, damaged) = read_slots(&self.conn, &self.store_id)?;
        if slots.iter().any(|slot| slot.info.member == secrets.member) {
            return Err(Error::SlotExists);
        }
        if slots.len() + damaged >= SLOTS_MAX {
            return Err(Error::Invalid {
                what: "number of slots",
            });
        }
        let first = slots.is_empty() && damaged == 0;
        if !first && !self.secrets()?.mk.same_as(&secrets.mk) {
            return Err(Error::Invalid { what: "master key" });
        }
        let slot = Slot::make(
            self.store_id,
            secrets,
            passphrase,
            cost,
            self.keyvault.as_ref(),
            rng,
        )?;
        let info = slot.info;
        let bytes = slot.encode();
        // The chain of a new store is started under the key this slot brings, without opening the store.
        let mut starter = first.then(|| Ring::new(secrets.duplicate()));
        let done = self.transact(Durability::Full, |tx| {
            insert_slot(tx.conn, &info, &bytes)?;
            aliases::note(tx.conn, &info.alias(), info.member.as_bytes())?;
            if let Some(ring) = starter.as_mut() {
                let mut starting = super::Tx {
                    conn: tx.conn,
                    store_id: tx.store_id,
                    ring: Some(ring),
                    keyvault: tx.keyvault,
                    rng: &mut *tx.rng,
                    durability: tx.durability,
                };
                starting.start_audit()?;
            }
            Ok::<_, Error>(())
        });
        if done.is_err() {
            self.keyvault.delete(&info.alias())?;
        }
        done.map(|()| info)
    }

    /// The slots, ordered by id; damaged ones are named by [`Store::check`].
    ///
    /// # Errors
    /// [`Error::Damaged`] when there are slots and none can be read.
    pub fn slots(&self) -> Result<Vec<SlotInfo>, Error> {
        let (slots, damaged) = read_slots(&self.conn, &self.store_id)?;
        if slots.is_empty() && damaged > 0 {
            return Err(Error::Damaged { what: "slot" });
        }
        Ok(slots.iter().map(|slot| slot.info).collect())
    }

    /// Opens the slot of a member, or whichever slot the passphrase opens.
    ///
    /// # Errors
    /// [`Error::NoSlot`]; [`Error::WrongPassphrase`], only for a slot that is whole; [`Error::Damaged`];
    /// [`Error::KeyVault`] when the keystore no longer has the slot's key.
    pub fn unlock(&mut self, member: Option<MemberId>, passphrase: &[u8]) -> Result<(), Error> {
        let (slots, damaged) = read_slots(&self.conn, &self.store_id)?;
        let mut failure = if damaged > 0 {
            Error::Damaged { what: "slot" }
        } else {
            Error::NoSlot
        };
        for slot in slots {
            if member.is_some_and(|member| member != slot.info.member) {
                continue;
            }
            match slot.open(passphrase, self.keyvault.as_ref()) {
                Ok(secrets) => {
                    self.ring = Some(Ring::new(secrets));
                    return Ok(());
                }
                // A wrong passphrase is the answer the person can do something about.
                Err(error) if !matches!(failure, Error::WrongPassphrase) => failure = error,
                Err(_) => {}
            }
        }
        Err(failure)
    }

    /// Replaces the open member's slot by one with another passphrase; the old slot's keystore key is destroyed.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Invalid`]; until the new slot is saved the old one opens.
    pub fn change_passphrase(
        &mut self,
        passphrase: &[u8],
        cost: KdfCost,
        rng: &mut dyn Random,
    ) -> Result<SlotInfo, Error> {
        let secrets = self.secrets()?.duplicate();
        let old: Vec<SlotInfo> = self
            .slots()?
            .into_iter()
            .filter(|slot| slot.member == secrets.member)
            .collect();
        let slot = Slot::make(
            self.store_id,
            &secrets,
            passphrase,
            cost,
            self.keyvault.as_ref(),
            rng,
        )?;
        let (info, bytes) = (slot.info, slot.encode());
        let saved = self.transact(Durability::Full, |tx| {
            insert_slot(tx.conn, &info, &bytes)?;
            aliases::note(tx.conn, &info.alias(), info.member.as_bytes())
        });
        if let Err(error) = saved {
            self.keyvault.delete(&info.alias())?;
            return Err(error);
        }
        // Keystore keys before rows: cut short here, the old slot is either whole and listed, or dead; no key is left unnamed.
        self.delete_slots(&old)?;
        self.checkpoint()?;
        Ok(info)
    }

    /// Destroys a member's slot, keystore key first, so that from then on the passphrase opens nothing; the member's leases
    /// and rows, which nothing opens any more, go with it, except envelopes.
    ///
    /// The open member's keys are dropped when it is its slot.
    ///
    /// # Errors
    /// [`Error::NoSlot`], or a failing keystore or disk.
    pub fn remove_slot(&mut self, member: MemberId) -> Result<(), Error> {
        let slots: Vec<SlotInfo> = self
            .slots()?
            .into_iter()
            .filter(|slot| slot.member == member)
            .collect();
        if slots.is_empty() {
            return Err(Error::NoSlot);
        }
        self.delete_slots(&slots)?;
        if self.secrets().is_ok_and(|secrets| secrets.member == member) {
            self.ring = None;
        }
        let leases = aliases::of_member(&self.conn, member)?;
        for alias in &leases {
            self.keyvault.delete(alias)?;
        }
        self.transact(Durability::Full, |tx| {
            for alias in &leases {
                aliases::forget(tx.conn, alias)?;
            }
            for table in ["boxed", "scope"] {
                tx.conn.execute(
                    &format!("DELETE FROM {table} WHERE owner = ?1"),
                    [member.as_bytes()],
                )?;
            }
            Ok::<_, Error>(())
        })?;
        self.checkpoint()
    }

    /// Destroys the keystore keys of these slots, then their rows.
    fn delete_slots(&mut self, slots: &[SlotInfo]) -> Result<(), Error> {
        for slot in slots {
            self.keyvault.delete(&slot.alias())?;
        }
        self.transact(Durability::Full, |tx| {
            for slot in slots {
                tx.conn
                    .execute("DELETE FROM slot WHERE id = ?1", [slot.id])?;
                aliases::forget(tx.conn, &slot.alias())?;
            }
            Ok(())
        })
    }

    /// Destroys every keystore key this store has made: of slots, whole or damaged, of leases and of their prekeys. Nothing
    /// boxed in this store opens any more, with whatever passphrase. Envelopes stay, sealed as they are, so that unsent work
    /// can still be sent.
    ///
    /// # Errors
    /// A failing keystore or a damaged table; what could be destroyed is.
    pub fn wipe_keys(&mut self) -> Result<(), Error> {
        self.ring = None;
        let (aliases, mut failure) = aliases::all(&self.conn);
        for alias in aliases {
            if let Err(error) = self.keyvault.delete(&alias) {
                failure = Err(error.into());
            }
        }
        failure
    }
}

/// The slots that can be read, and how many cannot.
pub(crate) fn read_slots(
    conn: &Connection,
    store_id: &[u8; 16],
) -> Result<(Vec<Slot>, usize), Error> {
    let mut statement = conn.prepare_cached("SELECT id, bytes FROM slot ORDER BY id")?;
    let mut rows = statement.query([])?;
    let (mut slots, mut damaged) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let (id, bytes): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        match Slot::decode(store_id, &bytes) {
            Ok(slot) if slot.info.id[..] == id[..] => slots.push(slot),
            _ => damaged += 1,
        }
    }
    Ok((slots, damaged))
}

pub(super) fn insert_store_id(conn: &Connection, id: [u8; 16]) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO store (one, id, sum) VALUES (1, ?1, ?2)",
        params![id, sum(&id)],
    )?;
    Ok(())
}

pub(crate) fn read_store_id(conn: &Connection) -> Result<[u8; 16], Error> {
    let read: Option<(Vec<u8>, Vec<u8>)> = conn
        .query_row("SELECT id, sum FROM store WHERE one = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let damaged = Error::Damaged { what: "store id" };
    let Some((id, check)) = read else {
        return Err(damaged);
    };
    match <[u8; 16]>::try_from(id) {
        Ok(id) if sum(&id)[..] == check[..] => Ok(id),
        _ => Err(damaged),
    }
}

fn sum(id: &[u8; 16]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"kaban/store/1")
        .chain_update(id)
        .finalize()
        .into()
}

fn insert_slot(conn: &Connection, info: &SlotInfo, bytes: &[u8]) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO slot (id, bytes) VALUES (?1, ?2)",
        params![info.id, bytes],
    )?;
    Ok(())
}
