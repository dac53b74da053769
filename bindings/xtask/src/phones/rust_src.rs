//! The source of Rust's standard library, from Debian sid: a plain package client brings it, and
//! the machine's own package sources stay as they are.
//!
//! Nothing of sid is pinned. A run that was killed leaves a folder that the next one throws away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::version::Version;
use crate::debian::{apt_get, install, run_quietly, runs};

/// Signs sid's lists; part of every Debian, a package of its own elsewhere.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A source of the standard library on this disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustSrc {
    /// The release it belongs to.
    pub version: Version,
    /// Its folder `library`, as cargo wants it.
    pub library: PathBuf,
}

/// The one that lies in the folder already.
pub fn cached(folder: &Path) -> Option<RustSrc> {
    unpacked(&folder.join("rust-src"))
}

/// Fetches the newest into the folder.
///
/// # Errors
///
/// A sentence: no Debian tools, no network, or sid has no such package today.
pub fn fetch(folder: &Path) -> Result<RustSrc, String> {
    if !runs(apt_get().arg("--version")) || !runs(Command::new("dpkg-deb").arg("--version")) {
        return Err("no apt-get and dpkg-deb here to fetch rust-src with".to_owned());
    }
    if !Path::new(KEYRING).is_file() {
        install(&["debian-archive-keyring"])?;
    }
    eprintln!("fetching rust-src from Debian sid");
    let configuration = configure(&folder.join("apt"))
        .map_err(|error| format!("set up apt-get for Debian sid: {error}"))?;
    let apt_get = || {
        let mut command = apt_get();
        command.arg("-c").arg(&configuration);
        command
    };
    run_quietly(apt_get().args(["update", "--error-on=any"]))
        .map_err(|why| format!("lists of Debian sid: {why}"))?;
    let download = empty(&folder.join("rust-src.download"))?;
    run_quietly(
        apt_get()
            .current_dir(&download)
            .args(["download", "rust-src"]),
    )
    .map_err(|why| format!("rust-src of Debian sid: {why}"))?;
    let partial = empty(&folder.join("rust-src.partial"))?;
    let package = only_file(&download)?;
    run_quietly(
        Command::new("dpkg-deb")
            .arg("--extract")
            .args([&package, &partial]),
    )
    .map_err(|why| format!("unpack rust-src: {why}"))?;
    let whole = empty(&folder.join("rust-src"))?;
    fs::rename(&partial, &whole).map_err(|error| format!("move rust-src in place: {error}"))?;
    remove(&download)?;
    unpacked(&whole).ok_or_else(|| "rust-src of Debian sid holds no library/std".to_owned())
}

/// Debian puts it under `usr/src/rustc-VERSION`.
fn unpacked(root: &Path) -> Option<RustSrc> {
    let folders = fs::read_dir(root.join("usr/src")).ok()?;
    folders.filter_map(Result::ok).find_map(|folder| {
        let version = Version::find(folder.file_name().to_str()?)?;
        let library = folder.path().join("library");
        let is_whole = library.join("std/Cargo.toml").is_file();
        is_whole.then_some(RustSrc { version, library })
    })
}

/// Writes a configuration of apt-get that keeps everything in a folder of ours.
fn configure(folder: &Path) -> std::io::Result<PathBuf> {
    for part in ["state/lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(part))?;
    }
    // An empty list of installed packages: rust-src depends on nothing.
    fs::write(folder.join("status"), "")?;
    fs::write(folder.join("sid.sources"), sources())?;
    let path = folder.join("apt.conf");
    fs::write(&path, configuration(folder))?;
    Ok(path)
}

/// The index of packages alone: no translations, no icons.
fn sources() -> String {
    format!(
        "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: sid\nComponents: main\n\
         Targets: Packages\nSigned-By: {KEYRING}\n"
    )
}

/// The machine's own settings, such as a proxy, are read before these. Its hooks are dropped:
/// they look after a system, and this is none. `root` stays `root`, because another user could
/// not write into our folder.
fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::State \"{folder}/state\";\n\
         Dir::State::status \"{folder}/status\";\n\
         Dir::Cache \"{folder}/cache\";\n\
         Dir::Etc::sourcelist \"{folder}/sid.sources\";\n\
         Dir::Etc::sourceparts \"/dev/null\";\n\
         Dir::Etc::preferencesparts \"/dev/null\";\n\
         APT::Sandbox::User \"root\";\n\
         #clear APT::Update::Pre-Invoke;\n\
         #clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n"
    )
}

/// A path at which nothing lies, with its parent.
fn empty(path: &Path) -> Result<PathBuf, String> {
    remove(path)?;
    fs::create_dir_all(path).map_err(|error| format!("make {}: {error}", path.display()))?;
    Ok(path.to_owned())
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

fn only_file(folder: &Path) -> Result<PathBuf, String> {
    let files = fs::read_dir(folder).map_err(|error| format!("read the download: {error}"))?;
    let mut packages: Vec<_> = files
        .filter_map(Result::ok)
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect();
    match (packages.pop(), packages.pop()) {
        (Some(package), None) => Ok(package),
        _ => Err("apt-get download left no single package".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{cached, configuration, empty, only_file};
    use std::fs;
    use std::path::Path;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder for the test")
    }

    fn write(path: &Path) {
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("made");
        fs::write(path, "x").expect("written");
    }

    #[test]
    fn the_version_is_that_of_the_folder_and_a_source_without_std_is_none() {
        let folder = folder();
        assert_eq!(cached(folder.path()), None);
        let root = folder.path().join("rust-src/usr/src/rustc-1.97.1/library");
        write(&root.join("core/Cargo.toml"));
        assert_eq!(cached(folder.path()), None);
        write(&root.join("std/Cargo.toml"));
        let found = cached(folder.path()).expect("a whole source lies there");
        assert_eq!(found.version.to_string(), "1.97");
        assert_eq!(found.library, root);
    }

    #[test]
    fn what_a_killed_run_left_is_thrown_away() {
        let folder = folder();
        let partial = folder.path().join("rust-src.partial");
        write(&partial.join("usr/half"));
        empty(&partial).expect("the folder can be emptied");
        assert_eq!(fs::read_dir(&partial).expect("it is there").count(), 0);
    }

    #[test]
    fn a_download_of_two_packages_or_of_none_is_refused() {
        let folder = folder();
        assert!(only_file(folder.path()).is_err());
        write(&folder.path().join("rust-src_1.97.1_all.deb"));
        assert!(only_file(folder.path()).is_ok());
        write(&folder.path().join("rust-src_1.98.0_all.deb"));
        assert!(only_file(folder.path()).is_err());
    }

    #[test]
    fn apt_get_keeps_to_the_folder() {
        let text = configuration(Path::new("/of/ours"));
        for setting in [
            "Dir::State ",
            "Dir::State::status",
            "Dir::Cache",
            "Dir::Etc::sourcelist",
        ] {
            let line = text.lines().find(|line| line.starts_with(setting));
            assert!(
                line.is_some_and(|line| line.contains("\"/of/ours/")),
                "{setting}"
            );
        }
    }
}
