use std::io;
use std::path::PathBuf;

/// Why a certificate and its key cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Of `PYNOMALY_TLS_CERTIFICATE` or `PYNOMALY_TLS_KEY`.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is longer than any that would make sense.
    #[error("{} has more than {bytes_max} bytes", path.display())]
    TooLarge {
        /// Of `PYNOMALY_TLS_CERTIFICATE` or `PYNOMALY_TLS_KEY`.
        path: PathBuf,
        /// The most that is read.
        bytes_max: u64,
    },
    /// There is no certificate in the file.
    #[error("{} holds no X.509 certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    /// There is no private key in the file.
    #[error("{} holds no private key in PEM, as PKCS #8, PKCS #1 or SEC 1", .0.display())]
    NoKey(PathBuf),
    /// The key is not the certificate's, or of a kind that is not served.
    #[error("the certificate and its key do not go together: {0}")]
    Pair(rustls::Error),
    /// Metrics cannot be set up.
    #[error("metrics cannot be set up: {0}")]
    Metrics(prometheus::Error),
}
