//! Key periods at work: which epoch is current, and opening a new one when the readers have
//! changed (the coverage auditor).

use std::collections::BTreeSet;
use std::sync::Arc;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId};
use kaban_vault::kbox::Key;
use kaban_vault::store::{EnvelopeState, Tx};

use super::access;
use super::epoch_info::{Dealing, EpochInfo, Readers, is_whole};
use super::epoch_rows::Loose;
use super::{Cx, Session, State};
use crate::epoch::{self, EpochBody, EpochKeys, PARENTS_MAX, ParentKey, epoch_id};
use crate::error::Error;
use crate::group::{DocKey, Group};
use crate::seal::make_keypair;

pub(super) const EPOCHS: &str = "epoch";
pub(super) const GROUP_KEYS: &str = "group_key";
pub(super) const DOC_KEYS: &str = "doc_key";

/// More epochs than this that nobody has carried are carried by the next write, so that no later
/// one has to look at them.
const LOOSE_MAX: usize = 8;

/// The name under which the first record is sealed: it is older than every epoch, and the
/// first epoch of the members' group has its key.
pub(super) const FIRST: EpochId = EpochId::from_bytes([0; 16]);

/// A group's current pair, public half only.
#[derive(Clone, Copy)]
pub(crate) struct GroupNow {
    pub id: EpochId,
    pub public: [u8; 32],
}

/// The private half of a group's pair, if this device holds it.
pub(super) fn group_private(
    tx: &mut Tx<'_>,
    tag: DocTag,
    epoch: EpochId,
) -> Result<Option<Key>, Error> {
    key_row(tx, GROUP_KEYS, tag, epoch)
}

/// Whether an epoch of that name was judged right here, or is the first record's.
pub(super) fn is_judged(tx: &mut Tx<'_>, tag: DocTag, epoch: EpochId) -> Result<bool, Error> {
    let row = tx.get_row(EPOCHS, tag.as_bytes(), epoch.as_bytes())?;
    Ok(epoch == FIRST || row.is_some())
}

pub(super) fn key_row(
    tx: &mut Tx<'_>,
    collection: &str,
    tag: DocTag,
    epoch: EpochId,
) -> Result<Option<Key>, Error> {
    let row = tx.get_row(collection, tag.as_bytes(), epoch.as_bytes())?;
    row.map(|bytes| Key::from_slice(&bytes).ok_or(Error::Internal("a key row of a wrong size")))
        .transpose()
}

impl State {
    pub(crate) fn group_tag(&self, group: Group) -> DocTag {
        group.tag(&self.tag_key)
    }

    pub(crate) fn doc_tag(&self, doc: DocKey) -> DocTag {
        doc.tag(&self.tag_key)
    }

    /// Of several epochs the one whose maker had seen most of the record log, then the one with the
    /// smallest hash. Never by a clock.
    fn newest<'a>(&self, epochs: impl IntoIterator<Item = &'a EpochInfo>) -> Option<&'a EpochInfo> {
        let seen = |info: &EpochInfo| self.log.get(&info.members_head).map_or(0, |r| r.depth);
        epochs
            .into_iter()
            .max_by_key(|info| (seen(info), std::cmp::Reverse(info.hash)))
    }
}

impl Session<'_, '_> {
    /// The current epoch: one that no other follows, that has the right readers, and whose maker
    /// gave each of them the key, as far as can be told here. An older epoch with the same readers
    /// does not count: what was written under the epochs after it would stay closed to whoever
    /// holds only the older key.
    fn current<'a>(
        &mut self,
        tag: DocTag,
        loose: &'a [Loose],
        fits: impl Fn(&EpochInfo) -> bool,
    ) -> Result<Option<&'a EpochInfo>, Error> {
        let mut left: Vec<&EpochInfo> = loose
            .iter()
            .filter(|one| !one.followed && one.info.dealing != Dealing::Foul)
            .map(|one| &one.info)
            .filter(|info| fits(info))
            .collect();
        while let Some(best) = self.state.newest(left.iter().copied()) {
            if self.is_dealt_fairly(tag, best)? {
                return Ok(Some(best));
            }
            left.retain(|info| info.id != best.id);
        }
        Ok(None)
    }

    /// The group's current pair, if one is sealed to exactly the people it should be, and whether
    /// it leads to every other.
    fn group_now(&mut self, group: Group) -> Result<Option<(GroupNow, bool)>, Error> {
        if group == Group::Duty {
            let holder = self.state.association.duty().holder();
            return Ok(holder.map(|link| {
                (
                    GroupNow {
                        id: epoch_id(link.hash),
                        public: link.duty,
                    },
                    true,
                )
            }));
        }
        let wanted = self.state.association.members_of(group);
        let tag = self.state.group_tag(group);
        let loose = self.loose(tag)?;
        // Whoever cannot read every record yet does not know who is in it: the newest key will do.
        let unsure = !self.state.is_read(self.state.head());
        let fits = |info: &EpochInfo| {
            unsure || matches!(&info.readers, Readers::Group { members, .. } if *members == wanted)
        };
        let Some(info) = self.current(tag, &loose, fits)? else {
            return Ok(None);
        };
        let Some(public) = info.public() else {
            return Ok(None);
        };
        let whole = is_whole(info, loose.iter().map(|one| &one.info));
        Ok(Some((
            GroupNow {
                id: info.id,
                public,
            },
            whole,
        )))
    }

    /// The group's current pair; opens a new epoch first when the people have changed.
    pub(crate) fn ensure_group(
        &mut self,
        cx: &mut Cx<'_>,
        group: Group,
    ) -> Result<GroupNow, Error> {
        if let Some((now, _)) = self.group_now(group)? {
            return Ok(now);
        }
        if group == Group::Duty {
            return Err(Error::Rule("nobody is on duty yet"));
        }
        self.open_group_epoch(cx, group)
    }

    /// The newest members' epoch whose key is held here, whomever it is sealed to.
    pub(super) fn newest_members_key(&mut self) -> Result<EpochId, Error> {
        let tag = self.state.group_tag(Group::Members);
        self.newest_held(tag)?
            .ok_or(Error::Internal("no key of the members' group"))
    }

    /// The newest epoch of a document whose key is held here, whoever reads it, and the key.
    pub(super) fn newest_doc_key(&mut self, tag: DocTag) -> Result<Option<(EpochId, Key)>, Error> {
        match self.newest_held(tag)? {
            Some(id) => Ok(key_row(self.tx, DOC_KEYS, tag, id)?.map(|key| (id, key))),
            None => Ok(None),
        }
    }

    fn newest_held(&mut self, tag: DocTag) -> Result<Option<EpochId>, Error> {
        let loose = self.loose(tag)?;
        let ends = loose.iter().filter(|one| one.held && !one.followed);
        let (fair, foul): (Vec<_>, Vec<_>) = ends
            .map(|one| &one.info)
            .partition(|info| info.dealing != Dealing::Foul);
        if let Some(newest) = self.state.newest(fair).or(self.state.newest(foul)) {
            return Ok(Some(newest.id));
        }
        // What is held is followed by epochs that are not.
        let mut held = Vec::new();
        for info in self.all_epochs(tag)? {
            if key_row(self.tx, self.keys_of(tag), tag, info.id)?.is_some() {
                held.push(info);
            }
        }
        let followed: BTreeSet<EpochId> = held
            .iter()
            .flat_map(|info| info.parents.iter().map(|(id, _)| *id))
            .collect();
        let ends = held.iter().filter(|info| !followed.contains(&info.id));
        Ok(self.state.newest(ends).map(|info| info.id))
    }

    fn open_group_epoch(&mut self, cx: &mut Cx<'_>, group: Group) -> Result<GroupNow, Error> {
        let tag = self.state.group_tag(group);
        loop {
            let (private, public) = make_keypair(cx.rng);
            let now = self.publish_group_epoch(cx, group, private, public)?;
            if !self.is_more_to_carry(tag, now.id)? {
                return Ok(now);
            }
        }
    }

    /// Whether keys held here did not fit into the epoch that was just opened.
    fn is_more_to_carry(&mut self, tag: DocTag, newest: EpochId) -> Result<bool, Error> {
        let loose = self.loose(tag)?;
        Ok(loose.iter().any(|one| one.held && one.info.id != newest))
    }

    pub(super) fn publish_group_epoch(
        &mut self,
        cx: &mut Cx<'_>,
        group: Group,
        private: Key,
        public: [u8; 32],
    ) -> Result<GroupNow, Error> {
        let tag = self.state.group_tag(group);
        let mut sealed = Vec::new();
        let association = Arc::clone(&self.state.association);
        for id in association.members_of(group) {
            let info = association
                .member(id)
                .ok_or(Error::Internal("a group names nobody"))?;
            let bytes = epoch::seal_to_member(tag, &public, &private, &info.kx.0);
            sealed.push((id, bytes));
        }
        let keys = EpochKeys::Group { public, sealed };
        let info = self.publish(cx, tag, keys, GROUP_KEYS, &private)?;
        if association
            .members_of(group)
            .contains(&self.state.me.member)
        {
            self.store_group_key(group, tag, info.id, &private)?;
        }
        Ok(GroupNow {
            id: info.id,
            public,
        })
    }

    /// The key and epoch of a document for writing: rotated first when its readers have changed.
    pub(super) fn ensure_doc(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
    ) -> Result<(EpochId, Key), Error> {
        let tag = self.state.doc_tag(doc);
        let wanted = self.wanted_groups(cx, doc)?;
        let set: BTreeSet<(DocTag, EpochId)> =
            wanted.iter().map(|(tag, now)| (*tag, now.id)).collect();
        let loose = self.loose(tag)?;
        // Whoever cannot read every record yet does not know who may read: the newest key will do.
        let unsure = !self.state.is_read(self.state.head());
        let fits = |info: &EpochInfo| {
            unsure || matches!(&info.readers, Readers::Doc { groups, .. } if *groups == set)
        };
        if let Some(info) = self.current(tag, &loose, fits)?
            && let Some(key) = key_row(self.tx, DOC_KEYS, tag, info.id)?
            && (unsure || (loose.len() <= LOOSE_MAX && is_whole(info, held_here(&loose))))
        {
            return Ok((info.id, key));
        }
        self.open_doc_epoch(cx, doc, &wanted)
    }

    /// A document of which somebody was given a wrong key: opened anew for everybody who reads it,
    /// by whoever finds it out and may.
    pub(super) fn heal_doc(&mut self, cx: &mut Cx<'_>, doc: DocKey) -> Result<(), Error> {
        let me = &self.state.me;
        let may = access::may_open_doc(&self.state.association, me.member, me.device, doc);
        if !self.state.is_all_read() || !may || self.state.scope_of(doc).is_none() {
            return Ok(());
        }
        self.settle_heads(cx)?;
        self.ensure_doc(cx, doc).map(drop)
    }

    fn open_doc_epoch(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
        wanted: &[(DocTag, GroupNow)],
    ) -> Result<(EpochId, Key), Error> {
        let tag = self.state.doc_tag(doc);
        loop {
            let key = Key::make(cx.rng);
            let sealed = wanted.iter().map(|(group, now)| {
                let bytes = epoch::seal_to_group(tag, now.id, &now.public, &key);
                (*group, now.id, bytes)
            });
            let keys = EpochKeys::Doc {
                commitment: epoch::commit(tag, &key),
                sealed: sealed.collect(),
            };
            let info = self.publish(cx, tag, keys, DOC_KEYS, &key)?;
            self.store_doc_key(doc, tag, info.id, &key)?;
            if !self.is_more_to_carry(tag, info.id)? {
                return Ok((info.id, key));
            }
        }
    }

    /// Makes sure, without writing to the document, that whoever may read it now can read all of
    /// it: after a TAKE, when the taker holds no key of the past, or has even written already
    /// under a key of their own.
    pub(crate) fn cover(&mut self, cx: &mut Cx<'_>, doc: DocKey) -> Result<(), Error> {
        let tag = self.state.doc_tag(doc);
        let loose = self.loose(tag)?;
        if loose.is_empty() || self.is_open_to_duty(tag, &loose)? || lacks_a_key(&loose) {
            return Ok(());
        }
        self.settle_heads(cx)?;
        let wanted = self.wanted_groups(cx, doc)?;
        self.open_doc_epoch(cx, doc, &wanted).map(drop)
    }

    /// Whether the holder of the bag reaches every epoch: the newest ones are sealed to a Duty
    /// key that passed to them along the chain, and carry the keys of all that came before.
    fn is_open_to_duty(&mut self, tag: DocTag, loose: &[Loose]) -> Result<bool, Error> {
        let duty = self.state.group_tag(Group::Duty);
        let reached = self.state.association.duty().keys_that_pass();
        let open = |info: &EpochInfo| match &info.readers {
            Readers::Doc { groups, .. } => groups
                .iter()
                .any(|(tag, epoch)| *tag == duty && reached.contains(epoch)),
            Readers::Group { .. } => false,
        };
        let newest = self.current(tag, loose, open)?;
        Ok(newest.is_some_and(|info| is_whole(info, loose.iter().map(|one| &one.info))))
    }

    fn wanted_groups(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
    ) -> Result<Vec<(DocTag, GroupNow)>, Error> {
        let association = Arc::clone(&self.state.association);
        let mut wanted = Vec::new();
        for group in doc.readers(&association) {
            let now = self.ensure_group(cx, group)?;
            wanted.push((self.state.group_tag(group), now));
        }
        Ok(wanted)
    }

    /// A group this device is in, whose newest epoch was opened by somebody who did not hold the
    /// keys before it: opened once more with everything, so that whoever is new can read the past.
    pub(crate) fn heal_group(&mut self, cx: &mut Cx<'_>, group: Group) -> Result<(), Error> {
        let me = self.state.me.member;
        let unsure = !self.state.is_all_read();
        if unsure || group == Group::Duty || !self.state.association.members_of(group).contains(&me)
        {
            return Ok(());
        }
        let tag = self.state.group_tag(group);
        if matches!(self.group_now(group)?, Some((_, true))) {
            return Ok(());
        }
        let loose = self.loose(tag)?;
        if loose.is_empty() || lacks_a_key(&loose) {
            return Ok(());
        }
        self.settle_heads(cx)?;
        self.open_group_epoch(cx, group).map(drop)
    }

    fn publish(
        &mut self,
        cx: &mut Cx<'_>,
        tag: DocTag,
        keys: EpochKeys,
        collection: &str,
        key: &Key,
    ) -> Result<EpochInfo, Error> {
        let parents = self.box_parents(cx, tag, collection, key)?;
        let head = self.state.head();
        let header = self.next_header(Kind::Epoch, tag, EpochId::from_bytes([0; 16]), head)?;
        let me = &self.state.me;
        let body = EpochBody::sign(&header, keys, parents, me.member, &me.member_sign);
        let envelope = SealedEnvelope::sign(header, body.encode(), &me.sign)?;
        self.tx
            .put_envelope(&envelope, EnvelopeState::Applied, true)?;
        let info = EpochInfo {
            dealing: Dealing::Fair,
            ..EpochInfo::of(&envelope, &body)
        };
        self.note_epoch(tag, &info)?;
        Ok(info)
    }

    fn box_parents(
        &mut self,
        cx: &mut Cx<'_>,
        tag: DocTag,
        collection: &str,
        key: &Key,
    ) -> Result<Vec<ParentKey>, Error> {
        let (held, lacked): (Vec<Loose>, Vec<Loose>) =
            self.loose(tag)?.into_iter().partition(|one| one.held);
        let mut parents = Vec::new();
        for one in held.into_iter().chain(lacked).take(PARENTS_MAX) {
            let boxed = match key_row(self.tx, collection, tag, one.info.id)? {
                Some(old) => epoch::box_parent(tag, one.info.id, &old, key, cx.rng),
                None => Vec::new(),
            };
            parents.push(ParentKey {
                epoch: one.info.id,
                boxed,
            });
        }
        Ok(parents)
    }
}

/// Those that this device could carry and nobody does.
fn held_here(loose: &[Loose]) -> impl Iterator<Item = &EpochInfo> {
    loose.iter().filter(|one| one.held).map(|one| &one.info)
}

/// Whether somebody who holds more should do it. A key that was never given does not count.
fn lacks_a_key(loose: &[Loose]) -> bool {
    let foul = |one: &Loose| one.info.dealing == Dealing::Foul;
    loose.iter().any(|one| !one.held && !foul(one))
}
