//! Somebody who changes a file behind the bag's back.

use std::path::Path;

use kaban_vault::store::DATABASE_FILE;
use rusqlite::{Connection, params};

use crate::Done;

/// Turns one bit of the first row of a kind.
pub fn run(folder: &Path, row: &str) -> Done {
    let collection = match row {
        "page" => "page",
        "list" => "patient",
        "note" => "item",
        _ => return Err(format!("{row}: page, list or note is meant").into()),
    };
    let conn = Connection::open(folder.join(DATABASE_FILE))?;
    let (parent, id, mut sealed): (Vec<u8>, Vec<u8>, Vec<u8>) = conn.query_row(
        "SELECT parent, id, sealed FROM boxed WHERE collection = ?1 ORDER BY parent, id LIMIT 1",
        [collection],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let last = sealed.last_mut().ok_or("the row is empty")?;
    *last ^= 1;
    conn.execute(
        "UPDATE boxed SET sealed = ?1 WHERE collection = ?2 AND parent = ?3 AND id = ?4",
        params![sealed, collection, parent, id],
    )?;
    Ok(())
}
