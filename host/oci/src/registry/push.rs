use super::client::{Carried, Client};
use super::{Options, RegistryError};
use crate::artifact::{Artifact, MANIFEST, World};
use crate::digest::Digest;
use crate::reference::Reference;
use ureq::http::{Method, StatusCode, header};

/// Brings `artifact` to where `reference` says, and gives the digest of its manifest. Blocks.
///
/// The same artifact with the same world has the same digest whenever it is pushed. Where
/// `reference` names a digest it must be that one.
///
/// # Errors
/// [`RegistryError`]. Blobs that came before stay in the registry, named by nobody.
pub fn push(
    artifact: &Artifact,
    world: &World,
    reference: &Reference,
    options: &Options,
) -> Result<Digest, RegistryError> {
    let packed = artifact.pack(world)?;
    let found = Digest::of(&packed.manifest);
    if let Some(wanted) = reference.digest().filter(|wanted| **wanted != found) {
        return Err(RegistryError::Digest { what: "manifest", found, wanted: wanted.clone() });
    }
    let mut client = Client::new(reference, options, "pull,push");
    push_blob(&mut client, &packed.config)?;
    push_blob(&mut client, &artifact.component)?;
    let name = reference.tag().unwrap_or(found.as_str());
    let url = client.url(&format!("manifests/{name}"));
    let carried = Carried {
        content_type: Some(MANIFEST),
        body: Some(&packed.manifest),
        ..Carried::default()
    };
    let answer = client.send(&Method::PUT, &url, carried)?;
    if answer.status() != StatusCode::CREATED {
        return Err(client.refused("the manifest", answer));
    }
    Ok(found)
}

/// Uploads a blob in one piece, unless it is there.
fn push_blob(client: &mut Client<'_>, bytes: &[u8]) -> Result<(), RegistryError> {
    let digest = Digest::of(bytes);
    let url = client.url(&format!("blobs/{digest}"));
    if client.send(&Method::HEAD, &url, Carried::default())?.status() == StatusCode::OK {
        return Ok(());
    }
    let url = client.url("blobs/uploads/");
    let begin = Carried { body: Some(&[]), ..Carried::default() };
    let answer = client.send(&Method::POST, &url, begin)?;
    if answer.status() != StatusCode::ACCEPTED {
        return Err(client.refused("begin an upload", answer));
    }
    let location = answer.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
    let location = location.ok_or_else(|| RegistryError::Answer("no Location".to_owned()))?;
    let url = client.resolve(location);
    let sign = if url.contains('?') { '&' } else { '?' };
    let carried = Carried {
        content_type: Some("application/octet-stream"),
        body: Some(bytes),
        ..Carried::default()
    };
    let answer = client.send(&Method::PUT, &format!("{url}{sign}digest={digest}"), carried)?;
    if answer.status() != StatusCode::CREATED {
        return Err(client.refused("the upload of a blob", answer));
    }
    Ok(())
}
