//! What a device knows of an epoch without any key: whom it is sealed to, and what came before.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DocTag, EpochId, Hash32, MemberId};

use crate::epoch::{self, EpochBody, EpochKeys};

/// An epoch as it was published, without any key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EpochInfo {
    pub id: EpochId,
    pub hash: Hash32,
    pub members_head: Hash32,
    pub readers: Readers,
    /// Earlier epochs, and whether their key came along.
    pub parents: Vec<(EpochId, bool)>,
}

/// Whom an epoch is sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// People, and the public half of the group's pair.
    Group {
        public: [u8; 32],
        members: BTreeSet<MemberId>,
    },
    /// Groups, each at one of its epochs.
    Doc { groups: BTreeSet<(DocTag, EpochId)> },
}

/// Whether whoever holds this epoch's key can reach every other one: through boxed keys, or
/// because the other was sealed to all the same readers itself.
pub(super) fn is_whole(info: &EpochInfo, epochs: &[EpochInfo]) -> bool {
    let by_id: BTreeMap<EpochId, &EpochInfo> = epochs.iter().map(|info| (info.id, info)).collect();
    let mut reached = BTreeSet::from([info.id]);
    let mut open: Vec<&EpochInfo> = epochs
        .iter()
        .filter(|other| other.id == info.id || other.readers.include(&info.readers))
        .collect();
    reached.extend(open.iter().map(|other| other.id));
    while let Some(info) = open.pop() {
        for (parent, _) in info.parents.iter().filter(|(_, boxed)| *boxed) {
            if reached.insert(*parent)
                && let Some(info) = by_id.get(parent)
            {
                open.push(info);
            }
        }
    }
    epochs.iter().all(|other| {
        reached.contains(&other.id) || other.parents.iter().any(|(id, _)| *id == info.id)
    })
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
            (Self::Doc { groups }, Self::Doc { groups: others }) => groups.is_superset(others),
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
            EpochKeys::Doc { sealed } => Readers::Doc {
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
            Readers::Doc { groups } => {
                2_u8.put(w);
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
            2 => {
                let count = r.length(epoch::RECIPIENTS_MAX, "groups")?;
                let groups = (0..count)
                    .map(|_| Ok((Wire::take(r)?, Wire::take(r)?)))
                    .collect::<Result<_, DecodeError>>()?;
                Readers::Doc { groups }
            }
            _ => return Err(bad),
        };
        let count = r.length(epoch::PARENTS_MAX, "earlier epochs")?;
        let parents = (0..count)
            .map(|_| Ok((Wire::take(r)?, Wire::take(r)?)))
            .collect::<Result<_, DecodeError>>()?;
        Ok(Self {
            id,
            hash,
            members_head,
            readers,
            parents,
        })
    }
}
