//! A relay on a free port, for as long as whoever started it lives.

use std::io::{Read, Write};
use std::path::Path;

use kaban_relay::{Config, Relay};

use crate::Done;

/// Serves until the input is closed, which also happens when the parent is killed.
pub fn run(folder: &Path) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let relay = Relay::open(Config::new(folder.to_owned()))?;
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
