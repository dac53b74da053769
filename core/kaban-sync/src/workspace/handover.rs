//! Handing the bag over: OFFER → ACCEPT → RELEASE (→ ACK), each a signed record, carried by a
//! sealed file or by the relay (security-sync.md §4.8).
//!
//! The receiver is on duty from the commit of its acceptance. Letting go is in [`super::release`].

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DeviceId, EpochId, Hash32, MemberId};
use kaban_proto::record::Clear;
use kaban_vault::audit::AuditEvent;
use kaban_vault::kbox::Key;
use kaban_vault::store::Scope;
use zeroize::Zeroizing;

use super::bag::BagContents;
use super::lease_rows::{Lease, Prekey, ensure_next};
use super::pages::Deed;
use super::scopes::Touched;
use super::send::applied;
use super::{Carry, Cx, Session, Workspace};
use crate::acts::{Accept, Act, Offer, Take};
use crate::duty_chain::OfferSeen;
use crate::epoch::{box_parent, epoch_id, open_parent};
use crate::error::Error;
use crate::file::{self, Content, FileKind, Recipient, Sealed};
use crate::group::Group;
use crate::hex::{Bytes32, HexBytes};
use crate::manifest::{self, Manifest};
use crate::seal::{derive_public, make_keypair, open_key, seal_key};

/// How much of a file is taken in at a time.
const PART_BYTES: usize = 4 * 1024 * 1024;

/// The turn an offer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its start.
    pub from: DateTime<FixedOffset>,
    /// Its end.
    pub to: DateTime<FixedOffset>,
}

/// An offer that was made.
pub struct OfferMade {
    /// Its name.
    pub offer: Hash32,
    /// What is in the bag.
    pub contents: BagContents,
    /// The sealed file, for carrying it by hand.
    pub file: Vec<u8>,
}

impl Workspace {
    /// Takes duty with one signature: as the first holder, or in an emergency.
    pub fn take_duty(&mut self, turn: Turn, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        ensure_next(&mut self.store, cx)?;
        let fresh = Prekey::make(&mut self.store, cx)?;
        let hash = self.write(|session| session.take_duty(&fresh, turn, cx))?;
        self.destroy_ended_leases()?;
        Ok(hash)
    }

    /// Offers the bag to a member's device: everything readable is named in the manifest, the
    /// Duty key is sealed to the device's lease prekey.
    pub fn offer(
        &mut self,
        to: (MemberId, DeviceId),
        turn: Turn,
        expires: DateTime<FixedOffset>,
        cx: &mut Cx<'_>,
    ) -> Result<OfferMade, Error> {
        self.write(|session| session.offer(to, turn, expires, cx))
    }

    /// Takes an offer back.
    pub fn withdraw_offer(&mut self, offer: Hash32, cx: &mut Cx<'_>) -> Result<(), Error> {
        self.write(|session| {
            let seen = session.state.association.duty().offer(offer).cloned();
            let seen = seen.ok_or(Error::NotFound("offer"))?;
            if session.state.association.duty().accept_of(offer).is_some() {
                return Err(Error::Rule("the offer was accepted already"));
            }
            if seen.from_device != session.state.me.device {
                return Err(Error::Rule("only the giver can withdraw an offer"));
            }
            session
                .append_record(cx, Clear::None, vec![Act::Withdraw { offer }])
                .map(drop)
        })
    }

    /// Opens an offer's file and verifies the whole bag. Nothing of the bag is readable yet.
    pub fn receive_offer(
        &mut self,
        file: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(Hash32, BagContents), Error> {
        let note = self.open_file(file, FileKind::Offer, cx)?;
        let offer = note_hash(&note)?;
        Ok((offer, self.verify_offer(offer, cx)?))
    }

    /// Verifies an offer to this device from what is stored here: every document opens, loads
    /// and reads, and the root is the one the giver signed.
    pub fn verify_offer(&mut self, offer: Hash32, cx: &mut Cx<'_>) -> Result<BagContents, Error> {
        let keys = self.duty_keys_of(offer, cx)?;
        self.read(|session| session.verify_offer(offer, &keys))
    }

    /// Accepts an offer after verifying it once more: from the commit on, this device is on duty.
    /// Returns the acceptance and the file for the giver.
    pub fn accept(
        &mut self,
        offer: Hash32,
        cx: &mut Cx<'_>,
    ) -> Result<(Hash32, BagContents, Vec<u8>), Error> {
        let keys = self.duty_keys_of(offer, cx)?;
        let fresh = Prekey::make(&mut self.store, cx)?;
        let accepted = self.write(|session| session.accept(offer, keys, &fresh, cx))?;
        self.destroy_ended_leases()?;
        Ok(accepted)
    }

    /// Every Duty key that an offer to this device gives: the present one and those before it.
    fn duty_keys_of(
        &mut self,
        offer: Hash32,
        cx: &mut Cx<'_>,
    ) -> Result<BTreeMap<EpochId, Key>, Error> {
        let now = cx.now;
        let (seen, lease) = self.read(|session| session.open_offer_to_me(offer, now))?;
        let private = Prekey::private(&mut self.store, lease)?;
        let sealed = seen.offer.duty_sealed.0.as_slice().try_into();
        let sealed = sealed.map_err(|_| malformed("the offer's key has a wrong size"))?;
        let key = open_key(&private, &duty_info(seen.offer.prev), &sealed)
            .map_err(|_| malformed("the offer's key does not open on this device"))?;
        let link = self.state.association.duty().link(seen.offer.prev);
        if link.is_some_and(|link| derive_public(&key).as_ref() != Ok(&link.duty)) {
            return Err(malformed(
                "the offer's key is not that of the duty it names",
            ));
        }
        self.read(|session| Ok(session.duty_keys_back_from(seen.offer.prev, key)))
    }

    /// Takes in what a file carries and gives its note. The records, each signed by itself, come
    /// first: the giver may have been let in since this device last heard of anybody. Then the
    /// signature over the whole file counts, and after it the rest comes in part by part.
    pub(super) fn open_file(
        &mut self,
        bytes: &[u8],
        kind: FileKind,
        cx: &mut Cx<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut sealed = Sealed::read(Cursor::new(bytes))?;
        let device = self.state.me.device;
        let kx = self.state.me.kx.duplicate();
        let store = &mut self.store;
        let key = sealed.key(kind, device, &mut |lease| match lease {
            Some(lease) => Prekey::private(store, lease),
            None => Ok(kx.duplicate()),
        })?;
        if sealed.label.ws != self.state.ws {
            return Err(Error::ForSomebodyElse(
                "the file belongs to another association",
            ));
        }
        let mut records = Vec::new();
        sealed.each(&key, &mut |envelope| {
            if envelope.header().kind == Kind::Record {
                records.push(envelope);
            }
            Ok(())
        })?;
        self.ingest(records, Carry::Records, cx)?;
        let known = self.state.log.devices().get(&sealed.label.from);
        if !known.is_some_and(|state| sealed.is_signed_by(&state.keys.id)) {
            return Err(malformed(
                "the file is not signed by a device of this association",
            ));
        }
        let carry = if kind == FileKind::Release {
            Carry::Everything
        } else {
            Carry::Records
        };
        let mut part = Vec::new();
        let mut part_bytes = 0;
        let note = sealed.each(&key, &mut |envelope| {
            part_bytes += envelope.body().len();
            part.push(envelope);
            if part_bytes < PART_BYTES {
                return Ok(());
            }
            part_bytes = 0;
            self.write(|session| session.keep(std::mem::take(&mut part), carry, cx))
        })?;
        self.ingest(part, carry, cx)?;
        self.write(|session| session.settle_unread(cx))?;
        Ok(note)
    }
}

impl Session<'_, '_> {
    fn take_duty(&mut self, fresh: &Prekey, turn: Turn, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        if self.state.holds_bag() {
            return Err(Error::Rule("this device holds the bag already"));
        }
        let lease = self.prekey_lease()?;
        let (private, public) = make_keypair(cx.rng);
        let before = self
            .state
            .association
            .duty()
            .holder()
            .map(|link| (link.hash, link.n));
        let take = Take {
            prev: before.map_or(Hash32::ZERO, |(hash, _)| hash),
            n: before.map_or(1, |(_, n)| n + 1),
            member: self.state.me.member,
            device: self.state.me.device,
            duty: Bytes32(public),
            at: cx.now,
            turn_to: turn.to,
        };
        let prekey = self.use_prekey(fresh)?;
        let hash = self.append_record(cx, Clear::None, vec![Act::Take(take), prekey])?;
        let ended = self.state.lease;
        self.begin_lease(
            Lease {
                id: lease,
                link: hash,
            },
            vec![(epoch_id(hash), private)],
        )?;
        self.audit(cx, Deed::counted(AuditEvent::Take, 1))?;
        self.reconcile(cx, &Touched::All)?;
        self.read_again(cx)?;
        self.end_former(ended)?;
        Ok(hash)
    }

    fn begin_lease(&mut self, lease: Lease, duty: Vec<(EpochId, Key)>) -> Result<(), Error> {
        self.tx.create_bag_scope(lease.id)?;
        self.set_lease(Some(lease))?;
        let tag = self.state.group_tag(Group::Duty);
        self.move_group_keys(tag, &Scope::Bag(lease.id))?;
        for (epoch, key) in duty {
            self.store_group_key(Group::Duty, tag, epoch, &key)?;
        }
        Ok(())
    }

    /// A doctor whose duty was taken over, and who is on duty again, has moved everything to the
    /// new lease: the old one ends.
    fn end_former(&mut self, lease: Option<Lease>) -> Result<(), Error> {
        lease.map_or(Ok(()), |lease| self.end_lease(lease.id))
    }

    fn offer(
        &mut self,
        to: (MemberId, DeviceId),
        turn: Turn,
        expires: DateTime<FixedOffset>,
        cx: &mut Cx<'_>,
    ) -> Result<OfferMade, Error> {
        let association = Arc::clone(&self.state.association);
        let holder = association
            .duty()
            .holder()
            .filter(|_| self.state.holds_bag());
        let holder = holder.ok_or(Error::Rule("only whoever holds the bag can offer it"))?;
        if !association.duty().open_offers(cx.now).is_empty() {
            return Err(Error::Rule(
                "the bag is offered already: withdraw that offer first",
            ));
        }
        if to == (self.state.me.member, self.state.me.device) {
            return Err(Error::Rule("the bag cannot be offered to its holder"));
        }
        let device = association
            .device(to.1)
            .filter(|device| device.members.contains(&to.0));
        let device = device.ok_or(Error::NotFound("device of that member"))?;
        let (lease, lease_id) = *device.prekeys.get(&to.0).ok_or(Error::Rule(
            "that person has published no lease prekey there",
        ))?;
        let duty_tag = self.state.group_tag(Group::Duty);
        let duty = super::epochs::group_private(self.tx, duty_tag, epoch_id(holder.hash))?;
        let duty = duty.ok_or(Error::NoKey)?;
        self.settle_heads(cx)?;
        let (manifest, leaves, envelopes) = self.pack_bag()?;
        let contents = BagContents {
            patients: manifest.patients.len() as u64,
            envelopes: manifest.envelopes(),
            root: manifest::root(leaves),
        };
        let offer = Offer {
            prev: holder.hash,
            n: holder.n + 1,
            to_member: to.0,
            to_device: to.1,
            lease,
            duty_sealed: HexBytes(
                seal_key(&lease.0, &duty_info(holder.hash), &duty, cx.rng)?.to_vec(),
            ),
            manifest: HexBytes(manifest.encode()),
            root: contents.root,
            envelopes: contents.envelopes,
            patients: contents.patients,
            expires,
            turn_from: turn.from,
            turn_to: turn.to,
        };
        let hash = self.append_record(cx, Clear::None, vec![Act::Offer(offer)])?;
        self.audit(
            cx,
            Deed::counted(AuditEvent::Offer, manifest.patients.len()),
        )?;
        let mut all = self.records_and_groups()?;
        all.extend(envelopes);
        let recipient = Recipient {
            device: to.1,
            key: lease.0,
            lease: Some(*lease_id.as_bytes()),
        };
        let file = self.seal_file(FileKind::Offer, &recipient, hash, all, cx)?;
        Ok(OfferMade {
            offer: hash,
            contents,
            file,
        })
    }

    fn open_offer_to_me(
        &mut self,
        offer: Hash32,
        now: DateTime<FixedOffset>,
    ) -> Result<(OfferSeen, [u8; 16]), Error> {
        let seen = self.state.association.duty().offer(offer).cloned();
        let seen = seen.ok_or(Error::NotFound("offer"))?;
        let me = &self.state.me;
        if (seen.offer.to_member, seen.offer.to_device) != (me.member, me.device) {
            return Err(Error::ForSomebodyElse(
                "the bag is offered to somebody else",
            ));
        }
        if self.state.association.duty().accept_of(offer).is_some() {
            return Err(Error::Rule("the offer was accepted already"));
        }
        if seen.withdrawn {
            return Err(Error::Rule("the offer was withdrawn"));
        }
        if seen.offer.expires <= now {
            return Err(Error::Rule("the offer is over: ask for a new one"));
        }
        Ok((seen, self.prekey_lease()?))
    }

    fn verify_offer(
        &mut self,
        offer: Hash32,
        keys: &BTreeMap<EpochId, Key>,
    ) -> Result<BagContents, Error> {
        let seen = self.state.association.duty().offer(offer).cloned();
        let seen = seen.ok_or(Error::NotFound("offer"))?;
        let manifest = Manifest::decode(&seen.offer.manifest.0)
            .map_err(|_| malformed("the offer's manifest does not read"))?;
        let contents = self.verify_bag(&manifest, keys)?;
        if contents.root != seen.offer.root {
            return Err(malformed("the bag is not the one that was signed"));
        }
        Ok(contents)
    }

    fn accept(
        &mut self,
        offer: Hash32,
        keys: BTreeMap<EpochId, Key>,
        fresh: &Prekey,
        cx: &mut Cx<'_>,
    ) -> Result<(Hash32, BagContents, Vec<u8>), Error> {
        let contents = self.verify_offer(offer, &keys)?;
        let (seen, lease) = self.open_offer_to_me(offer, cx.now)?;
        let before = keys.get(&epoch_id(seen.offer.prev)).ok_or(Error::NoKey)?;
        let (private, public) = make_keypair(cx.rng);
        let tag = self.state.group_tag(Group::Duty);
        let duty_before = box_parent(tag, epoch_id(seen.offer.prev), before, &private, cx.rng);
        let accept = Accept {
            offer,
            root: contents.root,
            duty: Bytes32(public),
            duty_before: HexBytes(duty_before),
            member: self.state.me.member,
            device: self.state.me.device,
            at: cx.now,
        };
        let prekey = self.use_prekey(fresh)?;
        let hash = self.append_record(cx, Clear::None, vec![Act::Accept(accept), prekey])?;
        let mut all: Vec<(EpochId, Key)> = keys.into_iter().collect();
        all.push((epoch_id(hash), private));
        let ended = self.state.lease;
        self.begin_lease(
            Lease {
                id: lease,
                link: hash,
            },
            all,
        )?;
        self.reconcile(cx, &Touched::All)?;
        self.read_again(cx)?;
        self.end_former(ended)?;
        self.audit(
            cx,
            Deed::counted(
                AuditEvent::Accept,
                usize::try_from(contents.patients).unwrap_or(0),
            ),
        )?;
        let records = self.records_and_groups()?;
        let file = self.file_to_device(FileKind::Accept, seen.from_device, hash, records, cx)?;
        Ok((hash, contents, file))
    }

    /// Duty keys from one link backwards, each boxed under the one after it.
    fn duty_keys_back_from(&mut self, link: Hash32, key: Key) -> BTreeMap<EpochId, Key> {
        let association = Arc::clone(&self.state.association);
        let chain = association.duty();
        let tag = self.state.group_tag(Group::Duty);
        let mut keys = BTreeMap::new();
        let mut at = chain.link(link);
        let mut key = key;
        while let Some(link) = at {
            let parent = crate::epoch::ParentKey {
                epoch: epoch_id(link.prev),
                boxed: link.duty_before.clone(),
            };
            let before = open_parent(tag, &parent, &key);
            keys.insert(epoch_id(link.hash), key);
            at = chain.link(link.prev);
            // What is boxed is the key before only if that link says so.
            let proven =
                |old: &Key| at.is_some_and(|link| derive_public(old).as_ref() == Ok(&link.duty));
            let Some(before) = before.filter(proven) else {
                break;
            };
            key = before;
        }
        keys
    }

    pub(super) fn records_and_groups(&mut self) -> Result<Vec<SealedEnvelope>, Error> {
        let mut all = self.records();
        for group in [Group::Members, Group::Doctors, Group::Office] {
            all.extend(applied(self.tx, self.state.group_tag(group))?);
        }
        Ok(all)
    }

    pub(super) fn file_to_device(
        &mut self,
        kind: FileKind,
        device: DeviceId,
        about: Hash32,
        envelopes: Vec<SealedEnvelope>,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<u8>, Error> {
        let keys = self
            .state
            .log
            .devices()
            .get(&device)
            .map(|state| state.keys);
        let key = keys.ok_or(Error::NotFound("device"))?.kx;
        self.seal_file(
            kind,
            &Recipient {
                device,
                key,
                lease: None,
            },
            about,
            envelopes,
            cx,
        )
    }

    fn seal_file(
        &mut self,
        kind: FileKind,
        to: &Recipient,
        about: Hash32,
        envelopes: Vec<SealedEnvelope>,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<u8>, Error> {
        let content = Content {
            note: about.as_bytes().to_vec().into(),
            envelopes,
        };
        let me = &self.state.me;
        file::seal(
            kind,
            self.state.ws,
            me.device,
            &me.sign,
            to,
            &content,
            cx.rng,
        )
    }
}

pub(super) fn note_hash(note: &[u8]) -> Result<Hash32, Error> {
    let bytes = note.try_into();
    bytes
        .map(Hash32::from_bytes)
        .map_err(|_| malformed("the file does not say what it is about"))
}

fn duty_info(link: Hash32) -> Vec<u8> {
    [b"kaban/duty-key/1".as_slice(), link.as_bytes()].concat()
}

pub(super) fn malformed(what: &str) -> Error {
    Error::Malformed {
        what: what.to_owned(),
    }
}
