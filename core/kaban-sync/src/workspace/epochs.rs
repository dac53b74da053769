//! Key periods at work: which epoch is current, opening a new one when the readers have changed
//! (the coverage auditor), and learning the keys that were sealed to this device.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32, MemberId};
use kaban_vault::kbox::Key;
use kaban_vault::store::{EnvelopeState, Scope, Tx};

use super::{Cx, Session, State};
use crate::epoch::{self, EpochBody, EpochKeys, ParentKey, epoch_id};
use crate::error::Error;
use crate::group::{DocKey, Group};
use crate::seal::{derive_public, make_keypair};

const EPOCHS: &str = "epoch";
const GROUP_KEYS: &str = "group_key";
const DOC_KEYS: &str = "doc_key";

/// The name under which the first record is sealed: it is older than every epoch, and the
/// first epoch of the members' group has its key.
pub(super) const FIRST: EpochId = EpochId::from_bytes([0; 16]);

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
    Group { public: [u8; 32], members: BTreeSet<MemberId> },
    /// Groups, each at one of its epochs.
    Doc { groups: BTreeSet<(DocTag, EpochId)> },
}

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

fn key_row(
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

    /// The current epoch: one that no other follows and that has the right readers; of several,
    /// the one whose maker had seen most of the record log, then the smallest hash. Never by a
    /// clock. An older epoch with the same readers does not count: what was written under the
    /// epochs after it would stay closed to whoever holds only the older key.
    fn current<'a>(&self, epochs: &'a [EpochInfo], fits: impl Fn(&EpochInfo) -> bool) -> Option<&'a EpochInfo> {
        let followed: BTreeSet<EpochId> =
            epochs.iter().flat_map(|info| info.parents.iter().map(|(id, _)| *id)).collect();
        let seen = |info: &EpochInfo| self.log.get(&info.members_head).map_or(0, |r| r.depth);
        epochs
            .iter()
            .filter(|info| !followed.contains(&info.id) && fits(info))
            .max_by_key(|info| (seen(info), std::cmp::Reverse(info.hash)))
    }
}

impl Session<'_, '_> {
    fn epochs_of(&mut self, tag: DocTag) -> Result<Vec<EpochInfo>, Error> {
        let rows = self.tx.list_rows(EPOCHS, tag.as_bytes())?;
        rows.into_iter()
            .map(|(_, bytes)| {
                EpochInfo::decode(&bytes).map_err(|_| Error::Internal("an epoch row does not read"))
            })
            .collect()
    }

    /// The group's current pair, if one is sealed to exactly the people it should be.
    fn group_now(&mut self, group: Group) -> Result<Option<(GroupNow, bool)>, Error> {
        if group == Group::Duty {
            let holder = self.state.association.duty().holder();
            return Ok(holder.map(|link| (GroupNow { id: epoch_id(link.hash), public: link.duty }, true)));
        }
        let wanted = self.state.association.members_of(group);
        let tag = self.state.group_tag(group);
        let epochs = self.epochs_of(tag)?;
        let fits = |info: &EpochInfo| matches!(&info.readers, Readers::Group { members, .. } if *members == wanted);
        let Some(info) = self.state.current(&epochs, fits) else { return Ok(None) };
        let Readers::Group { public, .. } = info.readers else { return Ok(None) };
        Ok(Some((GroupNow { id: info.id, public }, is_whole(info, &epochs))))
    }

    /// The group's current pair; opens a new epoch first when the people have changed.
    pub(crate) fn ensure_group(&mut self, cx: &mut Cx<'_>, group: Group) -> Result<GroupNow, Error> {
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
        let mut held = Vec::new();
        for info in self.epochs_of(tag)? {
            if group_private(self.tx, tag, info.id)?.is_some() {
                held.push(info);
            }
        }
        let newest = self.state.current(&held, |_| true);
        newest.map(|info| info.id).ok_or(Error::Internal("no key of the members' group"))
    }

    fn open_group_epoch(&mut self, cx: &mut Cx<'_>, group: Group) -> Result<GroupNow, Error> {
        let (private, public) = make_keypair(cx.rng);
        self.publish_group_epoch(cx, group, private, public)
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
        let association = std::rc::Rc::clone(&self.state.association);
        for id in association.members_of(group) {
            let info = association.member(id).ok_or(Error::Internal("a group names nobody"))?;
            sealed.push((id, epoch::seal_to_member(tag, &public, &private, &info.kx.0, cx.rng)?));
        }
        let keys = EpochKeys::Group { public, sealed };
        let info = self.publish(cx, tag, keys, GROUP_KEYS, &private)?;
        if association.members_of(group).contains(&self.state.me.member) {
            self.store_group_key(group, tag, info.id, &private)?;
        }
        Ok(GroupNow { id: info.id, public })
    }

    /// The key and epoch of a document for writing: rotated first when its readers have changed.
    pub(super) fn ensure_doc(&mut self, cx: &mut Cx<'_>, doc: DocKey) -> Result<(EpochId, Key), Error> {
        let tag = self.state.doc_tag(doc);
        let wanted = self.wanted_groups(cx, doc)?;
        let set: BTreeSet<(DocTag, EpochId)> =
            wanted.iter().map(|(tag, now)| (*tag, now.id)).collect();
        let epochs = self.epochs_of(tag)?;
        // Whoever cannot read every record yet does not know who may read: the newest key will do.
        let unsure = !self.state.is_read(self.state.head());
        let fits = |info: &EpochInfo| {
            unsure || matches!(&info.readers, Readers::Doc { groups } if *groups == set)
        };
        if let Some(id) = self.state.current(&epochs, fits).map(|info| info.id)
            && let Some(key) = key_row(self.tx, DOC_KEYS, tag, id)?
        {
            return Ok((id, key));
        }
        self.open_doc_epoch(cx, doc, &wanted)
    }

    fn open_doc_epoch(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
        wanted: &[(DocTag, GroupNow)],
    ) -> Result<(EpochId, Key), Error> {
        let tag = self.state.doc_tag(doc);
        let key = Key::make(cx.rng);
        let mut sealed = Vec::new();
        for (group, now) in wanted {
            let bytes = epoch::seal_to_group(tag, now.id, &now.public, &key, cx.rng)?;
            sealed.push((*group, now.id, bytes));
        }
        let info = self.publish(cx, tag, EpochKeys::Doc { sealed }, DOC_KEYS, &key)?;
        self.store_doc_key(doc, tag, info.id, &key)?;
        Ok((info.id, key))
    }

    /// Makes sure, without writing to the document, that whoever may read it now can read all of
    /// it: after a TAKE, when the taker holds no key of the past, or has even written already
    /// under a key of their own.
    pub(crate) fn cover(&mut self, cx: &mut Cx<'_>, doc: DocKey) -> Result<(), Error> {
        let tag = self.state.doc_tag(doc);
        let epochs = self.epochs_of(tag)?;
        if epochs.is_empty() || self.is_open_to_duty(&epochs) {
            return Ok(());
        }
        for info in &epochs {
            if key_row(self.tx, DOC_KEYS, tag, info.id)?.is_none() {
                return Ok(());
            }
        }
        self.settle_heads(cx)?;
        let wanted = self.wanted_groups(cx, doc)?;
        self.open_doc_epoch(cx, doc, &wanted).map(drop)
    }

    /// Whether the holder of the bag reaches every epoch: the newest ones are sealed to a Duty
    /// key that passed to them along the chain, and carry the keys of all that came before.
    fn is_open_to_duty(&self, epochs: &[EpochInfo]) -> bool {
        let duty = self.state.group_tag(Group::Duty);
        let reached = self.state.association.duty().keys_that_pass();
        let open = |info: &EpochInfo| match &info.readers {
            Readers::Doc { groups } => {
                groups.iter().any(|(tag, epoch)| *tag == duty && reached.contains(epoch))
            }
            Readers::Group { .. } => false,
        };
        let newest = self.state.current(epochs, open);
        newest.is_some_and(|info| is_whole(info, epochs))
    }

    fn wanted_groups(&mut self, cx: &mut Cx<'_>, doc: DocKey) -> Result<Vec<(DocTag, GroupNow)>, Error> {
        let association = std::rc::Rc::clone(&self.state.association);
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
        let unsure = self.state.statements.len() != self.state.log.len();
        if unsure || group == Group::Duty || !self.state.association.members_of(group).contains(&me) {
            return Ok(());
        }
        match self.group_now(group)? {
            Some((_, true)) => Ok(()),
            Some((_, false)) | None => {
                let tag = self.state.group_tag(group);
                let epochs = self.epochs_of(tag)?;
                if epochs.is_empty() {
                    return Ok(());
                }
                for info in &epochs {
                    if group_private(self.tx, tag, info.id)?.is_none() {
                        return Ok(());
                    }
                }
                self.settle_heads(cx)?;
                self.open_group_epoch(cx, group).map(drop)
            }
        }
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
        self.tx.put_envelope(&envelope, EnvelopeState::Applied, true)?;
        let info = EpochInfo::of(&envelope, &body);
        self.store_info(tag, &info)?;
        Ok(info)
    }

    fn box_parents(
        &mut self,
        cx: &mut Cx<'_>,
        tag: DocTag,
        collection: &str,
        key: &Key,
    ) -> Result<Vec<ParentKey>, Error> {
        let epochs = self.epochs_of(tag)?;
        let followed: BTreeSet<EpochId> =
            epochs.iter().flat_map(|info| info.parents.iter().filter(|(_, whole)| *whole).map(|(id, _)| *id)).collect();
        let mut parents = Vec::new();
        for info in epochs.iter().filter(|info| !followed.contains(&info.id)) {
            let boxed = match key_row(self.tx, collection, tag, info.id)? {
                Some(old) => epoch::box_parent(tag, info.id, &old, key, cx.rng),
                None => Vec::new(),
            };
            parents.push(ParentKey { epoch: info.id, boxed });
        }
        parents.truncate(epoch::PARENTS_MAX);
        Ok(parents)
    }

    /// Takes in an epoch envelope that has been verified: keeps what it says, and the keys that
    /// open for this device. Returns whether a new key was found.
    pub(super) fn learn(&mut self, envelope: &SealedEnvelope, body: &EpochBody) -> Result<bool, Error> {
        let tag = envelope.header().doc;
        self.store_info(tag, &EpochInfo::of(envelope, body))?;
        self.learn_keys(tag, envelope, body)
    }

    /// After a new key of a group: the epochs of the documents it reads, stored before the key came.
    pub(super) fn relearn_readable(&mut self, group: Group) -> Result<bool, Error> {
        let mut found = false;
        for doc in group.reads(&self.state.association) {
            found |= self.relearn(self.state.doc_tag(doc))?;
        }
        Ok(found)
    }

    /// Tries again to open the keys of every stored epoch of a document or group. Returns whether
    /// any new key was found.
    pub(crate) fn relearn(&mut self, tag: DocTag) -> Result<bool, Error> {
        let mut found = false;
        for envelope in super::send::kept(self.tx, tag)? {
            if envelope.header().kind == Kind::Epoch
                && let Ok(body) = EpochBody::decode(envelope.body())
            {
                found |= self.learn_keys(tag, &envelope, &body)?;
            }
        }
        Ok(found)
    }

    pub(super) fn learn_keys(&mut self, tag: DocTag, envelope: &SealedEnvelope, body: &EpochBody) -> Result<bool, Error> {
        let id = epoch::opened_by(envelope);
        match &body.keys {
            EpochKeys::Group { public, sealed } => {
                let Some(group) = self.state.group_tags.get(&tag).copied() else { return Ok(false) };
                if group_private(self.tx, tag, id)?.is_some() {
                    return Ok(false);
                }
                let mine = sealed.iter().find(|(to, _)| *to == self.state.me.member);
                let Some((_, bytes)) = mine else { return Ok(false) };
                let opened = epoch::open_for_member(tag, public, &self.state.me.member_kx, bytes);
                let good = opened.ok().filter(|key| derive_public(key).as_ref() == Ok(public));
                let Some(private) = good else {
                    self.refuse_epoch(tag, id)?;
                    return Ok(false);
                };
                self.store_group_key(group, tag, id, &private)?;
                if body.parents.is_empty() {
                    self.keep_first(group, tag, &private)?;
                }
                self.learn_parents(tag, body, &private, |session, epoch, key| {
                    session.store_group_key(group, tag, epoch, key)
                })?;
                Ok(true)
            }
            EpochKeys::Doc { sealed } => {
                let Some(doc) = self.state.tags.get(&tag).copied() else { return Ok(false) };
                if self.state.scope_of(doc).is_none() || key_row(self.tx, DOC_KEYS, tag, id)?.is_some() {
                    return Ok(false);
                }
                for (group, group_epoch, bytes) in sealed {
                    let Some(private) = group_private(self.tx, *group, *group_epoch)? else { continue };
                    let Ok(key) = epoch::open_for_group(tag, *group_epoch, &private, bytes) else {
                        self.refuse_epoch(tag, id)?;
                        return Ok(false);
                    };
                    self.store_doc_key(doc, tag, id, &key)?;
                    self.learn_parents(tag, body, &key, |session, epoch, key| {
                        session.store_doc_key(doc, tag, epoch, key)
                    })?;
                    return Ok(true);
                }
                Ok(false)
            }
        }
    }

    /// Walks back through the boxed keys of earlier epochs.
    fn learn_parents(
        &mut self,
        tag: DocTag,
        body: &EpochBody,
        key: &Key,
        mut store: impl FnMut(&mut Self, EpochId, &Key) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut bodies: BTreeMap<EpochId, EpochBody> = BTreeMap::new();
        for envelope in super::send::kept(self.tx, tag)? {
            if envelope.header().kind == Kind::Epoch
                && let Ok(body) = EpochBody::decode(envelope.body())
            {
                bodies.insert(epoch::opened_by(&envelope), body);
            }
        }
        let mut seen = BTreeSet::new();
        let mut open: Vec<(Vec<ParentKey>, Key)> = vec![(body.parents.clone(), key.duplicate())];
        while let Some((parents, key)) = open.pop() {
            for parent in parents {
                if !seen.insert(parent.epoch) {
                    continue;
                }
                let Some(old) = epoch::open_parent(tag, &parent, &key) else { continue };
                store(self, parent.epoch, &old)?;
                if let Some(body) = bodies.get(&parent.epoch) {
                    if body.parents.is_empty()
                        && let Some(group) = self.state.group_tags.get(&tag).copied()
                    {
                        self.keep_first(group, tag, &old)?;
                    }
                    open.push((body.parents.clone(), old));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn doc_key(&mut self, tag: DocTag, epoch: EpochId) -> Result<Option<Key>, Error> {
        key_row(self.tx, DOC_KEYS, tag, epoch)
    }

    pub(crate) fn store_group_key(
        &mut self,
        group: Group,
        tag: DocTag,
        epoch: EpochId,
        key: &Key,
    ) -> Result<(), Error> {
        let Some(scope) = self.state.group_scope(group) else { return Ok(()) };
        self.ensure_scope(&scope)?;
        self.keep_key(&scope, GROUP_KEYS, tag, epoch, key)
    }

    /// Puts every private half of a group under another scope.
    pub(super) fn move_group_keys(&mut self, tag: DocTag, scope: &Scope) -> Result<(), Error> {
        for (epoch, _) in self.tx.list_rows(GROUP_KEYS, tag.as_bytes())? {
            self.tx.rescope(GROUP_KEYS, tag.as_bytes(), &epoch, scope)?;
        }
        Ok(())
    }

    fn store_doc_key(&mut self, doc: DocKey, tag: DocTag, epoch: EpochId, key: &Key) -> Result<(), Error> {
        let Some(scope) = self.hold(doc)? else { return Ok(()) };
        self.keep_key(&scope, DOC_KEYS, tag, epoch, key)
    }

    /// A key that is held is never replaced: whoever boxes another one under its name is wrong.
    fn keep_key(
        &mut self,
        scope: &Scope,
        collection: &str,
        tag: DocTag,
        epoch: EpochId,
        key: &Key,
    ) -> Result<(), Error> {
        if key_row(self.tx, collection, tag, epoch)?.is_none() {
            self.tx.put_row(scope, collection, tag.as_bytes(), epoch.as_bytes(), key.expose())?;
        }
        Ok(())
    }

    /// The key of the first record, if this is it.
    fn keep_first(&mut self, group: Group, tag: DocTag, private: &Key) -> Result<(), Error> {
        let opens = self.state.log.genesis().is_some_and(|genesis| {
            let header = genesis.envelope.header();
            super::records::open_statement(private, header, &genesis.body.sealed).is_ok()
        });
        if group == Group::Members && opens {
            self.store_group_key(group, tag, FIRST, private)?;
        }
        Ok(())
    }

    /// Sets an epoch aside for good: what it carries for this person does not open, or is not
    /// the private half of what it publishes. Nothing is ever sealed to it from here.
    fn refuse_epoch(&mut self, tag: DocTag, id: EpochId) -> Result<(), Error> {
        self.tx.delete_row(EPOCHS, tag.as_bytes(), id.as_bytes())?;
        Ok(())
    }

    fn store_info(&mut self, tag: DocTag, info: &EpochInfo) -> Result<(), Error> {
        self.tx.put_row(&Scope::Device, EPOCHS, tag.as_bytes(), info.id.as_bytes(), &info.encode())?;
        Ok(())
    }
}

/// Whether whoever holds this epoch's key can reach every other one: through boxed keys, or
/// because the other was sealed to all the same readers itself.
fn is_whole(info: &EpochInfo, epochs: &[EpochInfo]) -> bool {
    let by_id: BTreeMap<EpochId, &EpochInfo> = epochs.iter().map(|info| (info.id, info)).collect();
    let mut reached = BTreeSet::from([info.id]);
    let mut open: Vec<&EpochInfo> =
        epochs.iter().filter(|other| other.id == info.id || other.readers.include(&info.readers)).collect();
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
            (Self::Group { members, .. }, Self::Group { members: others, .. }) => members.is_superset(others),
            (Self::Doc { groups }, Self::Doc { groups: others }) => groups.is_superset(others),
            _ => false,
        }
    }
}

impl EpochInfo {
    fn of(envelope: &SealedEnvelope, body: &EpochBody) -> Self {
        let readers = match &body.keys {
            EpochKeys::Group { public, sealed } => {
                Readers::Group { public: *public, members: sealed.iter().map(|(to, _)| *to).collect() }
            }
            EpochKeys::Doc { sealed } => {
                Readers::Doc { groups: sealed.iter().map(|(tag, epoch, _)| (*tag, *epoch)).collect() }
            }
        };
        Self {
            id: epoch::opened_by(envelope),
            hash: envelope.hash(),
            members_head: envelope.header().members_head,
            readers,
            parents: body.parents.iter().map(|p| (p.epoch, !p.boxed.is_empty())).collect(),
        }
    }
}

impl Wire for EpochInfo {
    fn put(&self, w: &mut Writer) {
        let Self { id, hash, members_head, readers, parents } = self;
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
                let members = (0..count).map(|_| Wire::take(r)).collect::<Result<_, _>>()?;
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
        Ok(Self { id, hash, members_head, readers, parents })
    }
}
