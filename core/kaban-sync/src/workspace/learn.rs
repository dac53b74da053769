//! Learning the keys of epochs, and keeping them where they belong.
//!
//! A key is learnt only of an epoch that was judged right, and only if it is the one the epoch
//! publishes: whoever seals or boxes another one is found out and named, and what they made
//! stands in nobody's way.

use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DocTag, EpochId, MemberId};
use kaban_vault::kbox::Key;
use kaban_vault::store::{EnvelopeState, Scope};

use super::Session;
use super::epoch_info::{Dealing, EpochInfo};
use super::epochs::{DOC_KEYS, FIRST, GROUP_KEYS, group_private, key_row};
use crate::epoch::{self, EpochBody, EpochKeys};
use crate::error::Error;
use crate::group::{DocKey, Group};

/// Why an epoch that was judged right is named all the same.
const DEALT_WRONG: &str = "epoch_dealt_wrong";

/// What an epoch's tag is about.
#[derive(Clone, Copy)]
enum About {
    Group(Group),
    Doc(DocKey),
}

/// How an epoch's key came to light here, if it did.
enum Found {
    Key(Key),
    Nothing,
    /// It is sealed to this person, and what is sealed is not the key.
    Wrong,
}

impl Session<'_, '_> {
    /// Takes in an epoch that was judged right: keeps what it says, and its key and those it
    /// carries if they open for this device. Returns whether a new key was found.
    pub(super) fn learn(
        &mut self,
        envelope: &SealedEnvelope,
        body: &EpochBody,
    ) -> Result<bool, Error> {
        let tag = envelope.header().doc;
        self.note_epoch(tag, &EpochInfo::of(envelope, body))?;
        self.find_key(tag, epoch::opened_by(envelope), body)
    }

    /// After a new key of a group: the epochs of the documents it reads, stored before it came.
    pub(super) fn relearn_readable(&mut self, group: Group) -> Result<bool, Error> {
        let mut found = false;
        for doc in group.reads(&self.state.association) {
            found |= self.relearn(self.state.doc_tag(doc))?;
        }
        Ok(found)
    }

    /// Tries again to open the keys of the epochs of a document or group that are not held here.
    /// Returns whether any new key was found.
    pub(crate) fn relearn(&mut self, tag: DocTag) -> Result<bool, Error> {
        let mut found = false;
        for info in self.all_epochs(tag)? {
            if key_row(self.tx, self.keys_of(tag), tag, info.id)?.is_none()
                && let Some(body) = self.body_of(&info)?
            {
                found |= self.find_key(tag, info.id, &body)?;
            }
        }
        Ok(found)
    }

    fn find_key(&mut self, tag: DocTag, id: EpochId, body: &EpochBody) -> Result<bool, Error> {
        let Some(about) = self.about(tag) else {
            return Ok(false);
        };
        if key_row(self.tx, self.keys_of(tag), tag, id)?.is_some() {
            return Ok(false);
        }
        let found = match self.sealed_to_me(about, tag, body)? {
            Found::Nothing => self.carried_key(tag, id, body)?,
            Found::Wrong => {
                self.name_foul(tag, id)?;
                self.carried_key(tag, id, body)?
            }
            found @ Found::Key(_) => found,
        };
        let Found::Key(key) = found else {
            return Ok(false);
        };
        self.keep_and_walk_back(about, tag, id, key)?;
        Ok(true)
    }

    fn about(&self, tag: DocTag) -> Option<About> {
        let group = self.state.group_tags.get(&tag).copied().map(About::Group);
        group.or_else(|| {
            let doc = self.state.tags.get(&tag).copied();
            doc.filter(|doc| self.state.scope_of(*doc).is_some())
                .map(About::Doc)
        })
    }

    /// What the epoch seals to this person, directly or through a group of theirs.
    fn sealed_to_me(
        &mut self,
        about: About,
        tag: DocTag,
        body: &EpochBody,
    ) -> Result<Found, Error> {
        let mut tried = false;
        match (&body.keys, about) {
            (EpochKeys::Group { public, sealed }, About::Group(_)) => {
                let me = self.state.me.member;
                for (_, bytes) in sealed.iter().filter(|(to, _)| *to == me) {
                    tried = true;
                    let kx = &self.state.me.member_kx;
                    let opened = epoch::open_for_member(tag, public, kx, bytes).ok();
                    if let Some(key) = opened.filter(|key| body.keys.proves(tag, key)) {
                        return Ok(Found::Key(key));
                    }
                }
            }
            (EpochKeys::Doc { sealed, .. }, About::Doc(_)) => {
                for (group, group_epoch, bytes) in sealed {
                    let Some(private) = group_private(self.tx, *group, *group_epoch)? else {
                        continue;
                    };
                    tried = true;
                    let opened = epoch::open_for_group(tag, *group_epoch, &private, bytes).ok();
                    if let Some(key) = opened.filter(|key| body.keys.proves(tag, key)) {
                        return Ok(Found::Key(key));
                    }
                }
            }
            _ => {}
        }
        Ok(if tried { Found::Wrong } else { Found::Nothing })
    }

    /// The key as a later epoch carries it, or as it was come upon on the way to the first record.
    fn carried_key(&mut self, tag: DocTag, id: EpochId, body: &EpochBody) -> Result<Found, Error> {
        if let Some(key) = self.state.candidates.get(&id)
            && body.keys.proves(tag, key)
        {
            return Ok(Found::Key(key.duplicate()));
        }
        for (child, carries) in self.children(tag, id)? {
            if !carries {
                continue;
            }
            let Some(key) = key_row(self.tx, self.keys_of(tag), tag, child)? else {
                continue;
            };
            let Some(info) = self.info(tag, child)? else {
                continue;
            };
            let parents = self.body_of(&info)?.map(|body| body.parents);
            let boxed = parents
                .into_iter()
                .flatten()
                .find(|parent| parent.epoch == id);
            let opened = boxed.and_then(|parent| epoch::open_parent(tag, &parent, &key));
            if let Some(old) = opened.filter(|old| body.keys.proves(tag, old)) {
                return Ok(Found::Key(old));
            }
        }
        Ok(Found::Nothing)
    }

    /// Keeps a key, and the keys that its epoch carries of those that were judged right, and so on.
    fn keep_and_walk_back(
        &mut self,
        about: About,
        tag: DocTag,
        id: EpochId,
        key: Key,
    ) -> Result<(), Error> {
        let mut open = vec![(id, key)];
        while let Some((id, key)) = open.pop() {
            let Some(info) = self.info(tag, id)? else {
                continue;
            };
            self.keep_key_of(about, tag, id, &key)?;
            self.place(tag, id)?;
            let Some(body) = self.body_of(&info)? else {
                continue;
            };
            if let About::Group(group) = about
                && body.parents.is_empty()
            {
                self.keep_first(group, tag, &key)?;
            }
            for parent in body.parents.iter().filter(|p| !p.boxed.is_empty()) {
                // One that has not come yet, or was not judged right, is not learnt.
                let Some(before) = self.info(tag, parent.epoch)? else {
                    continue;
                };
                let opened = epoch::open_parent(tag, parent, &key);
                match opened.filter(|old| before.proves(tag, old)) {
                    Some(old) => {
                        if key_row(self.tx, self.keys_of(tag), tag, parent.epoch)?.is_none() {
                            open.push((parent.epoch, old));
                        }
                    }
                    None => {
                        self.not_carried(tag, parent.epoch, id)?;
                        self.name_foul(tag, id)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Names an epoch whose maker gave somebody a wrong key. Its envelope and its key stay, for
    /// there may be notes under it; nothing more is written or sealed to it here.
    pub(super) fn name_foul(&mut self, tag: DocTag, id: EpochId) -> Result<(), Error> {
        let Some(info) = self.info(tag, id)? else {
            return Ok(());
        };
        if info.dealing == Dealing::Foul {
            return Ok(());
        }
        self.put_info(
            tag,
            &EpochInfo {
                dealing: Dealing::Foul,
                ..info.clone()
            },
        )?;
        self.tx.quarantine(&info.hash, DEALT_WRONG)?;
        self.tx
            .set_envelope_state(&info.hash, EnvelopeState::Applied)?;
        self.state.foul.insert((tag, id));
        Ok(())
    }

    /// Whether every reader of an epoch was given its key, as far as whoever holds it can tell: the
    /// same key is sealed to the same reader in one way only.
    pub(super) fn is_dealt_fairly(&mut self, tag: DocTag, info: &EpochInfo) -> Result<bool, Error> {
        match info.dealing {
            Dealing::Fair => return Ok(true),
            Dealing::Foul => return Ok(false),
            Dealing::Unchecked => {}
        }
        let Some(key) = key_row(self.tx, self.keys_of(tag), tag, info.id)? else {
            return Ok(true);
        };
        let Some(body) = self.body_of(info)? else {
            return Ok(true);
        };
        let fair = match &body.keys {
            EpochKeys::Group { public, sealed } => sealed.iter().all(|(to, bytes)| {
                let kx = self.kx_of(*to);
                kx.is_none_or(|kx| epoch::seal_to_member(tag, public, &key, &kx) == *bytes)
            }),
            EpochKeys::Doc { sealed, .. } => {
                let mut fair = true;
                for (group, epoch, bytes) in sealed {
                    let public = self.public_of(*group, *epoch)?;
                    fair &= public.is_none_or(|public| {
                        epoch::seal_to_group(tag, *epoch, &public, &key) == *bytes
                    });
                }
                fair
            }
        };
        if fair {
            let dealing = Dealing::Fair;
            self.put_info(
                tag,
                &EpochInfo {
                    dealing,
                    ..info.clone()
                },
            )?;
        } else {
            self.name_foul(tag, info.id)?;
        }
        Ok(fair)
    }

    fn kx_of(&self, member: MemberId) -> Option<[u8; 32]> {
        let info = self.state.association.member(member);
        info.map(|info| info.kx.0)
    }

    /// The public half of a group's epoch, if this device knows it.
    fn public_of(&mut self, group: DocTag, epoch: EpochId) -> Result<Option<[u8; 32]>, Error> {
        if group == self.state.group_tag(Group::Duty) {
            let holder = self.state.association.duty().holder();
            let now = holder.filter(|link| epoch::epoch_id(link.hash) == epoch);
            return Ok(now.map(|link| link.duty));
        }
        let info = self.info(group, epoch)?;
        Ok(info.and_then(|info| info.public()))
    }

    pub(super) fn body_of(&mut self, info: &EpochInfo) -> Result<Option<EpochBody>, Error> {
        let stored = self.tx.envelope(&info.hash)?;
        Ok(stored.and_then(|stored| EpochBody::decode(stored.envelope.body()).ok()))
    }

    pub(crate) fn doc_key(&mut self, tag: DocTag, epoch: EpochId) -> Result<Option<Key>, Error> {
        key_row(self.tx, DOC_KEYS, tag, epoch)
    }

    /// The collection that a document's or a group's keys are kept in.
    pub(super) fn keys_of(&self, tag: DocTag) -> &'static str {
        let duty = tag == self.state.group_tag(Group::Duty);
        if duty || self.state.group_tags.contains_key(&tag) {
            GROUP_KEYS
        } else {
            DOC_KEYS
        }
    }

    fn keep_key_of(
        &mut self,
        about: About,
        tag: DocTag,
        epoch: EpochId,
        key: &Key,
    ) -> Result<(), Error> {
        match about {
            About::Group(group) => self.store_group_key(group, tag, epoch, key),
            About::Doc(doc) => self.store_doc_key(doc, tag, epoch, key),
        }
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

    /// Every key that gets here is the one its epoch publishes, so a different one that was held
    /// under its name was wrong.
    fn keep_key(
        &mut self,
        scope: &Scope,
        collection: &str,
        tag: DocTag,
        epoch: EpochId,
        key: &Key,
    ) -> Result<(), Error> {
        let held = key_row(self.tx, collection, tag, epoch)?;
        if !held.is_some_and(|held| held.same_as(key)) {
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

    /// The key of the first record, if this is it: the first record itself is the proof.
    pub(super) fn keep_first(
        &mut self,
        group: Group,
        tag: DocTag,
        private: &Key,
    ) -> Result<(), Error> {
        let opens = self.state.log.genesis().is_some_and(|genesis| {
            let header = genesis.envelope.header();
            super::records::open_statement(private, header, &genesis.body.sealed).is_ok()
        });
        if group == Group::Members && opens {
            self.store_group_key(group, tag, FIRST, private)?;
        }
        Ok(())
    }
}
