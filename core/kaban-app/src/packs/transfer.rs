//! A pack to the relay and from it, for the devices of the association.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kaban_proto::relay_api::{BlobDescriptor, BlobFacts, BlobKind};
use kaban_sync::peer::{
    BlobProgress, BlobSink, BlobSource, BlobTransport, Patience, fetch_blob, list_blobs,
    publish_blob,
};
use serde::Serialize;

use super::disk::{Disk, RealDisk};
use super::inspect::{Sound, digits_of, district_of, hash_of, inspect};
use super::shelf::{Shelf, unwritable};
use super::{ImportedPack, not_older};
use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
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

impl Bag {
    /// Puts a pack, or the one in force, on the relay at `url` or the one remembered.
    ///
    /// # Errors
    /// As [`Bag::import_pack`] for a pack that no device here would take in; [`Kind::Offline`] when the relay does not
    /// answer to the end: what it has stays, and the next attempt goes on from there.
    pub async fn share_pack(
        &mut self,
        pack: Option<&Path>,
        url: Option<&str>,
        progress: &mut (dyn FnMut(BlobProgress) + Send),
    ) -> Result<ShareView> {
        share(self, pack, url, progress).await
    }

    /// Fetches the newest pack of the association from the relay at `url` or the one remembered, and takes it in.
    ///
    /// # Errors
    /// As [`Bag::import_pack`]; [`Kind::NotFound`] when the relay has none that counts; [`Kind::Offline`] when the
    /// relay does not answer to the end: what came stays, and the next attempt asks for the rest.
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
        fetch_over(self, transport, patience, older, progress).await
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

async fn fetch<B: LendBag>(
    mut bag: B,
    url: Option<&str>,
    older: bool,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<FetchView> {
    let (http, _) = relay_ready(&mut bag, url).await?;
    fetch_over(bag, &http, &Waits, older, progress).await
}

async fn fetch_over<B: LendBag, T: BlobTransport, P: Patience>(
    bag: B,
    transport: &T,
    patience: &P,
    older: bool,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<FetchView> {
    let mut steps = Steps(bag);
    let kind = BlobKind::DistrictPack;
    let offered = list_blobs(&mut steps, transport, patience, kind).await?;
    let distrusted: Vec<(String, String)> = offered
        .distrusted
        .iter()
        .map(|(blob, why)| (blob.facts.hash.to_string(), why.to_string()))
        .collect();
    let newest = offered.good.into_iter().max_by_key(|blob| {
        (
            blob.facts.data_date,
            blob.facts.described_ms,
            blob.facts.hash,
        )
    });
    let wanted = newest.ok_or_else(|| none_there(distrusted.len()))?;
    let (shelf, already) = steps.0.with_bag(|bag| weigh(bag, &wanted, older))?;
    if let Some(imported) = already {
        return Ok(FetchView {
            imported,
            received: 0,
            distrusted,
        });
    }
    let path = shelf.fetch_path(&wanted.facts.hash);
    let mut sink = FileSink::open(&shelf, &wanted, &path).map_err(|error| unwritable(&error))?;
    let report = fetch_blob(
        &mut steps, transport, patience, &wanted, &mut sink, progress,
    )
    .await?;
    sink.0.sync_all().map_err(|error| unwritable(&error))?;
    drop(sink);
    let sound = as_announced(&path, &wanted).inspect_err(|_| Shelf::drop_working(&path))?;
    let district = wanted.facts.name.as_str();
    let imported = steps.0.with_bag(|bag| {
        let adopted = bag.adopt(&RealDisk, &path, &sound, district, older);
        // What no attempt will ever take in is not kept to be tried again.
        adopted.inspect_err(|error| {
            if error.kind != Kind::DiskFull {
                Shelf::drop_working(&path);
            }
        })
    })?;
    Ok(FetchView {
        imported,
        received: report.moved,
        distrusted,
    })
}

/// Whether an announced pack is worth its bytes; what is in force already, if it is that one.
fn weigh(
    bag: &mut Bag,
    wanted: &BlobDescriptor,
    older: bool,
) -> Result<(Shelf, Option<ImportedPack>)> {
    let shelf = bag.shelf();
    let current = bag.current_pack()?;
    if let Some(current) = &current
        && current.sha256 == wanted.facts.hash
        && shelf.path(&current.file).is_file()
    {
        let imported = ImportedPack {
            pack: current.clone(),
            already: true,
            replaced: None,
        };
        return Ok((shelf, Some(imported)));
    }
    let day = day_of(wanted.facts.data_date);
    not_older(current.as_ref(), day.as_deref(), older)?;
    Ok((shelf, None))
}

/// The pack that came, if it is the one that was announced.
fn as_announced(path: &Path, wanted: &BlobDescriptor) -> Result<Sound> {
    let wrong = || {
        AppError::input(
            "the map that came is not the one that was announced and was thrown away: try again, and tell whoever runs the relay",
        )
    };
    if hash_of(path)? != (wanted.facts.hash, wanted.facts.bytes) {
        return Err(wrong());
    }
    let sound = inspect(path)?;
    if digits_of(sound.data_date.as_deref()) == wanted.facts.data_date {
        Ok(sound)
    } else {
        Err(wrong())
    }
}

fn day_of(digits: u32) -> Option<String> {
    let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100);
    (digits > 0).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn none_there(distrusted: usize) -> AppError {
    let mut detail =
        "the relay has no map of this association: `kaban map share` puts one there".to_owned();
    if distrusted > 0 {
        detail = format!(
            "the relay has {distrusted} maps, none described by a device whose word counts here; sync first"
        );
    }
    AppError::new(Kind::NotFound, detail)
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
