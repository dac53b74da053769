//! Running the program.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The passphrase of every bag here.
pub const PASSPHRASE: &str = "correct horse 17 battery";

/// What came of a call.
#[derive(Debug)]
pub struct Said {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The JSON document of a call that must have succeeded.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.document()
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The kind of the error on stderr, which must be one line.
    #[track_caller]
    pub fn kind(&self) -> String {
        assert_eq!(self.err.trim_end().lines().count(), 1, "{self:?}");
        let error: Value =
            serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert!(
            !error["error"]["detail"].as_str().unwrap().is_empty(),
            "{self:?}"
        );
        error["error"]["kind"].as_str().unwrap().to_owned()
    }

    /// Exit code and kind of a refusal.
    #[track_caller]
    pub fn refusal(&self) -> (i32, String) {
        (self.code, self.kind())
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// The program in a folder, with nothing of the surroundings but the passphrase.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaban"));
    command
        .current_dir(dir)
        .env_clear()
        .env("KABAN_PASSPHRASE", PASSPHRASE)
        .env("LANG", "C");
    command
}

/// Runs it with `--json` in a folder.
pub fn kaban(dir: &Path, words: &[&str]) -> Said {
    command(dir)
        .arg("--json")
        .args(words)
        .output()
        .unwrap()
        .into()
}

/// Runs it for a person.
pub fn human(dir: &Path, lang: &str, words: &[&str]) -> Said {
    command(dir)
        .args(["--lang", lang])
        .args(words)
        .output()
        .unwrap()
        .into()
}

/// Copies a folder with everything in it.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
