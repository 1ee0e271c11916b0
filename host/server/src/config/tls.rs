//! The certificate of a server that speaks TLS itself.

use super::read::{ConfigError, Reader};
use super::variables as names;
use crate::tls::TlsFiles;

pub(super) fn tls(read: &Reader) -> Result<Option<TlsFiles>, ConfigError> {
    let certificate = read.optional(&names::TLS_CERTIFICATE)?;
    match (certificate, read.optional(&names::TLS_KEY)?) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
        }
        (Some(_), None) => {
            Err(read.wrong(&names::TLS_KEY, "set, because PYNOMALY_TLS_CERTIFICATE is"))
        }
        (None, Some(_)) => {
            Err(read.wrong(&names::TLS_CERTIFICATE, "set, because PYNOMALY_TLS_KEY is"))
        }
    }
}
