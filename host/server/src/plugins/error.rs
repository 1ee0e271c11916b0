use super::shadow::Check;
use super::signature::SignatureError;
use crate::error::ApiError;
use crate::gate::Busy;
use pynomaly_engine::InstallError;
use pynomaly_oci::{LAYOUT_MEDIA_TYPE, LayoutError};
use pynomaly_store::{PluginState, StoreError};

/// Why a plugin was not uploaded, or is not in the state that was asked for. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PluginError {
    #[error("the body must be application/wasm or {LAYOUT_MEDIA_TYPE}")]
    MediaType,
    #[error("the component must come as it is, without Content-Encoding")]
    Encoding,
    #[error("digest: {0}")]
    DigestForm(String),
    #[error("digest: the body is {found}, not {wanted}")]
    Digest { wanted: String, found: String },
    #[error("layout: {0}")]
    Layout(#[from] LayoutError),
    #[error("signature: {0}")]
    Signature(#[from] SignatureError),
    #[error(transparent)]
    Refused(InstallError),
    #[error("self-test: {0}")]
    SelfTest(String),
    #[error(transparent)]
    Busy(Busy),
    #[error("there are {limit} versions of plugins, which is the limit; collect the garbage")]
    TooMany { limit: usize },
    #[error("there is no such version of the plugin")]
    Missing,
    #[error("somebody changed the plugin meanwhile; its revision is {revision} now")]
    Stale { revision: u64 },
    #[error("the version is {from}; it cannot become {to}")]
    State { from: PluginState, to: PluginState },
    #[error("no version of the plugin was active before")]
    NoPrevious,
    #[error("several digests call themselves {version}: {digests}; name the digest")]
    Ambiguous { version: String, digests: String },
    #[error("the version does not run on every server: {0}")]
    Replicas(String),
    #[error("the version has not shown enough to serve: {}", in_words(.0))]
    Gate(Vec<Check>),
    #[error("no version of the plugin is active to compare with")]
    NothingActive,
    #[error("the version serves; retire it first")]
    InUse,
    #[error("{0}")]
    Conflict(String),
    #[error("the database has no answer")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Internal(String),
}

fn in_words(checks: &[Check]) -> String {
    checks.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<PluginError> for ApiError {
    fn from(error: PluginError) -> Self {
        match error {
            PluginError::Store(error) => Self::Store(error),
            PluginError::Internal(cause) => Self::Internal(cause),
            PluginError::Busy(busy) => Self::Busy(busy),
            PluginError::Missing => Self::NotFound("version of the plugin"),
            other => Self::Plugin(Box::new(other)),
        }
    }
}
