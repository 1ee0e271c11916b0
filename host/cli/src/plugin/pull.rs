//! `pynomaly plugin pull`: a component from an OCI registry.

use super::registry::{Access, failed, signature_file};
use anyhow::{Context, bail};
use pynomaly_oci::Reference;
use std::path::{Path, PathBuf};

/// Fetch a component, and the signature beside it, from an OCI registry; prints the reference by
/// digest.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin pull registry.example.com/acme/knn:1.3.0
  pynomaly plugin pull registry.example.com/acme/knn@sha256:… -o plugins/knn.wasm

Exit codes:
  0  it is there
  1  the registry could not be reached, or refused
  4  what came is no plugin, or has not the digest")]
pub(crate) struct Arguments {
    /// `HOST[:PORT]/NAME[:TAG][@sha256:…]`.
    reference: Reference,
    /// Where to; without it the last part of the name with .wasm, which must not be there yet. A
    /// signature goes to FILE.sig.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    access: Access,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { reference, output, access } = arguments;
    let file = match output {
        Some(file) => file.clone(),
        None => unused(format!("{}.wasm", last_part(reference)).into())?,
    };
    let options = access.options(reference)?;
    let pulled = pynomaly_oci::pull(reference, &options).map_err(failed)?;
    let beside = signature_file(&file);
    // The signature first: the plugin folder looks for it when the component comes.
    match &pulled.artifact.signature {
        Some(signature) => write(&beside, format!("{signature}\n").as_bytes())?,
        None => drop(unused(beside).context("the component that came has no signature")?),
    }
    write(&file, &pulled.artifact.component)?;
    println!("{}/{}@{}", reference.registry(), reference.repository(), pulled.digest);
    Ok(())
}

fn last_part(reference: &Reference) -> &str {
    let repository = reference.repository();
    repository.rsplit('/').next().unwrap_or(repository)
}

fn unused(file: PathBuf) -> anyhow::Result<PathBuf> {
    if file.exists() {
        bail!("{} is there already", file.display());
    }
    Ok(file)
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}
