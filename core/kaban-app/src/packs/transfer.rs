//! A pack to the relay and from it, for the devices of the association.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use kaban_proto::relay_api::{BlobFacts, BlobKind};
use kaban_sync::peer::{BlobProgress, BlobSource, BlobTransport, Patience, publish_blob};
use serde::Serialize;

use super::day::digits_of;
use super::fetch::{FetchView, fetch, fetch_over};
use super::inspect::{district_of, inspect};
use crate::bag::Bag;
use crate::error::Result;
use crate::shared::{LendBag, SharedBag, Steps};
use crate::syncing::{Waits, relay_ready};

/// What a sharing did.
#[derive(Clone, Debug, Serialize)]
pub struct ShareView {
    /// SHA-256 of the pack.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Bytes that went over the line this time; the rest was there.
    pub sent: u64,
    /// Where it is now.
    pub relay: String,
}

impl Bag {
    /// Puts a pack, or the one in force, on the relay at `url` or the one remembered.
    ///
    /// # Errors
    /// As [`Bag::import_pack`] for a pack that no device here would take in; [`crate::Kind::Offline`] when the relay does not
    /// answer to the end: what it has stays, and the next attempt goes on from there.
    pub async fn share_pack(
        &mut self,
        pack: Option<&Path>,
        url: Option<&str>,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<ShareView> {
        share(self, pack, url, progress).await
    }

    /// Fetches the newest pack of the association from the relay at `url` or the one remembered, and takes it in. One
    /// that is not what its publisher announced is passed over for the next.
    ///
    /// # Errors
    /// As [`Bag::import_pack`]; [`crate::Kind::NotFound`] when the relay has none that counts; [`crate::Kind::Offline`] when the
    /// relay does not answer to the end: what came stays, and the next attempt asks for the rest; [`crate::Kind::InUse`] when
    /// a fetch into this bag is under way.
    pub async fn fetch_pack(
        &mut self,
        url: Option<&str>,
        older: bool,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<FetchView> {
        fetch(self, url, older, progress).await
    }

    /// As [`Bag::fetch_pack`], over any transport.
    pub async fn fetch_pack_over<T: BlobTransport, P: Patience>(
        &mut self,
        transport: &T,
        patience: &P,
        older: bool,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<FetchView> {
        let alone = self.shelf().begin_fetch()?;
        fetch_over(self, &alone, transport, patience, older, progress).await
    }
}

impl SharedBag {
    /// As [`Bag::share_pack`], while other threads go on reading and writing.
    ///
    /// # Errors
    /// As [`Bag::share_pack`].
    pub async fn share_pack(
        &self,
        pack: Option<&Path>,
        url: Option<&str>,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<ShareView> {
        share(self.clone(), pack, url, progress).await
    }

    /// As [`Bag::fetch_pack`], while other threads go on reading and writing.
    ///
    /// # Errors
    /// As [`Bag::fetch_pack`].
    pub async fn fetch_pack(
        &self,
        url: Option<&str>,
        older: bool,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<FetchView> {
        fetch(self.clone(), url, older, progress).await
    }
}

async fn share<B: LendBag>(
    mut bag: B,
    pack: Option<&Path>,
    url: Option<&str>,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<ShareView> {
    let path: PathBuf = match pack {
        Some(path) => path.to_owned(),
        None => bag.with_bag(|bag| bag.open_current_pack())?.1,
    };
    let sound = inspect(&path)?;
    let descriptor = bag.with_bag(|bag| {
        bag.maker_of(&sound)?;
        bag.last_day().check(sound.data_date.as_deref())?;
        let facts = BlobFacts {
            hash: sound.hash,
            bytes: sound.bytes,
            kind: BlobKind::DistrictPack,
            name: district_of(&path),
            data_date: digits_of(sound.data_date.as_deref()),
            described_ms: u64::try_from(bag.now().timestamp_millis()).unwrap_or(0),
        };
        Ok(bag.workspace.describe_blob(facts))
    })?;
    let (http, relay) = relay_ready(&mut bag, url).await?;
    let file = File::open(&path).map_err(|error| super::inspect::unreadable(&path, &error))?;
    let mut source = FileSource(file);
    let mut steps = Steps(bag);
    let report = publish_blob(
        &mut steps,
        &http,
        &Waits,
        &descriptor,
        &mut source,
        progress,
    )
    .await?;
    Ok(ShareView {
        sha256: sound.hash.to_string(),
        bytes: sound.bytes,
        sent: report.moved,
        relay,
    })
}

struct FileSource(File);

impl BlobSource for FileSource {
    fn read_at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.seek(SeekFrom::Start(offset))?;
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
