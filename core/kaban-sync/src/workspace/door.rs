//! The door: what of a batch is stored at all, before anything is opened.

use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_vault::store::EnvelopeState;

use super::ingest::{Carry, IngestReport};
use super::{Cx, Session};
use crate::error::Error;

impl Session<'_, '_> {
    /// Stores what is new: the records first, for they say whose signatures count; then whatever
    /// a known device has signed. Only that may hold a place in a device's chain: the rest is
    /// noted and left out, so that the true envelope still finds its place.
    pub(super) fn let_in(
        &mut self,
        cx: &Cx<'_>,
        batch: Vec<SealedEnvelope>,
        carry: Carry,
        report: &mut IngestReport,
    ) -> Result<(), Error> {
        let mut records = Vec::new();
        let mut others = Vec::new();
        for envelope in batch {
            if self.tx.envelope(&envelope.hash())?.is_some() {
                report.known += 1;
            } else if envelope.header().ws != self.state.ws {
                self.leave_out(cx, &envelope, "other_workspace", report)?;
            } else if envelope.header().kind == Kind::Record {
                records.push(envelope);
            } else {
                others.push(envelope);
            }
        }
        self.let_records_in(cx, records, carry, report)?;
        for envelope in others {
            let header = envelope.header();
            let device = self.state.log.devices().get(&header.author);
            match device.map(|device| envelope.verify(&device.keys.id)) {
                None => self.leave_out(cx, &envelope, "unknown_device", report)?,
                Some(Err(_)) => self.leave_out(cx, &envelope, "signature", report)?,
                Some(Ok(())) => self.store(cx, &envelope, EnvelopeState::Parked, carry, report)?,
            }
        }
        Ok(())
    }

    fn let_records_in(
        &mut self,
        cx: &Cx<'_>,
        records: Vec<SealedEnvelope>,
        carry: Carry,
        report: &mut IngestReport,
    ) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let mut waiting = Vec::new();
        for envelope in super::records::in_order(records) {
            match self.state.log.insert(envelope.clone()) {
                Ok(_) => waiting.push(envelope),
                Err(_) => self.leave_out(cx, &envelope, "record_refused", report)?,
            }
        }
        // Stored in the order in which each builds on the last: so they are passed on.
        let depth = |envelope: &SealedEnvelope| {
            let record = self.state.log.get(&envelope.hash());
            record.map_or(u64::MAX, |record| record.depth)
        };
        waiting.sort_by_key(depth);
        for envelope in waiting {
            let landed = self.state.log.get(&envelope.hash()).is_some();
            let device = self.state.log.devices().get(&envelope.header().author);
            let signed = device.is_some_and(|device| envelope.verify(&device.keys.id).is_ok());
            if landed {
                report.applied += 1;
                self.store(cx, &envelope, EnvelopeState::Applied, carry, report)?;
            } else if signed {
                self.store(cx, &envelope, EnvelopeState::Parked, carry, report)?;
            }
        }
        // Records of an earlier batch that had waited in the log for these.
        let unread = self
            .state
            .log
            .records()
            .filter(|r| !self.state.statements.contains_key(&r.hash));
        let landed: Vec<SealedEnvelope> = unread.map(|record| record.envelope.clone()).collect();
        for envelope in landed {
            if self.tx.envelope(&envelope.hash())?.is_none() {
                self.store(cx, &envelope, EnvelopeState::Applied, carry, report)?;
            }
        }
        Ok(())
    }

    fn store(
        &mut self,
        cx: &Cx<'_>,
        envelope: &SealedEnvelope,
        state: EnvelopeState,
        carry: Carry,
        report: &mut IngestReport,
    ) -> Result<(), Error> {
        let header = envelope.header();
        let at_place = self
            .tx
            .envelope_hash(&header.doc, &header.author, header.seq)?;
        let forked = at_place.is_some_and(|known| known != envelope.hash());
        if forked && header.kind != Kind::Record {
            self.tx
                .put_envelope(envelope, EnvelopeState::Quarantined, false)?;
            return self.leave_out(cx, envelope, "fork", report);
        }
        let passed_on = match carry {
            Carry::Nothing => false,
            Carry::Records => header.kind == Kind::Record,
            Carry::Everything => true,
        };
        self.tx.put_envelope(envelope, state, passed_on)?;
        self.tx.unquarantine(&envelope.hash())?;
        self.state.damaged.remove(&envelope.hash());
        if forked {
            // Both branches of a record log count, whichever came first; the device is named.
            self.tx.note(&envelope.hash(), "fork")?;
        }
        Ok(())
    }

    fn leave_out(
        &mut self,
        cx: &Cx<'_>,
        envelope: &SealedEnvelope,
        reason: &'static str,
        report: &mut IngestReport,
    ) -> Result<(), Error> {
        report.quarantined += 1;
        self.set_aside(cx, envelope.hash(), reason)
    }
}
