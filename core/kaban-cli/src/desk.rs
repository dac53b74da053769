//! Where a command finds its bag: the folder, the passphrase, and the bag opened with both.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use kaban_app::{AppError, Bag, Environment, Kind, Result};
use zeroize::Zeroizing;

use crate::output::{Out, bad_input};

const PASSPHRASE_VARIABLE: &str = "KABAN_PASSPHRASE";
/// Longest passphrase file, bytes.
const PASSPHRASE_FILE_BYTES_MAX: u64 = 4096;

/// What every command has at hand.
pub struct Desk {
    /// How to speak.
    pub out: Out,
    /// Folder of the bag, if one was named.
    pub bag: Option<PathBuf>,
    /// The slot, on a shared device.
    pub as_member: Option<String>,
    /// Where the passphrase is written down.
    pub passphrase_file: Option<PathBuf>,
}

/// Exit code of a command that did its work.
pub type Done = Result<u8>;

/// Done, and nothing to add.
pub const DONE: u8 = 0;
/// Done, but something is set aside.
pub const QUARANTINED: u8 = 6;

impl Desk {
    /// The folder of the bag.
    pub fn dir(&self) -> Result<&Path> {
        let named = self
            .bag
            .as_deref()
            .filter(|dir| !dir.as_os_str().is_empty());
        named.ok_or_else(|| bad_input("which bag? --bag DIR, or KABAN_BAG in the environment"))
    }

    /// Opens the bag. Whether there is one is looked up before anybody is asked for a passphrase.
    pub fn open(&self) -> Result<Bag> {
        let dir = self.dir()?;
        Bag::check_place(dir)?;
        let passphrase = self.passphrase(false)?;
        Bag::open_as(
            dir,
            &passphrase,
            self.as_member.as_deref(),
            &Environment::default(),
        )
    }

    /// Opens the bag, works with it and locks it, also when the work failed.
    pub fn with_bag<T>(&self, work: impl FnOnce(&mut Bag) -> Result<T>) -> Result<T> {
        let mut bag = self.open()?;
        let done = work(&mut bag);
        let locked = bag.lock();
        let value = done?;
        locked?;
        Ok(value)
    }

    /// The passphrase: from the environment, from a file, or typed; typed twice for a new store.
    pub fn passphrase(&self, new: bool) -> Result<Zeroizing<Vec<u8>>> {
        if let Some(path) = &self.passphrase_file {
            return read_passphrase(path);
        }
        if let Some(text) = std::env::var_os(PASSPHRASE_VARIABLE).filter(|text| !text.is_empty()) {
            return Ok(Zeroizing::new(
                text.to_string_lossy().into_owned().into_bytes(),
            ));
        }
        if !std::io::stdin().is_terminal() {
            let how = "no passphrase: set KABAN_PASSPHRASE, give --passphrase-file FILE, or type it at a terminal";
            return Err(AppError::new(Kind::Locked, how));
        }
        let typed = ask(self.out.lang.pick("合言葉: ", "Passphrase: "))?;
        if new
            && *typed
                != *ask(self
                    .out
                    .lang
                    .pick("合言葉をもう一度: ", "Passphrase again: "))?
        {
            return Err(bad_input("the two passphrases differ; nothing was made"));
        }
        Ok(typed)
    }

    /// Runs work that waits for a network.
    pub fn wait_for<F: Future>(&self, work: F) -> Result<F::Output> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime
            .map_err(|error| AppError::new(Kind::Internal, format!("start a runtime: {error}")))?;
        Ok(runtime.block_on(work))
    }
}

fn ask(prompt: &str) -> Result<Zeroizing<Vec<u8>>> {
    let typed = rpassword::prompt_password(prompt);
    let typed = typed.map_err(|_| {
        AppError::new(
            Kind::Locked,
            "the passphrase could not be read from the terminal",
        )
    })?;
    Ok(Zeroizing::new(typed.into_bytes()))
}

fn read_passphrase(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let cannot = |error: std::io::Error| {
        bad_input(format!(
            "cannot read the passphrase file {}: {error}",
            path.display()
        ))
    };
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(PASSPHRASE_FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > PASSPHRASE_FILE_BYTES_MAX {
        return Err(bad_input(format!(
            "{} is too long for a passphrase",
            path.display()
        )));
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    Ok(bytes)
}
