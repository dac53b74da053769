//! The places of the open connections, and who gives way when all are held.
//!
//! Whoever is at work, that is whoever showed a good token and has not had the whole answer yet,
//! keeps the place. Of the others those go first who say nothing, then those who are asking, of
//! each the oldest.

use super::seats::Seat;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// All places of a server.
pub(super) struct Places {
    max: usize,
    lines: Mutex<BTreeMap<u64, Arc<Line>>>,
    /// A place came free, or whoever holds one would give way now.
    freed: Arc<Notify>,
    /// Counts what happens, so that the older of two things is known without a clock.
    count: Arc<AtomicU64>,
}

/// A connection in its place, which is free again when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    line: Arc<Line>,
}

/// What is known of one connection.
pub(crate) struct Line {
    doing: Mutex<(Doing, u64)>,
    leave: Notify,
    freed: Arc<Notify>,
    count: Arc<AtomicU64>,
}

/// What a connection does.
enum Doing {
    /// It has said no whole head since the last answer.
    Silent,
    /// It asks for something, and has shown no good token.
    Asking,
    /// It is at work for a device.
    Working(Seat),
    /// The answer is made, and is on its way to whoever was at work, or was asking.
    Answering {
        /// Free when the answer is taken.
        seat: Option<Seat>,
    },
}

impl Places {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max: max.max(1),
            lines: Mutex::default(),
            freed: Arc::default(),
            count: Arc::default(),
        }
    }

    /// A place, once one is free or somebody gives way. One task waits at a time.
    pub(super) async fn take(self: &Arc<Self>) -> Place {
        loop {
            if let Some(place) = self.try_take() {
                return place;
            }
            self.freed.notified().await;
        }
    }

    fn try_take(self: &Arc<Self>) -> Option<Place> {
        let mut lines = lock(&self.lines);
        if lines.len() >= self.max {
            let given_up = |(number, line): (&u64, &Arc<Line>)| Some((line.rank()?, *number));
            let (_, number) = lines.iter().filter_map(given_up).min()?;
            let line = lines.remove(&number)?;
            line.leave.notify_one();
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let line = Arc::new(Line {
            doing: Mutex::new((Doing::Silent, number)),
            leave: Notify::new(),
            freed: Arc::clone(&self.freed),
            count: Arc::clone(&self.count),
        });
        lines.insert(number, Arc::clone(&line));
        Some(Place {
            places: Arc::clone(self),
            number,
            line,
        })
    }
}

impl Place {
    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.places.lines).remove(&self.number);
        self.places.freed.notify_one();
    }
}

impl Line {
    /// A whole head has come.
    pub(super) fn asks(&self) {
        self.becomes(|_| Doing::Asking);
    }

    /// A good token was shown: from here on the place is kept.
    pub(crate) fn works(&self, seat: Seat) {
        self.becomes(|_| Doing::Working(seat));
    }

    /// The answer is made.
    pub(super) fn answers(&self) {
        self.becomes(|before| Doing::Answering {
            seat: match before {
                Doing::Working(seat) => Some(seat),
                _ => None,
            },
        });
    }

    /// Everything said so far was taken by the other side; if that was an answer, the connection is
    /// silent again.
    pub(super) fn was_heard(&self) {
        if matches!(lock(&self.doing).0, Doing::Answering { .. }) {
            self.becomes(|_| Doing::Silent);
        }
    }

    /// Completes when somebody else needs the place.
    pub(super) async fn gives_way(&self) {
        self.leave.notified().await;
    }

    fn becomes(&self, next: impl FnOnce(Doing) -> Doing) {
        let mut doing = lock(&self.doing);
        let before = std::mem::replace(&mut doing.0, Doing::Silent);
        *doing = (next(before), self.count.fetch_add(1, Ordering::Relaxed));
        drop(doing);
        self.freed.notify_one();
    }

    /// The lowest goes first; `None` stays.
    fn rank(&self) -> Option<(u8, u64)> {
        let doing = lock(&self.doing);
        match doing.0 {
            Doing::Silent => Some((0, doing.1)),
            Doing::Asking | Doing::Answering { seat: None } => Some((1, doing.1)),
            Doing::Working(_) | Doing::Answering { seat: Some(_) } => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
