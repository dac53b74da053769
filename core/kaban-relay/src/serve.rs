//! Serving until told to stop.

use crate::error::Error;
use crate::http;
use crate::relay::Relay;
use axum::serve::{Listener, ListenerExt};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Answers HTTP on `listener` until `stop` completes; then takes no more requests, lets the open ones finish within
/// [`crate::Config::stop_time_max`] and closes the store.
///
/// # Errors
/// When the server stops by itself.
pub async fn serve<S>(listener: TcpListener, relay: Relay, stop: S) -> Result<(), Error>
where
    S: Future<Output = ()> + Send + 'static,
{
    let relay = Arc::new(relay);
    let places = Arc::new(Semaphore::new(relay.config.connections_max.max(1)));
    // Without this a small answer waits for the acknowledgement of the one before it.
    let listener = Bounded { listener, places }.tap_io(|io| {
        let _ = io.stream.set_nodelay(true);
    });
    let (stopping, mut stopped) = watch::channel(false);
    let told = async move {
        stop.await;
        let _ = stopping.send(true);
    };
    let server =
        axum::serve(listener, http::router(Arc::clone(&relay))).with_graceful_shutdown(told);
    let deadline = async {
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(relay.config.stop_time_max).await;
    };
    let served = tokio::select! {
        served = server => served.map_err(Error::Serve),
        () = deadline => Ok(()),
    };
    // Closing waits for the writer thread, which must not hold up the runtime.
    let _ = tokio::task::spawn_blocking(move || relay.close()).await;
    served
}

/// A listener that accepts no more connections than it has places.
struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

/// A connection in its place.
struct Placed {
    stream: TcpStream,
    _place: Option<OwnedSemaphorePermit>,
}

impl Listener for Bounded {
    type Io = Placed;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (
            Placed {
                stream,
                _place: place,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Placed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
