//! Gzip with a bound on what comes out, and with nothing in its header that depends on when or where it was written.

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use std::io::{Read, Write};

/// The bytes inside, or `None` when they do not decompress or are more than `bytes_max`.
pub(crate) fn inflate(packed: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed)
        .take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= bytes_max).then_some(bytes)
}

/// The bytes as small as gzip makes them, without time, name or system.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    const UNKNOWN_SYSTEM: u8 = 255;
    let mut encoder = GzBuilder::new()
        .operating_system(UNKNOWN_SYSTEM)
        .write(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing into memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::{deflate, inflate};

    #[test]
    fn what_goes_in_comes_out_up_to_the_bound() {
        let text = b"tiles ".repeat(1_000);
        let packed = deflate(&text);
        assert_eq!(inflate(&packed, 6_000).as_deref(), Some(text.as_slice()));
        assert_eq!(inflate(&packed, 5_999), None);
        assert_eq!(inflate(&packed[..packed.len() - 1], 6_000), None);
        assert_eq!(inflate(b"no gzip", 6_000), None);
    }
}
