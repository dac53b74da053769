//! Public blobs: files that everybody of an association may have, which are no secret and no envelope.
//!
//! A blob is named by the SHA-256 of its bytes and comes with a descriptor that its publisher signs. The relay takes it
//! piece by piece, in order, and shows it once all of it is there and has its hash; devices fetch it by ranges. Maps go
//! this way. Nothing of a patient does, and no type of one is here to be put in.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::ids::{DeviceId, Hash32, WorkspaceId};
use crate::sign::{BadSignature, Signature, SigningKey, VerifyKey};

/// Most bytes of one piece, up or down: half a minute at 64 kbit/s.
pub const BLOB_PIECE_BYTES_MAX: usize = 256 << 10;
/// Most bytes of any blob, whatever a relay is set to.
pub const BLOB_BYTES_MAX: u64 = 1 << 30;
/// Longest name of a blob, in bytes.
pub const BLOB_NAME_BYTES_MAX: usize = 100;
/// Most descriptors of one list.
pub const BLOB_LIST_MAX: usize = 1024;
const DOMAIN: &str = "kaban/blob/1";

/// What a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BlobKind {
    /// A district pack of `kaban-atlas`.
    DistrictPack,
    /// A kind of a newer version.
    Unknown(u16),
}

impl Wire for BlobKind {
    fn put(&self, w: &mut Writer) {
        match self {
            Self::DistrictPack => 1,
            Self::Unknown(code) => *code,
        }
        .put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match u16::take(r)? {
            1 => Self::DistrictPack,
            code => Self::Unknown(code),
        })
    }
}

/// What a blob is said to be, before anybody signed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobFacts {
    /// SHA-256 of its bytes.
    pub hash: Hash32,
    /// How many bytes it has.
    pub bytes: u64,
    /// What it is.
    pub kind: BlobKind,
    /// Its name, for people and for the file it becomes; lower-case letters, digits and hyphens.
    pub name: String,
    /// Day of the data as `yyyymmdd`, 0 when not known.
    pub data_date: u32,
    /// When its publisher described it, in milliseconds since 1970-01-01 UTC: of two with data of one day the later
    /// counts.
    pub described_ms: u64,
}

impl BlobFacts {
    /// Whether the size and the name are within bounds, and the name is one.
    #[must_use]
    pub fn are_sound(&self) -> bool {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=BLOB_BYTES_MAX).contains(&self.bytes)
            && (1..=BLOB_NAME_BYTES_MAX).contains(&self.name.len())
            && self.name.bytes().all(letter)
    }
}

impl Wire for BlobFacts {
    fn put(&self, w: &mut Writer) {
        let Self {
            hash,
            bytes,
            kind,
            name,
            data_date,
            described_ms,
        } = self;
        hash.put(w);
        bytes.put(w);
        kind.put(w);
        w.bytes(name.as_bytes());
        data_date.put(w);
        described_ms.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start = r.clone();
        let facts = Self {
            hash: Wire::take(r)?,
            bytes: Wire::take(r)?,
            kind: Wire::take(r)?,
            name: take_name(r)?,
            data_date: Wire::take(r)?,
            described_ms: Wire::take(r)?,
        };
        if facts.are_sound() {
            Ok(facts)
        } else {
            Err(start.error("facts of a blob"))
        }
    }
}

fn take_name(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let bad = r.error("name of a blob");
    let bytes = r.bytes(BLOB_NAME_BYTES_MAX, "name of a blob")?;
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| bad)
}

/// A blob and who publishes it where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobDescriptor {
    /// The workspace it is for.
    pub ws: WorkspaceId,
    /// The device that publishes it.
    pub author: DeviceId,
    /// What it is.
    pub facts: BlobFacts,
    /// By the device's identity key, `"kaban/blob/1"` over SHA-256 of all before.
    pub signature: Signature,
}

impl BlobDescriptor {
    /// Signs for a blob.
    #[must_use]
    pub fn sign(ws: WorkspaceId, author: DeviceId, facts: BlobFacts, key: &SigningKey) -> Self {
        let mut descriptor = Self {
            ws,
            author,
            facts,
            signature: Signature::from_bytes([0; 64]),
        };
        descriptor.signature = key.sign(DOMAIN, &[descriptor.signed_hash().as_bytes()]);
        descriptor
    }

    /// Checks the signature; whether the author may publish is the reader's to decide.
    ///
    /// # Errors
    /// When it is not by `author`.
    pub fn verify(&self, author: &VerifyKey) -> Result<(), BadSignature> {
        author.verify(DOMAIN, &[self.signed_hash().as_bytes()], &self.signature)
    }

    fn signed_hash(&self) -> Hash32 {
        let mut w = Writer::new();
        self.put_signed(&mut w);
        Hash32::of(&w.finish())
    }

    fn put_signed(&self, w: &mut Writer) {
        self.ws.put(w);
        self.author.put(w);
        self.facts.put(w);
    }
}

impl Wire for BlobDescriptor {
    fn put(&self, w: &mut Writer) {
        self.put_signed(w);
        self.signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ws: Wire::take(r)?,
            author: Wire::take(r)?,
            facts: Wire::take(r)?,
            signature: Wire::take(r)?,
        })
    }
}

/// The next piece of a blob. An empty one asks how far the relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobPiece {
    /// Of which blob; the same with every piece, so that the relay remembers nothing between two.
    pub descriptor: BlobDescriptor,
    /// Where the piece stands, in bytes from the start.
    pub offset: u64,
    /// At most [`BLOB_PIECE_BYTES_MAX`].
    pub bytes: Vec<u8>,
}

impl Wire for BlobPiece {
    fn put(&self, w: &mut Writer) {
        let Self {
            descriptor,
            offset,
            bytes,
        } = self;
        descriptor.put(w);
        offset.put(w);
        w.bytes(bytes);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            descriptor: Wire::take(r)?,
            offset: Wire::take(r)?,
            bytes: r.bytes(BLOB_PIECE_BYTES_MAX, "piece of a blob")?.to_vec(),
        })
    }
}

/// How far the relay is with a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobState {
    /// Bytes it has; the next piece begins there.
    pub have: u64,
    /// Whether all of it is there, with the right hash, durably, for everybody to fetch.
    pub complete: bool,
}

impl Wire for BlobState {
    fn put(&self, w: &mut Writer) {
        let Self { have, complete } = self;
        have.put(w);
        complete.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            have: Wire::take(r)?,
            complete: Wire::take(r)?,
        })
    }
}

/// The complete blobs of a workspace, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlobList {
    /// At most [`BLOB_LIST_MAX`].
    pub blobs: Vec<BlobDescriptor>,
}

impl Wire for BlobList {
    fn put(&self, w: &mut Writer) {
        w.length(self.blobs.len());
        self.blobs.iter().for_each(|blob| blob.put(w));
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            blobs: r.list(BLOB_LIST_MAX, "list of blobs")?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts() -> impl Strategy<Value = BlobFacts> {
        let numbers = (
            any::<[u8; 32]>(),
            1..=BLOB_BYTES_MAX,
            any::<u16>(),
            any::<u32>(),
        );
        (numbers, "[a-z0-9-]{1,100}").prop_map(|((hash, bytes, kind, data_date), name)| {
            let kind = BlobKind::decode(&kind.encode()).unwrap();
            BlobFacts {
                hash: Hash32::from_bytes(hash),
                bytes,
                kind,
                name,
                data_date,
                described_ms: u64::from(data_date) * 7,
            }
        })
    }

    fn signed(facts: BlobFacts) -> BlobDescriptor {
        let ws = WorkspaceId::from_bytes([1; 16]);
        let author = DeviceId::from_bytes([2; 16]);
        BlobDescriptor::sign(ws, author, facts, &SigningKey::from_seed([3; 32]))
    }

    fn map() -> BlobFacts {
        BlobFacts {
            hash: Hash32::of(b"map"),
            bytes: 3,
            kind: BlobKind::DistrictPack,
            name: "sosa".to_owned(),
            data_date: 20_261_101,
            described_ms: 1_800_000_000_000,
        }
    }

    #[test]
    fn facts_out_of_bounds_do_not_decode() {
        let wrong = [
            BlobFacts { bytes: 0, ..map() },
            BlobFacts {
                bytes: BLOB_BYTES_MAX + 1,
                ..map()
            },
            BlobFacts {
                name: String::new(),
                ..map()
            },
            BlobFacts {
                name: "../etc".to_owned(),
                ..map()
            },
            BlobFacts {
                name: "a".repeat(BLOB_NAME_BYTES_MAX + 1),
                ..map()
            },
        ];
        for facts in wrong {
            assert!(BlobFacts::decode(&facts.encode()).is_err());
        }
        assert_eq!(BlobFacts::decode(&map().encode()), Ok(map()));
    }

    #[test]
    fn a_piece_over_its_cap_does_not_decode() {
        let piece = |length| BlobPiece {
            descriptor: signed(map()),
            offset: 0,
            bytes: vec![0; length],
        };
        assert!(BlobPiece::decode(&piece(BLOB_PIECE_BYTES_MAX).encode()).is_ok());
        assert!(BlobPiece::decode(&piece(BLOB_PIECE_BYTES_MAX + 1).encode()).is_err());
    }

    #[test]
    fn a_signature_holds_for_its_place_and_facts_only() {
        let key = SigningKey::from_seed([3; 32]).verify_key();
        let descriptor = signed(map());
        assert_eq!(descriptor.verify(&key), Ok(()));
        let moved = BlobDescriptor {
            ws: WorkspaceId::from_bytes([9; 16]),
            ..descriptor.clone()
        };
        let dated = BlobDescriptor {
            facts: BlobFacts {
                data_date: 20_270_101,
                ..map()
            },
            ..descriptor.clone()
        };
        let passed_on = BlobDescriptor {
            author: DeviceId::from_bytes([9; 16]),
            ..descriptor
        };
        for other in [moved, dated, passed_on] {
            assert_eq!(other.verify(&key), Err(BadSignature));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(facts in facts(), offset: u64, bytes: Vec<u8>, done: bool) {
            let descriptor = signed(facts);
            let piece = BlobPiece { descriptor: descriptor.clone(), offset, bytes };
            prop_assert_eq!(BlobPiece::decode(&piece.encode()).unwrap(), piece);
            let list = BlobList { blobs: vec![descriptor.clone(), descriptor] };
            prop_assert_eq!(BlobList::decode(&list.encode()).unwrap(), list);
            let state = BlobState { have: offset, complete: done };
            prop_assert_eq!(BlobState::decode(&state.encode()).unwrap(), state);
        }

        #[test]
        fn every_truncation_is_refused(facts in facts()) {
            let bytes = signed(facts).encode();
            for end in 0..bytes.len() {
                prop_assert!(BlobDescriptor::decode(&bytes[..end]).is_err());
            }
        }

        #[test]
        fn what_decodes_has_one_encoding(facts in facts(), at: usize, bit in 0_u32..8) {
            let mut bytes = signed(facts).encode();
            let at = at % bytes.len();
            bytes[at] ^= 1_u8 << bit;
            if let Ok(read) = BlobDescriptor::decode(&bytes) {
                prop_assert_eq!(read.encode(), bytes);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(list) = BlobList::decode(&bytes) {
                prop_assert_eq!(list.encode(), bytes.clone());
            }
            if let Ok(piece) = BlobPiece::decode(&bytes) {
                prop_assert_eq!(piece.encode(), bytes);
            }
        }
    }
}
