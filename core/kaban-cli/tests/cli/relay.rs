//! `kaban serve` as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::kaban::{command, kaban};

/// A relay that runs until it is dropped.
pub struct Serving {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl Serving {
    /// Starts a relay on a free port, with its store in `dir/relay`.
    pub fn start(dir: &Path) -> Self {
        let words = [
            "--json",
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            "sqlite:relay",
        ];
        let mut child = command(dir)
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        assert!(
            said["key"].as_str().is_some_and(|key| key.len() == 64),
            "{said}"
        );
        let url = said["listening"].as_str().unwrap().to_owned();
        Self { child, url }
    }

    /// Sends SIGTERM; gives the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_relay_stops_cleanly_when_told_and_is_the_same_one_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let first = Serving::start(dir.path());
    let second = kaban(
        dir.path(),
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            "sqlite:relay",
        ],
    );
    assert_eq!(second.refusal(), (8, "in_use".into()));
    assert_eq!(first.stop(), Some(0));
    assert_eq!(Serving::start(dir.path()).stop(), Some(0));
}

#[test]
fn a_relay_refuses_a_store_it_does_not_have() {
    let dir = tempfile::tempdir().unwrap();
    let said = kaban(dir.path(), &["serve", "--store", "postgres://host/db"]);
    assert_eq!(said.refusal(), (2, "bad_input".into()));
    let said = kaban(
        dir.path(),
        &["serve", "--listen", "nowhere", "--store", "sqlite:relay"],
    );
    assert_eq!(said.refusal(), (2, "bad_input".into()));
}
