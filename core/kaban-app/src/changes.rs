//! Telling that something was written: a counter to wait on.
//!
//! A watcher reads what it shows, waits for the counter to move on, and reads again; several
//! writes in between are one change. Nothing of what was written passes through here.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The counter, shared by a bag and whoever watches it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes(Arc<(Mutex<u64>, Condvar)>);

impl Changes {
    /// Something was written, or the bag is gone.
    pub fn announce(&self) {
        *self.count() += 1;
        self.0.1.notify_all();
    }

    /// How often something was announced.
    pub fn so_far(&self) -> u64 {
        *self.count()
    }

    /// Waits until something has been announced since `seen`, `ended` says to wait no longer, or
    /// `at_most` is over; gives the count then. Whoever makes `ended` true calls [`Changes::wake`].
    pub fn wait_beyond(&self, seen: u64, at_most: Duration, ended: impl Fn() -> bool) -> u64 {
        let waiting = |count: &mut u64| *count == seen && !ended();
        let woken = self.0.1.wait_timeout_while(self.count(), at_most, waiting);
        *woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Lets everybody who waits look again whether they still should.
    pub fn wake(&self) {
        // Under the lock, so that nobody is between looking and sleeping.
        let _count = self.count();
        self.0.1.notify_all();
    }

    fn count(&self) -> MutexGuard<'_, u64> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::{Changes, Duration};

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_was_announced_before_the_wait_is_not_waited_for() {
        let changes = Changes::default();
        changes.announce();
        changes.announce();
        assert_eq!(changes.wait_beyond(0, LONG, || false), 2);
    }

    #[test]
    fn a_waiter_ends_when_told_so_without_any_change() {
        let changes = Changes::default();
        let ended = AtomicBool::new(false);
        let is_ended = || ended.load(Ordering::SeqCst);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| changes.wait_beyond(0, LONG, is_ended));
            ended.store(true, Ordering::SeqCst);
            changes.wake();
            assert!(matches!(waiter.join(), Ok(0)));
        });
    }
}
