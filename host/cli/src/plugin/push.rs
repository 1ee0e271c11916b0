//! `pynomaly plugin push`: a component to an OCI registry.

use super::read;
use super::registry::{Access, failed, signature_file};
use crate::exit::PluginRefused;
use anyhow::{Context, bail};
use pynomaly_oci::{Artifact, Reference, World};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use wit_component::DecodedWasm;

/// Bring a component, and the signature in FILE.sig, to an OCI registry; prints the reference by
/// digest.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin push knn.wasm registry.example.com/acme/knn:1.3.0
  echo \"$PASSWORD\" | pynomaly plugin push knn.wasm localhost:5000/knn:1.3.0 --username ada

Exit codes:
  0  it is there
  1  the registry could not be reached, or refused
  4  it is no component, or not the one of the digest")]
pub(crate) struct Arguments {
    /// The component.
    file: PathBuf,
    /// `HOST[:PORT]/NAME:TAG`; with `@sha256:…` it must have that digest.
    reference: Reference,
    #[command(flatten)]
    access: Access,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { file, reference, access } = arguments;
    let component = read(file)?;
    let limit = pynomaly_engine::Limits::default().component_bytes_max;
    if component.len() > limit {
        let size = component.len();
        return Err(PluginRefused(format!("size: {size} bytes are more than {limit}")).into());
    }
    let world = world(&component).map_err(|error| PluginRefused(format!("format: {error:#}")))?;
    let artifact = Artifact { component, signature: signature(file)? };
    let options = access.options(reference)?;
    let digest = pynomaly_oci::push(&artifact, &world, reference, &options).map_err(failed)?;
    println!("{}/{}@{digest}", reference.registry(), reference.repository());
    Ok(())
}

/// What `pynomaly plugin sign` has written beside the component, where it has.
fn signature(file: &Path) -> anyhow::Result<Option<String>> {
    let path = signature_file(file);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => bail!("{} is empty", path.display()),
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// What it imports and exports, for whoever looks into the registry.
fn world(component: &[u8]) -> anyhow::Result<World> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("this is no component");
    };
    let world = resolve.worlds.get(world).context("it has no world")?;
    let name = |key| resolve.name_world_key(key);
    Ok(World {
        imports: world.imports.keys().map(name).collect(),
        exports: world.exports.keys().map(name).collect(),
    })
}
