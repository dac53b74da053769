//! The story seen by somebody who takes a device apart: with its files, its PIN and its keystore.
//!
//! It ignores every rule of Kaban. It gathers each key that can be had, follows every seal that
//! one of them opens until no new key comes, and then tries all of them on every envelope.

use std::collections::{BTreeMap, BTreeSet};

use kaban_app::AppError;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32};
use kaban_sync::association::Association;
use kaban_sync::epoch::{
    EpochBody, EpochKeys, ParentKey, epoch_id, open_for_group, open_for_member, open_parent,
    opened_by,
};
use kaban_sync::file;
use kaban_sync::group::Group;
use kaban_sync::seal::{derive_public, open_key};
use kaban_vault::kbox::{self, Key, Namespace, Place};
use kaban_vault::store::Durability;

use super::evidence::{envelopes_of, files_of};
use super::world::{Device, disk};

/// How much of a set of documents could be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounty {
    /// Envelopes with content that opened.
    pub opened: u64,
    /// All of them.
    pub of: u64,
    /// Keys of those documents that could be had.
    pub keys: u64,
    /// All of them.
    pub keys_of: u64,
}

/// Every key that could be had.
#[derive(Default)]
pub struct Haul {
    seen: BTreeSet<[u8; 32]>,
    keys: Vec<Key>,
    by_epoch: BTreeMap<EpochId, Key>,
    by_public: BTreeMap<[u8; 32], Key>,
}

/// Takes an unlocked device apart: gives every key, and every envelope of its store and of the
/// `.kaban` files beside it that open.
pub fn take_apart(device: &mut Device) -> Result<(Haul, Vec<SealedEnvelope>), AppError> {
    let mut haul = Haul::default();
    haul.gather(device)?;
    let mut envelopes = envelopes_of(device)?;
    haul.spread(&envelopes, device.bag()?.workspace().association());
    for path in files_of(device)? {
        let bytes = std::fs::read(path).map_err(disk)?;
        envelopes.extend(haul.open_file(&bytes));
    }
    haul.spread(&envelopes, device.bag()?.workspace().association());
    Ok((haul, envelopes))
}

impl Haul {
    /// A haul that begins with these keys.
    pub fn of(keys: &[&Key]) -> Self {
        let mut haul = Self::default();
        for key in keys {
            haul.add(key);
        }
        haul
    }

    /// How many different keys.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Tries everything on the documents named.
    pub fn try_on(&self, envelopes: &[SealedEnvelope], docs: &BTreeSet<DocTag>) -> Bounty {
        let mut bounty = Bounty::default();
        let mut done = BTreeSet::new();
        for envelope in envelopes
            .iter()
            .filter(|envelope| docs.contains(&envelope.header().doc))
        {
            if !done.insert(envelope.hash()) {
                continue;
            }
            match envelope.header().kind {
                Kind::Data => {
                    bounty.of += 1;
                    bounty.opened += u64::from(self.opens(envelope));
                }
                Kind::Epoch => {
                    bounty.keys_of += 1;
                    bounty.keys += u64::from(self.by_epoch.contains_key(&opened_by(envelope)));
                }
                Kind::Record => {}
            }
        }
        bounty
    }

    fn opens(&self, envelope: &SealedEnvelope) -> bool {
        let header = envelope.header();
        let bytes = header.bytes();
        let place = Place {
            namespace: Namespace::Envelope,
            key_id: *header.epoch.as_bytes(),
            place: &bytes,
        };
        let fits = |key: &Key| kbox::open(key, &place, envelope.body()).is_ok();
        self.by_epoch.get(&header.epoch).is_some_and(fits) || self.keys.iter().any(fits)
    }

    fn add(&mut self, key: &Key) -> bool {
        if !self.seen.insert(*key.expose()) {
            return false;
        }
        self.keys.push(key.duplicate());
        self.add_pair(key);
        true
    }

    fn add_pair(&mut self, key: &Key) {
        if let Ok(public) = derive_public(key) {
            self.by_public
                .entry(public)
                .or_insert_with(|| key.duplicate());
        }
    }

    fn add_for(&mut self, epoch: EpochId, key: &Key) -> bool {
        let new = !self.by_epoch.contains_key(&epoch);
        self.by_epoch
            .entry(epoch)
            .or_insert_with(|| key.duplicate());
        self.add(key) || new
    }

    /// The slot's secrets, every key row that opens, every lease prekey whose alias still exists.
    fn gather(&mut self, device: &mut Device) -> Result<(), AppError> {
        let store = device.bag()?.workspace().store();
        let secrets = store.secrets()?.duplicate();
        for key in [
            &secrets.mk,
            &secrets.sign_seed,
            &secrets.kx,
            &secrets.ok,
            &secrets.sk,
        ] {
            self.add(key);
        }
        for collection in ["doc_key", "group_key"] {
            let rows = store.transact(Durability::Normal, |tx| tx.list_collection(collection))?;
            for (_, id, bytes) in rows {
                let Some(key) = Key::from_slice(&bytes) else {
                    continue;
                };
                match <[u8; 16]>::try_from(id) {
                    Ok(id) => self.add_for(EpochId::from_bytes(id), &key),
                    Err(_) => self.add(&key),
                };
            }
        }
        // The device's own keys stand somewhere in one row: each window of it may be one.
        for (_, _, bytes) in
            store.transact(Durability::Normal, |tx| tx.list_collection("device"))?
        {
            for window in bytes.windows(32) {
                if let Some(key) = Key::from_slice(window) {
                    self.add_pair(&key);
                }
            }
        }
        for (_, lease, wrapped) in
            store.transact(Durability::Normal, |tx| tx.list_collection("prekey"))?
        {
            let Ok(lease) = <[u8; 16]>::try_from(lease) else {
                continue;
            };
            if let Ok(private) = store.unwrap_under_lease(&lease, &wrapped, b"prekey")
                && let Some(key) = Key::from_slice(&private)
            {
                self.add(&key);
            }
        }
        Ok(())
    }

    /// Follows every seal and every boxed earlier key until no new key comes.
    pub fn spread(&mut self, envelopes: &[SealedEnvelope], association: &Association) {
        let mut bodies = Vec::new();
        let mut publics: BTreeMap<EpochId, [u8; 32]> = BTreeMap::new();
        for envelope in envelopes
            .iter()
            .filter(|envelope| envelope.header().kind == Kind::Epoch)
        {
            let Ok(body) = EpochBody::decode(envelope.body()) else {
                continue;
            };
            let id = opened_by(envelope);
            if let EpochKeys::Group { public, .. } = &body.keys {
                publics.insert(id, *public);
            }
            bodies.push((id, envelope.header().doc, body));
        }
        let links = duty_links(association);
        for (hash, duty, ..) in &links {
            publics.insert(epoch_id(*hash), *duty);
        }
        let duty_tag = Group::Duty.tag(association.tag_key());
        loop {
            let mut found = false;
            for (hash, duty, prev, before) in &links {
                let Some(private) = self.by_public.get(duty).map(Key::duplicate) else {
                    continue;
                };
                found |= self.add_for(epoch_id(*hash), &private);
                let parent = ParentKey {
                    epoch: epoch_id(*prev),
                    boxed: before.clone(),
                };
                if let Some(old) = open_parent(duty_tag, &parent, &private) {
                    found |= self.add_for(parent.epoch, &old);
                }
            }
            for seen in association.duty().offers() {
                let Some(private) = self.by_public.get(&seen.offer.lease.0) else {
                    continue;
                };
                let info = [b"kaban/duty-key/1".as_slice(), seen.offer.prev.as_bytes()].concat();
                if let Ok(sealed) = seen.offer.duty_sealed.0.as_slice().try_into()
                    && let Ok(key) = open_key(private, &info, sealed)
                {
                    found |= self.add_for(epoch_id(seen.offer.prev), &key);
                }
            }
            for (id, tag, body) in &bodies {
                found |= self.follow(*id, *tag, body, &publics, association);
            }
            if !found {
                return;
            }
        }
    }

    fn follow(
        &mut self,
        id: EpochId,
        tag: DocTag,
        body: &EpochBody,
        publics: &BTreeMap<EpochId, [u8; 32]>,
        association: &Association,
    ) -> bool {
        let mut found = false;
        let mut opened = None;
        match &body.keys {
            EpochKeys::Group { public, sealed } => {
                opened = self.by_public.get(public).map(Key::duplicate);
                for (member, bytes) in sealed {
                    let recipient = association
                        .member(*member)
                        .and_then(|info| self.by_public.get(&info.kx.0));
                    opened = opened.or(recipient
                        .and_then(|private| open_for_member(tag, public, private, bytes).ok()));
                }
            }
            EpochKeys::Doc { sealed, .. } => {
                opened = opened.or(self.by_epoch.get(&id).map(Key::duplicate));
                for (_, epoch, bytes) in sealed {
                    let private = publics
                        .get(epoch)
                        .and_then(|public| self.by_public.get(public));
                    opened = opened.or(private
                        .and_then(|private| open_for_group(tag, *epoch, private, bytes).ok()));
                }
            }
        }
        let Some(key) = opened else { return found };
        found |= self.add_for(id, &key);
        for parent in body
            .parents
            .iter()
            .filter(|parent| !parent.boxed.is_empty())
        {
            if !self.by_epoch.contains_key(&parent.epoch)
                && let Some(old) = open_parent(tag, parent, &key)
            {
                found |= self.add_for(parent.epoch, &old);
            }
        }
        found
    }

    /// The envelopes of a `.kaban` file that one of the keys opens.
    pub fn open_file(&self, bytes: &[u8]) -> Vec<SealedEnvelope> {
        let Ok(label) = file::label(bytes) else {
            return Vec::new();
        };
        for private in self.by_public.values() {
            if let Ok(opened) =
                file::open(
                    bytes,
                    label.kind,
                    label.to,
                    &mut |_| Ok(private.duplicate()),
                )
            {
                return opened.content.envelopes;
            }
        }
        Vec::new()
    }
}

type DutyLink = (Hash32, [u8; 32], Hash32, Vec<u8>);

fn duty_links(association: &Association) -> Vec<DutyLink> {
    let mut links = Vec::new();
    let mut at = association.duty().holder();
    while let Some(link) = at {
        links.push((link.hash, link.duty, link.prev, link.duty_before.clone()));
        at = association.duty().link(link.prev);
    }
    links
}
