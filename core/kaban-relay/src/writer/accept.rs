//! The accept pipeline, inside the writer's transaction.

use super::room::Room;
use super::workspace::Workspace;
use super::{Checked, Rules, Taken, opening};
use crate::board::{Board, error};
use crate::store::{self, Bytes, Place, Tip};
use kaban_proto::relay_api::{ApiCode, ApiError, Reason, Refused};
use kaban_proto::{Hash32, Header, Kind, RecordLog, SealedEnvelope, Status, Vetted, WorkspaceId};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Why an envelope was not taken, with a detail for people.
type No = (Reason, String);

/// The writer at work within one transaction.
pub(super) struct Desk<'a> {
    pub(super) db: &'a Connection,
    pub(super) workspaces: &'a mut BTreeMap<WorkspaceId, Workspace>,
    pub(super) board: &'a Board,
    pub(super) rules: &'a Rules,
    pub(super) now_ms: u64,
}

impl Desk<'_> {
    /// The workspace in memory; after a failed commit it is read again.
    fn workspace(&mut self, ws: &WorkspaceId) -> Option<&mut Workspace> {
        if !self.workspaces.contains_key(ws) {
            let loaded = opening::load_one(self.db, self.board, ws);
            self.workspaces.extend(loaded.map(|loaded| (*ws, loaded)));
        }
        self.workspaces.get_mut(ws)
    }

    /// Founds a workspace, or finds it founded by this very genesis.
    pub(super) fn found(
        &mut self,
        genesis: SealedEnvelope,
    ) -> Result<Result<(WorkspaceId, Vec<Hash32>), ApiError>, rusqlite::Error> {
        let (ws, hash) = (genesis.header().ws, genesis.hash());
        if let Err(damaged) = self.board.check_whole(&ws) {
            return Ok(Err(damaged));
        }
        if let Some(known) = self.workspace(&ws) {
            let same = known
                .log
                .genesis()
                .is_some_and(|record| record.hash == hash);
            let other = || error(ApiCode::OtherGenesis, "the workspace has another genesis");
            return Ok(if same {
                Ok((ws, vec![hash]))
            } else {
                Err(other())
            });
        }
        if !self.rules.founding_open || self.workspaces.len() >= self.rules.workspaces_max {
            return Ok(Err(error(
                ApiCode::NotFounded,
                "this relay takes no new workspaces",
            )));
        }
        let log = match RecordLog::found(genesis.clone()) {
            Ok(log) => log,
            Err(refusal) => return Ok(Err(error(ApiCode::NotFounded, &refusal.to_string()))),
        };
        let row = store::add_workspace(self.db, &ws, self.now_ms)?;
        store::add_envelope(self.db, row, &genesis, 1, self.now_ms)?;
        let mut room = Room::default();
        room.add(&genesis.header().author, bytes_of(&genesis));
        let position = 1;
        self.workspaces.insert(
            ws,
            Workspace {
                row,
                log,
                room,
                position,
            },
        );
        Ok(Ok((ws, vec![hash])))
    }

    /// Takes what can be taken of a page, in its order.
    pub(super) fn push(
        &mut self,
        ws: WorkspaceId,
        envelopes: Vec<Checked>,
    ) -> Result<Result<Taken, ApiError>, rusqlite::Error> {
        let (db, board, rules, now_ms) = (self.db, self.board, self.rules, self.now_ms);
        let Some(workspace) = self.workspace(&ws) else {
            // The token was good, so the workspace exists; after a failed commit it could not be
            // read again.
            return Ok(Err(error(ApiCode::Storage, "the workspace cannot be read")));
        };
        let mut shelf = Shelf {
            db,
            workspace,
            board,
            rules,
            now_ms,
        };
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for (index, checked) in (0_u32..).zip(envelopes) {
            let hash = checked.envelope.hash();
            match shelf.take(ws, checked)? {
                Ok(()) => accepted.push(hash),
                Err((reason, detail)) => refused.push(Refused {
                    index,
                    reason,
                    detail,
                }),
            }
        }
        Ok(Ok(((ws, accepted), refused)))
    }
}

/// One workspace at work.
struct Shelf<'a> {
    db: &'a Connection,
    workspace: &'a mut Workspace,
    board: &'a Board,
    rules: &'a Rules,
    now_ms: u64,
}

impl Shelf<'_> {
    fn take(
        &mut self,
        ws: WorkspaceId,
        checked: Checked,
    ) -> Result<Result<(), No>, rusqlite::Error> {
        let envelope = &checked.envelope;
        let header = *envelope.header();
        if header.ws != ws {
            return no(Reason::OtherWorkspace, "another workspace");
        }
        if header.kind == Kind::Record {
            return self.take_record(checked.envelope);
        }
        let place = self.place(&header);
        let tip = store::tip(self.db, place)?;
        if header.seq <= tip.as_ref().map_or(0, |tip| tip.seq) {
            return Ok(if self.find_again(envelope)? {
                Ok(())
            } else {
                Err((Reason::Fork, "another envelope has this place".to_owned()))
            });
        }
        if let Err(refused) = self.judge(&checked, tip.as_ref()) {
            return Ok(Err(refused));
        }
        self.keep(checked.envelope)
    }

    /// The record log judges chains by itself and keeps every branch: what others have built on is
    /// never refused because a device was copied.
    fn take_record(&mut self, envelope: SealedEnvelope) -> Result<Result<(), No>, rusqlite::Error> {
        let no = match self.workspace.log.vet(&envelope) {
            Ok(Vetted::Known) => return self.find_again(&envelope).map(|_| Ok(())),
            Ok(Vetted::New) => self.check_room(&envelope).err(),
            Ok(Vetted::Missing(missing)) => Some((
                Reason::MissingParents,
                format!("{} parents are missing", missing.len()),
            )),
            Err(refusal) => Some((Reason::BadRecord, refusal.to_string())),
        };
        match no {
            Some(no) => Ok(Err(no)),
            None => self.keep(envelope),
        }
    }

    /// Whether an envelope is there already; where it lay damaged, it is put back.
    fn find_again(&self, envelope: &SealedEnvelope) -> Result<bool, rusqlite::Error> {
        let header = envelope.header();
        let place = self.place(header);
        let there = store::find_envelope(self.db, place, header.seq, &envelope.hash())?;
        let Some(there) = there else {
            return Ok(false);
        };
        if !there.is_whole() {
            store::mend_envelope(self.db, place.ws, there.position, envelope)?;
            self.board.note_mended(place.ws, there.position);
        }
        Ok(true)
    }

    fn place<'h>(&self, header: &'h Header) -> Place<'h> {
        Place {
            ws: self.workspace.row,
            doc: &header.doc,
            author: &header.author,
        }
    }

    /// Everything that needs no further look into the database: what costs least first, so that a
    /// flood of what has no place costs no more than the look-up of its chain.
    fn judge(&self, checked: &Checked, tip: Option<&Tip>) -> Result<(), No> {
        let envelope = &checked.envelope;
        let header = envelope.header();
        let expected = tip.map_or(1, |tip| tip.seq.saturating_add(1));
        if header.seq != expected {
            return Err((
                Reason::Gap { expected },
                format!("expected number {expected}"),
            ));
        }
        let follows = tip.map_or(header.prev == Hash32::ZERO, |tip| tip.is(&header.prev));
        if !follows {
            return Err((
                Reason::Fork,
                "it does not follow the envelope before it".to_owned(),
            ));
        }
        self.judge_author(checked)?;
        self.check_room(envelope)
    }

    fn check_room(&self, envelope: &SealedEnvelope) -> Result<(), No> {
        let author = &envelope.header().author;
        let Workspace { room, log, .. } = &*self.workspace;
        let state = log.devices().get(author);
        room.check(author, bytes_of(envelope), state, &self.rules.quota)
            .map_err(|full| (Reason::Quota, full.to_owned()))
    }

    fn judge_author(&self, checked: &Checked) -> Result<(), No> {
        let author = checked.envelope.header().author;
        let state = self.workspace.log.devices().get(&author);
        let state =
            state.ok_or_else(|| (Reason::UnknownDevice, format!("unknown author {author}")))?;
        match state.status {
            Status::Removed => {
                return Err((Reason::RemovedDevice, format!("removed author {author}")));
            }
            Status::Suspended => {
                return Err((
                    Reason::SuspendedDevice,
                    format!("suspended author {author}"),
                ));
            }
            Status::Active => {}
        }
        let bad = || (Reason::BadSignature, kaban_proto::BadSignature.to_string());
        if checked.is_by(&state.keys.id) {
            Ok(())
        } else {
            Err(bad())
        }
    }

    fn keep(&mut self, envelope: SealedEnvelope) -> Result<Result<(), No>, rusqlite::Error> {
        let position = self.workspace.position + 1;
        store::add_envelope(
            self.db,
            self.workspace.row,
            &envelope,
            position,
            self.now_ms,
        )?;
        self.workspace.position = position;
        let author = envelope.header().author;
        self.workspace.room.add(&author, bytes_of(&envelope));
        if envelope.header().kind == Kind::Record
            && let Err(refusal) = self.workspace.log.insert(envelope)
        {
            // It was vetted a moment ago; failing the transaction is safer than a log that lags
            // behind the disk.
            return Err(rusqlite::Error::ToSqlConversionFailure(Box::new(refusal)));
        }
        Ok(Ok(()))
    }
}

fn bytes_of(envelope: &SealedEnvelope) -> Bytes {
    Bytes::of(envelope.header().kind, envelope.wire_bytes() as u64)
}

fn no(reason: Reason, detail: &str) -> Result<Result<(), No>, rusqlite::Error> {
    Ok(Err((reason, detail.to_owned())))
}
