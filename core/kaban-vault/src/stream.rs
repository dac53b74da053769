//! Long files: the STREAM construction over 64 KiB chunks, in constant memory.
//!
//! ```text
//! file  = ver ‖ salt ‖ k_com ‖ chunk 0 ‖ chunk 1 ‖ … ‖ last chunk
//! chunk = ChaCha20-Poly1305(k_enc, nonce = u88 counter, big-endian ‖ final flag, 64 KiB of plaintext, aad = A)
//! ```
//! Key, commitment and `A` are those of [`crate::kbox`] with info "kaban/stream/1" and a fresh salt for each sealing.
//! Only the last chunk carries the final flag, and only the last chunk is shorter than 64 KiB (empty only in an empty
//! file): cutting at a chunk border, dropping, swapping or appending chunks are all refused. There is no padding; whoever
//! needs the length hidden pads before sealing.

use std::io::{self, Read, Write};

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::AeadInOut;
use kaban_proto::random::Random;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::kbox::{HEAD_BYTES, Key, Place, TAG_BYTES, cipher, derive_key, expand, make_salt};

/// Plaintext bytes in every chunk but the last.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Format version, the first byte of a stream.
pub const STREAM_VERSION: u8 = 1;

const INFO: &[u8] = b"kaban/stream/1";

/// Why a stream was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Too short for a head, or of a version this build does not know.
    #[error("not a stream of a known version")]
    Malformed,
    /// The key commitment does not match: another key, another place, or a damaged head.
    #[error("stream belongs to another key or place")]
    WrongKey,
    /// Changed, cut or reordered; `chunk` is the first one that failed.
    #[error("stream was changed or cut at chunk {chunk}")]
    Tampered {
        /// Number of the first chunk that failed, from 0.
        chunk: u64,
    },
    /// More plaintext than the reader allowed.
    #[error("stream is longer than {limit} bytes")]
    TooLong {
        /// The bound given by the reader, in bytes.
        limit: u64,
    },
    /// Reading or writing failed.
    #[error("read or write stream")]
    Io(#[from] io::Error),
}

/// Seals everything `input` gives and returns the number of plaintext bytes.
///
/// # Errors
/// [`StreamError::Io`] only; the output is then incomplete and does not open.
pub fn seal_stream(
    key: &Key,
    place: &Place<'_>,
    input: &mut impl Read,
    output: &mut impl Write,
    rng: &mut dyn Random,
) -> Result<u64, StreamError> {
    let mut chunk = Zeroizing::new(vec![0_u8; CHUNK_BYTES]);
    let mut next = Zeroizing::new(vec![0_u8; CHUNK_BYTES]);
    let mut filled = fill(input, &mut chunk)?;
    let salt_key = derive_key(key, "kaban/stream-salt", b"");
    let salt = make_salt(&salt_key, &chunk[..filled], rng);
    let aad = place.encode();
    let (enc, com) = expand(key, &salt, INFO, &aad);
    output.write_all(&[STREAM_VERSION])?;
    output.write_all(&salt)?;
    output.write_all(com.expose())?;
    let cipher = cipher(&enc);
    let mut total = 0_u64;
    for number in 0_u64.. {
        let ahead = if filled == CHUNK_BYTES {
            fill(input, &mut next)?
        } else {
            0
        };
        let last = ahead == 0;
        let tag = cipher
            .encrypt_inout_detached(
                &nonce(number, last).into(),
                &aad,
                (&mut chunk[..filled]).into(),
            )
            .expect("a chunk is far below the 256 GiB limit of ChaCha20");
        output.write_all(&chunk[..filled])?;
        output.write_all(&tag)?;
        total += filled as u64;
        if last {
            break;
        }
        std::mem::swap(&mut chunk, &mut next);
        filled = ahead;
    }
    output.flush()?;
    Ok(total)
}

/// How long the stream of so many plaintext bytes is.
#[must_use]
pub fn sealed_bytes(plaintext: u64) -> u64 {
    let chunks = plaintext.div_ceil(CHUNK_BYTES as u64).max(1);
    HEAD_BYTES as u64 + plaintext + chunks * TAG_BYTES as u64
}

/// Opens a stream of at most `limit` plaintext bytes, writing each chunk once it is verified; returns the bytes written.
///
/// What was written before an error is genuine but incomplete, and the caller must throw it away.
///
/// # Errors
/// Any [`StreamError`].
pub fn open_stream(
    key: &Key,
    place: &Place<'_>,
    input: &mut impl Read,
    output: &mut impl Write,
    limit: u64,
) -> Result<u64, StreamError> {
    let mut head = [0_u8; HEAD_BYTES];
    if fill(input, &mut head)? < HEAD_BYTES || head[0] != STREAM_VERSION {
        return Err(StreamError::Malformed);
    }
    let aad = place.encode();
    let (enc, com) = expand(key, &head[1..33], INFO, &aad);
    if !bool::from(com.expose()[..].ct_eq(&head[33..])) {
        return Err(StreamError::WrongKey);
    }
    let cipher = cipher(&enc);
    let mut chunk = Zeroizing::new(vec![0_u8; CHUNK_BYTES + TAG_BYTES]);
    let mut next = Zeroizing::new(vec![0_u8; CHUNK_BYTES + TAG_BYTES]);
    let mut filled = fill(input, &mut chunk)?;
    let mut total = 0_u64;
    for number in 0_u64.. {
        let ahead = if filled == chunk.len() {
            fill(input, &mut next)?
        } else {
            0
        };
        let last = ahead == 0;
        let len = open_chunk(&cipher, &aad, number, last, &mut chunk[..filled])?;
        if last && len == 0 && number > 0 {
            return Err(StreamError::Tampered { chunk: number });
        }
        total += len as u64;
        if total > limit {
            return Err(StreamError::TooLong { limit });
        }
        output.write_all(&chunk[..len])?;
        if last {
            break;
        }
        std::mem::swap(&mut chunk, &mut next);
        filled = ahead;
    }
    output.flush()?;
    Ok(total)
}

/// Opens a stream held in memory and gives its plaintext only when the whole of it is genuine.
///
/// # Errors
/// Any [`StreamError`] but `Io`.
pub fn open_stream_bytes(
    key: &Key,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StreamError> {
    // Reserved once and never grown, because growing would leave unwiped copies behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let mut input = sealed;
    open_stream(key, place, &mut input, &mut *plaintext, sealed.len() as u64)?;
    Ok(plaintext)
}

fn open_chunk(
    cipher: &ChaCha20Poly1305,
    aad: &[u8],
    number: u64,
    last: bool,
    chunk: &mut [u8],
) -> Result<usize, StreamError> {
    let refused = StreamError::Tampered { chunk: number };
    let Some(len) = chunk.len().checked_sub(TAG_BYTES) else {
        return Err(refused);
    };
    let (content, tag) = chunk.split_at_mut(len);
    let tag: [u8; TAG_BYTES] = (&*tag).try_into().expect("split at the length of a tag");
    cipher
        .decrypt_inout_detached(
            &nonce(number, last).into(),
            aad,
            content.into(),
            &tag.into(),
        )
        .map_err(|_| refused)?;
    Ok(len)
}

fn nonce(number: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// Reads until the buffer is full or the input ends.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kbox::Namespace;
    use kaban_proto::random::OsRandom;

    const HERE: Place<'_> = Place {
        namespace: Namespace::File,
        key_id: [0; 16],
        place: b"handover",
    };

    fn sealed(len: usize) -> (Key, Vec<u8>, Vec<u8>) {
        let key = Key::from_bytes([4; 32]);
        let text: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
        let mut out = Vec::new();
        seal_stream(&key, &HERE, &mut &text[..], &mut out, &mut OsRandom).unwrap();
        (key, text, out)
    }

    #[test]
    fn lengths_around_the_chunk_border_come_back() {
        for len in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            2 * CHUNK_BYTES,
            3 * CHUNK_BYTES + 7,
        ] {
            let (key, text, out) = sealed(len);
            let chunks = len.div_ceil(CHUNK_BYTES).max(1);
            assert_eq!(out.len(), HEAD_BYTES + len + chunks * TAG_BYTES);
            assert_eq!(out.len() as u64, sealed_bytes(len as u64));
            assert_eq!(
                open_stream_bytes(&key, &HERE, &out).unwrap().as_slice(),
                &text[..]
            );
        }
    }

    #[test]
    fn cutting_at_or_near_a_chunk_border_is_refused() {
        let (key, _, out) = sealed(3 * CHUNK_BYTES);
        let whole = CHUNK_BYTES + TAG_BYTES;
        for cut in [
            0,
            1,
            HEAD_BYTES - 1,
            HEAD_BYTES,
            HEAD_BYTES + whole,
            HEAD_BYTES + 2 * whole,
            HEAD_BYTES + 2 * whole + 1,
            out.len() - 1,
        ] {
            assert!(
                open_stream_bytes(&key, &HERE, &out[..cut]).is_err(),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn swapped_repeated_and_appended_chunks_are_refused() {
        let (key, _, out) = sealed(3 * CHUNK_BYTES);
        let whole = CHUNK_BYTES + TAG_BYTES;
        let (head, body) = out.split_at(HEAD_BYTES);
        let parts: Vec<&[u8]> = body.chunks(whole).collect();
        for order in [
            vec![1, 0, 2],
            vec![0, 0, 2],
            vec![0, 2],
            vec![0, 1, 2, 2],
            vec![2],
        ] {
            let mut forged = head.to_vec();
            order
                .iter()
                .for_each(|n| forged.extend_from_slice(parts[*n]));
            assert!(matches!(
                open_stream_bytes(&key, &HERE, &forged),
                Err(StreamError::Tampered { .. })
            ));
        }
        let mut longer = out.clone();
        longer.push(0);
        assert!(open_stream_bytes(&key, &HERE, &longer).is_err());
    }

    #[test]
    fn another_key_another_place_and_a_damaged_head_are_refused() {
        let (key, _, mut out) = sealed(10);
        let other = Key::from_bytes([5; 32]);
        assert!(matches!(
            open_stream_bytes(&other, &HERE, &out),
            Err(StreamError::WrongKey)
        ));
        let there = Place {
            place: b"elsewhere",
            ..HERE
        };
        assert!(matches!(
            open_stream_bytes(&key, &there, &out),
            Err(StreamError::WrongKey)
        ));
        for at in 0..out.len() {
            out[at] ^= 1;
            assert!(open_stream_bytes(&key, &HERE, &out).is_err());
            out[at] ^= 1;
        }
    }

    #[test]
    fn a_stream_longer_than_allowed_stops_early() {
        let (key, _, out) = sealed(2 * CHUNK_BYTES);
        let mut written = Vec::new();
        let result = open_stream(&key, &HERE, &mut &out[..], &mut written, 1000);
        assert!(matches!(result, Err(StreamError::TooLong { limit: 1000 })));
        assert!(written.is_empty());
    }

    #[test]
    fn each_sealing_has_its_own_salt() {
        assert_ne!(sealed(10).2[1..33], sealed(10).2[1..33]);
    }
}
