//! A real relay in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chrono::{DateTime, FixedOffset};

pub struct RelayProcess {
    child: Child,
    clock: PathBuf,
    pub url: String,
}

impl RelayProcess {
    /// Its clock stands at `at` until it is set.
    pub fn start(folder: &Path, at: DateTime<FixedOffset>) -> Self {
        let clock = folder.with_extension("clock");
        set(&clock, at);
        let mut child = Command::new(env!("CARGO_BIN_EXE_kaban-stage"))
            .arg("relay")
            .arg(folder)
            .arg(&clock)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        Self {
            child,
            clock,
            url: url.trim().to_owned(),
        }
    }

    pub fn set_clock(&self, at: DateTime<FixedOffset>) {
        set(&self.clock, at);
    }
}

/// Puts a new file in the place of the old one, so that the relay never reads half an instant.
fn set(clock: &Path, at: DateTime<FixedOffset>) {
    let new = clock.with_extension("clock.new");
    std::fs::write(&new, at.to_rfc3339()).unwrap();
    std::fs::rename(new, clock).unwrap();
}

impl Drop for RelayProcess {
    /// Its input is closed, and it ends by itself.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
