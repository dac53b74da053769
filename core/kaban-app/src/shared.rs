//! A bag that several threads use: a screen reads while a synchronisation waits for its network.
//!
//! The bag is lent for one use case at a time. Locking takes it away from everybody: what is asked
//! afterwards is refused as locked, and watchers end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use kaban_sync::workspace::{Cx, Workspace};

use crate::bag::Bag;
use crate::changes::Changes;
use crate::error::{AppError, Kind, Result};

/// A handle to one open bag.
#[derive(Clone)]
pub struct SharedBag(Arc<Inner>);

/// A handle that does not keep the bag open.
#[derive(Clone)]
pub(crate) struct WeakBag(Weak<Inner>);

struct Inner {
    bag: Mutex<Option<Bag>>,
    changes: Changes,
}

/// Lends a bag for one use case: directly, or from the hands of several threads.
pub(crate) trait LendBag: Send {
    /// Runs one use case.
    fn with_bag<T>(&mut self, work: impl FnOnce(&mut Bag) -> Result<T>) -> Result<T>;
}

impl LendBag for &mut Bag {
    fn with_bag<T>(&mut self, work: impl FnOnce(&mut Bag) -> Result<T>) -> Result<T> {
        work(self)
    }
}

impl LendBag for SharedBag {
    fn with_bag<T>(&mut self, work: impl FnOnce(&mut Bag) -> Result<T>) -> Result<T> {
        self.with(work)
    }
}

/// The steps of a synchronisation, each a use case of its own.
pub(crate) struct Steps<B>(pub B);

impl<B: LendBag> kaban_sync::peer::Lend for Steps<B> {
    type Error = AppError;

    fn lend<T>(
        &mut self,
        step: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> std::result::Result<T, kaban_sync::Error>,
    ) -> Result<T> {
        self.0.with_bag(|bag| bag.with_workspace(step))
    }
}

impl SharedBag {
    /// Shares a bag.
    pub fn new(bag: Bag) -> Self {
        let changes = bag.changes().clone();
        Self(Arc::new(Inner {
            bag: Mutex::new(Some(bag)),
            changes,
        }))
    }

    /// Runs one use case; other threads wait until it is done.
    ///
    /// # Errors
    /// Those of the use case; [`Kind::Locked`] when the bag was locked meanwhile. [`Kind::Internal`]
    /// after a panic in a use case: what is in memory is not trusted any more, the bag is closed, the
    /// store stays as it was committed.
    pub fn with<T>(&self, work: impl FnOnce(&mut Bag) -> Result<T>) -> Result<T> {
        let mut slot = self.slot();
        let bag = slot.as_mut().ok_or_else(locked)?;
        // What the work leaves of the bag in memory is thrown away, so nothing half done is seen.
        let done = catch_unwind(AssertUnwindSafe(|| work(bag)));
        done.unwrap_or_else(|_| {
            slot.take();
            drop(slot);
            self.0.changes.announce();
            Err(AppError::new(
                Kind::Internal,
                "a defect: the bag was closed, open it again",
            ))
        })
    }

    /// Locks: see [`Bag::lock`]. Locking what is locked already is no error.
    pub fn lock(&self) -> Result<()> {
        let bag = self.slot().take();
        self.0.changes.announce();
        bag.map_or(Ok(()), Bag::lock)
    }

    /// Whether the bag is locked.
    pub fn is_locked(&self) -> bool {
        self.slot().is_none()
    }

    /// What tells that something was written.
    pub(crate) fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// A handle that does not keep the bag open.
    pub(crate) fn downgrade(&self) -> WeakBag {
        WeakBag(Arc::downgrade(&self.0))
    }

    fn slot(&self) -> MutexGuard<'_, Option<Bag>> {
        // Nothing panics while it is held, see `with`.
        self.0.bag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WeakBag {
    /// The bag, if somebody still has it.
    pub fn upgrade(&self) -> Option<SharedBag> {
        self.0.upgrade().map(SharedBag)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.changes.announce();
    }
}

fn locked() -> AppError {
    AppError::new(Kind::Locked, "the bag is locked: open it again")
}
