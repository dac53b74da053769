//! Running the program.

use std::path::Path;
use std::process::{Command, Output};

use chrono::{FixedOffset, NaiveDate, TimeDelta, Utc};
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

/// What makes the time of the machine, for the layer of tests that is run on other days.
const OF_THE_CLOCK: [&str; 4] = ["TZ", "LD_PRELOAD", "FAKETIME", "DONT_FAKE_MONOTONIC"];

/// The program in a folder, with nothing of the surroundings but the passphrase and the time.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaban"));
    command
        .current_dir(dir)
        .env_clear()
        .envs(
            OF_THE_CLOCK
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("KABAN_PASSPHRASE", PASSPHRASE)
        .env("LANG", "C");
    command
}

/// The date in Japan so many days from now, by the clock that the program has too.
pub fn date_in(days: i64) -> NaiveDate {
    let japan = FixedOffset::east_opt(9 * 3600).unwrap();
    (Utc::now() + TimeDelta::days(days))
        .with_timezone(&japan)
        .date_naive()
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
