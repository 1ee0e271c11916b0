//! A certificate and its key, from their files.

use super::TlsError;
use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, SliceReader, Tag};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a file: a chain of certificates has a few thousand.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where they are, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate, then those up to the authority (`PYNOMALY_TLS_CERTIFICATE`).
    pub certificate: PathBuf,
    /// Its private key (`PYNOMALY_TLS_KEY`).
    pub key: PathBuf,
}

/// The bytes of both files.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// Both, ready to serve.
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    /// When the server's certificate ends, in seconds since 1970.
    pub(super) expires: i64,
}

impl TlsFiles {
    /// Reads both, whatever is in them.
    pub(super) fn read(&self) -> Result<Content, TlsError> {
        Ok(Content { certificate: read(&self.certificate)?, key: read(&self.key)? })
    }
}

impl Content {
    /// What they are good for; `files` is for the errors.
    pub(super) fn pair(&self, files: &TlsFiles) -> Result<Pair, TlsError> {
        let none = || TlsError::NoCertificate(files.certificate.clone());
        let chain = CertificateDer::pem_slice_iter(&self.certificate);
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(|_| none())?;
        let expires = chain.first().and_then(expiry).ok_or_else(none)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key);
        let key = key.map_err(|_| TlsError::NoKey(files.key.clone()))?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider());
        Ok(Pair { key: Arc::new(key.map_err(TlsError::Pair)?), expires })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|source| TlsError::Read { path: path.into(), source })?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(TlsError::TooLarge { path: path.into(), bytes_max: FILE_BYTES_MAX });
    }
    Ok(bytes)
}

/// The end of a certificate's validity, in seconds since 1970: of the fields around it only their
/// lengths matter (RFC 5280, 4.1).
fn expiry(certificate: &CertificateDer<'_>) -> Option<i64> {
    let mut reader = SliceReader::new(certificate).ok()?;
    let expires = reader.sequence(|certificate| {
        let expires = certificate.sequence(|fields| {
            // The version, which the first one does not say; number, algorithm, issuer.
            let before = if fields.peek_tag()?.is_context_specific() { 4 } else { 3 };
            for _ in 0..before {
                AnyRef::decode(fields)?;
            }
            let expires = fields.sequence(|validity| {
                seconds(validity)?;
                seconds(validity)
            })?;
            pass_over(fields)?;
            Ok(expires)
        })?;
        pass_over(certificate)?;
        Ok(expires)
    });
    i64::try_from(expires.ok()?).ok()
}

/// Either kind of time (RFC 5280, 4.1.2.5).
fn seconds<'a>(reader: &mut impl Reader<'a>) -> der::Result<u64> {
    let time = match reader.peek_tag()? {
        Tag::GeneralizedTime => GeneralizedTime::decode(reader)?.to_unix_duration(),
        _ => UtcTime::decode(reader)?.to_unix_duration(),
    };
    Ok(time.as_secs())
}

fn pass_over<'a>(reader: &mut impl Reader<'a>) -> der::Result<()> {
    while !reader.is_finished() {
        AnyRef::decode(reader)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn pem() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        certificate.not_after = date_time_ymd(2030, 1, 2);
        (certificate.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn pair(certificate: &str, key: &str) -> Result<i64, String> {
        let files = TlsFiles { certificate: "c.pem".into(), key: "k.pem".into() };
        let content = Content { certificate: certificate.into(), key: key.into() };
        content.pair(&files).map(|pair| pair.expires).map_err(|error| error.to_string())
    }

    #[test]
    fn pair_knows_when_its_certificate_ends() {
        let (certificate, key) = pem();
        assert_eq!(pair(&certificate, &key), Ok(1_893_542_400));
    }

    #[test]
    fn what_is_no_pair_is_refused_by_file() {
        let (certificate, key) = pem();
        let (_, other) = pem();
        for (certificate, key, reason) in [
            ("", &*key, "c.pem holds no X.509 certificate"),
            (&*key, &*key, "c.pem holds no X.509 certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &*key, "c.pem"),
            (&*certificate, "", "k.pem holds no private key"),
            (&*certificate, &*certificate, "k.pem holds no private key"),
            (&*certificate, &*other, "do not go together"),
        ] {
            let error = pair(certificate, key).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn files_are_read_up_to_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.pem");
        let error = read(&file).unwrap_err();
        assert!(matches!(error, TlsError::Read { .. }), "{error}");
        std::fs::write(&file, vec![b'a'; 1 << 20]).unwrap();
        assert_eq!(read(&file).unwrap().len(), 1 << 20);
        std::fs::write(&file, vec![b'a'; (1 << 20) + 1]).unwrap();
        assert!(read(&file).unwrap_err().to_string().ends_with("has more than 1048576 bytes"));
    }
}
