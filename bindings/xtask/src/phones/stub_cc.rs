//! A C compiler that compiles nothing, for the targets whose C headers nobody may hand out.
//!
//! `cargo check` links nothing, so an empty file serves for every object and archive. What it
//! proves is about Rust alone: not one line of SQLite's or ring's C or assembly is looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian::run_quietly;

/// The crate `cc` asks three things of a compiler: what it is (`-E` on a file of pragmas),
/// whether it is Microsoft's (`-?`, which all others refuse), and an object (`-o`). Of an
/// archiver it asks an archive: letters first, then the file.
const SCRIPT: &str = r#"#!/bin/sh
# Written by cargo xtask phones: stands for a C compiler and an archiver, makes empty files.
case "$1" in
  cq|cqD|s) : >>"$2"; exit ;;
esac
wanted=no
for word in "$@"; do
  if [ "$wanted" = yes ]; then : >"$word" || exit; fi
  wanted=no
  case "$word" in
    -E) echo '#pragma message "clang"'; exit ;;
    '-?') exit 1 ;;
    -o) wanted=yes ;;
  esac
done
"#;

/// Writes the script into a folder, unless it lies there, and gives its path. The script is made
/// beside its place and moved there, so that a killed run leaves no half of it.
///
/// # Errors
///
/// What could not be written.
pub fn install(folder: &Path) -> Result<PathBuf, String> {
    let path = folder.join("stub-cc");
    if fs::read_to_string(&path).is_ok_and(|text| text == SCRIPT) {
        return Ok(path);
    }
    let partial = folder.join("stub-cc.partial");
    let failed = |error| format!("write {}: {error}", partial.display());
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(&partial, SCRIPT).map_err(failed)?;
    run_quietly(Command::new("chmod").arg("755").arg(&partial))?;
    fs::rename(&partial, &path).map_err(failed)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::install;
    use std::process::{Command, Output};
    use tempfile::TempDir;

    struct Stub {
        folder: TempDir,
    }

    impl Stub {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder for the test");
            install(folder.path()).expect("the folder can be written to");
            Self { folder }
        }

        fn run(&self, words: &[&str]) -> Output {
            // Read by `sh`: a file just written cannot always be executed while other threads
            // start programs.
            let mut command = Command::new("sh");
            command
                .current_dir(self.folder.path())
                .arg("stub-cc")
                .args(words);
            command.output().expect("sh is there")
        }

        fn size(&self, name: &str) -> Option<u64> {
            let file = self.folder.path().join(name).metadata();
            file.ok().map(|file| file.len())
        }
    }

    #[test]
    fn an_object_and_an_archive_of_it_are_made_and_are_empty() {
        let stub = Stub::new();
        let compiled = stub.run(&["-O2", "-c", "no such source.c", "-o", "one object.o"]);
        assert!(compiled.status.success());
        assert_eq!(stub.size("one object.o"), Some(0));
        for letters in ["cqD", "s"] {
            assert!(
                stub.run(&[letters, "libone.a", "one object.o"])
                    .status
                    .success()
            );
        }
        assert_eq!(stub.size("libone.a"), Some(0));
    }

    #[test]
    fn it_says_that_it_is_clang_and_not_microsofts() {
        let stub = Stub::new();
        let said = stub.run(&["-E", "what are you.c"]).stdout;
        assert!(String::from_utf8_lossy(&said).contains("clang"));
        assert!(!stub.run(&["-?"]).status.success());
    }

    #[test]
    fn half_a_script_of_a_killed_run_is_written_again() {
        let stub = Stub::new();
        let path = stub.folder.path().join("stub-cc");
        std::fs::write(&path, "#!/bin/sh\nexit 9\n").expect("the folder can be written to");
        install(stub.folder.path()).expect("the folder can be written to");
        assert!(stub.run(&["-c", "a.c", "-o", "a.o"]).status.success());
    }
}
