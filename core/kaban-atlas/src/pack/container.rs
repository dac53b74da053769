//! The container: sections one after the other, then a seal, a table, and a trailer of fixed length at the very end.
//!
//! ```text
//! [a PMTiles archive, if the pack has a base map: it is then the section BASEMAP at offset 0]
//! section … section           each at a multiple of 8, zero bytes between
//! seal (96 bytes)             public key 32, Ed25519 signature 64; all zero when nobody signed
//! table                       one entry of 56 bytes per section: name 8, offset u64, length u64, SHA-256 32
//! trailer (64 bytes)          table offset u64, sections u32, version u32, reserved u64 = 0,
//!                             root: SHA-256 of table and the 24 bytes before this hash, magic "KABANPAK"
//! ```
//! Numbers are little-endian and offsets count from the start of the file. Every byte is a section's (hashed in its table
//! entry), a zero between sections, part of table and trailer (hashed in the root), or the seal's (checked against the
//! root): no byte can change unnoticed. The root names the whole file in one hash without a second pass over it, and
//! it is what the maker signs. Table and trailer stay as they are in every version, so an old Kaban can always say that
//! a pack is too new for it.

use super::seal::{SEAL_BYTES, SignedBy, verify};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};

/// Format of the sections this code writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 2;

const MAGIC: &[u8; 8] = b"KABANPAK";
const TRAILER_BYTES: usize = 64;
const ENTRY_BYTES: usize = 56;
const SECTIONS_MAX: usize = 64;
/// Largest section that is read into memory.
const SECTION_BYTES_MAX: u64 = 512 << 20;

/// A section's name, padded with spaces.
pub(super) type Name = [u8; 8];

/// The name of a base map in front of the sections: hashed, never loaded.
pub(super) const BASEMAP: Name = *b"BASEMAP ";

#[derive(Clone, Copy, Debug)]
struct Entry {
    name: Name,
    offset: u64,
    length: u64,
    hash: [u8; 32],
}

/// A section read and verified.
#[derive(Debug)]
pub(super) struct Section {
    pub name: Name,
    pub length: u64,
    /// Empty for [`BASEMAP`].
    pub bytes: Vec<u8>,
}

/// Everything a container holds, verified.
#[derive(Debug)]
pub(super) struct Contained {
    pub sections: Vec<Section>,
    /// The hash that names the whole file.
    pub root: [u8; 32],
    pub signed_by: SignedBy,
}

/// A pack made of `parts`, in this order, that nobody has signed yet.
pub(super) fn write(parts: &[(Name, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut file = Vec::with_capacity(
        parts
            .iter()
            .map(|(_, bytes)| bytes.len() + 8)
            .sum::<usize>()
            + 4096,
    );
    let mut table = Vec::new();
    for (name, bytes) in parts {
        if bytes.len() as u64 > SECTION_BYTES_MAX || parts.len() > SECTIONS_MAX {
            return Err(Error::TooLarge("a section beyond what a phone can hold"));
        }
        file.resize(file.len().next_multiple_of(8), 0);
        table.extend_from_slice(name);
        table.extend_from_slice(&(file.len() as u64).to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        table.extend_from_slice(&Sha256::digest(bytes));
        file.extend_from_slice(bytes);
    }
    file.resize(file.len().next_multiple_of(8) + SEAL_BYTES, 0);
    let mut trailer = Vec::with_capacity(TRAILER_BYTES);
    trailer.extend_from_slice(&(file.len() as u64).to_le_bytes());
    trailer.extend_from_slice(&(parts.len() as u32).to_le_bytes());
    trailer.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    trailer.extend_from_slice(&0u64.to_le_bytes());
    let hash = Sha256::new()
        .chain_update(&table)
        .chain_update(&trailer)
        .finalize();
    trailer.extend_from_slice(&hash);
    trailer.extend_from_slice(MAGIC);
    file.extend_from_slice(&table);
    file.extend_from_slice(&trailer);
    Ok(file)
}

/// Reads and verifies every section of a pack, and who signed it.
pub(super) fn read<R: Read + Seek>(reader: &mut R) -> Result<Contained> {
    let Footer {
        entries,
        seal_offset,
        root,
    } = read_footer(reader)?;
    reader.seek(SeekFrom::Start(0)).map_err(Error::Read)?;
    let mut position = 0u64;
    let mut sections = Vec::with_capacity(entries.len());
    for entry in &entries {
        skip_zeros(
            reader,
            entry
                .offset
                .checked_sub(position)
                .ok_or(Error::Damaged("sections overlap"))?,
        )?;
        let (hash, bytes) = if entry.name == BASEMAP {
            (hash_stream(reader, entry.length)?, Vec::new())
        } else {
            if entry.length > SECTION_BYTES_MAX {
                return Err(Error::TooLarge("a section beyond what a phone can hold"));
            }
            let bytes = read_exactly(reader, entry.length)?;
            (Sha256::digest(&bytes).into(), bytes)
        };
        if hash != entry.hash {
            return Err(Error::Damaged("a section does not match its hash"));
        }
        position = entry.offset + entry.length;
        sections.push(Section {
            name: entry.name,
            length: entry.length,
            bytes,
        });
    }
    let gap = seal_offset
        .checked_sub(position)
        .ok_or(Error::Damaged("sections overlap"))?;
    skip_zeros(reader, gap)?;
    let mut seal = [0; SEAL_BYTES];
    seal.copy_from_slice(&read_exactly(reader, SEAL_BYTES as u64)?);
    Ok(Contained {
        sections,
        root,
        signed_by: verify(&seal, &root)?,
    })
}

/// What table and trailer say.
pub(super) struct Footer {
    entries: Vec<Entry>,
    /// Where the seal stands, in bytes from the start.
    pub seal_offset: u64,
    pub root: [u8; 32],
}

/// Reads and verifies table and trailer.
pub(super) fn read_footer<R: Read + Seek>(reader: &mut R) -> Result<Footer> {
    let total = reader.seek(SeekFrom::End(0)).map_err(Error::Read)?;
    let trailer_at = total
        .checked_sub(TRAILER_BYTES as u64)
        .ok_or(Error::NotAPack)?;
    reader
        .seek(SeekFrom::Start(trailer_at))
        .map_err(Error::Read)?;
    let trailer = read_exactly(reader, TRAILER_BYTES as u64)?;
    if &trailer[56..] != MAGIC {
        return Err(Error::NotAPack);
    }
    let (table_offset, count, version) = (
        u64_at(&trailer, 0),
        u32_at(&trailer, 8),
        u32_at(&trailer, 12),
    );
    let length = u64::from(count) * ENTRY_BYTES as u64;
    if count as usize > SECTIONS_MAX || table_offset.checked_add(length) != Some(trailer_at) {
        return Err(Error::Damaged("the table is not where it should be"));
    }
    reader
        .seek(SeekFrom::Start(table_offset))
        .map_err(Error::Read)?;
    let table = read_exactly(reader, length)?;
    let root: [u8; 32] = Sha256::new()
        .chain_update(&table)
        .chain_update(&trailer[..24])
        .finalize()
        .into();
    if root != trailer[24..56] {
        return Err(Error::Damaged("the table does not match its hash"));
    }
    if version > FORMAT_VERSION {
        return Err(Error::TooNew {
            found: version,
            supported: FORMAT_VERSION,
        });
    }
    if version < FORMAT_VERSION {
        return Err(Error::TooOld { found: version });
    }
    let seal_offset = table_offset
        .checked_sub(SEAL_BYTES as u64)
        .ok_or(Error::Damaged("the table is not where it should be"))?;
    let mut entries = Vec::with_capacity(count as usize);
    for raw in table.chunks_exact(ENTRY_BYTES) {
        let mut entry = Entry {
            name: [0; 8],
            offset: u64_at(raw, 8),
            length: u64_at(raw, 16),
            hash: [0; 32],
        };
        entry.name.copy_from_slice(&raw[..8]);
        entry.hash.copy_from_slice(&raw[24..]);
        if entry
            .offset
            .checked_add(entry.length)
            .is_none_or(|end| end > seal_offset)
        {
            return Err(Error::Damaged("a section lies beyond the file"));
        }
        if entries.iter().any(|other: &Entry| other.name == entry.name) {
            return Err(Error::Damaged("a section occurs twice"));
        }
        entries.push(entry);
    }
    Ok(Footer {
        entries,
        seal_offset,
        root,
    })
}

fn skip_zeros(reader: &mut impl Read, length: u64) -> Result<()> {
    if length >= 8 {
        return Err(Error::Damaged("bytes that belong to no section"));
    }
    if read_exactly(reader, length)?.iter().all(|byte| *byte == 0) {
        Ok(())
    } else {
        Err(Error::Damaged("bytes that belong to no section"))
    }
}

/// The length was checked against the file, and the buffer grows with what is really read.
fn read_exactly(reader: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(64 << 20) as usize);
    reader
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(Error::Read)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(Error::Damaged("the file ends too early"))
    }
}

fn hash_stream(reader: &mut impl Read, length: u64) -> Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 64 << 10];
    let mut left = length;
    while left > 0 {
        let wanted = left.min(buffer.len() as u64) as usize;
        let got = reader.read(&mut buffer[..wanted]).map_err(Error::Read)?;
        if got == 0 {
            return Err(Error::Damaged("the file ends too early"));
        }
        hasher.update(&buffer[..got]);
        left -= got as u64;
    }
    Ok(hasher.finalize().into())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut raw = [0; 8];
    raw.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(raw)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut raw = [0; 4];
    raw.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(raw)
}
