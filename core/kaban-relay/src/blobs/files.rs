//! The files of the blobs of one workspace.

use kaban_proto::relay_api::BlobDescriptor;
use kaban_proto::{DeviceId, Hash32, Wire};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Largest descriptor file read.
const ABOUT_BYTES_MAX: u64 = 1024;

/// The folder of one workspace, and how its files are called.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// All of a blob.
    pub fn blob(&self, hash: &Hash32) -> PathBuf {
        self.0.join(format!("{hash}.blob"))
    }

    /// What a device says of a blob.
    pub fn about(&self, hash: &Hash32, author: &DeviceId) -> PathBuf {
        self.0.join(format!("{hash}.{author}.about"))
    }

    /// What a device is sending, and since when.
    pub fn coming(&self, author: &DeviceId) -> PathBuf {
        self.0.join(format!("{author}.coming"))
    }

    /// What has come of it.
    pub fn part(&self, author: &DeviceId) -> PathBuf {
        self.0.join(format!("{author}.part"))
    }

    /// Every file whose name ends so, in no order.
    pub fn ending(&self, ending: &str) -> io::Result<Vec<PathBuf>> {
        let folder = match fs::read_dir(&self.0) {
            Ok(folder) => folder,
            Err(none) if none.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(failed) => return Err(failed),
        };
        let mut found = Vec::new();
        for entry in folder {
            let path = entry?.path();
            if path.extension().is_some_and(|its| its == ending) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Writes a small file whole, or not at all.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let half_made = self.0.join("half.new");
        let mut file = File::create(&half_made)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(half_made, path)?;
        self.sync()
    }

    /// Shows a blob whose bytes are all there.
    pub fn show(&self, part: &Path, blob: &Path) -> io::Result<()> {
        File::open(part)?.sync_all()?;
        fs::rename(part, blob)?;
        self.sync()
    }

    /// Makes a rename durable where directories can be synced.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) {
            File::open(&self.0)?.sync_all()
        } else {
            Ok(())
        }
    }
}

pub(super) fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let before = file.metadata()?.len();
    // A piece that does not fit on the disk leaves nothing of itself.
    file.write_all(bytes)
        .inspect_err(|_| drop(file.set_len(before)))
}

pub(super) fn hash_of(path: &Path) -> io::Result<Hash32> {
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

/// A descriptor, if the file is there and holds one.
pub(super) fn read_about(path: &Path) -> io::Result<Option<BlobDescriptor>> {
    let bytes = read_small(path)?;
    Ok(bytes.and_then(|bytes| BlobDescriptor::decode(&bytes).ok()))
}

/// When an upload began, milliseconds since 1970-01-01 UTC, and of what, if the file is there and says so.
pub(super) fn read_coming(path: &Path) -> io::Result<Option<(u64, BlobDescriptor)>> {
    let bytes = read_small(path)?.unwrap_or_default();
    Ok(bytes.split_first_chunk().and_then(|(since, about)| {
        let about = BlobDescriptor::decode(about).ok()?;
        Some((u64::from_be_bytes(*since), about))
    }))
}

/// The bytes that [`read_coming`] reads.
pub(super) fn coming_bytes(since_ms: u64, descriptor: &BlobDescriptor) -> Vec<u8> {
    [since_ms.to_be_bytes().to_vec(), descriptor.encode()].concat()
}

fn read_small(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(ABOUT_BYTES_MAX).read_to_end(&mut bytes)?,
        Err(none) if none.kind() == ErrorKind::NotFound => return Ok(None),
        Err(failed) => return Err(failed),
    };
    Ok(Some(bytes))
}

pub(super) fn length_of(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(none) if none.kind() == ErrorKind::NotFound => Ok(None),
        Err(failed) => Err(failed),
    }
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(failed) if failed.kind() != ErrorKind::NotFound => Err(failed),
        _ => Ok(()),
    }
}
