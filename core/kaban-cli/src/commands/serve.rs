//! The relay, run from the same program.

use std::path::PathBuf;

use kaban_app::{AppError, Kind, Result};
use kaban_relay::{Config, Error as RelayError, Relay, SetAside};
use serde_json::json;
use tokio::net::TcpListener;

use crate::args::ServeArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::{Page, bad_input};

/// `kaban serve`: one line when it listens, then silence until SIGINT or SIGTERM.
pub fn run(desk: &Desk, args: &ServeArgs) -> Done {
    let store = store_of(&args.store)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| AppError::new(Kind::Internal, format!("start a runtime: {error}")))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(&args.listen).await;
        let listener = listener
            .map_err(|error| bad_input(format!("cannot listen on {}: {error}", args.listen)))?;
        let address = listener.local_addr();
        let address = address
            .map_err(|error| bad_input(format!("cannot listen on {}: {error}", args.listen)))?;
        let relay = Relay::open(Config::new(store)).map_err(|error| refused(&error))?;
        let stop = stop_signal()?;
        let key = relay.key().to_string();
        let aside = relay.set_aside();
        let named: Vec<_> = aside.iter().map(as_json).collect();
        desk.out.show(
            &json!({
                "listening": format!("http://{address}"), "key": key, "set_aside": named,
            }),
            |page| {
                page.say(
                    format!("中継を始めました http://{address} 鍵 {key}"),
                    format!("relay listening on http://{address} key {key}"),
                );
                for workspace in &aside {
                    say_set_aside(workspace, page);
                }
            },
        );
        kaban_relay::serve(listener, relay, stop)
            .await
            .map_err(|error| refused(&error))
    })?;
    Ok(DONE)
}

fn as_json(workspace: &SetAside) -> serde_json::Value {
    let SetAside { row, ws, what } = workspace;
    json!({ "row": row, "workspace": ws.map(|ws| ws.to_string()), "what": what })
}

/// A workspace that is damaged, and what an operator can do.
fn say_set_aside(workspace: &SetAside, page: &mut Page) {
    let SetAside { row, ws, what } = workspace;
    let ws = ws.map_or_else(|| "?".to_owned(), |ws| ws.to_string());
    page.say(
        format!(
            "{row} 番の組織 {ws} は保存内容が壊れているため中継しません（{what}）。バックアップを戻してください"
        ),
        format!(
            "workspace {row} ({ws}) is damaged and not served: {what}; put a backup of the store back"
        ),
    );
}

fn store_of(text: &str) -> Result<PathBuf> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err(bad_input(format!(
            "--store {text}: this relay keeps its envelopes in sqlite:PATH"
        ))),
    }
}

#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let cannot = |error: std::io::Error| {
        AppError::new(Kind::Internal, format!("listen to signals: {error}"))
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a handler the system ends the program by itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// What keeps a relay from serving, as a person can act on it.
fn refused(error: &RelayError) -> AppError {
    let kind = match error {
        RelayError::InUse => Kind::InUse,
        RelayError::TooNew { .. } => Kind::TooNew,
        RelayError::Directory(cause) | RelayError::KeyFile(cause)
            if cause.kind() == std::io::ErrorKind::StorageFull =>
        {
            Kind::DiskFull
        }
        RelayError::Directory(_) => Kind::BadInput,
        RelayError::Serve(_) | RelayError::Writer(_) => Kind::Internal,
        _ => Kind::Damaged,
    };
    let cause =
        std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    AppError::new(kind, format!("{error}{cause}"))
}
