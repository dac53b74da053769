//! The bag's folder of packs, and the one way a pack gets into force.
//!
//! A pack is written under a working name, checked whole, made durable, and only then given a name of its own that no
//! version before it had; the store then says which one is in force, in one commit. Until that commit the earlier pack
//! is, whatever happened; its file goes at the next start, when no map view can have it open.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use kaban_proto::ids::Hash32;

use super::disk::Disk;
use super::inspect::{ENDING, PACK_BYTES_MAX, unreadable};
use crate::error::{AppError, Kind, Result};

/// The folder inside the bag's.
const FOLDER: &str = "maps";
/// The working name of an import; there is one at a time, because there is one process with the bag.
const INCOMING: &str = "incoming.part";
/// How the name of a fetch that is not finished ends; the SHA-256 it will have stands before.
const FETCH_ENDING: &str = ".fetch";

/// The folder of packs of one bag.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub fn of_bag(dir: &Path) -> Self {
        Self {
            folder: dir.join(FOLDER),
        }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Where a fetch collects its bytes, from one attempt to the next.
    pub fn fetch_path(&self, hash: &Hash32) -> PathBuf {
        self.folder.join(format!("{hash}{FETCH_ENDING}"))
    }

    /// Copies a file to the working name, durably, and gives that.
    pub fn take_copy(&self, disk: &dyn Disk, from: &Path) -> Result<PathBuf> {
        let incoming = self.folder.join(INCOMING);
        let mut source = File::open(from).map_err(|error| unreadable(from, &error))?;
        let meta = source
            .metadata()
            .map_err(|error| unreadable(from, &error))?;
        if !meta.is_file() {
            return Err(AppError::input(format!("{} is no file", from.display())));
        }
        let made = disk.make_folder(&self.folder);
        let made = made.and_then(|()| disk.create(&incoming));
        let mut file = made.map_err(|error| unwritable(&error))?;
        let mut buffer = vec![0; 256 * 1024];
        let mut bytes = 0;
        loop {
            let got = source.read(&mut buffer);
            let got = got.map_err(|error| unreadable(from, &error))?;
            if got == 0 {
                break;
            }
            bytes += got as u64;
            if bytes > PACK_BYTES_MAX {
                return Err(AppError::input(format!(
                    "{} is too large for a map pack",
                    from.display()
                )));
            }
            disk.write(&mut file, &buffer[..got])
                .map_err(|error| unwritable(&error))?;
        }
        disk.sync(&file).map_err(|error| unwritable(&error))?;
        Ok(incoming)
    }

    /// Gives a checked file its own name, durably.
    pub fn place(&self, disk: &dyn Disk, working: &Path, name: &str) -> Result<()> {
        disk.rename(working, &self.folder.join(name))
            .and_then(|()| disk.sync_folder(&self.folder))
            .map_err(|error| unwritable(&error))
    }

    /// Removes what a failed or repeated import left; what cannot be removed goes at the next start.
    pub fn drop_working(working: &Path) {
        let _ = fs::remove_file(working);
    }

    /// Removes every pack but the one in force, and half-made imports. Unfinished fetches stay: they go on.
    ///
    /// A file that cannot be removed takes up space and nothing else; `kaban map packs` shows it.
    pub fn sweep(&self, current: Option<&str>) {
        for name in self.files() {
            if (name.ends_with(ENDING) && Some(name.as_str()) != current) || name == INCOMING {
                let _ = fs::remove_file(self.folder.join(name));
            }
        }
    }

    /// Removes unfinished fetches of other packs than `hash`.
    pub fn drop_other_fetches(&self, hash: &Hash32) {
        let keep = format!("{hash}{FETCH_ENDING}");
        for name in self.files() {
            if name.ends_with(FETCH_ENDING) && name != keep {
                let _ = fs::remove_file(self.folder.join(name));
            }
        }
    }

    /// Every file of the folder, by name.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

/// What keeps a pack from being written; the one in force stays in force.
pub(super) fn unwritable(error: &std::io::Error) -> AppError {
    let (kind, what_to_do) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            Kind::DiskFull,
            "the disk is full: free some space and try again",
        ),
        _ => (Kind::Damaged, "the disk does not take it"),
    };
    AppError::new(
        kind,
        format!("the map was not taken in ({error}), the one before stays: {what_to_do}"),
    )
}
