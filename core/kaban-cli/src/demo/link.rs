//! The link between devices and relay: real HTTP that can be cut, and that loses requests and
//! answers by seeded chance.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use kaban_sync::peer::{Answer, Http, Transport, TransportError};

use super::chance::Chance;

/// Breaks in a row, so that no seed lets a device give up.
const BREAKS_IN_A_ROW_MAX: u32 = 4;

/// Real HTTP that can be cut, and that loses requests and answers by chance.
pub struct Link {
    http: Http,
    cut: AtomicBool,
    lossy: AtomicBool,
    in_a_row: AtomicU32,
    chance: Mutex<Chance>,
}

impl Link {
    /// A link that works.
    pub fn new(http: Http, seed: u64) -> Self {
        let chance = Mutex::new(Chance::new(seed, "link"));
        Self {
            http,
            cut: AtomicBool::new(false),
            lossy: AtomicBool::new(false),
            in_a_row: AtomicU32::new(0),
            chance,
        }
    }

    /// The wire itself, which neither breaks nor is cut.
    pub fn wire(&self) -> &Http {
        &self.http
    }

    /// Takes the network away, or brings it back.
    pub fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }

    /// Lets the link lose every fifth request and every fifth answer.
    pub fn set_lossy(&self, lossy: bool) {
        self.lossy.store(lossy, Ordering::Relaxed);
    }

    fn breaks(&self) -> bool {
        if !self.lossy.load(Ordering::Relaxed)
            || self.in_a_row.load(Ordering::Relaxed) >= BREAKS_IN_A_ROW_MAX
        {
            return false;
        }
        self.chance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .percent(20)
    }

    fn broke(&self) -> TransportError {
        self.in_a_row.fetch_add(1, Ordering::Relaxed);
        TransportError("the connection broke".to_owned())
    }
}

impl Transport for Link {
    async fn send(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> Result<Answer, TransportError> {
        if self.cut.load(Ordering::Relaxed) {
            return Err(TransportError("no connection".to_owned()));
        }
        if self.breaks() {
            return Err(self.broke());
        }
        let answer = self.http.send(path, body, bearer).await?;
        if self.breaks() {
            return Err(self.broke());
        }
        self.in_a_row.store(0, Ordering::Relaxed);
        Ok(answer)
    }
}
