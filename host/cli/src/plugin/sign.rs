//! `pynomaly plugin sign`

use super::read;
use super::registry::signature_file;
use anyhow::Context;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(file: &Path, key: &Path, embed: Option<&Path>) -> anyhow::Result<()> {
    let key = String::from_utf8(read(key)?).context("the key is no PEM")?;
    let component = read(file)?;
    let (signature, public_key) = pynomaly_server::sign(&component, &key)?;
    let (path, bytes) = match embed {
        Some(path) => (path.to_owned(), pynomaly_server::sign_embedded(&component, &key)?),
        None => (signature_file(file), format!("{signature}\n").into_bytes()),
    };
    std::fs::write(&path, bytes)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    println!("PYNOMALY-Signature: {signature}");
    println!("public key: {public_key}");
    Ok(())
}
