//! Public blobs on disk: a folder a workspace, two files a blob, two an upload.
//!
//! ```text
//! blobs/<workspace>/<sha256>.blob             all of it, synced, its hash checked: from this rename on it is there
//! blobs/<workspace>/<sha256>.<device>.about   the signed descriptor of a device that publishes it
//! blobs/<workspace>/<device>.coming           when the device's upload began, u64 ms, and its descriptor
//! blobs/<workspace>/<device>.part             what has come of it so far
//! ```
//! Bytes are appended as they come and read back in pieces, so memory never holds a blob. A piece that comes twice
//! changes nothing, and a relay that fell over goes on where the file ends. A device has one unfinished upload, which
//! nobody else writes into: the next one takes its place. What is declared counts against the space of the device and of
//! the workspace from the start; what gives way to it is decided in `room`.

mod files;
mod room;

use crate::board::error;
use files::Folder;
use kaban_proto::relay_api::{
    ApiCode, ApiError, BLOB_LIST_MAX, BlobDescriptor, BlobList, BlobPiece, BlobState,
};
use kaban_proto::{DeviceId, DeviceStates, Hash32, Status, Wire, WorkspaceId};
use room::{Full, Standing, Taken};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

pub(crate) use room::BlobLimits;

const FOLDER: &str = "blobs";

/// The blobs of every workspace.
#[derive(Debug)]
pub(crate) struct Blobs {
    dir: PathBuf,
    limits: BlobLimits,
}

/// A range of a blob.
pub(crate) struct Slice {
    pub(crate) bytes: Vec<u8>,
    /// Length of the whole blob.
    pub(crate) total: u64,
}

/// Who the devices of the workspace are, and when a piece came.
pub(crate) struct Moment<'a> {
    pub(crate) devices: &'a DeviceStates,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) now_ms: u64,
}

impl Blobs {
    pub(crate) fn new(store: &Path, limits: BlobLimits) -> Self {
        Self {
            dir: store.join(FOLDER),
            limits,
        }
    }

    /// Takes a piece whose descriptor has been checked. It blocks; one at a time.
    pub(crate) fn put(&self, piece: &BlobPiece, at: &Moment<'_>) -> Result<BlobState, ApiError> {
        let descriptor = &piece.descriptor;
        let facts = &descriptor.facts;
        if facts.bytes > self.limits.bytes_max {
            return Err(error(ApiCode::TooLarge, "the blob is too large"));
        }
        let folder = self.folder(&descriptor.ws);
        if let Some(length) = files::length_of(&folder.blob(&facts.hash)).map_err(storage)? {
            return self.restate(&folder, descriptor, length, at);
        }
        self.settle(&folder, descriptor, at)?;
        let part = folder.part(&descriptor.author);
        let mut have = files::length_of(&part).map_err(storage)?.unwrap_or(0);
        if piece.offset == have && !piece.bytes.is_empty() {
            let end = have.checked_add(piece.bytes.len() as u64);
            if end.is_none_or(|end| end > facts.bytes) {
                return Err(error(
                    ApiCode::BadRequest,
                    "the blob is longer than declared",
                ));
            }
            files::append(&part, &piece.bytes).map_err(storage)?;
            have += piece.bytes.len() as u64;
        }
        let complete = have == facts.bytes;
        if complete {
            finish(&folder, descriptor)?;
        }
        Ok(BlobState { have, complete })
    }

    /// The complete blobs of a workspace, by hash and device.
    pub(crate) fn list(&self, ws: &WorkspaceId) -> Result<BlobList, ApiError> {
        let folder = self.folder(ws);
        let mut blobs = abouts(&folder).map_err(storage)?;
        blobs.retain(|about| folder.blob(&about.facts.hash).exists());
        blobs.truncate(BLOB_LIST_MAX);
        Ok(BlobList { blobs })
    }

    /// Bytes `from..=to` of a complete blob, as far as it goes.
    pub(crate) fn read(
        &self,
        ws: &WorkspaceId,
        hash: &Hash32,
        from: u64,
        to: u64,
    ) -> Result<Slice, ApiError> {
        let mut file = match File::open(self.folder(ws).blob(hash)) {
            Ok(file) => file,
            Err(none) if none.kind() == ErrorKind::NotFound => {
                return Err(error(ApiCode::NoSuchBlob, "no such blob"));
            }
            Err(failed) => return Err(storage(failed)),
        };
        let total = file.metadata().map_err(storage)?.len();
        if from >= total {
            return Err(error(ApiCode::BadRequest, "the blob ends before the range"));
        }
        let length = to.min(total - 1) - from + 1;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from)).map_err(storage)?;
        file.take(length).read_to_end(&mut bytes).map_err(storage)?;
        Ok(Slice { bytes, total })
    }

    /// A blob that is there: whoever publishes it too answers for it beside the others.
    fn restate(
        &self,
        folder: &Folder,
        descriptor: &BlobDescriptor,
        length: u64,
        at: &Moment<'_>,
    ) -> Result<BlobState, ApiError> {
        if descriptor.facts.bytes != length {
            return Err(error(ApiCode::BadDescriptor, "the blob has another length"));
        }
        let about = folder.about(&descriptor.facts.hash, &descriptor.author);
        if files::read_about(&about).map_err(storage)?.as_ref() != Some(descriptor) {
            self.make_room(folder, descriptor, at)?;
            let written = folder.write(&about, &descriptor.encode());
            written.map_err(storage)?;
        }
        let coming = files::read_coming(&folder.coming(&descriptor.author)).map_err(storage)?;
        if coming.is_some_and(|(_, coming)| coming.facts.hash == descriptor.facts.hash) {
            drop_upload(folder, &descriptor.author).map_err(storage)?;
        }
        Ok(BlobState {
            have: length,
            complete: true,
        })
    }

    /// Makes room for an upload, or goes on with one that has the same bytes.
    fn settle(
        &self,
        folder: &Folder,
        descriptor: &BlobDescriptor,
        at: &Moment<'_>,
    ) -> Result<(), ApiError> {
        let coming = folder.coming(&descriptor.author);
        let known = files::read_coming(&coming).map_err(storage)?;
        let known = known.map(|(_, known)| known);
        if known.as_ref() == Some(descriptor) {
            return Ok(());
        }
        let same = |known: BlobDescriptor| {
            (known.facts.hash, known.facts.bytes) == (descriptor.facts.hash, descriptor.facts.bytes)
        };
        self.make_room(folder, descriptor, at)?;
        if !known.is_some_and(same) {
            drop_upload(folder, &descriptor.author).map_err(storage)?;
        }
        let bytes = files::coming_bytes(at.now_ms, descriptor);
        folder.write(&coming, &bytes).map_err(storage)
    }

    /// Removes what gives way to a blob, if that is enough for it.
    fn make_room(
        &self,
        folder: &Folder,
        wanted: &BlobDescriptor,
        at: &Moment<'_>,
    ) -> Result<(), ApiError> {
        let taken = tidy(folder).and_then(|()| taken(folder)).map_err(storage)?;
        let others = taken.into_iter().filter(|taken| {
            let own = taken.descriptor.author == wanted.author;
            let same = taken.descriptor.facts.hash == wanted.facts.hash;
            !(own && (same || taken.coming_since_ms.is_some()))
        });
        let standing = |device: &DeviceId| match at.devices.get(device) {
            Some(state) if state.may_write() => Standing::MayWrite,
            Some(state) if state.status != Status::Removed => Standing::Suspended,
            _ => Standing::Removed,
        };
        let gone = room::make(others.collect(), wanted, self.limits, standing, at.now_ms);
        let gone = gone.map_err(|full| {
            let what = match full {
                Full::Device => {
                    "this device has used up its share of the space for maps, with the newest of each name alone"
                }
                Full::Workspace => {
                    "the association has used up its space for maps on this relay"
                }
            };
            error(ApiCode::BlobQuota, what)
        })?;
        for taken in gone {
            drop_taken(folder, &taken).map_err(storage)?;
        }
        Ok(())
    }

    fn folder(&self, ws: &WorkspaceId) -> Folder {
        Folder::new(self.dir.join(ws.to_string()))
    }
}

/// Shows a blob whose bytes are all there, if they are the right ones; throws them away if not.
fn finish(folder: &Folder, descriptor: &BlobDescriptor) -> Result<(), ApiError> {
    let author = &descriptor.author;
    let hash = &descriptor.facts.hash;
    let part = folder.part(author);
    if files::hash_of(&part).map_err(storage)? != *hash {
        drop_upload(folder, author).map_err(storage)?;
        return Err(error(ApiCode::WrongHash, "the bytes have another hash"));
    }
    let show = || {
        folder.write(&folder.about(hash, author), &descriptor.encode())?;
        folder.show(&part, &folder.blob(hash))?;
        files::remove(&folder.coming(author))
    };
    show().map_err(storage)
}

/// Every descriptor of a workspace, by hash and device. One that does not decode belongs to nothing anybody can fetch.
fn abouts(folder: &Folder) -> io::Result<Vec<BlobDescriptor>> {
    let mut found = Vec::new();
    for path in folder.ending("about")? {
        found.extend(files::read_about(&path)?);
    }
    found.sort_by_key(|about| (about.facts.hash, about.author));
    Ok(found)
}

/// All that takes up space in a workspace.
fn taken(folder: &Folder) -> io::Result<Vec<Taken>> {
    let complete = |descriptor| Taken {
        descriptor,
        coming_since_ms: None,
    };
    let mut all: Vec<Taken> = abouts(folder)?.into_iter().map(complete).collect();
    for path in folder.ending("coming")? {
        let coming = files::read_coming(&path)?;
        all.extend(coming.map(|(since, descriptor)| Taken {
            descriptor,
            coming_since_ms: Some(since),
        }));
    }
    Ok(all)
}

/// Removes what a relay that fell over left: descriptors without a blob, blobs without a descriptor, pieces of nothing.
fn tidy(folder: &Folder) -> io::Result<()> {
    let mut named = BTreeSet::new();
    for path in folder.ending("about")? {
        let blob = files::read_about(&path)?.map(|about| folder.blob(&about.facts.hash));
        match blob.filter(|blob| blob.exists()) {
            Some(blob) => drop(named.insert(blob)),
            None => files::remove(&path)?,
        }
    }
    for path in folder.ending("blob")? {
        if !named.contains(&path) {
            files::remove(&path)?;
        }
    }
    for path in folder.ending("part")? {
        if files::read_coming(&path.with_extension("coming"))?.is_none() {
            files::remove(&path)?;
        }
    }
    Ok(())
}

fn drop_taken(folder: &Folder, taken: &Taken) -> io::Result<()> {
    let BlobDescriptor { author, facts, .. } = &taken.descriptor;
    if taken.coming_since_ms.is_some() {
        return drop_upload(folder, author);
    }
    files::remove(&folder.about(&facts.hash, author))?;
    let others = abouts(folder)?;
    if others.iter().any(|other| other.facts.hash == facts.hash) {
        return Ok(());
    }
    files::remove(&folder.blob(&facts.hash))
}

fn drop_upload(folder: &Folder, author: &DeviceId) -> io::Result<()> {
    files::remove(&folder.part(author))?;
    files::remove(&folder.coming(author))
}

#[allow(clippy::needless_pass_by_value)]
fn storage(_: io::Error) -> ApiError {
    error(
        ApiCode::Storage,
        "the relay could not keep or read the blob",
    )
}
