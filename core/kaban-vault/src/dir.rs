//! Folders that nobody but their owner enters.

use std::fs;
use std::io;
use std::path::Path;

/// Makes the folder and those above it, closed to others, when it is not there.
pub(crate) fn make(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
