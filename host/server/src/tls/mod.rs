//! TLS of the server's own, for where no proxy in front of it does that: 1.2 and 1.3, HTTP/1.1
//! inside, and a certificate that changes while the server runs.

mod error;
mod follow;
mod pair;

pub use error::TlsError;
pub use pair::TlsFiles;

use crate::metrics::tls::TlsMetrics;
use arc_swap::ArcSwap;
use pair::{Content, Pair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// The only protocol that is spoken inside (ALPN).
const HTTP_1_1: &[u8] = b"http/1.1";

/// What answers handshakes.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    serving: Arc<Serving>,
    files: TlsFiles,
    /// What the files held when the pair that serves was read from them.
    content: Content,
    pub(crate) metrics: TlsMetrics,
}

/// The pair that handshakes show now. Connections that are open keep what they were opened with.
#[derive(Debug)]
struct Serving(ArcSwap<CertifiedKey>);

impl Tls {
    /// Reads the pair of `files`.
    ///
    /// # Errors
    /// [`TlsError`] says which file is of no use, and why.
    pub(crate) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let content = files.read()?;
        let Pair { key, expires } = content.pair(&files)?;
        let serving = Arc::new(Serving(ArcSwap::new(key)));
        let acceptor = TlsAcceptor::from(Arc::new(configuration(&serving)?));
        let metrics = TlsMetrics::new(expires).map_err(TlsError::Metrics)?;
        Ok(Self { acceptor, serving, files, content, metrics })
    }

    /// Takes handshakes.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

fn configuration(serving: &Arc<Serving>) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let mut configuration = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::<Serving>::clone(serving));
    configuration.alpn_protocols = vec![HTTP_1_1.to_vec()];
    // Every suite there is will do; scanners want to see that the server chooses.
    configuration.ignore_client_order = true;
    Ok(configuration)
}

impl ResolvesServerCert for Serving {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}
