//! The file behind the store: how it is opened, and the table of steps that brings it to the current version.
//!
//! The tables are explained in the migrations themselves. Everything of value in them is boxed; envelopes are in wire form,
//! sealed already. Ids, counts and times of arrival are in clear, names and values never.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::Error;

/// The steps, in order; a store of version `n` has taken the first `n`. Steps are only ever appended.
const STEPS: &[&str] = &[
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_branches.sql"),
    include_str!("../../migrations/0003_aliases.sql"),
];

/// Version this build writes, kept in `user_version`.
pub(crate) const VERSION: u32 = STEPS.len() as u32;

/// "KBNS", so that tools name the file by what it is.
const APPLICATION_ID: i32 = 0x4b42_4e53;
const STATEMENTS_CACHED: usize = 64;

/// Opens a database file that exists, with the settings every connection of the store has.
pub(crate) fn connect(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Exclusive locking keeps the write-ahead index in memory: no third file, and no second reader beside the lock file.
    for (name, value) in [
        ("locking_mode", "EXCLUSIVE"),
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("fullfsync", "1"),
        ("checkpoint_fullfsync", "1"),
        ("secure_delete", "ON"),
        ("temp_store", "MEMORY"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("mmap_size", "0"),
    ] {
        conn.pragma_update(None, name, value)?;
    }
    Ok(conn)
}

/// Makes an empty file for its owner only; SQLite gives the write-ahead log the same rights.
pub(crate) fn make_file(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

/// Version of the file, refusing one that is newer than this build or was never finished.
pub(crate) fn read_version(conn: &Connection) -> Result<u32, Error> {
    let found: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION_ID || found == 0 {
        return Err(Error::Damaged { what: "database" });
    }
    if found > VERSION {
        return Err(Error::TooNew {
            found,
            known: VERSION,
        });
    }
    Ok(found)
}

/// Takes the steps a file of version `from` lacks, all in one transaction.
pub(crate) fn migrate(conn: &mut Connection, from: u32) -> Result<(), Error> {
    if from == VERSION {
        return Ok(());
    }
    let tx = conn.transaction()?;
    for step in STEPS.iter().skip(from as usize) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(())
}
