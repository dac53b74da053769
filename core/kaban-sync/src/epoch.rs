//! Key periods. One mechanism, two levels (security-sync.md §4.5):
//! a *group epoch* is an X25519 pair whose private half is sealed to every person of the group;
//! a *document epoch* is a 32-byte key sealed to the public halves of the groups that may read.
//!
//! The key before is boxed under the new one, never the reverse: a new reader can read the past,
//! a removed one cannot read the future.
//!
//! An epoch publishes what its key is checked against (a pair's public half, a document key's
//! commitment), so a wrong key is known at once wherever it comes from. How a key is sealed to a
//! reader follows from the key and the reader alone, so that each reader can check what all the
//! others were given.

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::{Header, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32, MemberId};
use kaban_proto::random::Random;
use kaban_proto::sign::{BadSignature, Signature, SigningKey, VerifyKey};
use kaban_vault::kbox::{self, Key, Namespace, Place, derive_key};

use crate::group::MEMBERS_MAX;
use crate::seal::{SEALED_BYTES, SealError, Sealed, derive_public, derive_sealed, open_key};

const DOMAIN: &str = "kaban/epoch-m/1";
/// Most people a group key is sealed to: those who may be in an association, and as many again
/// for admissions that had not seen each other.
pub const RECIPIENTS_MAX: usize = 2 * MEMBERS_MAX;
/// Most groups a document key is sealed to.
pub const GROUPS_MAX: usize = 16;
/// Most keys of earlier periods one epoch carries.
pub const PARENTS_MAX: usize = 256;

/// The content of one epoch envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct EpochBody {
    /// What is sealed to whom.
    pub keys: EpochKeys,
    /// Epochs this one follows; each one's key is boxed under this one's if its maker held it.
    pub parents: Vec<ParentKey>,
    /// The person who opened the epoch.
    pub member: MemberId,
    /// Their signature over header and everything above.
    pub signature: Signature,
}

/// The keys of an epoch.
#[derive(Clone, PartialEq, Eq)]
pub enum EpochKeys {
    /// A group's pair.
    Group {
        /// The public half.
        public: [u8; 32],
        /// The private half, sealed to each person's key.
        sealed: Vec<(MemberId, Sealed)>,
    },
    /// A document's key.
    Doc {
        /// What the key is checked against: see [`commit`].
        commitment: [u8; 32],
        /// The key, sealed to each group's public half.
        sealed: Vec<(DocTag, EpochId, Sealed)>,
    },
}

/// A link to the epoch before.
#[derive(Clone, PartialEq, Eq)]
pub struct ParentKey {
    /// The epoch before.
    pub epoch: EpochId,
    /// Its key boxed under the new one; empty when the maker of this epoch did not hold it.
    pub boxed: Vec<u8>,
}

impl EpochKeys {
    /// Whether this is the key of the epoch.
    pub fn proves(&self, tag: DocTag, key: &Key) -> bool {
        match self {
            Self::Group { public, .. } => derive_public(key).as_ref() == Ok(public),
            Self::Doc { commitment, .. } => commit(tag, key) == *commitment,
        }
    }
}

impl EpochBody {
    /// Signs the epoch as `member`.
    pub fn sign(
        header: &Header,
        keys: EpochKeys,
        parents: Vec<ParentKey>,
        member: MemberId,
        key: &SigningKey,
    ) -> Self {
        let content = content(&keys, &parents, member);
        let signature = key.sign(DOMAIN, &[&header.bytes(), Hash32::of(&content).as_bytes()]);
        Self {
            keys,
            parents,
            member,
            signature,
        }
    }

    /// Checks the person's signature.
    pub fn verify_member(&self, header: &Header, key: &VerifyKey) -> Result<(), BadSignature> {
        let content = content(&self.keys, &self.parents, self.member);
        let hash = Hash32::of(&content);
        key.verify(DOMAIN, &[&header.bytes(), hash.as_bytes()], &self.signature)
    }
}

/// The name of an epoch: the first 16 bytes of its envelope's hash.
pub fn epoch_id(envelope: Hash32) -> EpochId {
    let mut id = [0; 16];
    id.copy_from_slice(&envelope.as_bytes()[..16]);
    EpochId::from_bytes(id)
}

/// The name of the epoch an envelope opens.
pub fn opened_by(envelope: &SealedEnvelope) -> EpochId {
    epoch_id(envelope.hash())
}

/// What a document's epoch says of its key without giving it away.
pub fn commit(doc: DocTag, key: &Key) -> [u8; 32] {
    *derive_key(key, "kaban/doc-commit/1", doc.as_bytes()).expose()
}

/// Seals a group's private half to one person; zeros when the person's key is none.
pub fn seal_to_member(
    tag: DocTag,
    public: &[u8; 32],
    private: &Key,
    member_kx: &[u8; 32],
) -> Sealed {
    derive_sealed(member_kx, &group_info(tag, public), private).unwrap_or([0; SEALED_BYTES])
}

/// Opens a group's private half with a person's key.
pub fn open_for_member(
    tag: DocTag,
    public: &[u8; 32],
    member_kx: &Key,
    sealed: &Sealed,
) -> Result<Key, SealError> {
    open_key(member_kx, &group_info(tag, public), sealed)
}

/// Seals a document's key to one group; zeros when what the group publishes is no key.
pub fn seal_to_group(doc: DocTag, group: EpochId, group_public: &[u8; 32], key: &Key) -> Sealed {
    derive_sealed(group_public, &doc_info(doc, group), key).unwrap_or([0; SEALED_BYTES])
}

/// Opens a document's key with a group's private half.
pub fn open_for_group(
    doc: DocTag,
    group: EpochId,
    group_private: &Key,
    sealed: &Sealed,
) -> Result<Key, SealError> {
    open_key(group_private, &doc_info(doc, group), sealed)
}

/// Boxes the key of an earlier epoch under the new one.
pub fn box_parent(
    tag: DocTag,
    parent: EpochId,
    parent_key: &Key,
    key: &Key,
    rng: &mut dyn Random,
) -> Vec<u8> {
    let place = Place {
        namespace: Namespace::Keybag,
        key_id: *parent.as_bytes(),
        place: tag.as_bytes(),
    };
    kbox::seal(key, &place, parent_key.expose(), rng)
}

/// Opens the key of an earlier epoch with the newer one.
pub fn open_parent(tag: DocTag, parent: &ParentKey, key: &Key) -> Option<Key> {
    if parent.boxed.is_empty() {
        return None;
    }
    let key_id = *parent.epoch.as_bytes();
    let place = Place {
        namespace: Namespace::Keybag,
        key_id,
        place: tag.as_bytes(),
    };
    let opened = kbox::open(key, &place, &parent.boxed).ok()?;
    Key::from_slice(&opened)
}

fn group_info(tag: DocTag, public: &[u8; 32]) -> Vec<u8> {
    [b"kaban/group-key/1".as_slice(), tag.as_bytes(), public].concat()
}

fn doc_info(doc: DocTag, group: EpochId) -> Vec<u8> {
    [
        b"kaban/doc-key/1".as_slice(),
        doc.as_bytes(),
        group.as_bytes(),
    ]
    .concat()
}

fn content(keys: &EpochKeys, parents: &[ParentKey], member: MemberId) -> Vec<u8> {
    let mut w = Writer::new();
    put_content(keys, parents, member, &mut w);
    w.finish()
}

fn put_content(keys: &EpochKeys, parents: &[ParentKey], member: MemberId, w: &mut Writer) {
    match keys {
        EpochKeys::Group { public, sealed } => {
            1_u8.put(w);
            public.put(w);
            w.length(sealed.len());
            for (to, bytes) in sealed {
                to.put(w);
                w.raw(bytes);
            }
        }
        EpochKeys::Doc { commitment, sealed } => {
            3_u8.put(w);
            commitment.put(w);
            w.length(sealed.len());
            for (group, epoch, bytes) in sealed {
                group.put(w);
                epoch.put(w);
                w.raw(bytes);
            }
        }
    }
    w.length(parents.len());
    for parent in parents {
        parent.epoch.put(w);
        w.bytes(&parent.boxed);
    }
    member.put(w);
}

impl Wire for EpochBody {
    fn put(&self, w: &mut Writer) {
        put_content(&self.keys, &self.parents, self.member, w);
        self.signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad_kind = r.error("kind of epoch");
        let keys = match u8::take(r)? {
            1 => {
                let public = Wire::take(r)?;
                let count = r.length(RECIPIENTS_MAX, "recipients")?;
                let mut sealed = Vec::new();
                for _ in 0..count {
                    sealed.push((Wire::take(r)?, r.array::<SEALED_BYTES>("sealed key")?));
                }
                EpochKeys::Group { public, sealed }
            }
            // 2 was a document's key without its commitment; no release ever wrote it.
            3 => {
                let commitment = Wire::take(r)?;
                let count = r.length(GROUPS_MAX, "groups")?;
                let mut sealed = Vec::new();
                for _ in 0..count {
                    let group = Wire::take(r)?;
                    let epoch = Wire::take(r)?;
                    sealed.push((group, epoch, r.array::<SEALED_BYTES>("sealed key")?));
                }
                EpochKeys::Doc { commitment, sealed }
            }
            _ => return Err(bad_kind),
        };
        let count = r.length(PARENTS_MAX, "earlier epochs")?;
        let mut parents = Vec::new();
        for _ in 0..count {
            let epoch = Wire::take(r)?;
            parents.push(ParentKey {
                epoch,
                boxed: r.bytes(256, "boxed key")?.to_vec(),
            });
        }
        Ok(Self {
            keys,
            parents,
            member: Wire::take(r)?,
            signature: Wire::take(r)?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::hex::encode;

    /// Frozen: a commitment is part of what was signed.
    #[test]
    fn a_commitment_is_what_it_always_was() {
        let doc = DocTag::from_bytes([1; 16]);
        let other = DocTag::from_bytes([2; 16]);
        let key = Key::from_bytes([2; 32]);
        assert_ne!(commit(doc, &key), commit(other, &key));
        assert_eq!(
            encode(&commit(doc, &key)),
            "c25a2d3831db6cb6e536c1d5907da2f12a8fb716ca5fd02e3d307799ea9525bd"
        );
    }

    /// Frozen: the wire form of both kinds.
    #[test]
    fn an_epoch_is_written_as_it_always_was_and_reads_back() {
        let (a, b) = (MemberId::from_bytes([3; 16]), DocTag::from_bytes([4; 16]));
        let parents = vec![ParentKey {
            epoch: EpochId::from_bytes([5; 16]),
            boxed: vec![6; 3],
        }];
        let group = EpochKeys::Group {
            public: [7; 32],
            sealed: vec![(a, [8; SEALED_BYTES])],
        };
        let doc = EpochKeys::Doc {
            commitment: [9; 32],
            sealed: vec![(b, EpochId::from_bytes([10; 16]), [11; SEALED_BYTES])],
        };
        for (keys, hash) in [
            (
                group,
                "14b79907d026fd91182ccdbec16649ed98907e56c229bb4b9a592d7b2c64e942",
            ),
            (
                doc,
                "289bdd061d5cc50163bd1b3eaec81a717df8ff2d98850cf5bc5e1bc2f2a3aa96",
            ),
        ] {
            let body = EpochBody {
                keys,
                parents: parents.clone(),
                member: a,
                signature: Signature::from_bytes([12; 64]),
            };
            let bytes = body.encode();
            assert!(EpochBody::decode(&bytes).unwrap() == body);
            assert_eq!(encode(Hash32::of(&bytes).as_bytes()), hash);
        }
    }

    /// The largest epoch that is ever made fits into one envelope.
    #[test]
    fn an_epoch_for_everybody_that_carries_all_it_may_fits_into_an_envelope() {
        let sealed = (0..RECIPIENTS_MAX).map(|_| (MemberId::from_bytes([0; 16]), [0; 80]));
        let key = Key::from_bytes([1; 32]);
        let tag = DocTag::from_bytes([1; 16]);
        let epoch = EpochId::from_bytes([5; 16]);
        let boxed = box_parent(tag, epoch, &key, &key, &mut kaban_proto::random::OsRandom);
        let parents = (0..PARENTS_MAX).map(|_| ParentKey {
            epoch,
            boxed: boxed.clone(),
        });
        let body = EpochBody {
            keys: EpochKeys::Group {
                public: [7; 32],
                sealed: sealed.collect(),
            },
            parents: parents.collect(),
            member: MemberId::from_bytes([3; 16]),
            signature: Signature::from_bytes([12; 64]),
        };
        assert!(body.encode().len() <= kaban_proto::envelope::BODY_BYTES_MAX);
    }
}
