use crate::accounts::AccountError;
use crate::config::ConfigError;
use crate::tls::TlsError;
use pynomaly_store::StoreError;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Which step of the start failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// In production nothing is served with these settings.
    #[error("not safe in production: {}", all(.0))]
    Unsafe(Vec<ConfigError>),
    /// Signals cannot be received.
    #[error("signals cannot be received: {0}")]
    Signals(#[source] io::Error),
    /// The data folder cannot be made.
    #[error("the data folder {} cannot be made: {source}", path.display())]
    DataDir {
        /// `PYNOMALY_DATA_DIR`.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificate cannot serve.
    #[error("PYNOMALY_TLS_CERTIFICATE and PYNOMALY_TLS_KEY: {0}")]
    Tls(#[source] TlsError),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Random(getrandom::Error),
    /// The secret of the access tokens cannot be read or kept.
    #[error("the secret of the access tokens cannot be kept: {0}")]
    Secret(String),
    /// The keys of secrets at rest cannot be read or kept.
    #[error("the keys of secrets at rest cannot be kept: {0}")]
    EncryptionKey(String),
    /// This setting of the identity provider is no address.
    #[error("{0} is no address")]
    Oidc(&'static str),
    /// Secrets at rest were not all encrypted anew; it can be tried again.
    #[error("secrets were not all encrypted anew: {0}")]
    Rotate(String),
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Store(#[source] StoreError),
    /// The sandbox cannot start.
    #[error("{0}")]
    Sandbox(String),
    /// Metrics cannot be set up.
    #[error("metrics cannot be set up: {0}")]
    Metrics(String),
    /// The plugin folder is not there.
    #[error("PYNOMALY_PLUGIN_DIR is {}, which is not a folder", .0.display())]
    PluginDir(PathBuf),
    /// There is no thread for versions in shadow.
    #[error("there is no thread for plugins in shadow: {0}")]
    Thread(#[source] io::Error),
    /// The first admin cannot be made.
    #[error("PYNOMALY_ADMIN_EMAIL and PYNOMALY_ADMIN_PASSWORD make no admin: {0}")]
    FirstAdmin(AccountError),
    /// An account cannot be made.
    #[error(transparent)]
    Account(AccountError),
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Bind {
        /// `PYNOMALY_LISTEN`.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The bound address cannot be written down.
    #[error("the address cannot be written to PYNOMALY_ADDRESS_FILE: {0}")]
    AddressFile(#[source] io::Error),
}

fn all(errors: &[ConfigError]) -> String {
    let texts: Vec<_> = errors.iter().map(ConfigError::to_string).collect();
    texts.join("; ")
}
