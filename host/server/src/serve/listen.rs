//! Connections: accepted one by one, bounded, and ended gracefully.

use super::ServeError;
use crate::audit::Peer;
use crate::limits::Limits;
use crate::proxies::Proxies;
use crate::router::router;
use crate::state::AppState;
use crate::tls::Tls;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;

/// After a failed accept, which mostly means that file handles ran out: time for some to close.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens on `address` and tells the log, and `address_file`, which one that is.
pub(super) async fn bind(
    address: SocketAddr,
    address_file: Option<&Path>,
    tls: &Option<Arc<Tls>>,
) -> Result<TcpListener, ServeError> {
    let listener = TcpListener::bind(address).await;
    let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (bound, listener) = bound.map_err(|source| ServeError::Bind { address, source })?;
    if let Some(path) = address_file {
        write_whole(path, &bound.to_string()).map_err(ServeError::AddressFile)?;
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(address = %bound, docs = %format_args!("{scheme}://{bound}/docs"), "listening");
    Ok(listener)
}

/// Whoever waits for the file sees all of it or nothing.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, path)
}

/// What every connection needs.
struct Door {
    http: http1::Builder,
    service: TowerToHyperService<Router>,
    proxies: Proxies,
    tls: Option<Arc<Tls>>,
    app: AppState,
}

/// Accepts connections until the server is told to stop, then waits for the requests in flight.
pub(super) async fn run(
    listener: TcpListener,
    app: AppState,
    proxies: Proxies,
    tls: Option<Arc<Tls>>,
) {
    let service = TowerToHyperService::new(router(Arc::clone(&app)));
    let http = http(&app.limits);
    let door = Arc::new(Door { http, service, proxies, tls, app: Arc::clone(&app) });
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.limits.connections_max));
    while let Some((stream, peer, place)) = next(&listener, &places, &app).await {
        let (door, watcher) = (Arc::clone(&door), connections.watcher());
        tokio::spawn(async move {
            door.app.metrics.connections.inc();
            door.serve(stream, peer, watcher).await;
            door.app.metrics.connections.dec();
            drop(place);
        });
    }
    drop(listener);
    let in_flight = connections.shutdown();
    if tokio::time::timeout(app.limits.shutdown_time_max, in_flight).await.is_err() {
        tracing::warn!("some requests did not end in time and were given up");
    }
}

impl Door {
    /// One connection, from its handshake to its end.
    async fn serve(&self, stream: TcpStream, peer: IpAddr, watcher: Watcher) {
        let Some(tls) = &self.tls else { return self.answer(stream, peer, watcher).await };
        match self.shake_hands(tls, stream).await {
            Ok(stream) => self.answer(stream, peer, watcher).await,
            Err(error) => {
                tls.metrics.handshake_failed();
                tracing::debug!(%error, "a handshake failed");
            }
        }
    }

    async fn shake_hands(&self, tls: &Tls, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let handshake = tls.acceptor().accept(stream);
        let handshake = tokio::time::timeout(self.app.limits.handshake_time_max, handshake);
        handshake.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// The requests of a connection.
    async fn answer<S>(&self, stream: S, peer: IpAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let service = service_fn(|mut request: hyper::Request<Incoming>| {
            let client = self.proxies.client(peer, request.headers());
            request.extensions_mut().insert(Peer(client));
            self.service.call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_time_max)
        .max_headers(limits.headers_max)
        .max_header_size(limits.header_bytes_max)
        .pipeline_flush(true);
    http
}

/// The next connection, when there is a place for it; `None` once the server is stopping.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    app: &AppState,
) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let accept = async {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    // Answers are small and whole: waiting to fill a packet only delays them.
                    let _ = stream.set_nodelay(true);
                    return Some((stream, address.ip(), place));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = app.stopping.cancelled() => None,
        accepted = accept => accepted,
    }
}
