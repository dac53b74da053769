//! Sealed rows: get, put, list, delete, and moving a row from one scope to another.
//!
//! A row is addressed by collection, parent and id; these are in clear, so they are random ids and fixed words, never
//! anything a person typed. The address, the scope and a write counter are bound into the box: a row that was moved,
//! exchanged with another, or brought over from another store does not open.
//!
//! On a phone with several slots each member has rows of its own at the same address; the device scope is common to all.

use kaban_proto::{Wire, Writer};
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::scope::Scope;
use super::tx::{Tx, row_name};
use crate::error::Error;
use crate::kbox::{Namespace, Place};

/// Longest collection name, in bytes.
pub const COLLECTION_BYTES_MAX: usize = 64;
/// Longest parent or id, in bytes.
pub const ROW_ID_BYTES_MAX: usize = 128;
/// Longest plaintext of a row, in bytes (16 MiB).
pub const ROW_BYTES_MAX: usize = 16 << 20;

/// Version of the row's address inside the box; a change re-boxes every row in a migration.
const ROW_FORMAT: u16 = 1;

const COLUMNS: &str = "collection, parent, id, owner, kind, scope, ver, sealed";

/// A plaintext that is wiped when it is dropped.
pub type Plaintext = Zeroizing<Vec<u8>>;

/// Parent, id and plaintext of one row of a collection.
pub type CollectionRow = (Vec<u8>, Vec<u8>, Plaintext);

/// Collection, parent and id of a row.
pub type RowAddress = (String, Vec<u8>, Vec<u8>);

/// A row as it lies in the file.
pub(crate) struct BoxedRow {
    pub(crate) collection: String,
    pub(crate) parent: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) owner: [u8; 16],
    pub(crate) scope: Scope,
    pub(crate) ver: u64,
    pub(crate) sealed: Vec<u8>,
}

impl BoxedRow {
    /// Columns that this build never writes count as tampered.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, Error> {
        let (collection, parent, id): (String, Vec<u8>, Vec<u8>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let (owner, kind, scope, ver): (Vec<u8>, i64, Vec<u8>, i64) =
            (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
        let owner = <[u8; 16]>::try_from(owner).ok();
        let scope = Scope::from_columns(kind, &scope);
        let (Some(owner), Some(scope), Ok(ver)) = (owner, scope, u64::try_from(ver)) else {
            return Err(tampered(&collection, &parent, &id));
        };
        Ok(Self {
            collection,
            parent,
            id,
            owner,
            scope,
            ver,
            sealed: row.get(7)?,
        })
    }

    /// The address bound into the box.
    pub(crate) fn address(&self, store_id: &[u8; 16]) -> Vec<u8> {
        let mut w = Writer::new();
        w.raw(store_id);
        w.bytes(b"boxed");
        w.bytes(self.collection.as_bytes());
        w.bytes(&self.parent);
        w.bytes(&self.id);
        w.raw(&[self.scope.kind()]);
        w.raw(&self.owner);
        w.raw(&self.scope.id());
        ROW_FORMAT.put(&mut w);
        self.ver.put(&mut w);
        w.finish()
    }

    pub(crate) fn name(&self) -> String {
        row_name(&self.collection, &self.parent, &self.id)
    }
}

/// The place of a row's box, for an address made by [`BoxedRow::address`].
pub(crate) fn row_place(scope: Scope, address: &[u8]) -> Place<'_> {
    Place {
        namespace: Namespace::Row,
        key_id: scope.id(),
        place: address,
    }
}

impl Tx<'_> {
    /// Writes a row, replacing the one at this address whatever its scope was.
    ///
    /// # Errors
    /// [`Error::ScopeGone`] when the scope has no key: none is made silently. [`Error::Invalid`] over a bound.
    pub fn put_row(
        &mut self,
        scope: &Scope,
        collection: &str,
        parent: &[u8],
        id: &[u8],
        plaintext: &[u8],
    ) -> Result<(), Error> {
        check_address(collection, parent, id)?;
        if plaintext.len() > ROW_BYTES_MAX {
            return Err(Error::Invalid { what: "row length" });
        }
        let key = self.scope_key(*scope)?;
        let member = self.ring()?.member();
        let owner = scope.owner(member);
        let mut ver = 0;
        for (old, old_ver) in self.versions(collection, parent, id, member)? {
            ver = ver.max(old_ver);
            if old != owner {
                self.conn
                    .prepare_cached("DELETE FROM boxed WHERE collection = ?1 AND parent = ?2 AND id = ?3 AND owner = ?4")?
                    .execute(params![collection, parent, id, old])?;
            }
        }
        let mut row = BoxedRow {
            collection: collection.to_owned(),
            parent: parent.to_vec(),
            id: id.to_vec(),
            owner,
            scope: *scope,
            ver: ver.saturating_add(1),
            sealed: Vec::new(),
        };
        let ver = i64::try_from(row.ver).map_err(|_| tampered(collection, parent, id))?;
        let address = row.address(&self.store_id);
        row.sealed = key.seal(&row_place(*scope, &address), plaintext, self.rng);
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO boxed (collection, parent, id, owner, kind, scope, ver, sealed) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![collection, parent, id, owner, scope.kind(), scope.id(), ver, row.sealed])?;
        Ok(())
    }

    /// Reads one row.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the row, [`Error::ScopeGone`] when its key is gone, [`Error::Locked`].
    pub fn get_row(
        &mut self,
        collection: &str,
        parent: &[u8],
        id: &[u8],
    ) -> Result<Option<Plaintext>, Error> {
        match self.find(collection, parent, id)? {
            Some(row) => self.open_row(&row).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the rows under one parent, ordered by id.
    ///
    /// # Errors
    /// As [`Tx::get_row`]; one bad row fails the list, so that a shorter list is never taken for the whole.
    pub fn list_rows(
        &mut self,
        collection: &str,
        parent: &[u8],
    ) -> Result<Vec<(Vec<u8>, Plaintext)>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM boxed WHERE collection = ?1 AND parent = ?2 AND owner IN (?3, ?4) ORDER BY id"
        );
        let member = self.ring()?.member();
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![collection, parent, [0_u8; 16], member])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let row = BoxedRow::read(row)?;
            let plaintext = self.open_row(&row)?;
            out.push((row.id, plaintext));
        }
        Ok(out)
    }

    /// Reads all rows of a collection as (parent, id, plaintext), ordered by parent and id.
    ///
    /// # Errors
    /// As [`Tx::list_rows`].
    pub fn list_collection(&mut self, collection: &str) -> Result<Vec<CollectionRow>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM boxed WHERE collection = ?1 AND owner IN (?2, ?3) ORDER BY parent, id"
        );
        let member = self.ring()?.member();
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![collection, [0_u8; 16], member])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let row = BoxedRow::read(row)?;
            let plaintext = self.open_row(&row)?;
            out.push((row.parent, row.id, plaintext));
        }
        Ok(out)
    }

    /// Deletes a row; `false` when there was none.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn delete_row(
        &mut self,
        collection: &str,
        parent: &[u8],
        id: &[u8],
    ) -> Result<bool, Error> {
        let member = self.ring()?.member();
        let deleted = self
            .conn
            .prepare_cached("DELETE FROM boxed WHERE collection = ?1 AND parent = ?2 AND id = ?3 AND owner IN (?4, ?5)")?
            .execute(params![collection, parent, id, [0_u8; 16], member])?;
        Ok(deleted > 0)
    }

    /// The scope a row is boxed under, without opening it.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn row_scope(
        &mut self,
        collection: &str,
        parent: &[u8],
        id: &[u8],
    ) -> Result<Option<Scope>, Error> {
        Ok(self.find(collection, parent, id)?.map(|row| row.scope))
    }

    /// Boxes a row anew under another scope; `false` when there is no such row.
    ///
    /// # Errors
    /// As [`Tx::get_row`] and [`Tx::put_row`].
    pub fn rescope(
        &mut self,
        collection: &str,
        parent: &[u8],
        id: &[u8],
        scope: &Scope,
    ) -> Result<bool, Error> {
        let Some(row) = self.find(collection, parent, id)? else {
            return Ok(false);
        };
        if row.scope != *scope {
            let plaintext = self.open_row(&row)?;
            self.put_row(scope, collection, parent, id, &plaintext)?;
        }
        Ok(true)
    }

    /// The addresses of the open member's rows in one scope, in order, without opening them.
    ///
    /// # Errors
    /// [`Error::Locked`].
    pub fn scope_rows(&self, scope: &Scope) -> Result<Vec<RowAddress>, Error> {
        let owner = scope.owner(self.ring()?.member());
        let mut statement = self.conn.prepare_cached(
            "SELECT collection, parent, id FROM boxed WHERE kind = ?1 AND scope = ?2 AND owner = ?3 \
             ORDER BY collection, parent, id",
        )?;
        let rows = statement.query_map(params![scope.kind(), scope.id(), owner], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Boxes every row of one scope anew under another, as when a lease follows a lease; returns how many there were.
    ///
    /// # Errors
    /// As [`Tx::rescope`].
    pub fn rescope_all(&mut self, from: &Scope, to: &Scope) -> Result<u64, Error> {
        let rows = self.scope_rows(from)?;
        for (collection, parent, id) in &rows {
            self.rescope(collection, parent, id, to)?;
        }
        Ok(rows.len() as u64)
    }

    fn find(&self, collection: &str, parent: &[u8], id: &[u8]) -> Result<Option<BoxedRow>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM boxed WHERE collection = ?1 AND parent = ?2 AND id = ?3 AND owner IN (?4, ?5)"
        );
        let member = self.ring()?.member();
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![collection, parent, id, [0_u8; 16], member])?;
        match rows.next()? {
            Some(row) => BoxedRow::read(row).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn open_row(&mut self, row: &BoxedRow) -> Result<Plaintext, Error> {
        let key = self.scope_key(row.scope)?;
        let address = row.address(&self.store_id);
        key.open(&row_place(row.scope, &address), &row.sealed)
            .map_err(|_| tampered(&row.collection, &row.parent, &row.id))
    }

    /// Owners and write counters of the rows at this address that the open member sees.
    fn versions(
        &self,
        collection: &str,
        parent: &[u8],
        id: &[u8],
        member: [u8; 16],
    ) -> Result<Vec<([u8; 16], u64)>, Error> {
        let mut statement = self.conn.prepare_cached(
            "SELECT owner, ver FROM boxed WHERE collection = ?1 AND parent = ?2 AND id = ?3 AND owner IN (?4, ?5)",
        )?;
        let rows = statement
            .query_map(params![collection, parent, id, [0_u8; 16], member], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?))
            })?;
        let mut out = Vec::with_capacity(2);
        for row in rows {
            let (owner, ver) = row?;
            out.push((
                owner,
                u64::try_from(ver).map_err(|_| tampered(collection, parent, id))?,
            ));
        }
        Ok(out)
    }
}

fn check_address(collection: &str, parent: &[u8], id: &[u8]) -> Result<(), Error> {
    if collection.is_empty() || collection.len() > COLLECTION_BYTES_MAX {
        return Err(Error::Invalid { what: "collection" });
    }
    if parent.len() > ROW_ID_BYTES_MAX || id.len() > ROW_ID_BYTES_MAX {
        return Err(Error::Invalid { what: "row id" });
    }
    Ok(())
}

fn tampered(collection: &str, parent: &[u8], id: &[u8]) -> Error {
    Error::Tampered {
        table: "boxed",
        row: row_name(collection, parent, id),
    }
}

/// For reading whole tables elsewhere in the crate.
pub(crate) const ALL_ROWS: &str = "SELECT collection, parent, id, owner, kind, scope, ver, sealed FROM boxed ORDER BY collection, parent, id, owner";

/// Whether an optional value was there, for queries that only ask.
pub(super) fn exists(
    conn: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<bool, Error> {
    Ok(conn
        .prepare_cached(sql)?
        .query_row(params, |_| Ok(()))
        .optional()?
        .is_some())
}
