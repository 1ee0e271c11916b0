//! Plugins as OCI artifacts: how a component, and the signature beside it, lies in a registry or in
//! an image layout.
//!
//! The form is the CNCF's for WebAssembly: a manifest with a config of the type
//! `application/vnd.wasm.config.v0+json` and one layer of the type `application/wasm`. The signature
//! is the manifest's annotation [`SIGNATURE_ANNOTATION`].
//!
//! Nothing in here knows what a component does; whoever takes one in tries it as any other upload.
//! Read in this order: `reference.rs` (names), `artifact.rs` (the manifest), `layout.rs` (a tar of
//! it), `registry/` (the distribution API).

mod artifact;
mod credentials;
mod digest;
mod layout;
mod limits;
mod reference;
mod registry;

pub use artifact::{Artifact, ArtifactError, SIGNATURE_ANNOTATION, World};
pub use credentials::{Credentials, CredentialsError, config_file, from_config};
pub use digest::{Digest, DigestError};
pub use layout::{LAYOUT_MEDIA_TYPE, LayoutError, read_layout};
pub use limits::Limits;
pub use reference::{Reference, ReferenceError};
pub use registry::{Options, Pulled, RegistryError, pull, push};
