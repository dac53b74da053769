//! Watching: the current view first, then every change, until the subscription ends.
//!
//! Each subscription has a thread of its own, so that a listener that is slow, or never comes back,
//! holds up neither the bag nor another listener. No lock is held while a listener is called.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::changes::Changes;
use crate::error::{AppError, Kind, Result};
use crate::lease::LeaseView;
use crate::shared::{SharedBag, WeakBag};

/// How often a watcher asks whether time has closed or opened something: the terms of a lease are days.
const TIME_PASSES: Duration = Duration::from_secs(60);

/// Ends its watching when dropped. A call already under way may still come to its end.
#[derive(Debug)]
pub struct Subscription {
    ended: Arc<AtomicBool>,
    changes: Changes,
}

impl Subscription {
    /// Ends the watching; ending twice is no error.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.changes.wake();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.end();
    }
}

/// Calls `tell` with what `look` sees, which takes the bag for as long as it needs: at once, and whenever it sees something else. A failure is
/// told as well; after [`Kind::Locked`] nothing more comes.
///
/// # Errors
/// [`Kind::Internal`] when the system gives no thread.
pub fn watch<V: PartialEq + Send + 'static>(
    bag: &SharedBag,
    look: impl Fn(&SharedBag) -> Result<V> + Send + 'static,
    tell: impl Fn(Result<&V>) + Send + 'static,
) -> Result<Subscription> {
    let changes = bag.changes().clone();
    let ended = Arc::new(AtomicBool::new(false));
    let subscription = Subscription {
        ended: Arc::clone(&ended),
        changes: changes.clone(),
    };
    let bag = bag.downgrade();
    let rounds = move || {
        let mut shown: Option<V> = None;
        let mut seen = changes.so_far();
        let has_ended = || ended.load(Ordering::SeqCst);
        while !has_ended() {
            // The handle is let go before the listener is called and before the wait.
            let view = match bag.upgrade() {
                Some(bag) => look(&bag),
                None => Err(AppError::new(Kind::Locked, "the bag is locked")),
            };
            if has_ended() {
                return;
            }
            match view {
                Ok(view) if shown.as_ref() == Some(&view) => {}
                Ok(view) => tell(Ok(shown.insert(view))),
                Err(error) => {
                    let last = error.kind == Kind::Locked;
                    shown = None;
                    tell(Err(error));
                    if last {
                        return;
                    }
                }
            }
            let lease = lease_of(&bag);
            loop {
                let now = changes.wait_beyond(seen, TIME_PASSES, has_ended);
                // Without a write it is time alone that can have closed or opened something.
                if now != seen || has_ended() || lease_of(&bag) != lease {
                    seen = now;
                    break;
                }
            }
        }
    };
    let named = thread::Builder::new().name("kaban-watch".to_owned());
    named
        .spawn(rounds)
        .map_err(|error| AppError::new(Kind::Internal, format!("start a thread: {error}")))?;
    Ok(subscription)
}

fn lease_of(bag: &WeakBag) -> Option<LeaseView> {
    bag.upgrade()?.with(|bag| bag.lease()).ok()
}
