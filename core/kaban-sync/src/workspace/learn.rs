//! Learning the keys that were sealed to this device, and keeping them where they belong.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId};
use kaban_vault::kbox::Key;
use kaban_vault::store::Scope;

use super::Session;
use super::epoch_info::EpochInfo;
use super::epochs::{DOC_KEYS, EPOCHS, FIRST, GROUP_KEYS, group_private, key_row};
use crate::epoch::{self, EpochBody, EpochKeys, ParentKey};
use crate::error::Error;
use crate::group::{DocKey, Group};
use crate::seal::derive_public;

impl Session<'_, '_> {
    /// Takes in an epoch envelope that has been verified: keeps what it says, and the keys that
    /// open for this device. Returns whether a new key was found.
    pub(super) fn learn(
        &mut self,
        envelope: &SealedEnvelope,
        body: &EpochBody,
    ) -> Result<bool, Error> {
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

    pub(super) fn learn_keys(
        &mut self,
        tag: DocTag,
        envelope: &SealedEnvelope,
        body: &EpochBody,
    ) -> Result<bool, Error> {
        let id = epoch::opened_by(envelope);
        match &body.keys {
            EpochKeys::Group { public, sealed } => {
                let Some(group) = self.state.group_tags.get(&tag).copied() else {
                    return Ok(false);
                };
                if group_private(self.tx, tag, id)?.is_some() {
                    return Ok(false);
                }
                let mine = sealed.iter().find(|(to, _)| *to == self.state.me.member);
                let Some((_, bytes)) = mine else {
                    return Ok(false);
                };
                let opened = epoch::open_for_member(tag, public, &self.state.me.member_kx, bytes);
                let good = opened
                    .ok()
                    .filter(|key| derive_public(key).as_ref() == Ok(public));
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
                let Some(doc) = self.state.tags.get(&tag).copied() else {
                    return Ok(false);
                };
                if self.state.scope_of(doc).is_none()
                    || key_row(self.tx, DOC_KEYS, tag, id)?.is_some()
                {
                    return Ok(false);
                }
                for (group, group_epoch, bytes) in sealed {
                    let Some(private) = group_private(self.tx, *group, *group_epoch)? else {
                        continue;
                    };
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
                let Some(old) = epoch::open_parent(tag, &parent, &key) else {
                    continue;
                };
                let published = bodies.get(&parent.epoch).map(|body| &body.keys);
                if let Some(EpochKeys::Group { public, .. }) = published
                    && derive_public(&old).as_ref() != Ok(public)
                {
                    continue;
                }
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
        let Some(scope) = self.state.group_scope(group) else {
            return Ok(());
        };
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

    pub(super) fn store_doc_key(
        &mut self,
        doc: DocKey,
        tag: DocTag,
        epoch: EpochId,
        key: &Key,
    ) -> Result<(), Error> {
        let Some(scope) = self.hold(doc)? else {
            return Ok(());
        };
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
            self.tx.put_row(
                scope,
                collection,
                tag.as_bytes(),
                epoch.as_bytes(),
                key.expose(),
            )?;
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

    pub(super) fn store_info(&mut self, tag: DocTag, info: &EpochInfo) -> Result<(), Error> {
        self.tx.put_row(
            &Scope::Device,
            EPOCHS,
            tag.as_bytes(),
            info.id.as_bytes(),
            &info.encode(),
        )?;
        Ok(())
    }
}
