//! The plaintext of a file as it passes by: note ‖ count ‖ envelopes, each with its length.

use std::io::{self, Read, Write};

use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{ENVELOPES_MAX, NOTE_BYTES_MAX, wrong};
use crate::error::Error;

/// Longest envelope of a file.
const ENVELOPE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Writes on and hashes what it writes.
pub(super) struct Hashed<'a, W> {
    pub(super) inner: &'a mut W,
    pub(super) hash: Sha256,
}

impl<'a, W: Write> Hashed<'a, W> {
    pub(super) fn new(inner: &'a mut W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }
}

impl<W: Write> Write for Hashed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Reads out the plaintext, one envelope at a time.
pub(super) struct Plaintext<I> {
    ready: Zeroizing<Vec<u8>>,
    at: usize,
    envelopes: I,
    /// Envelopes that were announced and have not come.
    pub(super) left: usize,
    /// Why it ended too early.
    pub(super) failed: Option<Error>,
}

impl<I> Plaintext<I> {
    pub(super) fn new(note: &[u8], count: usize, envelopes: I) -> Self {
        let mut ready = Zeroizing::new(Vec::with_capacity(8 + note.len()));
        ready.extend_from_slice(&length(note.len()));
        ready.extend_from_slice(note);
        ready.extend_from_slice(&length(count));
        Self {
            ready,
            at: 0,
            envelopes,
            left: count,
            failed: None,
        }
    }
}

impl<I: Iterator<Item = Result<Vec<u8>, Error>>> Read for Plaintext<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            let bytes = match self.envelopes.next() {
                Some(Ok(bytes)) if self.left > 0 && bytes.len() <= ENVELOPE_BYTES_MAX => bytes,
                None => return Ok(0),
                Some(Ok(_)) => return self.fail(Error::Internal("an envelope too many")),
                Some(Err(error)) => return self.fail(error),
            };
            self.left -= 1;
            self.at = 0;
            self.ready.clear();
            self.ready.extend_from_slice(&length(bytes.len()));
            self.ready.extend_from_slice(&bytes);
        }
        let count = buffer.len().min(self.ready.len() - self.at);
        buffer[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl<I> Plaintext<I> {
    fn fail(&mut self, error: Error) -> io::Result<usize> {
        self.failed = Some(error);
        Err(io::Error::other("the envelopes ended"))
    }
}

/// Takes the plaintext apart as it comes.
pub(super) struct Parts<'a> {
    each: &'a mut dyn FnMut(SealedEnvelope) -> Result<(), Error>,
    waiting: Zeroizing<Vec<u8>>,
    note: Option<Zeroizing<Vec<u8>>>,
    left: Option<usize>,
    /// What was wrong, with the content or with whoever takes it.
    pub(super) failed: Option<Error>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(each: &'a mut dyn FnMut(SealedEnvelope) -> Result<(), Error>) -> Self {
        Self {
            each,
            waiting: Zeroizing::new(Vec::new()),
            note: None,
            left: None,
            failed: None,
        }
    }

    /// The note, when everything has come and nothing beside it.
    pub(super) fn finish(self) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (self.note, self.left) {
            (Some(note), Some(0)) if self.waiting.is_empty() => Ok(note),
            _ => Err(strange()),
        }
    }

    fn take(&mut self) -> Result<(), Error> {
        let mut at = 0;
        while let Some(said) = number(&self.waiting, at) {
            let Some(left) = self.left else {
                // The note, then the count of what follows.
                if self.note.is_some() {
                    self.left = Some(bounded(said, ENVELOPES_MAX)?);
                    at += 4;
                    continue;
                }
                let end = at + 4 + bounded(said, NOTE_BYTES_MAX)?;
                let Some(note) = self.waiting.get(at + 4..end) else {
                    break;
                };
                self.note = Some(note.to_vec().into());
                at = end;
                continue;
            };
            self.left = Some(left.checked_sub(1).ok_or_else(strange)?);
            let end = at + 4 + bounded(said, ENVELOPE_BYTES_MAX)?;
            let Some(bytes) = self.waiting.get(at + 4..end) else {
                self.left = Some(left);
                break;
            };
            let envelope = SealedEnvelope::decode(bytes).map_err(|_| strange())?;
            at = end;
            (self.each)(envelope)?;
        }
        self.waiting.drain(..at);
        Ok(())
    }
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if let Err(error) = self.take() {
            self.failed = Some(error);
            return Err(io::Error::other("not taken"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

fn bounded(said: usize, most: usize) -> Result<usize, Error> {
    (said <= most).then_some(said).ok_or_else(strange)
}

fn length(count: usize) -> [u8; 4] {
    // Bounded far below by the caller; a longer one does not open.
    u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes()
}

fn strange() -> Error {
    wrong("holds something else than envelopes")
}
