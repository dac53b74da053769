//! Whether a raw deflate stream can begin with these bytes, told by its head alone (RFC 1951
//! §3.2.3): what is refused here, every unpacker refuses, and trying it would take a hundred times
//! as long.

/// Lengths of the code that describes the other codes, in the order in which a stream gives them.
const LENGTHS_MAX: usize = 19;

/// Whether to try.
pub(super) fn may_begin_stream(bytes: &[u8]) -> bool {
    match (bits(bytes, 1, 2), bytes) {
        (0, [_, a, b, c, d, ..]) => (*a, *b) == (!*c, !*d),
        (1, _) => true,
        (2, _) => dynamic_head(bytes),
        _ => false,
    }
}

/// The code that describes the others is a whole one, or names one length alone.
fn dynamic_head(bytes: &[u8]) -> bool {
    let given = bits(bytes, 13, 4) + 4;
    if bytes.len() * 8 < 17 + 3 * given {
        return false;
    }
    let lengths = (0..given.min(LENGTHS_MAX)).map(|at| bits(bytes, 17 + 3 * at, 3));
    let (mut named, mut shares) = (0, 0);
    for length in lengths.filter(|length| *length > 0) {
        named += 1;
        // Of the whole, in 1/128: a code of length n takes 1/2^n.
        shares += 128 >> length;
    }
    shares == 128 || named < 2
}

/// `count` bits from bit `from` on, the lowest first; those past the end are zero.
fn bits(bytes: &[u8], from: usize, count: usize) -> usize {
    (0..count)
        .map(|at| from + at)
        .map(|at| {
            bytes
                .get(at / 8)
                .map_or(0, |byte| usize::from(byte >> (at % 8) & 1))
        })
        .enumerate()
        .fold(0, |sum, (at, bit)| sum | bit << at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use flate2::{Compression, Decompress, FlushDecompress};
    use rand::{RngExt, SeedableRng};
    use std::io::Write;

    #[test]
    fn whatever_a_packer_writes_is_tried() {
        for level in 0..=9 {
            for length in [1, 7, 100, 5_000] {
                let text: Vec<u8> = (0..length).map(|at: usize| (at * at % 251) as u8).collect();
                let mut packed =
                    flate2::write::DeflateEncoder::new(Vec::new(), Compression::new(level));
                packed.write_all(&text).unwrap();
                assert!(may_begin_stream(&packed.finish().unwrap()));
            }
        }
    }

    #[test]
    fn what_is_not_tried_unpacks_to_nothing() {
        let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(10);
        let bytes: Vec<u8> = (0..60_000).map(|_| chance.random()).collect();
        let mut unpack = Decompress::new(false);
        let mut buffer = vec![0; 4_096];
        let mut tried = 0;
        for offset in 0..bytes.len() {
            let rest = &bytes[offset..];
            if may_begin_stream(rest) {
                tried += 1;
                continue;
            }
            unpack.reset(false);
            let _ = unpack.decompress(rest, &mut buffer, FlushDecompress::Finish);
            assert_eq!(unpack.total_out(), 0, "at {offset}");
        }
        assert!(tried * 3 < bytes.len(), "{tried} tried");
    }
}
