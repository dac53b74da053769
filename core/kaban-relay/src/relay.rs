//! An open relay: its store, its writer and its readers.

use crate::auth::{Bearer, Gate};
use crate::blobs::{BlobLimits, Blobs};
use crate::board::{Board, Posted, SetAside, error};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::error::Error;
use crate::keys::Keys;
use crate::serve::{Seat, Seats};
use crate::store::{self, Limits, Page};
use crate::writer::{Checked, Job, Pushed, Quota, Rules, Task, Writer};
use kaban_proto::relay_api::{
    ApiCode, ApiError, Challenge, ChallengeRequest, Interest, RelayInfo, Token, TokenRequest,
};
use kaban_proto::{DeviceStates, OsRandom, Random, SealedEnvelope, VerifyKey, WorkspaceId};
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// An open relay. Closing or dropping it lets the writer finish what it was given.
pub struct Relay {
    pub(crate) config: Config,
    info: RelayInfo,
    gate: Gate,
    clock: Arc<dyn Clock>,
    random: Mutex<Box<dyn Random>>,
    board: Arc<Board>,
    readers: Mutex<Vec<Connection>>,
    reader_places: Arc<Semaphore>,
    seats: Arc<Seats>,
    blobs: Arc<Blobs>,
    /// One piece is written or read at a time: two would write into one upload.
    blob_place: Arc<Semaphore>,
    /// What is given up on closing; `None` afterwards.
    open: Mutex<Option<Open>>,
}

/// The writer, and the lock that keeps a second relay out.
struct Open {
    jobs: mpsc::Sender<Job>,
    writer: JoinHandle<()>,
    lock: File,
}

impl Relay {
    /// Opens a store, or makes it, with the machine's clock and randomness.
    ///
    /// # Errors
    /// When the store cannot be opened; it is left as it was.
    pub fn open(config: Config) -> Result<Self, Error> {
        Self::open_with(config, Arc::new(SystemClock), Box::new(OsRandom))
    }

    /// Opens a store with a given clock and randomness.
    ///
    /// # Errors
    /// When the store cannot be opened; it is left as it was.
    pub fn open_with(
        config: Config,
        clock: Arc<dyn Clock>,
        mut random: Box<dyn Random>,
    ) -> Result<Self, Error> {
        std::fs::create_dir_all(&config.store).map_err(Error::Directory)?;
        let lock = lock(&config)?;
        let store_is_new = !store::file(&config.store).exists();
        let keys = Keys::open(&config.store, random.as_mut(), store_is_new)?;
        let db = store::open(&config.store)?;
        let board = Arc::new(Board::default());
        let rules = Rules {
            founding_open: config.founding_open,
            workspaces_max: config.workspaces_max,
            quota: Quota::of(&config),
            commit_envelopes_max: config.commit_envelopes_max,
        };
        let info = RelayInfo {
            key: keys.signing.verify_key(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let writer = Writer::open(
            db,
            Arc::clone(&board),
            Arc::clone(&clock),
            keys.signing,
            rules,
        )?;
        let (jobs, queue) = mpsc::channel(config.writes_waiting_max.max(1));
        let thread = std::thread::Builder::new()
            .name("relay-writer".to_owned())
            .spawn(move || writer.run(queue));
        let limits = BlobLimits {
            bytes_max: config.blob_bytes_max,
            count_max: config.blobs_max,
            total_bytes_max: config.blobs_bytes_max,
            device_count_max: config.device_blobs_max,
            device_bytes_max: config.device_blobs_bytes_max,
            unfinished_ms_max: config.blob_unfinished_ms,
        };
        Ok(Self {
            blobs: Arc::new(Blobs::new(&config.store, limits)),
            blob_place: Arc::new(Semaphore::new(1)),
            gate: Gate::new(keys.mac, config.challenge_ms, config.token_ms),
            seats: Arc::new(Seats::new(config.device_requests_max)),
            reader_places: Arc::new(Semaphore::new(config.readers_max.max(1))),
            config,
            info,
            clock,
            random: Mutex::new(random),
            board,
            readers: Mutex::new(Vec::new()),
            open: Mutex::new(Some(Open {
                jobs,
                writer: thread.map_err(Error::Writer)?,
                lock,
            })),
        })
    }

    /// Who this relay is.
    #[must_use]
    pub fn info(&self) -> &RelayInfo {
        &self.info
    }

    /// The key devices pin.
    #[must_use]
    pub fn key(&self) -> VerifyKey {
        self.info.key
    }

    /// The clock's reading, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// The workspaces that are not served because they are damaged.
    #[must_use]
    pub fn set_aside(&self) -> Vec<SetAside> {
        self.board.all_set_aside()
    }

    /// How many envelopes did not read when they were wanted, and have not been brought again.
    pub(crate) fn damaged(&self) -> usize {
        self.board.damaged()
    }

    /// Whether the writer is alive.
    pub(crate) fn is_healthy(&self) -> bool {
        self.jobs().is_some_and(|jobs| !jobs.is_closed())
    }

    pub(crate) fn challenge(&self, asked: ChallengeRequest) -> Challenge {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        self.gate
            .challenge(asked, self.clock.now_ms(), random.as_mut())
    }

    pub(crate) fn token(&self, request: &TokenRequest) -> Result<Token, ApiError> {
        let now_ms = self.clock.now_ms();
        let asked = ChallengeRequest {
            ws: request.ws,
            device: request.device,
        };
        let unproven = |code| error(code, "the challenge is not answered");
        self.gate
            .check_nonce(asked, &request.nonce, now_ms)
            .map_err(unproven)?;
        let (_, transport) = self.board.admit(&request.ws, &request.device)?;
        request
            .verify(&self.info.key, &transport)
            .map_err(|_| unproven(ApiCode::BadProof))?;
        Ok(self
            .gate
            .token(request.ws, request.device, &transport, now_ms))
    }

    /// Whom a token speaks for, if it is good and the device may speak now.
    pub(crate) fn admit(&self, secret: &[u8]) -> Result<(Bearer, Posted), ApiError> {
        let now_ms = self.clock.now_ms();
        let bad = |code| error(code, "the token is not good");
        let (bearer, mac) = Gate::read_token(secret).map_err(bad)?;
        let (posted, transport) = self.board.admit(&bearer.ws, &bearer.device)?;
        self.gate
            .check_token(&bearer, mac, &transport, now_ms)
            .map_err(bad)?;
        Ok((bearer, posted))
    }

    /// A seat for a request of a device that was admitted.
    pub(crate) fn seat(&self, bearer: &Bearer) -> Result<Seat, ApiError> {
        self.seats.take((bearer.ws, bearer.device))
    }

    /// Hands a task to the writer and waits until it is on disk.
    pub(crate) async fn write(&self, task: Task) -> Result<Pushed, ApiError> {
        let stopped = || error(ApiCode::Storage, "the writer has stopped");
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs().ok_or_else(stopped)?;
        jobs.try_send(Job { task, answer })
            .map_err(|full| match full {
                mpsc::error::TrySendError::Full(_) => {
                    error(ApiCode::Busy, "too many writes are waiting")
                }
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?;
        drop(jobs);
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Takes no more writes, waits until the writer has finished those it has, and frees the store. It blocks.
    pub fn close(&self) {
        let open = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Open { jobs, writer, lock }) = open {
            drop(jobs);
            // A writer that panicked has nothing left to finish.
            let _ = writer.join();
            self.readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
            drop(lock);
        }
    }

    fn jobs(&self) -> Option<mpsc::Sender<Job>> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|open| open.jobs.clone())
    }

    /// Checks the signatures of a push and hands it to the writer.
    pub(crate) async fn push(
        &self,
        ws: WorkspaceId,
        devices: Arc<DeviceStates>,
        push: Vec<SealedEnvelope>,
    ) -> Result<Pushed, ApiError> {
        let check = move || {
            push.into_iter()
                .map(|envelope| Checked::new(envelope, &devices))
                .collect()
        };
        let checked = tokio::task::spawn_blocking(check).await;
        let checked =
            checked.map_err(|_| error(ApiCode::Storage, "the signatures could not be checked"))?;
        self.write(Task::Push(ws, checked)).await
    }

    /// Does one thing with the blobs, away from the threads that answer.
    pub(crate) async fn blobs<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Blobs) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let failed = || error(ApiCode::Storage, "the relay could not work with the blob");
        let place = Arc::clone(&self.blob_place).acquire_owned().await;
        let place = place.map_err(|_| failed())?;
        let blobs = Arc::clone(&self.blobs);
        // The place goes with the work, which goes on when whoever waits for it hangs up.
        let work = move || {
            let _place = place;
            work(&blobs)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| failed())?
    }

    /// Reads one page of a pull.
    pub(crate) async fn pull(
        self: &Arc<Self>,
        ws: i64,
        interest: Interest,
        bytes: u32,
    ) -> Result<Page, ApiError> {
        let failed = || error(ApiCode::Storage, "the relay could not read");
        let place = Arc::clone(&self.reader_places).acquire_owned().await;
        let place = place.map_err(|_| failed())?;
        let relay = Arc::clone(self);
        let limits = Limits {
            bytes: bytes.min(self.config.page_bytes_max) as usize,
            envelopes: self
                .config
                .page_envelopes_max
                .min(kaban_proto::relay_api::PAGE_ENVELOPES_MAX),
        };
        let read = move || -> Result<Page, rusqlite::Error> {
            let _place = place;
            let kept = relay
                .readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            let mut db = kept.map_or_else(|| store::open_reader(&relay.config.store), Ok)?;
            let page = store::pull(&mut db, ws, &interest, limits)?;
            for position in &page.damaged {
                relay.board.note_damaged(ws, *position);
            }
            relay
                .readers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(db);
            Ok(page)
        };
        tokio::task::spawn_blocking(read)
            .await
            .map_err(|_| failed())?
            .map_err(|_| failed())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock(config: &Config) -> Result<File, Error> {
    let file = File::create(config.store.join("relay.lock")).map_err(Error::Directory)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse),
        Err(TryLockError::Error(error)) => Err(Error::Directory(error)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Config, Relay};
    use std::future::Future;
    use std::sync::mpsc;
    use std::task::Poll;

    #[tokio::test]
    async fn whoever_hangs_up_lets_no_second_piece_in_before_the_first_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let relay = Relay::open(Config::new(dir.path())).unwrap();
        let (begun, has_begun) = mpsc::channel();
        let (done, is_done) = mpsc::channel();
        let mut first = Box::pin(relay.blobs(move |_| {
            begun.send(()).unwrap();
            is_done.recv().unwrap();
            Ok(())
        }));
        std::future::poll_fn(|cx| {
            assert!(first.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        has_begun.recv().unwrap();
        drop(first);
        assert_eq!(relay.blob_place.available_permits(), 0, "it still writes");
        done.send(()).unwrap();
        assert!(relay.blobs(|_| Ok(())).await.is_ok());
    }
}
