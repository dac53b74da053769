//! What a device wrote before it was removed stays readable to all who come later: members say
//! in a record how far they had read its chains, and a chain proves everything before its end.
//! What no member had read by then is set aside and named, for an admin who may say so.

use std::collections::BTreeMap;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, DocTag, Hash32};
use kaban_proto::membership::Status;
use kaban_proto::record::Clear;
use kaban_vault::store::{EnvelopeState, Scope};

use super::{Cx, Session};
use crate::acts::Act;
use crate::error::Error;
use crate::hex::HexBytes;
use crate::seen::{CHAINS_MAX, SeenHeads};

/// Why an envelope of a removed device is set aside that nobody has read before.
pub(super) const UNPROVEN: &str = "removal_unproven";
/// Rows that say for which removed device this one has answered.
const ANSWERED: &str = "answered";

/// The hashes of a chain by number, as they follow from the end that somebody had read.
pub(crate) type Proven = BTreeMap<(DocTag, DeviceId, u64, Hash32), BTreeMap<u64, Hash32>>;

/// Whether an envelope was there before its device was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A member had read it, or one after it in its chain.
    Proven,
    /// It may have been: the chain up to there has not come.
    Waits,
    /// Nobody says so.
    None,
}

impl Session<'_, '_> {
    pub(super) fn is_from_before(&mut self, envelope: &SealedEnvelope) -> Result<Proof, Error> {
        let header = *envelope.header();
        let mut proof = Proof::None;
        for (seq, hash) in self.state.association.seen_of(header.author, header.doc) {
            if seq < header.seq {
                continue;
            }
            match self.hash_in_chain((header.doc, header.author, seq, hash), header.seq)? {
                Some(known) if known == envelope.hash() => return Ok(Proof::Proven),
                Some(_) => {}
                None => proof = Proof::Waits,
            }
        }
        Ok(proof)
    }

    /// The hash that an envelope of a chain has if the chain ends as named; nothing while an
    /// envelope between is missing. Each chain is walked once.
    fn hash_in_chain(
        &mut self,
        end: (DocTag, DeviceId, u64, Hash32),
        wanted: u64,
    ) -> Result<Option<Hash32>, Error> {
        let (doc, author, ..) = end;
        let known = self.state.proven.entry(end).or_default();
        known.entry(end.2).or_insert(end.3);
        while let Some((seq, hash)) = known.first_key_value().map(|(seq, hash)| (*seq, *hash))
            && seq > wanted
        {
            let Some(stored) = self.tx.envelope(&hash)? else {
                return Ok(None);
            };
            let header = stored.envelope.header();
            if (header.doc, header.author, header.seq) != (doc, author, seq) {
                return Ok(None);
            }
            known.insert(seq - 1, header.prev);
        }
        Ok(known.get(&wanted).copied())
    }

    /// Says, once for each removed device, how far its chains had been read here when that was
    /// heard, where nobody has said as much.
    pub(super) fn answer_for_removed(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        let (me, member) = (self.state.me.device, self.state.me.member);
        let devices = self.state.log.devices();
        let active = devices
            .get(&me)
            .is_some_and(|device| device.status == Status::Active);
        if !active || !self.state.is_all_read() || !self.state.association.is_active(member) {
            return Ok(());
        }
        let removed: Vec<DeviceId> = devices
            .iter()
            .filter(|(_, device)| device.status == Status::Removed)
            .map(|(id, _)| *id)
            .collect();
        for device in removed {
            if self.tx.get_row(ANSWERED, b"", device.as_bytes())?.is_some() {
                continue;
            }
            for heads in self.unsaid_heads(device)?.chunks(CHAINS_MAX) {
                let heads = HexBytes(SeenHeads(heads.to_vec()).encode());
                let act = Act::SeenOf { device, heads };
                self.append_record(cx, Clear::None, vec![act])?;
            }
            self.tx
                .put_row(&Scope::Device, ANSWERED, b"", device.as_bytes(), b"")?;
        }
        Ok(())
    }

    /// The last applied envelope of each chain of a device, where nobody has said that they read
    /// as far.
    fn unsaid_heads(&mut self, device: DeviceId) -> Result<Vec<(DocTag, u64, Hash32)>, Error> {
        let mut heads = Vec::new();
        for doc in self.tx.docs()? {
            if doc == DocTag::RECORDS {
                continue;
            }
            let vector = self.tx.vector(&doc)?;
            let end = vector.into_iter().find(|(author, ..)| *author == device);
            let mut at = end.map(|(_, seq, hash)| (seq, hash));
            while let Some((seq, hash)) = at {
                let Some(stored) = self.tx.envelope(&hash)? else {
                    break;
                };
                if stored.state == EnvelopeState::Applied {
                    if !self.is_said(doc, device, seq)? {
                        heads.push((doc, seq, hash));
                    }
                    break;
                }
                at = (seq > 1).then(|| (seq - 1, stored.envelope.header().prev));
            }
        }
        Ok(heads)
    }

    /// Whether somebody has read the chain as it is here, at least as far.
    fn is_said(&mut self, doc: DocTag, device: DeviceId, seq: u64) -> Result<bool, Error> {
        for (last, hash) in self.state.association.seen_of(device, doc) {
            if last >= seq && self.tx.envelope_hash(&doc, &device, last)? == Some(hash) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// After a member has said how far they had read: what was set aside for want of that is
    /// taken up again.
    pub(super) fn look_again(&mut self, fresh: &[Hash32]) -> Result<(), Error> {
        let says = |hash: &Hash32| {
            let statement = self.state.statements.get(hash);
            let mut acts = statement.into_iter().flat_map(|statement| &statement.acts);
            acts.any(|act| matches!(act, Act::SeenOf { .. }))
        };
        if !fresh.iter().any(says) {
            return Ok(());
        }
        for note in self.tx.quarantined()? {
            if note.reason != UNPROVEN || !note.stored {
                continue;
            }
            let Some(stored) = self.tx.envelope(&note.hash)? else {
                continue;
            };
            if self.is_from_before(&stored.envelope)? != Proof::None {
                self.tx.unquarantine(&note.hash)?;
                self.tx
                    .set_envelope_state(&note.hash, EnvelopeState::Parked)?;
                self.state.read_again = true;
            }
        }
        Ok(())
    }
}
