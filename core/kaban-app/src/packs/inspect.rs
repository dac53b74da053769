//! A pack file looked at as a whole: every hash, every index, its maker's signature, and its name.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use kaban_atlas::pack::Pack;
use kaban_proto::ids::Hash32;
use kaban_proto::sign::VerifyKey;
use sha2::{Digest, Sha256};

use crate::error::{AppError, Kind, Result};

/// Largest pack taken in, bytes.
pub(super) const PACK_BYTES_MAX: u64 = kaban_proto::relay_api::BLOB_BYTES_MAX;
/// How a pack's file name ends.
pub(super) const ENDING: &str = ".kpack.pmtiles";
/// Longest district in a file name, in characters.
const DISTRICT_CHARS_MAX: usize = 40;

/// A pack file that is in order.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    /// SHA-256 of the whole file.
    pub hash: Hash32,
    pub bytes: u64,
    pub root: [u8; 32],
    /// Whose good signature it carries.
    pub signer: Option<VerifyKey>,
    /// `YYYY-MM-DD`.
    pub data_date: Option<String>,
}

impl Sound {
    /// `<district>-<yyyymmdd>-<hash8>.kpack.pmtiles`: a new name for every version.
    pub fn file_name(&self, district: &str) -> String {
        let day = match digits_of(self.data_date.as_deref()) {
            0 => "undated".to_owned(),
            day => format!("{day:08}"),
        };
        let hash = self.hash.to_string();
        format!("{district}-{day}-{}{ENDING}", &hash[..8])
    }
}

/// Reads a whole pack and checks everything that can be checked without knowing the members.
pub(super) fn inspect(path: &Path) -> Result<Sound> {
    let pack = open(path)?;
    let (hash, bytes) = hash_of(path)?;
    Ok(Sound {
        hash,
        bytes,
        root: pack.root(),
        signer: pack.signed_by().0.map(VerifyKey::from_bytes),
        data_date: pack.meta().data_date.clone(),
    })
}

/// Opens a pack; what is wrong with it names the file.
pub(super) fn open(path: &Path) -> Result<Pack> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Pack::open(BufReader::new(file)).map_err(|error| {
        let kind = match error {
            kaban_atlas::Error::TooNew { .. } => Kind::TooNew,
            _ => Kind::BadInput,
        };
        AppError::new(kind, format!("{}: {error}", path.display()))
    })
}

/// SHA-256 and length of a file.
pub(super) fn hash_of(path: &Path) -> Result<(Hash32, u64)> {
    let cannot = |error: std::io::Error| unreadable(path, &error);
    let mut file = File::open(path).map_err(cannot)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer).map_err(cannot)? {
            0 => return Ok((Hash32::from_bytes(hasher.finalize().into()), bytes)),
            got => {
                hasher.update(&buffer[..got]);
                bytes += got as u64;
            }
        }
    }
}

/// The district in a file's name, such as `sosa` of `Sosa-20261101-0a1b2c3d.kpack.pmtiles`.
pub(super) fn district_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let mut parts: Vec<&str> = stem.split('-').collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_stamp(part)) {
        parts.pop();
    }
    let kept: String = parts
        .join("-")
        .to_ascii_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .take(DISTRICT_CHARS_MAX)
        .collect();
    match kept.trim_matches('-') {
        "" => "district".to_owned(),
        kept => kept.to_owned(),
    }
}

/// A day, a hash, or the word for no day.
fn is_stamp(part: &str) -> bool {
    let hexadecimal = part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal || part == "undated"
}

/// `2026-11-01` as 20261101; 0 for no day, or none of that shape.
pub(super) fn digits_of(day: Option<&str>) -> u32 {
    let digits: String = day.unwrap_or_default().split('-').collect();
    let plain = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        digits.parse().unwrap_or(0)
    } else {
        0
    }
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> AppError {
    AppError::input(format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_is_read_off_any_file_name() {
        for (name, district) in [
            ("sosa.kpack.pmtiles", "sosa"),
            ("Sosa-Asahi-20261101-0a1b2c3d.kpack.pmtiles", "sosa-asahi"),
            ("sosa-undated-0a1b2c3d.kpack.pmtiles", "sosa"),
            ("匝瑳.kpack.pmtiles", "district"),
            ("20261101.kpack.pmtiles", "20261101"),
            ("--.pmtiles", "district"),
            ("..", "district"),
        ] {
            assert_eq!(district_of(Path::new(name)), district, "{name}");
        }
    }

    #[test]
    fn a_day_is_eight_digits_or_nothing() {
        assert_eq!(digits_of(Some("2026-11-01")), 20_261_101);
        for odd in [
            None,
            Some(""),
            Some("2026-11"),
            Some("+026-11-01"),
            Some("soon"),
        ] {
            assert_eq!(digits_of(odd), 0);
        }
    }
}
