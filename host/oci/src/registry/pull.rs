use super::client::{Carried, Client};
use super::{Options, RegistryError};
use crate::artifact::{Artifact, MANIFEST, contents};
use crate::digest::Digest;
use crate::limits::JSON_BYTES_MAX;
use crate::reference::Reference;
use ureq::http::{Method, StatusCode};

/// What was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The component and its signature.
    pub artifact: Artifact,
    /// The digest of the manifest, by which the same artifact can be named for ever.
    pub digest: Digest,
}

/// Fetches the artifact that `reference` names; by its digest, where it has one. Blocks.
///
/// The manifest has the digest that was named, and the component the one that the manifest names.
///
/// # Errors
/// [`RegistryError`].
pub fn pull(reference: &Reference, options: &Options) -> Result<Pulled, RegistryError> {
    let mut client = Client::new(reference, options, "pull");
    let by_digest = reference.digest().map(Digest::as_str);
    // A reference that was parsed has one of the two.
    let name = by_digest.or(reference.tag()).unwrap_or_default();
    let accept = Some(MANIFEST);
    let url = client.url(&format!("manifests/{name}"));
    let answer = client.send(&Method::GET, &url, Carried { accept, ..Carried::default() })?;
    if answer.status() != StatusCode::OK {
        return Err(client.refused(&reference.to_string(), answer));
    }
    let manifest = client.read(&url, answer, JSON_BYTES_MAX)?;
    let digest = Digest::of(&manifest);
    if let Some(wanted) = reference.digest() {
        check("manifest", &digest, wanted)?;
    }
    let contents = contents(&manifest, options.limits.component_bytes_max)?;
    let url = client.url(&format!("blobs/{}", contents.component));
    let answer = client.send(&Method::GET, &url, Carried::default())?;
    if answer.status() != StatusCode::OK {
        return Err(client.refused(&format!("blob {}", contents.component), answer));
    }
    let bytes = usize::try_from(contents.component_bytes).unwrap_or(usize::MAX);
    let component = client.read(&url, answer, bytes)?;
    check("component", &Digest::of(&component), &contents.component)?;
    Ok(Pulled { artifact: Artifact { component, signature: contents.signature }, digest })
}

fn check(what: &'static str, found: &Digest, wanted: &Digest) -> Result<(), RegistryError> {
    if found == wanted {
        return Ok(());
    }
    Err(RegistryError::Digest { what, found: found.clone(), wanted: wanted.clone() })
}
