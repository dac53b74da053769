//! The one writer: a thread that owns the writing connection and the record logs.
//!
//! Requests that wait together are committed together, and nobody is answered before the commit is on disk. Every
//! envelope goes through the same steps: known already → author may write → signature → place in the chain → for a
//! record, the record log. A refused envelope does not hold up the others of its page.
//!
//! A *record* is judged by the record log alone, that is by its ancestors, and not by who is suspended or removed
//! now: an honest device may have built on it before it heard, and its own records would be shut out with it. A
//! removal voids it in the fold, and a suspended or removed device cannot bring it here itself.

mod accept;
mod workspace;

use crate::board::{Board, error};
use crate::clock::Clock;
use crate::error::Error;
use crate::store;
use kaban_proto::relay_api::{ApiCode, ApiError, Receipt, Refused};
use kaban_proto::{DeviceStates, Hash32, SealedEnvelope, SigningKey, VerifyKey, WorkspaceId};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use workspace::Workspace;

/// What became of a push.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) receipt: Option<Receipt>,
    pub(crate) refused: Vec<Refused>,
}

/// An envelope whose signature was checked outside the writer, so that all cores share that work.
pub(crate) struct Checked {
    pub(crate) envelope: SealedEnvelope,
    /// The key it verified with, if one was known and it did. The writer itself decides whether that is the author's.
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
    pub(crate) workspace_bytes_max: u64,
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
    /// Rebuilds every record log and publishes its devices.
    pub(crate) fn open(
        db: Connection,
        board: Arc<Board>,
        clock: Arc<dyn Clock>,
        key: SigningKey,
        rules: Rules,
    ) -> Result<Self, Error> {
        let mut workspaces = BTreeMap::new();
        for row in store::workspaces(&db, None)? {
            let ws = row.ws;
            let workspace = Workspace::load(&db, row)?;
            board.post(ws, workspace.posted());
            workspaces.insert(ws, workspace);
        }
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
                self.reload(&touched);
                senders
                    .iter()
                    .map(|_| Err(error(ApiCode::Storage, "the relay could not store")))
                    .collect()
            }
        };
        for (sender, answer) in senders.into_iter().zip(answers) {
            // A request that went away leaves nobody to answer; what it pushed is stored all the same.
            let _ = sender.send(answer);
        }
    }

    fn try_commit(
        &mut self,
        tasks: Vec<Task>,
    ) -> Result<Vec<Result<Pushed, ApiError>>, rusqlite::Error> {
        let Self {
            db,
            workspaces,
            clock,
            key,
            rules,
            ..
        } = self;
        let now_ms = clock.now_ms();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut desk = accept::Desk {
            db: &transaction,
            workspaces,
            rules,
            now_ms,
        };
        let mut answers = Vec::with_capacity(tasks.len());
        for task in tasks {
            answers.push(match task {
                Task::Found(genesis) => desk.found(*genesis)?.map(|taken| (taken, Vec::new())),
                Task::Push(ws, envelopes) => desk.push(ws, envelopes)?,
            });
        }
        transaction.commit()?;
        Ok(answers
            .into_iter()
            .map(|answer| answer.map(|taken| signed(taken, now_ms, key)))
            .collect())
    }

    fn publish(&self, touched: &BTreeSet<WorkspaceId>) {
        for (ws, workspace) in touched
            .iter()
            .filter_map(|ws| self.workspaces.get_key_value(ws))
        {
            if self
                .board
                .get(ws)
                .is_none_or(|posted| *posted.devices != *workspace.log.devices())
            {
                self.board.post(*ws, workspace.posted());
            }
        }
    }

    /// After a failed commit the logs in memory are ahead of the disk: read them again. A workspace that cannot be
    /// read is left out, so that nothing is written to it on a wrong footing.
    fn reload(&mut self, touched: &BTreeSet<WorkspaceId>) {
        for ws in touched {
            self.workspaces.remove(ws);
            let rows = store::workspaces(&self.db, Some(ws)).unwrap_or_default();
            let loaded = rows
                .into_iter()
                .next()
                .and_then(|row| Workspace::load(&self.db, row).ok());
            if let Some(workspace) = loaded {
                self.workspaces.insert(*ws, workspace);
            }
        }
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
