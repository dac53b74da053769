//! Directories: which tiles lie where, as columns of numbers.

use super::TILES_MAX;
use crate::error::{Error, Result};
use crate::varint;

/// A run of equal tiles, or with `run` = 0 a directory further down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub id: u64,
    /// From the start of the tiles, or of the leaf directories.
    pub offset: u64,
    pub length: u32,
    pub run: u32,
}

/// Beyond the last tile of the last zoom.
const ID_END: u64 = 1 << 46;

/// The entries of an inflated directory, ascending and without overlap.
pub(super) fn decode(mut bytes: &[u8]) -> Result<Vec<Entry>> {
    const SHORT: Error = Error::BadBaseMap("a directory is cut short");
    let mut next = || varint::read(&mut bytes).ok_or(SHORT);
    let count = next()?;
    if count == 0 || count > TILES_MAX as u64 {
        return Err(Error::BadBaseMap("a directory is empty or too long"));
    }
    let mut entries = Vec::new();
    let mut id = 0u64;
    for _ in 0..count {
        id = id
            .checked_add(next()?)
            .filter(|id| *id < ID_END)
            .ok_or(SHORT)?;
        entries.push(Entry {
            id,
            offset: 0,
            length: 0,
            run: 0,
        });
    }
    for entry in &mut entries {
        entry.run = u32::try_from(next()?).map_err(|_| SHORT)?;
    }
    for entry in &mut entries {
        entry.length = u32::try_from(next()?).map_err(|_| SHORT)?;
        if entry.length == 0 {
            return Err(Error::BadBaseMap("a tile has no bytes"));
        }
    }
    let mut end = None;
    for entry in &mut entries {
        entry.offset = match (next()?, end) {
            (0, Some(end)) => end,
            (0, None) => return Err(SHORT),
            (offset, _) => offset - 1,
        };
        end = Some(entry.offset.checked_add(entry.length.into()).ok_or(SHORT)?);
    }
    let apart = |pair: &[Entry]| pair[0].id + u64::from(pair[0].run.max(1)) <= pair[1].id;
    if bytes.is_empty() && entries.windows(2).all(apart) {
        Ok(entries)
    } else {
        Err(Error::BadBaseMap("a directory is out of order"))
    }
}

/// The bytes of a directory before compression.
pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    varint::write(&mut out, entries.len() as u64);
    let mut before = 0;
    for entry in entries {
        varint::write(&mut out, entry.id - before);
        before = entry.id;
    }
    entries
        .iter()
        .for_each(|entry| varint::write(&mut out, entry.run.into()));
    entries
        .iter()
        .for_each(|entry| varint::write(&mut out, entry.length.into()));
    let mut end = None;
    for entry in entries {
        let follows = end == Some(entry.offset);
        varint::write(&mut out, if follows { 0 } else { entry.offset + 1 });
        end = Some(entry.offset + u64::from(entry.length));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_directory_reads_back(rows in prop::collection::vec((1u64..9, 0u32..3, 1u32..99, 0u64..999), 1..50)) {
            let mut id = 0;
            let entries: Vec<Entry> = rows
                .into_iter()
                .map(|(gap, run, length, offset)| {
                    id += gap + 2;
                    Entry { id, offset, length, run }
                })
                .collect();
            prop_assert_eq!(decode(&encode(&entries)).unwrap(), entries);
        }

        #[test]
        fn any_bytes_are_a_directory_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
