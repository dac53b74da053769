//! Public blobs on disk: a folder a workspace, three files a blob.
//!
//! ```text
//! blobs/<workspace>/<sha256>.about   the signed descriptor, written whole before the first byte of the blob
//! blobs/<workspace>/<sha256>.part    what has come so far
//! blobs/<workspace>/<sha256>.blob    all of it, synced, its hash checked: from this rename on it is there
//! ```
//! Bytes are appended as they come and read back in pieces, so memory never holds a blob. A piece that comes twice
//! changes nothing, and a relay that fell over goes on where the file ends. A device has one unfinished upload: the next
//! one takes its place. What is declared counts against the workspace's space from the start.

use crate::board::error;
use kaban_proto::relay_api::{
    ApiCode, ApiError, BLOB_LIST_MAX, BlobDescriptor, BlobList, BlobPiece, BlobState,
};
use kaban_proto::{Hash32, Wire, WorkspaceId};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const FOLDER: &str = "blobs";
/// Largest descriptor file read.
const ABOUT_BYTES_MAX: u64 = 1024;

/// Limits of the blobs of one workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobLimits {
    pub(crate) bytes_max: u64,
    pub(crate) count_max: usize,
    pub(crate) total_bytes_max: u64,
}

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

/// The three files of a blob.
struct Place {
    folder: PathBuf,
    about: PathBuf,
    part: PathBuf,
    blob: PathBuf,
}

impl Blobs {
    pub(crate) fn new(store: &Path, limits: BlobLimits) -> Self {
        Self {
            dir: store.join(FOLDER),
            limits,
        }
    }

    /// Takes a piece whose descriptor has been checked. It blocks; one at a time.
    pub(crate) fn put(&self, piece: &BlobPiece) -> Result<BlobState, ApiError> {
        let facts = &piece.descriptor.facts;
        if facts.bytes > self.limits.bytes_max {
            return Err(error(ApiCode::TooLarge, "the blob is too large"));
        }
        let place = self.place(&piece.descriptor.ws, &facts.hash);
        if let Some(length) = length_of(&place.blob).map_err(storage)? {
            return self.restate(&place, &piece.descriptor, length);
        }
        self.settle(&place, &piece.descriptor)?;
        let mut have = length_of(&place.part).map_err(storage)?.unwrap_or(0);
        if piece.offset == have && !piece.bytes.is_empty() {
            let end = have.checked_add(piece.bytes.len() as u64);
            if end.is_none_or(|end| end > facts.bytes) {
                return Err(error(
                    ApiCode::BadRequest,
                    "the blob is longer than declared",
                ));
            }
            append(&place.part, &piece.bytes).map_err(storage)?;
            have += piece.bytes.len() as u64;
        }
        let complete = have == facts.bytes;
        if complete {
            finish(&place, &facts.hash)?;
        }
        Ok(BlobState { have, complete })
    }

    /// The complete blobs of a workspace, by hash.
    pub(crate) fn list(&self, ws: &WorkspaceId) -> Result<BlobList, ApiError> {
        let mut blobs: Vec<BlobDescriptor> = self
            .abouts(ws)
            .map_err(storage)?
            .into_iter()
            .filter(|about| self.place(ws, &about.facts.hash).blob.exists())
            .collect();
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
        let mut file = match File::open(self.place(ws, hash).blob) {
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

    /// A blob that is there: the last who publishes it answers for it.
    fn restate(
        &self,
        place: &Place,
        descriptor: &BlobDescriptor,
        length: u64,
    ) -> Result<BlobState, ApiError> {
        if descriptor.facts.bytes != length {
            return Err(error(ApiCode::BadDescriptor, "the blob has another length"));
        }
        if read_about(&place.about).map_err(storage)?.as_ref() != Some(descriptor) {
            write_about(place, descriptor).map_err(storage)?;
        }
        Ok(BlobState {
            have: length,
            complete: true,
        })
    }

    /// Makes room for an upload, or goes on with one that has the same bytes.
    fn settle(&self, place: &Place, descriptor: &BlobDescriptor) -> Result<(), ApiError> {
        let known = read_about(&place.about).map_err(storage)?;
        if known.as_ref() == Some(descriptor) {
            return Ok(());
        }
        let goes_on = known.is_some_and(|known| known.facts.bytes == descriptor.facts.bytes);
        if !goes_on {
            remove(&place.part).map_err(storage)?;
            remove(&place.about).map_err(storage)?;
        }
        self.drop_unfinished_of(descriptor).map_err(storage)?;
        let others = self.abouts(&descriptor.ws).map_err(storage)?;
        let others = others
            .iter()
            .filter(|other| other.facts.hash != descriptor.facts.hash);
        let (count, total) = others.fold((1, descriptor.facts.bytes), |(count, total), other| {
            (count + 1, total + other.facts.bytes)
        });
        if count > self.limits.count_max || total > self.limits.total_bytes_max {
            return Err(error(
                ApiCode::BlobQuota,
                "the association has used up its space for maps on this relay",
            ));
        }
        write_about(place, descriptor).map_err(storage)
    }

    fn drop_unfinished_of(&self, descriptor: &BlobDescriptor) -> io::Result<()> {
        for other in self.abouts(&descriptor.ws)? {
            let place = self.place(&descriptor.ws, &other.facts.hash);
            let same = other.facts.hash == descriptor.facts.hash;
            if other.author == descriptor.author && !same && !place.blob.exists() {
                remove(&place.part)?;
                remove(&place.about)?;
            }
        }
        Ok(())
    }

    /// Every descriptor of a workspace, by hash. One that does not decode belongs to nothing anybody can fetch.
    fn abouts(&self, ws: &WorkspaceId) -> io::Result<Vec<BlobDescriptor>> {
        let folder = match fs::read_dir(self.dir.join(ws.to_string())) {
            Ok(folder) => folder,
            Err(none) if none.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(failed) => return Err(failed),
        };
        let mut found = Vec::new();
        for entry in folder {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "about") {
                found.extend(read_about(&path)?);
            }
        }
        found.sort_by_key(|about| about.facts.hash);
        Ok(found)
    }

    fn place(&self, ws: &WorkspaceId, hash: &Hash32) -> Place {
        let folder = self.dir.join(ws.to_string());
        let file = |ending: &str| folder.join(format!("{hash}.{ending}"));
        Place {
            about: file("about"),
            part: file("part"),
            blob: file("blob"),
            folder,
        }
    }
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let before = file.metadata()?.len();
    // A piece that does not fit on the disk leaves nothing of itself.
    file.write_all(bytes)
        .inspect_err(|_| drop(file.set_len(before)))
}

/// Shows a blob whose bytes are all there, if they are the right ones; throws them away if not.
fn finish(place: &Place, hash: &Hash32) -> Result<(), ApiError> {
    if hash_of(&place.part).map_err(storage)? != *hash {
        remove(&place.part).map_err(storage)?;
        remove(&place.about).map_err(storage)?;
        return Err(error(ApiCode::WrongHash, "the bytes have another hash"));
    }
    let show = || {
        File::open(&place.part)?.sync_all()?;
        fs::rename(&place.part, &place.blob)?;
        sync_folder(&place.folder)
    };
    show().map_err(storage)
}

fn hash_of(path: &Path) -> io::Result<Hash32> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Hash32::from_bytes(hasher.finalize().into())),
            got => hasher.update(&buffer[..got]),
        }
    }
}

fn read_about(path: &Path) -> io::Result<Option<BlobDescriptor>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(ABOUT_BYTES_MAX).read_to_end(&mut bytes)?,
        Err(none) if none.kind() == ErrorKind::NotFound => return Ok(None),
        Err(failed) => return Err(failed),
    };
    Ok(BlobDescriptor::decode(&bytes).ok())
}

fn write_about(place: &Place, descriptor: &BlobDescriptor) -> io::Result<()> {
    fs::create_dir_all(&place.folder)?;
    let half_made = place.about.with_extension("about.new");
    let mut file = File::create(&half_made)?;
    file.write_all(&descriptor.encode())?;
    file.sync_all()?;
    fs::rename(half_made, &place.about)?;
    sync_folder(&place.folder)
}

fn length_of(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(none) if none.kind() == ErrorKind::NotFound => Ok(None),
        Err(failed) => Err(failed),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(failed) if failed.kind() != ErrorKind::NotFound => Err(failed),
        _ => Ok(()),
    }
}

/// Makes a rename durable where directories can be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value)]
fn storage(_: io::Error) -> ApiError {
    error(
        ApiCode::Storage,
        "the relay could not keep or read the blob",
    )
}
