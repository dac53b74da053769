//! The names of the keys this store has made in the keystore.
//!
//! A keystore lists nothing, so whoever wipes has to know what there is. A lease's name is noted before its key is made, a
//! slot's together with the slot, and both are forgotten after the key is destroyed: a note without a key is harmless, a key
//! without a note would outlive a wipe.

use std::collections::BTreeSet;

use kaban_proto::MemberId;
use rusqlite::{Connection, params};

use super::scope::lease_alias;
use crate::error::{Error, hex};
use crate::keyvault::check_alias;

pub(super) fn note(conn: &Connection, alias: &str, owner: &[u8; 16]) -> Result<(), Error> {
    conn.prepare_cached("INSERT OR REPLACE INTO alias (name, owner) VALUES (?1, ?2)")?
        .execute(params![alias, owner])?;
    Ok(())
}

pub(super) fn forget(conn: &Connection, alias: &str) -> Result<(), Error> {
    conn.prepare_cached("DELETE FROM alias WHERE name = ?1")?
        .execute([alias])?;
    Ok(())
}

/// What a member's slot has made beside itself: leases and prekeys.
pub(super) fn of_member(conn: &Connection, member: MemberId) -> Result<Vec<String>, Error> {
    let mut statement =
        conn.prepare("SELECT name FROM alias WHERE owner = ?1 AND name LIKE 'lease-%'")?;
    let rows = statement.query_map([member.as_bytes()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every name that can be found: by the notes, by the ids of the slots, which need not be readable, and by the bags. A table
/// that does not read is reported beside what the others gave.
pub(super) fn all(conn: &Connection) -> (BTreeSet<String>, Result<(), Error>) {
    let mut found = BTreeSet::new();
    let mut failure = Ok(());
    let mut add = |sql: &str, name: fn(&[u8]) -> Option<String>| {
        if let Err(error) = read(conn, sql, name, &mut found) {
            failure = Err(error);
        }
    };
    add("SELECT CAST(name AS BLOB) FROM alias", |name| {
        String::from_utf8(name.to_vec()).ok()
    });
    add("SELECT id FROM slot", |id| {
        Some(format!("slot-{}", hex(id)))
    });
    add("SELECT id FROM scope WHERE kind = 3", |id| {
        id.try_into().ok().map(|id| lease_alias(&id))
    });
    // A name that no keystore takes was changed by somebody: there is no key behind it.
    found.retain(|alias| check_alias(alias).is_ok());
    (found, failure)
}

fn read(
    conn: &Connection,
    sql: &str,
    name: fn(&[u8]) -> Option<String>,
    found: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.extend(name(row.get_ref(0)?.as_blob().unwrap_or_default()));
    }
    Ok(())
}
