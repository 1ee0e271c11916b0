//! An authority of our own, and a certificate for this machine that it has issued.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub(crate) const AUTHORITY: &str = "authority.pem";
pub(crate) const CERTIFICATE: &str = "certificate.pem";
pub(crate) const KEY: &str = "key.pem";

/// Writes the authority, a certificate for 127.0.0.1, localhost and 0.0.0.0, and its key into `folder`,
/// readable by all: they are worth nothing.
///
/// # Errors
/// Where a file cannot be written.
pub(crate) fn issue(folder: &Path) -> anyhow::Result<()> {
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let names = ["127.0.0.1", "localhost", "0.0.0.0"].map(str::to_owned);
    let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
    for (name, text) in
        [(AUTHORITY, authority_pem), (CERTIFICATE, certificate.pem()), (KEY, key.serialize_pem())]
    {
        let file = folder.join(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
