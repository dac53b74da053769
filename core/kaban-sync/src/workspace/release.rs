//! Letting go of the bag: RELEASE, what was written late, ACK, and erasing.
//!
//! The giver erases only when every envelope it wrote to the bag is covered: by the accepted
//! manifest, by an acknowledgement, or by a relay's receipt. Whoever was relieved without an offer
//! of their own (a TAKE, a rival acceptance) erases when receipts cover everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_model::duty::may_delete_lease;
use kaban_model::ids::PatientId;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::Hash32;
use kaban_proto::record::Clear;
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::Scope;

use super::handover::{malformed, note_hash};
use super::lease_rows::Prekey;
use super::pages::Deed;
use super::send::kept;
use super::{Cx, Session, Workspace};
use crate::acts::Act;
use crate::duty_chain::{Link, OfferSeen};
use crate::error::Error;
use crate::file::FileKind;
use crate::hex::HexBytes;
use crate::manifest::{self, LateHeads, Manifest};

/// What the giver still has to do, or has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The link that relieved this device.
    pub by: Hash32,
    /// What was written after the offer and has to reach the taker.
    pub late: usize,
    /// Whether nothing stands in the way of erasing.
    pub covered: bool,
}

/// What erasing the bag took away, and what stayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Boxed rows that are gone.
    pub rows: u64,
    /// Patients of the list that stay, because they are this person's own.
    pub kept_own: u64,
    /// Envelopes that no receipt covers yet; they stay, sealed as they are.
    pub unsent: u64,
}

/// How this device's duty ended.
enum Ended {
    /// By the acceptance of an offer it had made.
    Accepted(Box<Link>, Box<OfferSeen>),
    /// By a take, or because a rival's link counts.
    Relieved(Hash32),
}

impl Workspace {
    /// Takes in the acceptance, from a file if it came by one, and lets go; gives the file for
    /// the taker, if there is one. Erasing is separate: see [`Workspace::erase_bag`].
    pub fn release(
        &mut self,
        file: Option<&[u8]>,
        cx: &mut Cx<'_>,
    ) -> Result<(Released, Option<Vec<u8>>), Error> {
        if let Some(file) = file {
            self.open_file(file, FileKind::Accept, cx)?;
        }
        self.write(|session| session.release(cx))
    }

    /// Takes in a release with what was written late; returns how many envelopes that were and
    /// the acknowledgement for the giver.
    pub fn receive_release(
        &mut self,
        file: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(u64, Vec<u8>), Error> {
        let note = self.open_file(file, FileKind::Release, cx)?;
        let accept = note_hash(&note)?;
        self.write(|session| session.acknowledge(accept, cx))
    }

    /// Takes in the acknowledgement.
    pub fn receive_ack(&mut self, file: &[u8], cx: &mut Cx<'_>) -> Result<(), Error> {
        self.open_file(file, FileKind::Ack, cx).map(drop)
    }

    /// Whether this device's duty has ended and nothing stands in the way of erasing the bag.
    pub fn may_erase(&mut self) -> Result<bool, Error> {
        let facts = self.read(|session| session.delete_facts())?;
        Ok(facts.is_some_and(|facts| may_delete_lease(&facts).is_some()))
    }

    /// Destroys the lease's key, and with it everything of the bag on this device. Unsent work
    /// stays: it is sealed as on the wire.
    ///
    /// # Errors
    /// [`Error::Rule`] while this device is on duty, or while something it wrote has reached nobody.
    pub fn erase_bag(&mut self, cx: &mut Cx<'_>) -> Result<Erased, Error> {
        let lease = self
            .state
            .lease
            .ok_or(Error::Rule("this device holds no bag"))?;
        if self.holds_bag() {
            return Err(Error::Rule(
                "this device is on duty: offer the bag to the next doctor first",
            ));
        }
        if self.write(|session| session.hand_in_bag(cx))? > 0 {
            return Err(Error::Rule(
                "a draft of the bag could not be handed in: sign or discard it first",
            ));
        }
        if !self.may_erase()? {
            return Err(Error::Rule(
                "what was written to the bag has not reached anybody else yet",
            ));
        }
        let (kept_own, unsent) = self.read(|session| {
            let association = Arc::clone(&session.state.association);
            let own = association
                .duty_list()
                .filter(|patient| session.state.is_own(*patient))
                .count();
            Ok((own as u64, session.unsent()?))
        })?;
        let rows = self.write(|session| {
            let rows = session.tx.scope_rows(&Scope::Bag(lease.id))?.len();
            session.set_lease(None)?;
            session.end_lease(lease.id)?;
            session.audit(cx, Deed::counted(AuditEvent::Release, rows))?;
            Ok(rows as u64)
        })?;
        self.destroy_ended_leases()?;
        Ok(Erased {
            rows,
            kept_own,
            unsent,
        })
    }

    /// Offers to this device that were withdrawn, or whose place in the chain somebody else has
    /// taken: the keystore key they were sealed to is destroyed, and all that was received under it
    /// with it. Nothing is destroyed by a clock, or while another offer needs the same key.
    pub fn forget_dead_offers(&mut self, cx: &mut Cx<'_>) -> Result<usize, Error> {
        let dead = self.read(|session| {
            let me = (session.state.me.member, session.state.me.device);
            let association = Arc::clone(&session.state.association);
            let chain = association.duty();
            let present = association
                .device(me.1)
                .and_then(|device| device.prekeys.get(&me.0));
            let waiting: Vec<&OfferSeen> = chain
                .offers()
                .filter(|seen| (seen.offer.to_member, seen.offer.to_device) == me)
                .filter(|seen| chain.accept_of(seen.hash).is_none())
                .filter(|seen| present.is_some_and(|(public, _)| *public == seen.offer.lease))
                .collect();
            let over = |seen: &OfferSeen| seen.withdrawn || chain.is_followed(seen.offer.prev);
            if waiting.is_empty() || !waiting.iter().all(|seen| over(seen)) {
                return Ok(None);
            }
            Ok(Some((session.prekey_lease()?, waiting.len())))
        })?;
        let Some((lease, dead)) = dead else {
            return Ok(0);
        };
        let fresh = Prekey::make(&mut self.store, cx)?;
        self.write(|session| {
            let act = session.use_prekey(&fresh)?;
            session.end_lease(lease)?;
            session.append_record(cx, Clear::None, vec![act])
        })?;
        self.destroy_ended_leases()?;
        Ok(dead)
    }
}

impl Session<'_, '_> {
    fn release(&mut self, cx: &mut Cx<'_>) -> Result<(Released, Option<Vec<u8>>), Error> {
        let ended = self.ended()?;
        // What was begun and not signed travels with what was written late.
        self.hand_in_bag(cx)?;
        let (accept, seen) = match ended {
            Ended::Accepted(accept, seen) => (accept, seen),
            Ended::Relieved(by) => {
                let covered = self.is_covered()?;
                return Ok((
                    Released {
                        by,
                        late: 0,
                        covered,
                    },
                    None,
                ));
            }
        };
        let known = self
            .state
            .association
            .duty()
            .release_of(accept.hash)
            .map(|r| r.late.heads.clone());
        let late = match known {
            Some(heads) => self.late_of(&seen, Some(&read_heads(&heads)?))?,
            None => {
                let late = self.late_of(&seen, None)?;
                let act = Act::Release {
                    accept: accept.hash,
                    late_root: late_root(&late),
                    late: late.len() as u64,
                    late_heads: HexBytes(heads_of(&late).encode()),
                };
                self.append_record(cx, Clear::None, vec![act])?;
                late
            }
        };
        let mut all = self.records_and_groups()?;
        all.extend(late.iter().cloned());
        let file = self.file_to_device(FileKind::Release, accept.device, accept.hash, all, cx)?;
        let covered = self.is_covered()?;
        Ok((
            Released {
                by: accept.hash,
                late: late.len(),
                covered,
            },
            Some(file),
        ))
    }

    fn acknowledge(&mut self, accept: Hash32, cx: &mut Cx<'_>) -> Result<(u64, Vec<u8>), Error> {
        let association = Arc::clone(&self.state.association);
        let release = association
            .duty()
            .release_of(accept)
            .ok_or(Error::NotFound("release"))?;
        let link = association
            .duty()
            .link(accept)
            .ok_or(Error::NotFound("acceptance"))?;
        let offer = link.offer.and_then(|offer| association.duty().offer(offer));
        let offer = offer.ok_or(Error::NotFound("offer"))?;
        let late = self.late_of(offer, Some(&read_heads(&release.late.heads)?))?;
        if late.len() as u64 != release.late.count || late_root(&late) != release.late.root {
            return Err(malformed(
                "not everything that was written late has arrived",
            ));
        }
        if !release.acknowledged {
            let act = Act::Ack {
                release: release.hash,
                late_root: release.late.root,
            };
            self.append_record(cx, Clear::None, vec![act])?;
        }
        let records = self.records_and_groups()?;
        let file = self.file_to_device(FileKind::Ack, offer.from_device, accept, records, cx)?;
        Ok((release.late.count, file))
    }

    /// Whether everything that this device wrote to the bag has reached somebody.
    pub(super) fn is_covered(&mut self) -> Result<bool, Error> {
        let Ok(ended) = self.ended() else {
            return Ok(false);
        };
        let to_cover = match &ended {
            Ended::Accepted(accept, seen) => {
                let association = Arc::clone(&self.state.association);
                let Some(release) = association.duty().release_of(accept.hash) else {
                    return Ok(false);
                };
                if release.acknowledged {
                    return Ok(true);
                }
                self.late_of(seen, Some(&read_heads(&release.late.heads)?))?
            }
            Ended::Relieved(_) => self.own_in_bag()?,
        };
        for envelope in to_cover {
            if self.tx.receipt(&envelope.hash())?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How the duty that this device still holds keys of has ended.
    fn ended(&mut self) -> Result<Ended, Error> {
        let lease = self
            .state
            .lease
            .ok_or(Error::Rule("this device holds no bag"))?;
        if self.state.holds_bag() {
            return Err(Error::Rule("the next doctor has not accepted yet"));
        }
        let association = Arc::clone(&self.state.association);
        let chain = association.duty();
        let holder = chain.holder().ok_or(Error::Rule("nobody is on duty yet"))?;
        let next = chain
            .follower(lease.link)
            .filter(|_| chain.is_on_the_way(lease.link));
        let offer = next
            .and_then(|link| link.offer)
            .and_then(|offer| chain.offer(offer));
        match (next, offer) {
            (Some(next), Some(seen)) if seen.from_device == self.state.me.device => Ok(
                Ended::Accepted(Box::new(next.clone()), Box::new(seen.clone())),
            ),
            _ => Ok(Ended::Relieved(holder.hash)),
        }
    }

    /// What the giver of an offer wrote to the bag after its manifest, up to `heads` if given:
    /// for everybody on the list then, and everybody on it now.
    fn late_of(
        &mut self,
        seen: &OfferSeen,
        heads: Option<&LateHeads>,
    ) -> Result<Vec<SealedEnvelope>, Error> {
        let manifest = Manifest::decode(&seen.offer.manifest.0)
            .map_err(|_| malformed("the offer's manifest does not read"))?;
        let offered: BTreeMap<PatientId, _> = manifest.patients.into_iter().collect();
        let listed = self.state.association.duty_list();
        let patients: BTreeSet<PatientId> = offered.keys().copied().chain(listed).collect();
        let mut late = Vec::new();
        for patient in patients {
            for (at, chain) in self.state.bag_chains(patient).into_iter().enumerate() {
                let covered = offered
                    .get(&patient)
                    .and_then(|chains| chains[at].get(&seen.from_device));
                let covered = covered.copied().unwrap_or(0);
                let last =
                    heads.map_or(u64::MAX, |heads| heads.0.get(&chain).copied().unwrap_or(0));
                for envelope in kept(self.tx, chain)? {
                    let header = envelope.header();
                    if header.author == seen.from_device
                        && header.seq > covered
                        && header.seq <= last
                    {
                        late.push(envelope);
                    }
                }
            }
        }
        Ok(late)
    }

    /// Everything this device ever wrote to chains of the bag.
    fn own_in_bag(&mut self) -> Result<Vec<SealedEnvelope>, Error> {
        let me = self.state.me.device;
        let patients: Vec<PatientId> = self.state.association.duty_list().collect();
        let mut own = Vec::new();
        for patient in patients {
            for chain in self.state.bag_chains(patient) {
                own.extend(
                    kept(self.tx, chain)?
                        .into_iter()
                        .filter(|e| e.header().author == me),
                );
            }
        }
        Ok(own)
    }
}

fn heads_of(late: &[SealedEnvelope]) -> LateHeads {
    let mut heads = LateHeads::default();
    for header in late.iter().map(SealedEnvelope::header) {
        let last = heads.0.entry(header.doc).or_default();
        *last = header.seq.max(*last);
    }
    heads
}

fn read_heads(bytes: &[u8]) -> Result<LateHeads, Error> {
    LateHeads::decode(bytes).map_err(|_| malformed("the release does not say what was late"))
}

fn late_root(late: &[SealedEnvelope]) -> Hash32 {
    if late.is_empty() {
        return Hash32::ZERO;
    }
    let leaves = late.iter().map(|envelope| {
        let header = envelope.header();
        manifest::Leaf {
            chain: header.doc,
            author: header.author,
            seq: header.seq,
            hash: envelope.hash(),
        }
    });
    manifest::root(leaves.collect())
}
