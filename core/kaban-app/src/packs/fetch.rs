//! The newest pack of the association that is any good, from a relay.
//!
//! The best announced comes first. What cannot be of that day is not asked for, what turns out to be something else
//! than was announced is remembered for this fetch and the next best is tried, so nobody's word stands before all maps.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use kaban_proto::relay_api::{BlobDescriptor, BlobKind};
use kaban_sync::peer::{BlobProgress, BlobSink, BlobTransport, Patience, fetch_blob, list_blobs};
use serde::Serialize;

use super::day::{day_of, digits_of};
use super::disk::{Disk, RealDisk};
use super::inspect::{hash_of, inspect};
use super::offer::{Offer, Wrong};
use super::shelf::{Fetching, Shelf, unwritable};
use super::{ImportedPack, not_older};
use crate::bag::Bag;
use crate::error::{Kind, Result};
use crate::shared::{LendBag, Steps};
use crate::syncing::{Waits, relay_ready};

/// What a fetch did.
#[derive(Clone, Debug, Serialize)]
pub struct FetchView {
    /// The pack in force now.
    #[serde(flatten)]
    pub imported: ImportedPack,
    /// Bytes that came over the line this time; the rest was there.
    pub received: u64,
    /// Maps on the relay that were passed over: SHA-256 and why.
    pub distrusted: Vec<(String, String)>,
}

pub(super) async fn fetch<B: LendBag>(
    mut bag: B,
    url: Option<&str>,
    older: bool,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<FetchView> {
    let alone = bag.with_bag(|bag| bag.shelf().begin_fetch())?;
    let (http, _) = relay_ready(&mut bag, url).await?;
    fetch_over(bag, &alone, &http, &Waits, older, progress).await
}

pub(super) async fn fetch_over<B: LendBag, T: BlobTransport, P: Patience>(
    bag: B,
    _alone: &Fetching,
    transport: &T,
    patience: &P,
    older: bool,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<FetchView> {
    let mut steps = Steps(bag);
    let offered = list_blobs(&mut steps, transport, patience, BlobKind::DistrictPack).await?;
    let last_day = steps.0.with_bag(|bag| Ok(bag.last_day()))?;
    let mut offer = Offer::of(offered, last_day);
    let mut received = 0;
    while let Some(wanted) = offer.next() {
        let weighed = steps.0.with_bag(|bag| weigh(bag, &wanted, older));
        let (shelf, already) = weighed.map_err(|error| offer.refused(error))?;
        if let Some(imported) = already {
            return offer.settle(imported, received);
        }
        let path = shelf.fetch_path(&wanted.facts.hash);
        let sink = FileSink::open(&shelf, &wanted, &path);
        let mut sink = sink.map_err(|error| unwritable(&error))?;
        let report = fetch_blob(
            &mut steps, transport, patience, &wanted, &mut sink, progress,
        )
        .await?;
        received += report.moved;
        sink.0.sync_all().map_err(|error| unwritable(&error))?;
        drop(sink);
        let taken = steps.0.with_bag(|bag| take(bag, &path, &wanted, older))?;
        match taken {
            Ok(imported) => return offer.settle(imported, received),
            Err(wrong) => offer.pass_over(&wanted, wrong),
        }
    }
    Err(offer.nothing())
}

/// Whether an announced pack is worth its bytes; what is in force already, if it is that one.
fn weigh(
    bag: &mut Bag,
    wanted: &BlobDescriptor,
    older: bool,
) -> Result<(Shelf, Option<ImportedPack>)> {
    let shelf = bag.shelf();
    let current = bag.pack_before()?;
    if let Some(current) = &current
        && current.sha256 == wanted.facts.hash
        && shelf.holds(current)
    {
        let imported = ImportedPack {
            pack: current.clone(),
            already: true,
            replaced: None,
        };
        return Ok((shelf, Some(imported)));
    }
    let day = day_of(wanted.facts.data_date);
    let current = current.as_ref().filter(|_| !older);
    not_older(current, day.as_deref(), bag.last_day())?;
    Ok((shelf, None))
}

/// Puts what came in force, if it is what was announced and counts here.
fn take(
    bag: &mut Bag,
    path: &Path,
    wanted: &BlobDescriptor,
    older: bool,
) -> Result<std::result::Result<ImportedPack, Wrong>> {
    if hash_of(path)? != (wanted.facts.hash, wanted.facts.bytes) {
        Shelf::drop_working(path);
        return Ok(Err(Wrong::Bytes));
    }
    let adopted = inspect(path).and_then(|sound| {
        if digits_of(sound.data_date.as_deref()) != wanted.facts.data_date {
            return Ok(Err(Wrong::Day));
        }
        let district = wanted.facts.name.as_str();
        bag.adopt(&RealDisk, path, &sound, district, older).map(Ok)
    });
    match adopted {
        // The bytes are good: somebody else may announce them rightly.
        Ok(done) => Ok(done),
        Err(full) if full.kind == Kind::DiskFull => Err(full),
        // What no attempt will ever take in is not kept to be tried again.
        Err(error) => {
            Shelf::drop_working(path);
            match error.kind {
                Kind::BadInput | Kind::NotAllowed | Kind::TooNew => Ok(Err(Wrong::Pack(error))),
                _ => Err(error),
            }
        }
    }
}

/// The unfinished file and how much of it is there.
struct FileSink(File, u64);

impl FileSink {
    /// Goes on with what an earlier attempt left of the same blob, and drops what is left of others.
    fn open(shelf: &Shelf, wanted: &BlobDescriptor, path: &Path) -> io::Result<Self> {
        shelf.drop_other_fetches(&wanted.facts.hash);
        if let Some(folder) = path.parent() {
            RealDisk.make_folder(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let mut have = file.metadata()?.len();
        if have > wanted.facts.bytes {
            file.set_len(0)?;
            have = 0;
        }
        Ok(Self(file, have))
    }
}

impl BlobSink for FileSink {
    fn have(&self) -> u64 {
        self.1
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Bytes that do not fit on the disk leave nothing of themselves.
        let kept = self.1;
        self.0
            .write_all(bytes)
            .inspect_err(|_| drop(self.0.set_len(kept)))?;
        self.1 += bytes.len() as u64;
        Ok(())
    }
}
