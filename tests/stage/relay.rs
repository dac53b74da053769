//! A relay on a free port, for as long as whoever started it lives, by the clock of its story.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::DateTime;
use kaban_proto::random::OsRandom;
use kaban_relay::{Clock, Config, Relay};

use crate::Done;

/// Serves until the input is closed, which also happens when the parent is killed.
pub fn run(folder: &Path, clock: &Path) -> Done {
    let clock = ClockFile(clock.to_owned());
    clock.read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let config = Config::new(folder.to_owned());
        let relay = Relay::open_with(config, Arc::new(clock), Box::new(OsRandom))?;
        println!("http://{address}");
        std::io::stdout().flush()?;
        let closed = tokio::task::spawn_blocking(|| {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
        });
        kaban_relay::serve(listener, relay, async {
            let _ = closed.await;
        })
        .await?;
        Ok(())
    })
}

/// A clock that stands at the instant in a file, until another file takes its place. The clock of
/// the machine would make the outcome of a story depend on the day on which it is told.
struct ClockFile(PathBuf);

impl ClockFile {
    fn read(&self) -> Result<u64, String> {
        let named = |why: &dyn std::fmt::Display| format!("{}: {why}", self.0.display());
        let text = std::fs::read_to_string(&self.0).map_err(|error| named(&error))?;
        let at = DateTime::parse_from_rfc3339(text.trim()).map_err(|error| named(&error))?;
        u64::try_from(at.timestamp_millis()).map_err(|error| named(&error))
    }
}

impl Clock for ClockFile {
    fn now_ms(&self) -> u64 {
        self.read()
            .unwrap_or_else(|why| panic!("the clock of the story: {why}"))
    }
}
