//! The one writer: a thread that owns the writing connection and the record logs.
//!
//! Requests that wait together are committed together, and nobody is answered before the commit is
//! on disk. Every envelope goes through the same steps: known already → author may write →
//! signature → place in the chain → for a record, the record log. A refused envelope does not hold
//! up the others of its page.
//!
//! A *record* is judged by the record log alone, that is by its ancestors, and not by who is
//! suspended or removed now: an honest device may have built on it before it heard, and its own
//! records would be shut out with it. A removal voids it in the fold, and a suspended or removed
//! device cannot bring it here itself.

mod accept;
mod opening;
mod room;
mod workspace;

use crate::board::{Board, error};
use crate::clock::Clock;
use crate::error::Error;
use kaban_proto::relay_api::{ApiCode, ApiError, Receipt, Refused};
use kaban_proto::{DeviceStates, Hash32, SealedEnvelope, SigningKey, VerifyKey, WorkspaceId};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use workspace::Workspace;

pub(crate) use room::Quota;

/// What became of a push.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) receipt: Option<Receipt>,
    pub(crate) refused: Vec<Refused>,
}

/// An envelope whose signature was checked outside the writer, so that all cores share that work.
pub(crate) struct Checked {
    pub(crate) envelope: SealedEnvelope,
    /// The key it verified with, if one was known and it did. The writer itself decides whether
    /// that is the author's.
    by: Option<VerifyKey>,
}

impl Checked {
    /// Checks the signature with the key that the published devices give the author.
    pub(crate) fn new(envelope: SealedEnvelope, devices: &DeviceStates) -> Self {
        let key = devices
            .get(&envelope.header().author)
            .map(|state| state.keys.id);
        let by = key.filter(|key| envelope.verify(key).is_ok());
        Self { envelope, by }
    }

    /// Whether the signature is by that key.
    fn is_by(&self, key: &VerifyKey) -> bool {
        self.by.as_ref() == Some(key) || self.envelope.verify(key).is_ok()
    }
}

/// Something to write.
pub(crate) enum Task {
    /// Found a workspace.
    Found(Box<SealedEnvelope>),
    /// Add envelopes to a workspace.
    Push(WorkspaceId, Vec<Checked>),
}

impl Task {
    fn envelopes(&self) -> usize {
        match self {
            Self::Found(_) => 1,
            Self::Push(_, envelopes) => envelopes.len(),
        }
    }
}

/// A task and where its answer goes.
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) answer: oneshot::Sender<Result<Pushed, ApiError>>,
}

/// Limits of the writer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) founding_open: bool,
    pub(crate) workspaces_max: usize,
    pub(crate) quota: Quota,
    pub(crate) commit_envelopes_max: usize,
}

/// The state of the writer thread.
pub(crate) struct Writer {
    db: Connection,
    workspaces: BTreeMap<WorkspaceId, Workspace>,
    board: Arc<Board>,
    clock: Arc<dyn Clock>,
    key: SigningKey,
    rules: Rules,
}

impl Writer {
    /// Rebuilds every record log and publishes its devices; what is damaged is set aside and named.
    pub(crate) fn open(
        db: Connection,
        board: Arc<Board>,
        clock: Arc<dyn Clock>,
        key: SigningKey,
        rules: Rules,
    ) -> Result<Self, Error> {
        let workspaces = opening::load_all(&db, &board)?;
        Ok(Self {
            db,
            workspaces,
            board,
            clock,
            key,
            rules,
        })
    }

    /// Works until every sender is gone.
    pub(crate) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut envelopes = first.task.envelopes();
            let mut batch = vec![first];
            while envelopes < self.rules.commit_envelopes_max
                && let Ok(job) = jobs.try_recv()
            {
                envelopes += job.task.envelopes();
                batch.push(job);
            }
            self.commit(batch);
        }
    }

    /// Runs the jobs in one transaction, then answers them.
    fn commit(&mut self, batch: Vec<Job>) {
        let touched: BTreeSet<WorkspaceId> =
            batch.iter().map(|job| workspace_of(&job.task)).collect();
        let (tasks, senders): (Vec<Task>, Vec<_>) =
            batch.into_iter().map(|job| (job.task, job.answer)).unzip();
        let answers = match self.try_commit(tasks) {
            Ok(answers) => {
                self.publish(&touched);
                answers
            }
            Err(_) => {
                self.forget(&touched);
                senders
                    .iter()
                    .map(|_| Err(error(ApiCode::Storage, "the relay could not store")))
                    .collect()
            }
        };
        for (sender, answer) in senders.into_iter().zip(answers) {
            // A request that went away leaves nobody to answer; what it pushed is stored all the
            // same.
            let _ = sender.send(answer);
        }
    }

    /// Each task within a savepoint of its own, so that trouble with one leaves the others in the
    /// transaction.
    fn try_commit(
        &mut self,
        tasks: Vec<Task>,
    ) -> Result<Vec<Result<Pushed, ApiError>>, rusqlite::Error> {
        let Self {
            db,
            workspaces,
            board,
            clock,
            key,
            rules,
        } = self;
        let now_ms = clock.now_ms();
        let mut transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(tasks.len());
        for task in tasks {
            let ws = workspace_of(&task);
            let point = transaction.savepoint()?;
            let mut desk = accept::Desk {
                db: &point,
                workspaces,
                board,
                rules,
                now_ms,
            };
            let done = match task {
                Task::Found(genesis) => desk
                    .found(*genesis)
                    .map(|found| found.map(|taken| (taken, Vec::new()))),
                Task::Push(ws, envelopes) => desk.push(ws, envelopes),
            };
            if let Ok(answer) = done {
                point.commit()?;
                answers.push(answer);
            } else {
                // Dropping the point rolls it back; then the log in memory is ahead of it.
                drop(point);
                workspaces.remove(&ws);
                answers.push(Err(error(ApiCode::Storage, "the relay could not store")));
            }
        }
        transaction.commit()?;
        Ok(answers
            .into_iter()
            .map(|answer| answer.map(|taken| signed(taken, now_ms, key)))
            .collect())
    }

    /// Tells requests who the devices are now. A workspace whose log fell behind the disk is read
    /// again for that, and one that does not read is served no longer.
    fn publish(&mut self, touched: &BTreeSet<WorkspaceId>) {
        for ws in touched {
            let db = &self.db;
            let workspace = match self.workspaces.entry(*ws) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(forgotten) => match opening::load_one(db, &self.board, ws) {
                    Some(read) => forgotten.insert(read),
                    None => continue,
                },
            };
            let devices = workspace.log.devices();
            if self
                .board
                .get(ws)
                .is_none_or(|posted| *posted.devices != *devices)
            {
                self.board.post(*ws, workspace.posted());
            }
        }
    }

    /// After a failed commit the logs in memory are ahead of the disk: they are read again when
    /// next wanted.
    fn forget(&mut self, touched: &BTreeSet<WorkspaceId>) {
        touched
            .iter()
            .for_each(|ws| drop(self.workspaces.remove(ws)));
    }
}

/// What was taken in a workspace, in order, and what was not.
type Taken = ((WorkspaceId, Vec<Hash32>), Vec<Refused>);

fn signed(((ws, accepted), refused): Taken, now_ms: u64, key: &SigningKey) -> Pushed {
    let receipt = (!accepted.is_empty()).then(|| Receipt::sign(ws, &accepted, now_ms, key));
    Pushed { receipt, refused }
}

fn workspace_of(task: &Task) -> WorkspaceId {
    match task {
        Task::Found(genesis) => genesis.header().ws,
        Task::Push(ws, _) => *ws,
    }
}
