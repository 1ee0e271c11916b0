//! The manifest of a WebAssembly artifact.
//!
//! Source: "Wasm OCI Artifact layout" of the CNCF's working group, and the OCI image specification
//! 1.1.

use crate::digest::{Digest, DigestError};
use crate::limits::{SAID_CHARS_MAX, SIGNATURE_BYTES_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The manifest's annotation that holds what `pynomaly plugin sign` writes to `FILE.sig`.
pub const SIGNATURE_ANNOTATION: &str = "org.pynomaly.plugin.signature";

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// The config has to have a time; always the same one, so that the same component has the same
/// digest whenever it is pushed.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// A component, and the signature beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The bytes of the `.wasm` file.
    pub component: Vec<u8>,
    /// What `pynomaly plugin sign` writes to `FILE.sig`, without the end of the line.
    pub signature: Option<String>,
}

/// What the component imports and exports, as the artifact's config says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct World {
    /// Names as `pynomaly:detector/log@1.0.0`.
    pub imports: Vec<String>,
    /// The same.
    pub exports: Vec<String>,
}

/// Why a manifest is not that of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArtifactError {
    /// It is no manifest.
    #[error("it is no OCI image manifest: {0}")]
    Form(String),
    /// It is of another type.
    #[error("its {what} is of the type {found:?}, not {wanted}")]
    MediaType {
        /// `manifest`, `config` or `layer`.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// It has no layer, or several.
    #[error("it has {0} layers; a plugin has one, its component")]
    Layers(usize),
    /// A digest is none.
    #[error(transparent)]
    Digest(#[from] DigestError),
    /// The component is large.
    #[error("its component has {found} bytes, more than {limit}")]
    TooLarge {
        /// What the manifest says.
        found: u64,
        /// What is permitted.
        limit: usize,
    },
    /// The signature is large.
    #[error("its signature has {found} bytes, more than {SIGNATURE_BYTES_MAX}")]
    Signature {
        /// What it has.
        found: usize,
    },
}

/// What a manifest says of bytes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
}

/// The manifest and the config of an artifact, as they are stored.
pub(crate) struct Packed {
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
}

/// What a manifest names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) config: Digest,
    pub(crate) component: Digest,
    pub(crate) component_bytes: u64,
    pub(crate) signature: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    #[serde(default)]
    media_type: String,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: &'static str,
    architecture: &'static str,
    /// What the form calls components.
    os: &'static str,
    layer_digests: [String; 1],
    component: &'a World,
}

impl Artifact {
    pub(crate) fn pack(&self, world: &World) -> Result<Packed, serde_json::Error> {
        let layer = Descriptor::of(LAYER, &self.component);
        let config = serde_json::to_vec(&Config {
            created: CREATED,
            architecture: "wasm",
            os: "wasip2",
            layer_digests: [layer.digest.clone()],
            component: world,
        })?;
        let signature = self.signature.iter();
        let manifest = serde_json::to_vec(&Manifest {
            schema_version: 2,
            media_type: MANIFEST.to_owned(),
            config: Descriptor::of(CONFIG, &config),
            layers: vec![layer],
            annotations: signature
                .map(|it| (SIGNATURE_ANNOTATION.to_owned(), it.clone()))
                .collect(),
        })?;
        Ok(Packed { manifest, config })
    }
}

impl Descriptor {
    fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes).to_string(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        }
    }

    pub(crate) fn check_type(
        &self,
        what: &'static str,
        wanted: &'static str,
    ) -> Result<(), ArtifactError> {
        check_type(what, &self.media_type, wanted)
    }
}

/// What `manifest` names, if it is that of a plugin with a component of at most `limit` bytes.
pub(crate) fn contents(manifest: &[u8], limit: usize) -> Result<Contents, ArtifactError> {
    let manifest: Manifest = serde_json::from_slice(manifest)
        .map_err(|error| ArtifactError::Form(cut(&error.to_string())))?;
    if manifest.schema_version != 2 {
        let found = manifest.schema_version;
        return Err(ArtifactError::Form(format!("its schemaVersion is {found}, not 2")));
    }
    // It may leave its type out, which is then known from where it is named.
    if !manifest.media_type.is_empty() {
        check_type("manifest", &manifest.media_type, MANIFEST)?;
    }
    manifest.config.check_type("config", CONFIG)?;
    let [layer] = manifest.layers.as_slice() else {
        return Err(ArtifactError::Layers(manifest.layers.len()));
    };
    layer.check_type("layer", LAYER)?;
    if usize::try_from(layer.size).is_ok_and(|size| size <= limit) {
        let signature = manifest.annotations.get(SIGNATURE_ANNOTATION).cloned();
        if let Some(found) = signature.as_ref().map(String::len)
            && found > SIGNATURE_BYTES_MAX
        {
            return Err(ArtifactError::Signature { found });
        }
        Ok(Contents {
            config: manifest.config.digest.parse()?,
            component: layer.digest.parse()?,
            component_bytes: layer.size,
            signature,
        })
    } else {
        Err(ArtifactError::TooLarge { found: layer.size, limit })
    }
}

/// A foreign text, as long as a message of ours shows it.
pub(crate) fn cut(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(SAID_CHARS_MAX).collect()
}

fn check_type(what: &'static str, found: &str, wanted: &'static str) -> Result<(), ArtifactError> {
    if found == wanted {
        return Ok(());
    }
    Err(ArtifactError::MediaType { what, found: cut(found), wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut serde_json::Value);

    fn artifact() -> Artifact {
        let signature = Some("keyid=a, ed25519=b".to_owned());
        Artifact { component: b"\0asm".to_vec(), signature }
    }

    /// The manifest after `change`.
    fn check(change: impl Fn(&mut serde_json::Value)) -> Result<Contents, ArtifactError> {
        let packed = artifact().pack(&World::default()).unwrap();
        let mut manifest = serde_json::from_slice(&packed.manifest).unwrap();
        change(&mut manifest);
        contents(manifest.to_string().as_bytes(), 4)
    }

    #[test]
    fn manifest_names_component_config_and_signature() {
        let packed = artifact().pack(&World::default()).unwrap();
        let contents = contents(&packed.manifest, 4).unwrap();
        assert_eq!(contents.component, Digest::of(b"\0asm"));
        assert_eq!(contents.config, Digest::of(&packed.config));
        assert_eq!((contents.component_bytes, contents.signature), (4, artifact().signature));
        let config: serde_json::Value = serde_json::from_slice(&packed.config).unwrap();
        assert_eq!(config["layerDigests"][0], contents.component.as_str());
    }

    #[test]
    fn same_artifact_has_the_same_bytes() {
        let pack = || artifact().pack(&World::default()).unwrap().manifest;
        assert_eq!(pack(), pack());
    }

    #[test]
    fn manifest_of_something_else_is_refused() {
        assert!(check(|_| {}).is_ok());
        let wrong: [(&str, Spoil); 8] = [
            ("schemaVersion", |it| it["schemaVersion"] = 1.into()),
            ("manifest is of", |it| it["mediaType"] = "application/json".into()),
            ("config is of", |it| it["config"]["mediaType"] = "x".into()),
            ("layer is of", |it| it["layers"][0]["mediaType"] = "x".into()),
            ("0 layers", |it| it["layers"] = serde_json::json!([])),
            ("2 layers", |it| {
                let layer = it["layers"][0].clone();
                it["layers"].as_array_mut().unwrap().push(layer);
            }),
            ("5 bytes", |it| it["layers"][0]["size"] = 5.into()),
            ("no digest", |it| it["layers"][0]["digest"] = "sha256:../../etc".into()),
        ];
        for (said, change) in wrong {
            let error = check(change).unwrap_err().to_string();
            assert!(error.contains(said), "{said}: {error}");
        }
        let long = |it: &mut serde_json::Value| {
            it["annotations"][SIGNATURE_ANNOTATION] = "x".repeat(SIGNATURE_BYTES_MAX + 1).into();
        };
        assert!(check(long).is_err());
        assert!(contents(b"{", 4).is_err());
    }
}
