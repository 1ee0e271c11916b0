//! The distribution API of a registry, as far as one artifact needs it.
//!
//! Source: the OCI distribution specification 1.1.

mod challenge;
mod client;
mod pull;
mod push;

pub use pull::{Pulled, pull};
pub use push::push;

use crate::artifact::ArtifactError;
use crate::credentials::Credentials;
use crate::digest::Digest;
use crate::limits::Limits;

/// How to talk to the registry of a reference.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Who asks; without any, nobody in particular.
    pub credentials: Option<Credentials>,
    /// Whether to talk without TLS, credentials too. A registry on this very machine never has it.
    pub is_plain: bool,
    /// What it may take.
    pub limits: Limits,
}

/// Why an artifact was not pushed or pulled.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no answer, or none that is HTTP.
    #[error("{url} cannot be reached: {source}")]
    Unreachable {
        /// What was asked, without a query.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// The time is over.
    #[error("the registry took longer than {} s", .0.as_secs())]
    Time(std::time::Duration),
    /// It wants to know who asks, and was told nothing or something wrong.
    #[error("the registry refuses {who}: {said}")]
    Unauthorized {
        /// `the credentials`, or that there were none.
        who: &'static str,
        /// What it said.
        said: String,
    },
    /// There is no such artifact.
    #[error("the registry has no {0}")]
    Missing(String),
    /// It refuses.
    #[error("the registry answers {status} to {what}: {said}")]
    Refused {
        /// What was asked of it.
        what: String,
        /// Its status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// It breaks the specification.
    #[error("the registry's answer is wrong: {0}")]
    Answer(String),
    /// The bytes are others than those asked for.
    #[error("digest: the {what} that came is {found}, not {wanted}")]
    Digest {
        /// `manifest` or `component`.
        what: &'static str,
        /// What came.
        found: Digest,
        /// What was asked for.
        wanted: Digest,
    },
    /// The manifest is not that of a plugin.
    #[error("manifest: {0}")]
    Artifact(#[from] ArtifactError),
    /// The manifest cannot be written.
    #[error("the manifest cannot be written: {0}")]
    Write(#[from] serde_json::Error),
}
