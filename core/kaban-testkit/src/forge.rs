//! A member's phone with a changed program on it: it has that member's keys, and signs whatever
//! it likes.
//!
//! The keys are read from the rows of the unlocked store, as such a program would. That ties
//! this file to how `kaban-sync` names those rows; when they change, the tests stop here.

use std::collections::BTreeMap;

use kaban_proto::codec::{Reader, Wire};
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DeviceId, DocTag, EpochId, Hash32, MemberId, WorkspaceId};
use kaban_proto::record::{Clear, RecordBody};
use kaban_proto::sign::SigningKey;
use kaban_sync::document::Document;
use kaban_sync::epoch::{EpochBody, EpochKeys, ParentKey};
use kaban_sync::group::{DocKey, Group};
use kaban_sync::hlc::Hlc;
use kaban_sync::payload::{ContentKind, Payload, Statement};
use kaban_vault::kbox::{self, Key, Namespace, Place};
use kaban_vault::store::{Durability, Tx};

use crate::{Chance, Device};

/// Most envelopes read of one chain.
const CHAIN_MAX: usize = 100_000;

/// The keys of one device and its person, outside every rule.
pub struct Forger {
    /// The device they were taken from.
    pub device: DeviceId,
    /// Its person.
    pub member: MemberId,
    ws: WorkspaceId,
    sign: SigningKey,
    member_sign: SigningKey,
    tag_key: Vec<u8>,
    chance: Chance,
}

/// What an envelope says; each part can be made to lie.
#[derive(Clone)]
pub struct Lie {
    /// The document it claims to change.
    pub doc: DocKey,
    /// The person it claims to be.
    pub member: MemberId,
    /// What is in it.
    pub kind: ContentKind,
    /// See `kind`.
    pub content: Vec<u8>,
}

impl Forger {
    /// Takes the keys out of an unlocked device.
    pub fn of(device: &mut Device) -> Self {
        let identity = look(device, |tx| {
            tx.get_row("device", b"", b"identity").unwrap().unwrap()
        });
        let mut r = Reader::new(&identity);
        let id: [u8; 32] = Wire::take(&mut r).unwrap();
        let _kx: [u8; 32] = Wire::take(&mut r).unwrap();
        let _transport: [u8; 32] = Wire::take(&mut r).unwrap();
        assert!(
            bool::take(&mut r).unwrap(),
            "a forger belongs to the association"
        );
        let ws = Wire::take(&mut r).unwrap();
        let tag_key = r.bytes(64, "tag key").unwrap().to_vec();
        let seed = *device.ws.store().secrets().unwrap().sign_seed.expose();
        Self {
            device: device.ws.device(),
            member: device.ws.member(),
            ws,
            sign: SigningKey::from_seed(id),
            member_sign: SigningKey::from_seed(seed),
            tag_key,
            chance: Chance::seeded(1),
        }
    }

    /// A field written as the program never would: the change is well formed, the keys are right.
    pub fn put(
        &mut self,
        device: &mut Device,
        doc: DocKey,
        key: &str,
        value: &[u8],
    ) -> SealedEnvelope {
        let mut document = Document::new(self.device);
        let content = document.put(&[(key.to_owned(), value.to_vec())]).unwrap();
        let lie = Lie {
            doc,
            member: self.member,
            kind: ContentKind::Change,
            content,
        };
        self.tell(device, &lie)
    }

    /// Seals and signs a statement with the keys at hand, as the next envelope of the chain.
    pub fn tell(&mut self, device: &mut Device, lie: &Lie) -> SealedEnvelope {
        let under = self.newest_key(device, lie.doc);
        self.tell_under(device, lie, under)
    }

    /// The same under a key that it may have from anybody.
    pub fn tell_under(
        &mut self,
        device: &mut Device,
        lie: &Lie,
        (epoch, key): (EpochId, Key),
    ) -> SealedEnvelope {
        let tag = self.tag(lie.doc);
        let author = self.device;
        let (seq, prev) = self.next_place(device, tag);
        let members_head = *device.ws.record_log().heads().first().unwrap();
        let header = Header {
            kind: Kind::Data,
            ws: self.ws,
            doc: tag,
            author,
            seq,
            prev,
            epoch,
            members_head,
        };
        let statement = Statement {
            member: lie.member,
            duty: 0,
            hlc: Hlc::next(Hlc::default(), device.now.timestamp_millis()),
            wall_ms: device.now.timestamp_millis(),
            offset_minutes: 540,
            audit_rows: 0,
            audit_head: Hash32::ZERO,
            kind: lie.kind,
            content: lie.content.clone(),
        };
        let payload = Payload::sign(&header, statement, &self.member_sign);
        let bytes = header.bytes();
        let place = Place {
            namespace: Namespace::Envelope,
            key_id: *epoch.as_bytes(),
            place: &bytes,
        };
        let body = kbox::seal(&key, &place, &payload.encode(), &mut self.chance);
        SealedEnvelope::sign(header, body, &self.sign).unwrap()
    }

    /// Opens a key period of any chain, sealed as it likes.
    pub fn epoch(
        &mut self,
        device: &mut Device,
        tag: DocTag,
        keys: EpochKeys,
        parents: Vec<ParentKey>,
    ) -> SealedEnvelope {
        let member = self.member;
        self.epoch_as(device, tag, keys, parents, member)
    }

    /// The same in the name of any person, who may be nobody.
    pub fn epoch_as(
        &mut self,
        device: &mut Device,
        tag: DocTag,
        keys: EpochKeys,
        parents: Vec<ParentKey>,
        member: MemberId,
    ) -> SealedEnvelope {
        let place = self.next_place(device, tag);
        self.epoch_at(device, tag, keys, parents, member, place)
    }

    /// The same at any place of the chain, so that a thousand need not be stored one by one.
    pub fn epoch_at(
        &mut self,
        device: &mut Device,
        tag: DocTag,
        keys: EpochKeys,
        parents: Vec<ParentKey>,
        member: MemberId,
        (seq, prev): (u64, Hash32),
    ) -> SealedEnvelope {
        let header = Header {
            kind: Kind::Epoch,
            ws: self.ws,
            doc: tag,
            author: self.device,
            seq,
            prev,
            epoch: EpochId::from_bytes([0; 16]),
            members_head: *device.ws.record_log().heads().first().unwrap(),
        };
        let body = EpochBody::sign(&header, keys, parents, member, &self.member_sign);
        self.sign(header, body.encode())
    }

    /// The keys of a chain that its device holds, by epoch.
    pub fn keys(&self, device: &mut Device, tag: DocTag) -> BTreeMap<EpochId, Key> {
        let rows = look(device, |tx| {
            let mut rows = tx.list_rows("doc_key", tag.as_bytes()).unwrap();
            rows.extend(tx.list_rows("group_key", tag.as_bytes()).unwrap());
            rows
        });
        let named = rows.into_iter().map(|(epoch, key)| {
            let epoch: [u8; 16] = epoch.try_into().unwrap();
            (EpochId::from_bytes(epoch), Key::from_slice(&key).unwrap())
        });
        named.collect()
    }

    /// A record that removes a device, and says nothing else.
    pub fn remove(&mut self, device: &mut Device, whom: DeviceId) -> SealedEnvelope {
        self.clear_record(
            device,
            Clear::RemoveDevice { device: whom },
            Vec::new(),
            None,
        )
    }

    /// A record whose sealed part is whatever it likes, under a key period of any name.
    pub fn record(
        &mut self,
        device: &mut Device,
        epoch: EpochId,
        sealed: Vec<u8>,
    ) -> SealedEnvelope {
        self.clear_record(device, Clear::None, sealed, Some(epoch))
    }

    fn clear_record(
        &mut self,
        device: &mut Device,
        clear: Clear,
        sealed: Vec<u8>,
        epoch: Option<EpochId>,
    ) -> SealedEnvelope {
        let log = device.ws.record_log();
        let parents: Vec<Hash32> = log.heads().iter().copied().collect();
        let last = log.last_of(&self.device);
        let (seq, prev) = last.map_or((1, Hash32::ZERO), |record| {
            (record.envelope.header().seq + 1, record.hash)
        });
        let header = Header {
            kind: Kind::Record,
            ws: self.ws,
            doc: DocTag::RECORDS,
            author: self.device,
            seq,
            prev,
            epoch: epoch.unwrap_or(EpochId::from_bytes([0; 16])),
            members_head: parents[0],
        };
        let body = RecordBody::sign(
            &header,
            parents,
            clear,
            sealed,
            self.member,
            &self.member_sign,
        );
        self.sign(header, body.unwrap().encode())
    }

    /// Number and predecessor of its next envelope in a chain.
    fn next_place(&self, device: &mut Device, tag: DocTag) -> (u64, Hash32) {
        let last = look(device, |tx| {
            tx.vector(&tag)
                .unwrap()
                .into_iter()
                .find(|(other, ..)| *other == self.device)
        });
        last.map_or((1, Hash32::ZERO), |(_, seq, hash)| (seq + 1, hash))
    }

    /// The name of a group on the wire.
    pub fn group_tag(&self, group: Group) -> DocTag {
        group.tag(&self.tag_key)
    }

    /// The name of a document on the wire.
    pub fn tag(&self, doc: DocKey) -> DocTag {
        doc.tag(&self.tag_key)
    }

    /// Signs any header and body with the device's key.
    pub fn sign(&self, header: Header, body: Vec<u8>) -> SealedEnvelope {
        SealedEnvelope::sign(header, body, &self.sign).unwrap()
    }

    /// The key that the newest envelope of the document this device can open was sealed under.
    pub fn newest_key(&self, device: &mut Device, doc: DocKey) -> (EpochId, Key) {
        let tag = self.tag(doc);
        look(device, |tx| {
            let rows = tx.list_rows("doc_key", tag.as_bytes()).unwrap();
            let keys: BTreeMap<Vec<u8>, Key> = rows
                .into_iter()
                .map(|(epoch, key)| (epoch, Key::from_slice(&key).unwrap()))
                .collect();
            let stored = tx.envelopes(&tag, &BTreeMap::new(), CHAIN_MAX).unwrap();
            let data = stored
                .iter()
                .rev()
                .filter(|s| s.envelope.header().kind == Kind::Data);
            let mut epochs = data.map(|stored| stored.envelope.header().epoch);
            let epoch = epochs
                .find(|epoch| keys.contains_key(epoch.as_bytes().as_slice()))
                .unwrap();
            (epoch, keys[epoch.as_bytes().as_slice()].duplicate())
        })
    }
}

fn look<T>(device: &mut Device, f: impl FnOnce(&mut Tx<'_>) -> T) -> T {
    let found = device
        .ws
        .store()
        .transact(Durability::Normal, |tx| Ok::<_, kaban_vault::Error>(f(tx)));
    found.unwrap()
}
