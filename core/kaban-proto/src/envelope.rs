//! The sealed envelope: the only form in which anything a person wrote leaves a device.
//!
//! The header is in clear and of fixed layout; the body is opaque here. The device's signature covers both, and
//! `prev` and `seq` make every (document, author) pair a chain in which nothing can be dropped, reordered or put
//! in. Data, epochs and records ride the same chains, outbox, pull vector and receipt.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::digest::sha256;
use crate::error::Error;
use crate::ids::{DeviceId, DocTag, EpochId, Hash32, WorkspaceId};
use crate::sign::{BadSignature, Signature, SigningKey, VerifyKey};

/// Largest body, in bytes (1 MiB).
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Size of an encoded header, in bytes.
pub const HEADER_BYTES: usize = 4 + 1 + 3 * 16 + 8 + 32 + 16 + 32;
/// What an envelope adds to its body, in bytes: header, length, signature.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + 4 + 64;

const MAGIC: &[u8; 4] = b"KBN1";
const DOMAIN: &str = "kaban/env/1";

/// What the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A change of a document, or items of a signed item set.
    Data = 1,
    /// A new key period of a document or group.
    Epoch = 2,
    /// A record of the workspace's record log: always in [`DocTag::RECORDS`], and nothing else is there.
    Record = 3,
}

/// The part of an envelope that the relay reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the body is.
    pub kind: Kind,
    /// The workspace it belongs to.
    pub ws: WorkspaceId,
    /// The document it changes.
    pub doc: DocTag,
    /// The device that signed it.
    pub author: DeviceId,
    /// Place in the chain of (doc, author): from 1, without gaps.
    pub seq: u64,
    /// Hash of the envelope before it in that chain, [`Hash32::ZERO`] for `seq` 1.
    pub prev: Hash32,
    /// The key period its body is sealed under.
    pub epoch: EpochId,
    /// The record whose ancestors say who was a member when it was written; [`Hash32::ZERO`] for the genesis.
    pub members_head: Hash32,
}

impl Header {
    /// The fixed layout `"KBN1" ‖ kind ‖ ws ‖ doc ‖ author ‖ seq ‖ prev ‖ epoch ‖ members_head`.
    #[must_use]
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let Self {
            kind,
            ws,
            doc,
            author,
            seq,
            prev,
            epoch,
            members_head,
        } = self;
        let mut out = [0; HEADER_BYTES];
        let mut at = 0;
        for part in [
            MAGIC.as_slice(),
            &[*kind as u8],
            ws.as_bytes(),
            doc.as_bytes(),
            author.as_bytes(),
            &seq.to_be_bytes(),
            prev.as_bytes(),
            epoch.as_bytes(),
            members_head.as_bytes(),
        ] {
            out[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        out
    }

    /// The rules a header must keep by itself.
    fn check(&self) -> Result<(), Error> {
        if (self.kind == Kind::Record) != (self.doc == DocTag::RECORDS) {
            return Err(Error::KindAndDocument);
        }
        if self.seq == 0 || (self.seq == 1) != (self.prev == Hash32::ZERO) {
            return Err(Error::SeqAndPrevious);
        }
        Ok(())
    }
}

impl Wire for Header {
    fn put(&self, w: &mut Writer) {
        w.raw(&self.bytes());
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.clone();
        if r.array::<4>("envelope magic")? != *MAGIC {
            return Err(start.error("envelope magic"));
        }
        let kind = match u8::take(r)? {
            1 => Kind::Data,
            2 => Kind::Epoch,
            3 => Kind::Record,
            _ => return Err(start.error("envelope kind")),
        };
        let header = Self {
            kind,
            ws: Wire::take(r)?,
            doc: Wire::take(r)?,
            author: Wire::take(r)?,
            seq: Wire::take(r)?,
            prev: Wire::take(r)?,
            epoch: Wire::take(r)?,
            members_head: Wire::take(r)?,
        };
        match header.check() {
            Ok(()) => Ok(header),
            Err(Error::KindAndDocument) => Err(start.error("envelope kind in that document")),
            Err(_) => Err(start.error("envelope sequence")),
        }
    }
}

/// A signed header with its sealed body. It exists only with a well-formed header and a body within the cap;
/// whether the signature is good is asked with [`SealedEnvelope::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct SealedEnvelope {
    header: Header,
    body: Vec<u8>,
    signature: Signature,
    hash: Hash32,
}

impl SealedEnvelope {
    /// Signs a header and its sealed body with the device's identity key.
    ///
    /// # Errors
    /// When the body is over [`BODY_BYTES_MAX`] or the header breaks its own rules.
    pub fn sign(header: Header, body: Vec<u8>, key: &SigningKey) -> Result<Self, Error> {
        if body.len() > BODY_BYTES_MAX {
            return Err(Error::BodyTooLarge { bytes: body.len() });
        }
        header.check()?;
        let signature = key.sign(DOMAIN, &[&header.bytes(), Hash32::of(&body).as_bytes()]);
        Ok(Self::assemble(header, body, signature))
    }

    fn assemble(header: Header, body: Vec<u8>, signature: Signature) -> Self {
        let mut len = Writer::new();
        len.length(body.len());
        let hash = sha256(&[&header.bytes(), &len.finish(), &body, signature.as_bytes()]);
        Self {
            header,
            body,
            signature,
            hash,
        }
    }

    /// The part in clear.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The sealed part.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The device's signature.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// SHA-256 of the whole encoding: the name of this envelope.
    #[must_use]
    pub fn hash(&self) -> Hash32 {
        self.hash
    }

    /// Size of the encoding, in bytes.
    #[must_use]
    pub fn wire_bytes(&self) -> usize {
        OVERHEAD_BYTES + self.body.len()
    }

    /// Checks the device's signature over header and body.
    ///
    /// # Errors
    /// When it is not by `key`.
    pub fn verify(&self, key: &VerifyKey) -> Result<(), BadSignature> {
        key.verify(
            DOMAIN,
            &[&self.header.bytes(), Hash32::of(&self.body).as_bytes()],
            &self.signature,
        )
    }
}

impl std::fmt::Debug for SealedEnvelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Header {
            kind,
            doc,
            author,
            seq,
            ..
        } = self.header;
        write!(
            f,
            "SealedEnvelope({kind:?} {doc} {author} #{seq}, {} B)",
            self.body.len()
        )
    }
}

impl Wire for SealedEnvelope {
    fn put(&self, w: &mut Writer) {
        self.header.put(w);
        w.bytes(&self.body);
        self.signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let header = Header::take(r)?;
        let body = r.bytes(BODY_BYTES_MAX, "envelope body")?.to_vec();
        let signature = Signature::take(r)?;
        Ok(Self::assemble(header, body, signature))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(seq: u64, prev: Hash32) -> Header {
        Header {
            kind: Kind::Data,
            ws: WorkspaceId::from_bytes([1; 16]),
            doc: DocTag::from_bytes([2; 16]),
            author: DeviceId::from_bytes([3; 16]),
            seq,
            prev,
            epoch: EpochId::from_bytes([4; 16]),
            members_head: Hash32::of(b"head"),
        }
    }

    fn envelope(body: &[u8]) -> SealedEnvelope {
        SealedEnvelope::sign(
            header(1, Hash32::ZERO),
            body.to_vec(),
            &SigningKey::from_seed([9; 32]),
        )
        .unwrap()
    }

    #[test]
    fn the_header_has_its_documented_layout() {
        let bytes = header(0x0102, Hash32::of(b"prev")).bytes();
        assert_eq!(HEADER_BYTES, 141);
        assert_eq!(&bytes[..5], b"KBN1\x01");
        assert_eq!(&bytes[53..61], &[0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(&bytes[109..], Hash32::of(b"head").as_bytes());
    }

    #[test]
    fn the_hash_names_the_whole_encoding() {
        let envelope = envelope(b"sealed");
        assert_eq!(envelope.hash(), Hash32::of(&envelope.encode()));
        assert_eq!(envelope.wire_bytes(), envelope.encode().len());
    }

    #[test]
    fn only_the_signing_device_verifies() {
        let envelope = envelope(b"sealed");
        assert_eq!(
            envelope.verify(&SigningKey::from_seed([9; 32]).verify_key()),
            Ok(())
        );
        assert_eq!(
            envelope.verify(&SigningKey::from_seed([8; 32]).verify_key()),
            Err(BadSignature)
        );
    }

    #[test]
    fn a_body_over_the_cap_is_refused_both_ways() {
        let key = SigningKey::from_seed([9; 32]);
        let at_cap =
            SealedEnvelope::sign(header(1, Hash32::ZERO), vec![0; BODY_BYTES_MAX], &key).unwrap();
        let over = SealedEnvelope::sign(header(1, Hash32::ZERO), vec![0; BODY_BYTES_MAX + 1], &key);
        assert_eq!(
            over,
            Err(Error::BodyTooLarge {
                bytes: BODY_BYTES_MAX + 1
            })
        );
        let mut bytes = at_cap.encode();
        bytes[HEADER_BYTES..HEADER_BYTES + 4]
            .copy_from_slice(&(BODY_BYTES_MAX as u32 + 1).to_be_bytes());
        bytes.push(0);
        assert_eq!(
            SealedEnvelope::decode(&bytes).unwrap_err().what,
            "envelope body"
        );
    }

    #[test]
    fn records_and_the_record_log_belong_together() {
        let key = SigningKey::from_seed([9; 32]);
        let stray = Header {
            kind: Kind::Record,
            ..header(1, Hash32::ZERO)
        };
        let intruder = Header {
            doc: DocTag::RECORDS,
            ..header(1, Hash32::ZERO)
        };
        assert_eq!(
            SealedEnvelope::sign(stray, vec![], &key),
            Err(Error::KindAndDocument)
        );
        assert_eq!(
            SealedEnvelope::sign(intruder, vec![], &key),
            Err(Error::KindAndDocument)
        );
    }

    #[test]
    fn a_chain_starts_at_one_without_a_previous_envelope() {
        let key = SigningKey::from_seed([9; 32]);
        for (seq, prev) in [(0, Hash32::ZERO), (1, Hash32::of(b"x")), (2, Hash32::ZERO)] {
            assert_eq!(
                SealedEnvelope::sign(header(seq, prev), vec![], &key),
                Err(Error::SeqAndPrevious)
            );
        }
    }

    proptest! {
        #[test]
        fn an_envelope_reads_back(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let envelope = envelope(&body);
            prop_assert_eq!(SealedEnvelope::decode(&envelope.encode()).unwrap(), envelope);
        }

        #[test]
        fn any_flipped_byte_is_refused_or_fails_to_verify(at in 0_usize..230, mask in 1_u8..) {
            let mut bytes = envelope(&[5; 21]).encode();
            bytes[at] ^= mask;
            if let Ok(flipped) = SealedEnvelope::decode(&bytes) {
                prop_assert_eq!(flipped.encode(), bytes);
                prop_assert!(flipped.verify(&SigningKey::from_seed([9; 32]).verify_key()).is_err());
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = SealedEnvelope::decode(&bytes);
        }
    }
}
