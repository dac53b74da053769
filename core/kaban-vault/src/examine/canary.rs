//! Searching files for words that must not be in them, in every form they could hide in.

mod deflate;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64_forms::base64_cores;
use deflate::may_begin_stream;
use flate2::{Decompress, FlushDecompress};

use crate::error::{Error, hex};

/// Most bytes read of one file (256 MiB); a larger one is an error, because a search must be complete.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Most files looked at.
const FILES_MAX: usize = 10_000;
/// Bytes unpacked of each compressed stream.
const UNPACKED_BYTES_MAX: usize = 1 << 20;
/// Shortest canary: shorter words appear by chance.
const CANARY_BYTES_MIN: usize = 6;

/// In which form a canary was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// The bytes themselves.
    Plain,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Hexadecimal, either case.
    Hex,
    /// Base64, standard or URL-safe, at any alignment.
    Base64,
    /// Inside a zlib, gzip or raw deflate stream.
    Deflate,
}

/// One place where a canary was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanaryHit {
    /// Which file.
    pub file: PathBuf,
    /// Offset in it; of the stream, for a compressed one.
    pub offset: u64,
    /// In which form.
    pub encoding: Encoding,
    /// Index in the list of canaries.
    pub canary: usize,
}

/// Searches every file below `dir` for the canaries, one hit per file, form and canary.
///
/// All of them are looked for at once, so that a thousand cost little more than one.
/// Most of the time goes into unpacking at every offset.
///
/// # Errors
/// [`Error::Invalid`] for a canary shorter than six bytes or files over the bounds; [`Error::Io`].
pub fn find_canaries(dir: &Path, canaries: &[Vec<u8>]) -> Result<Vec<CanaryHit>, Error> {
    if canaries
        .iter()
        .any(|canary| canary.len() < CANARY_BYTES_MIN)
    {
        return Err(Error::Invalid { what: "canary" });
    }
    let mut meaning = Vec::new();
    let mut needles = Vec::new();
    for (index, canary) in canaries.iter().enumerate() {
        for (encoding, bytes) in forms(canary) {
            meaning.push((encoding, index));
            needles.push(bytes);
        }
    }
    let (any_form, as_written) = (all_at_once(&needles)?, all_at_once(canaries)?);
    let mut hits = Vec::new();
    for file in list_files(dir)? {
        let bytes = fs::read(&file)?;
        let mut seen = BTreeSet::new();
        let mut add = |offset: usize, encoding, canary| {
            if seen.insert((encoding, canary)) {
                hits.push(CanaryHit {
                    file: file.clone(),
                    offset: offset as u64,
                    encoding,
                    canary,
                });
            }
        };
        for found in any_form.find_overlapping_iter(&bytes) {
            let (encoding, canary) = meaning[found.pattern().as_usize()];
            add(found.start(), encoding, canary);
        }
        visit_streams(&bytes, |offset, unpacked| {
            for found in as_written.find_overlapping_iter(unpacked) {
                add(offset, Encoding::Deflate, found.pattern().as_usize());
            }
        });
    }
    Ok(hits)
}

/// One pass for all needles. The compact form: a table of every step would take gigabytes for the
/// words of a whole association.
fn all_at_once(needles: &[Vec<u8>]) -> Result<AhoCorasick, Error> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(needles)
        .map_err(|_| Error::Invalid { what: "canaries" })
}

fn forms(canary: &[u8]) -> Vec<(Encoding, Vec<u8>)> {
    let lower = hex(canary);
    let mut out = vec![
        (Encoding::Plain, canary.to_vec()),
        (Encoding::Hex, lower.to_uppercase().into_bytes()),
        (Encoding::Hex, lower.into_bytes()),
    ];
    if let Ok(text) = std::str::from_utf8(canary) {
        out.push((
            Encoding::Utf16Le,
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ));
        out.push((
            Encoding::Utf16Be,
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ));
    }
    out.extend(
        base64_cores(canary)
            .into_iter()
            .map(|core| (Encoding::Base64, core)),
    );
    out
}

/// Everything that unpacks: raw deflate is tried at every offset that can begin a stream, which covers the bodies of zlib
/// and gzip as well.
fn visit_streams(bytes: &[u8], mut visit: impl FnMut(usize, &[u8])) {
    let mut unpack = Decompress::new(false);
    let mut buffer = vec![0_u8; UNPACKED_BYTES_MAX];
    for offset in (0..bytes.len()).filter(|offset| may_begin_stream(&bytes[*offset..])) {
        unpack.reset(false);
        // A stream that breaks off still gave what came before the break.
        let _ = unpack.decompress(&bytes[offset..], &mut buffer, FlushDecompress::Finish);
        let written = usize::try_from(unpack.total_out()).unwrap_or(0);
        if written >= CANARY_BYTES_MIN {
            visit(offset, &buffer[..written]);
        }
    }
}

fn list_files(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut folders = vec![dir.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                if entry.metadata()?.len() > FILE_BYTES_MAX || files.len() == FILES_MAX {
                    return Err(Error::Invalid {
                        what: "folder to search",
                    });
                }
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The part of a base64 text that does not depend on what stands before and after the canary.
mod base64_forms {
    const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    pub(super) fn base64_cores(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for alphabet in [STANDARD, URL_SAFE] {
            for skip in 0..3 {
                let whole = bytes.len().saturating_sub(skip) / 3 * 3;
                let core = bytes[skip..skip + whole].chunks_exact(3).flat_map(|chunk| {
                    let bits =
                        u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
                    [18, 12, 6, 0].map(|shift| alphabet[(bits >> shift) as usize & 63])
                });
                out.push(core.collect());
            }
        }
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_canary_is_found_in_every_form_it_can_hide_in() {
        let dir = tempfile::tempdir().unwrap();
        let canary = "山田ハナ子カナリア".as_bytes().to_vec();
        let mut packed =
            flate2::write::ZlibEncoder::new(vec![9; 13], flate2::Compression::default());
        packed.write_all(&canary.repeat(3)).unwrap();
        let text = std::str::from_utf8(&canary).unwrap();
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let files: [(&str, Encoding, Vec<u8>); 6] = [
            ("a", Encoding::Plain, [b"xx", &canary[..]].concat()),
            ("b", Encoding::Utf16Le, le),
            ("c", Encoding::Utf16Be, [&[7], &be[..]].concat()),
            ("d", Encoding::Hex, hex(&canary).to_uppercase().into_bytes()),
            (
                "e",
                Encoding::Base64,
                b"eOWxseeUsOODj+ODiuWtkOOCq+ODiuODquOCog==".to_vec(),
            ),
            ("f", Encoding::Deflate, packed.finish().unwrap()),
        ];
        for (name, _, bytes) in &files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let hits = find_canaries(dir.path(), &[b"not there".to_vec(), canary]).unwrap();
        for (name, encoding, _) in &files {
            let found = |hit: &CanaryHit| {
                hit.file.ends_with(name) && hit.encoding == *encoding && hit.canary == 1
            };
            assert!(hits.iter().any(found), "{name}");
        }
        assert_eq!(hits.len(), files.len());
    }

    #[test]
    fn canaries_within_and_across_each_other_are_all_found() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "伊藤 はなえ、090-0000-3000").unwrap();
        let words = [
            "伊藤 はな",
            "藤 はなえ",
            "はなえ、090",
            "0-0000-3000",
            "伊藤 はる",
        ];
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let hits = find_canaries(dir.path(), &words).unwrap();
        let found: BTreeSet<usize> = hits.iter().map(|hit| hit.canary).collect();
        assert_eq!(found, BTreeSet::from([0, 1, 2, 3]));
    }
}
