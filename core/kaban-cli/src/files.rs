//! Files that come in and go out. A file that goes out is whole or is not there, and never takes the
//! place of another one unasked.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use kaban_app::{AppError, Kind, Result};

use crate::output::bad_input;

/// A file that will be written. It is prepared before the work whose outcome it carries, so that a
/// missing folder or a file in the way is told before anything is signed.
pub struct NewFile {
    path: PathBuf,
    beside: PathBuf,
    file: Option<File>,
    force: bool,
}

impl NewFile {
    /// Prepares to write `path`.
    pub fn prepare(path: &Path, force: bool) -> Result<Self> {
        if !force && path.exists() {
            return Err(in_the_way(path));
        }
        let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
            return Err(bad_input(format!(
                "{} is a folder, not a file",
                path.display()
            )));
        };
        let beside = path.with_file_name(format!(
            ".{}.{}.new",
            name.to_string_lossy(),
            std::process::id()
        ));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside);
        let file = file.map_err(|error| cannot_write(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            beside,
            file: Some(file),
            force,
        })
    }

    /// Writes it, all or nothing.
    pub fn write(mut self, bytes: &[u8]) -> Result<()> {
        let written = match self.file.take() {
            Some(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()),
            None => Ok(()),
        };
        written
            .and_then(|()| self.place())
            .map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => in_the_way(&self.path),
                _ => cannot_write(&self.path, &error),
            })
    }

    /// A link refuses an existing name in one step; where the file system has no links, a rename
    /// after a look does.
    fn place(&self) -> std::io::Result<()> {
        if self.force {
            return std::fs::rename(&self.beside, &self.path);
        }
        match std::fs::hard_link(&self.beside, &self.path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists && !self.path.exists() => {
                std::fs::rename(&self.beside, &self.path)
            }
            linked => linked,
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        self.file.take();
        // Gone already when it was renamed.
        let _ = std::fs::remove_file(&self.beside);
    }
}

/// Reads a file of at most `bytes_max` bytes.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let cannot =
        |error: std::io::Error| bad_input(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    let limit = bytes_max + 1;
    if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
    } else {
        File::open(path)
            .map_err(cannot)?
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
    }
    if bytes.len() as u64 > bytes_max {
        return Err(bad_input(format!(
            "{} is larger than {} KiB",
            path.display(),
            bytes_max / 1024
        )));
    }
    Ok(bytes)
}

fn in_the_way(path: &Path) -> AppError {
    bad_input(format!("{} exists; --force replaces it", path.display()))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> AppError {
    let kind = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Kind::DiskFull,
        _ => Kind::BadInput,
    };
    AppError::new(kind, format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_stays_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        NewFile::prepare(&path, false)
            .unwrap()
            .write(b"one")
            .unwrap();
        assert!(NewFile::prepare(&path, false).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        NewFile::prepare(&path, true)
            .unwrap()
            .write(b"two")
            .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_came_in_the_way_meanwhile_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let new = NewFile::prepare(&path, false).unwrap();
        std::fs::write(&path, b"theirs").unwrap();
        assert!(new.write(b"mine").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
