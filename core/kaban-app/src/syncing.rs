//! Meeting the relay.

use std::time::Duration;

use kaban_proto::VerifyKey;
use kaban_proto::relay_api::PATH_RELAY;
use kaban_sync::peer::{Http, Patience, Progress, SyncReport, Transport};
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::roll::Stale;
use crate::shared::{LendBag, SharedBag, Steps};
use crate::views::time;

const SYNC: &str = "sync";
/// Waits between the attempts to reach a relay, milliseconds.
const REACH_WAITS_MS: [u64; 3] = [300, 900, 0];

/// What a synchronisation did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SyncView {
    /// Envelopes a receipt covers now.
    pub sent: u64,
    /// New envelopes.
    pub received: u64,
    /// Bytes of requests.
    pub bytes_out: u64,
    /// Bytes of answers.
    pub bytes_in: u64,
    /// Answered requests.
    pub round_trips: u64,
    /// Requests that broke and were tried again.
    pub broken: u64,
    /// Envelopes set aside.
    pub quarantined: u64,
    /// Envelopes the relay did not take: id and reason.
    pub refused: Vec<(String, String)>,
    /// Addresses that were met.
    pub peers: Vec<String>,
}

/// Waits as long as it should.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits;

impl Patience for Waits {
    async fn wait(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}

/// Does not wait: for tests and the demo.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brief;

impl Patience for Brief {
    async fn wait(&self, _wait: Duration) {}
}

impl Bag {
    /// Remembers the relay's address, so that it need not be given again.
    pub fn set_relay(&mut self, url: &str) -> Result<()> {
        relay_at(url)?;
        self.write_of(Stale::Nothing, |session, _| {
            session.set_device_text(SYNC, b"relay", url.as_bytes())
        })
    }

    /// The relay's address.
    pub fn relay(&mut self) -> Result<Option<String>> {
        let bytes = self.read(|session, _| session.device_text(SYNC, b"relay"))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Takes up the key of a relay that was set up anew; an admin does so for everybody.
    pub fn trust_relay(&mut self, key: &str) -> Result<()> {
        let key: VerifyKey = key.parse().map_err(|_| {
            AppError::input("a relay's key is 64 hexadecimal digits").about("relay_key")
        })?;
        self.write_of(Stale::Nothing, |session, cx| session.trust_relay(&key, cx))
    }

    /// Meets the relay at `url`, or the one remembered.
    pub async fn sync(
        &mut self,
        url: Option<&str>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<SyncView> {
        meet(self, url, progress).await
    }

    /// Meets a relay over any transport.
    pub async fn sync_over<T: Transport, P: Patience>(
        &mut self,
        transport: &T,
        patience: &P,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<SyncView> {
        meet_over(self, transport, patience, progress).await
    }

    /// When this device last met a relay.
    pub(crate) fn synced_at(&mut self) -> Result<Option<String>> {
        let bytes = self.read(|session, _| session.device_text(SYNC, b"at"))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
}

impl SharedBag {
    /// As [`Bag::sync`], while other threads go on reading and writing.
    pub async fn sync(
        &self,
        url: Option<&str>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<SyncView> {
        meet(self.clone(), url, progress).await
    }
}

async fn meet<B: LendBag>(
    mut bag: B,
    url: Option<&str>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<SyncView> {
    let (http, url) = relay_ready(&mut bag, url).await?;
    let mut view = meet_over(bag, &http, &Waits, progress).await?;
    view.peers.push(url);
    Ok(view)
}

/// A line to the relay at `url`, or to the one remembered, that answers; and its address.
pub(crate) async fn relay_ready<B: LendBag>(
    bag: &mut B,
    url: Option<&str>,
) -> Result<(Http, String)> {
    let url = bag.with_bag(|bag| match url {
        Some(url) => {
            bag.set_relay(url)?;
            Ok(url.to_owned())
        }
        None => bag.relay()?.ok_or(AppError::new(
            Kind::BadInput,
            "no relay is known yet: --relay URL",
        )),
    })?;
    let http = relay_at(&url)?;
    reach(&http, &url).await?;
    Ok((http, url))
}

async fn meet_over<B: LendBag, T: Transport, P: Patience>(
    bag: B,
    transport: &T,
    patience: &P,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<SyncView> {
    let mut steps = Steps(bag);
    let count = |bag: &mut Bag| Ok(bag.read(|session, _| session.quarantined())?.len());
    let before = steps.0.with_bag(count)?;
    let report = kaban_sync::peer::sync(&mut steps, transport, patience, progress).await?;
    // What does not fit is also found after its envelope was taken in, when the document is read.
    let after = steps.0.with_bag(|bag| {
        let now = time(bag.now());
        bag.write_of(Stale::Nothing, |session, _| {
            session.set_device_text(SYNC, b"at", now.as_bytes())
        })?;
        count(bag)
    })?;
    let mut view = view(report);
    view.quarantined = view.quarantined.max(after.saturating_sub(before) as u64);
    Ok(view)
}

fn relay_at(url: &str) -> Result<Http> {
    Http::new(url).map_err(|error| AppError::new(Kind::BadInput, error.to_string()))
}

/// Whether the relay answers to its name at all. Once it has, a break is ridden out with patience; a
/// relay that is not there is told within seconds, because a person waits for the answer.
async fn reach(http: &Http, url: &str) -> Result<()> {
    let mut why = String::new();
    for wait in REACH_WAITS_MS {
        match http.send(PATH_RELAY, None, None).await {
            Ok(_) => return Ok(()),
            Err(error) => why = error.0,
        }
        Waits.wait(Duration::from_millis(wait)).await;
    }
    let detail = format!(
        "the relay at {url}: {why}; what was written here stays and goes out at the next sync"
    );
    Err(AppError::new(Kind::Offline, detail))
}

fn view(report: SyncReport) -> SyncView {
    let SyncReport {
        sent,
        received,
        bytes_out,
        bytes_in,
        round_trips,
        broken,
        quarantined,
        refused,
    } = report;
    SyncView {
        sent,
        received,
        bytes_out,
        bytes_in,
        round_trips,
        broken,
        quarantined,
        refused: refused
            .into_iter()
            .map(|(hash, why)| (hash.to_string(), why))
            .collect(),
        peers: Vec::new(),
    }
}
