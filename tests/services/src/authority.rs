//! An authority of our own, and certificates for this machine that it has issued.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub(crate) const AUTHORITY: &str = "authority.pem";
pub(crate) const CERTIFICATE: &str = "certificate.pem";
pub(crate) const KEY: &str = "key.pem";

/// Somebody to trust, for as long as the test runs.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, in PEM.
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn new() -> anyhow::Result<Self> {
        let mut authority = CertificateParams::new([])?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = authority.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(authority, key), pem })
    }

    /// Its own certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for 127.0.0.1, localhost and 0.0.0.0.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn issue(&self) -> anyhow::Result<Issued> {
        let key = KeyPair::generate()?;
        let names = ["127.0.0.1", "localhost", "0.0.0.0"].map(str::to_owned);
        let certificate = CertificateParams::new(names)?.signed_by(&key, &self.issuer)?.pem();
        Ok(Issued { certificate, key: key.serialize_pem() })
    }
}

/// Writes an authority, a certificate that it has issued, and its key into `folder`, readable by
/// all: they are worth nothing.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn issue(folder: &Path) -> anyhow::Result<()> {
    let authority = Authority::new()?;
    let Issued { certificate, key } = authority.issue()?;
    for (name, text) in [(AUTHORITY, authority.pem), (CERTIFICATE, certificate), (KEY, key)] {
        let file = folder.join(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
