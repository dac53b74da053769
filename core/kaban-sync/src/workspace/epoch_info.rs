//! What a device knows of an epoch without any key: whom it is sealed to, what its key is checked
//! against, what came before, and what was found out about it.

use std::collections::BTreeSet;

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DocTag, EpochId, Hash32, MemberId};
use kaban_vault::kbox::Key;

use crate::epoch::{self, EpochBody, EpochKeys};
use crate::seal::derive_public;

/// An epoch as it was published, without any key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EpochInfo {
    pub id: EpochId,
    pub hash: Hash32,
    pub members_head: Hash32,
    pub readers: Readers,
    /// Earlier epochs, and whether their key came along.
    pub parents: Vec<(EpochId, bool)>,
    pub dealing: Dealing,
}

/// What is known of how an epoch's maker dealt out the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dealing {
    /// Nothing: its key is not held here, or nobody has looked.
    Unchecked = 0,
    /// Every reader was given the key.
    Fair = 1,
    /// Somebody was given a wrong one: nothing is written under it, its key is kept to read with.
    Foul = 2,
}

/// Whom an epoch is sealed to, and what its key is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// People, and the public half of the group's pair.
    Group {
        public: [u8; 32],
        members: BTreeSet<MemberId>,
    },
    /// Groups, each at one of its epochs, and the commitment to the document's key.
    Doc {
        commitment: [u8; 32],
        groups: BTreeSet<(DocTag, EpochId)>,
    },
}

/// Whether whoever holds this epoch's key can reach every other one, given those that no epoch
/// carries: each is this one, or was sealed to all the same readers itself.
pub(super) fn is_whole<'a>(
    info: &EpochInfo,
    loose: impl IntoIterator<Item = &'a EpochInfo>,
) -> bool {
    let reached = |other: &EpochInfo| other.id == info.id || other.readers.include(&info.readers);
    loose.into_iter().all(reached)
}

impl Readers {
    /// Whether everybody of `others` is among these.
    fn include(&self, others: &Self) -> bool {
        match (self, others) {
            (
                Self::Group { members, .. },
                Self::Group {
                    members: others, ..
                },
            ) => members.is_superset(others),
            (Self::Doc { groups, .. }, Self::Doc { groups: others, .. }) => {
                groups.is_superset(others)
            }
            _ => false,
        }
    }
}

impl EpochInfo {
    pub(super) fn of(envelope: &SealedEnvelope, body: &EpochBody) -> Self {
        let readers = match &body.keys {
            EpochKeys::Group { public, sealed } => Readers::Group {
                public: *public,
                members: sealed.iter().map(|(to, _)| *to).collect(),
            },
            EpochKeys::Doc { commitment, sealed } => Readers::Doc {
                commitment: *commitment,
                groups: sealed
                    .iter()
                    .map(|(tag, epoch, _)| (*tag, *epoch))
                    .collect(),
            },
        };
        Self {
            id: epoch::opened_by(envelope),
            hash: envelope.hash(),
            members_head: envelope.header().members_head,
            readers,
            parents: body
                .parents
                .iter()
                .map(|p| (p.epoch, !p.boxed.is_empty()))
                .collect(),
            dealing: Dealing::Unchecked,
        }
    }

    /// The public half, if it is a group's.
    pub(super) fn public(&self) -> Option<[u8; 32]> {
        match &self.readers {
            Readers::Group { public, .. } => Some(*public),
            Readers::Doc { .. } => None,
        }
    }

    /// Whether this is the key of the epoch.
    pub(super) fn proves(&self, tag: DocTag, key: &Key) -> bool {
        match &self.readers {
            Readers::Group { public, .. } => derive_public(key).as_ref() == Ok(public),
            Readers::Doc { commitment, .. } => epoch::commit(tag, key) == *commitment,
        }
    }
}

impl Wire for EpochInfo {
    fn put(&self, w: &mut Writer) {
        let Self {
            id,
            hash,
            members_head,
            readers,
            parents,
            dealing,
        } = self;
        id.put(w);
        hash.put(w);
        members_head.put(w);
        match readers {
            Readers::Group { public, members } => {
                1_u8.put(w);
                public.put(w);
                w.length(members.len());
                members.iter().for_each(|member| member.put(w));
            }
            Readers::Doc { commitment, groups } => {
                3_u8.put(w);
                commitment.put(w);
                w.length(groups.len());
                for (tag, epoch) in groups {
                    tag.put(w);
                    epoch.put(w);
                }
            }
        }
        w.length(parents.len());
        for (id, boxed) in parents {
            id.put(w);
            boxed.put(w);
        }
        (*dealing as u8).put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (id, hash, members_head) = (Wire::take(r)?, Wire::take(r)?, Wire::take(r)?);
        let bad = r.error("kind of epoch");
        let readers = match u8::take(r)? {
            1 => {
                let public = Wire::take(r)?;
                let count = r.length(epoch::RECIPIENTS_MAX, "recipients")?;
                let members = (0..count)
                    .map(|_| Wire::take(r))
                    .collect::<Result<_, _>>()?;
                Readers::Group { public, members }
            }
            3 => {
                let commitment = Wire::take(r)?;
                let count = r.length(epoch::GROUPS_MAX, "groups")?;
                let groups = (0..count)
                    .map(|_| Ok((Wire::take(r)?, Wire::take(r)?)))
                    .collect::<Result<_, DecodeError>>()?;
                Readers::Doc { commitment, groups }
            }
            _ => return Err(bad),
        };
        let count = r.length(epoch::PARENTS_MAX, "earlier epochs")?;
        let parents = (0..count)
            .map(|_| Ok((Wire::take(r)?, Wire::take(r)?)))
            .collect::<Result<_, DecodeError>>()?;
        let bad = r.error("how the keys were dealt");
        let dealing = match u8::take(r)? {
            0 => Dealing::Unchecked,
            1 => Dealing::Fair,
            2 => Dealing::Foul,
            _ => return Err(bad),
        };
        Ok(Self {
            id,
            hash,
            members_head,
            readers,
            parents,
            dealing,
        })
    }
}
