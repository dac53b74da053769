//! What importing a pack does to a disk, step by step: a trait, so that a test can let each step fail.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The steps of an import.
pub(super) trait Disk {
    /// Makes a folder if it is not there.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// An empty file under that name, in place of what was there.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// Writes all of the bytes.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    /// Makes the file's bytes durable.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Gives a file its name in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes the names of a folder durable, where that can be done.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The disk itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        File::create(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if cfg!(unix) {
            File::open(folder)?.sync_all()
        } else {
            Ok(())
        }
    }
}
