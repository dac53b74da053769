//! Serving until told to stop.
//!
//! A connection has a time for each thing it does: to say a whole head, first and after each
//! answer, to bring a body ([`crate::Config::body_time_max`]) and to take an answer. While all
//! places are held, `places` says who gives way, so silence, however much of it, keeps nobody out.

mod places;
mod seats;
mod watched;

use crate::error::Error;
use crate::http;
use crate::relay::Relay;
use axum::Router;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use places::{Place, Places};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use watched::Watched;

pub(crate) use places::Line;
pub(crate) use seats::{Seat, Seats};

/// Most bytes that a connection buffers beside its body, and so the longest head.
const BUFFER_BYTES_MAX: usize = 64 << 10;

/// Answers HTTP on `listener` until `stop` completes; then takes no more requests, lets the open
/// ones finish within [`crate::Config::stop_time_max`] and closes the store.
///
/// # Errors
/// When the store does not close.
pub async fn serve<S>(listener: TcpListener, relay: Relay, stop: S) -> Result<(), Error>
where
    S: Future<Output = ()> + Send + 'static,
{
    let relay = Arc::new(relay);
    let mut open = JoinSet::new();
    let (stopping, stopped) = watch::channel(false);
    accept(listener, &relay, &mut open, &stopped, stop).await;
    let _ = stopping.send(true);
    let finish = async { while open.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(relay.config.stop_time_max, finish).await;
    open.shutdown().await;
    // Closing waits for the writer thread, which must not hold up the runtime.
    tokio::task::spawn_blocking(move || relay.close())
        .await
        .map_err(|failed| Error::Serve(io::Error::other(failed)))
}

/// Gives each connection a place and a task, until told to stop.
async fn accept(
    mut listener: TcpListener,
    relay: &Arc<Relay>,
    open: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Places::new(relay.config.connections_max));
    let router = http::router(Arc::clone(relay));
    let (head, answer) = (relay.config.head_time_max, relay.config.answer_time_max);
    tokio::pin!(stop);
    loop {
        let next = async {
            let (stream, _) = Listener::accept(&mut listener).await;
            (stream, places.take().await)
        };
        let (stream, place) = tokio::select! {
            next = next => next,
            () = &mut stop => return,
        };
        while open.try_join_next().is_some() {}
        // Without this a small answer waits for the acknowledgement of the one before it.
        let _ = stream.set_nodelay(true);
        let watched = Watched::new(stream, Arc::clone(place.line()), answer);
        open.spawn(talk(watched, place, router.clone(), head, stopped.clone()));
    }
}

/// One connection, until it ends, gives way, or the relay stops.
async fn talk(
    watched: Watched<TcpStream>,
    place: Place,
    router: Router,
    head_time_max: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let line = place.line();
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        line.asks();
        request.extensions_mut().insert(Arc::clone(line));
        let answer = router.call(request);
        async {
            let answer = answer.await;
            line.answers();
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time_max)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(watched), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = line.gives_way() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
