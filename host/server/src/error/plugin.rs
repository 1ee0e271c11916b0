//! Verdicts on [`PluginError`].

use super::{Verdict, busy, internal, refused, store, verdict};
use crate::plugins::PluginError;
use crate::problem::Fault;
use axum::http::StatusCode as S;
use pynomaly_engine::{InstallError, LoadError};

pub(super) fn plugin(error: &PluginError) -> Verdict {
    let message = error.to_string();
    match error {
        PluginError::MediaType => {
            verdict(S::UNSUPPORTED_MEDIA_TYPE, "media_type", "Unsupported media type")
        }
        PluginError::Encoding => {
            verdict(S::UNSUPPORTED_MEDIA_TYPE, "content_encoding", "Unsupported encoding")
        }
        PluginError::DigestForm(_) => refused("invalid_digest", "", message),
        PluginError::Digest { .. } => refused("digest_mismatch", "", message),
        PluginError::Signature(_) => refused("plugin_signature", "", message),
        PluginError::Busy(_) => busy(),
        PluginError::Refused(InstallError::Load(LoadError::CompileHost(_))) => internal(),
        PluginError::Refused(error) if error.is_passing() => busy(),
        PluginError::Layout(_) | PluginError::Refused(_) | PluginError::SelfTest(_) => {
            refused("plugin_refused", "", message)
        }
        PluginError::TooMany { .. } => verdict(S::CONFLICT, "too_many_plugins", "Too many"),
        PluginError::Missing => verdict(S::NOT_FOUND, "not_found", "Not found"),
        PluginError::Stale { .. } => verdict(S::CONFLICT, "changed", "Changed meanwhile"),
        PluginError::State { .. } => verdict(S::CONFLICT, "plugin_state", "Not from this state"),
        PluginError::NoPrevious => {
            verdict(S::CONFLICT, "nothing_to_roll_back_to", "Nothing to roll back to")
        }
        PluginError::Ambiguous { .. } => {
            verdict(S::CONFLICT, "ambiguous_version", "Ambiguous version")
        }
        PluginError::Replicas(_) => verdict(S::CONFLICT, "replicas_not_ready", "Not ready"),
        PluginError::Gate(failed) => {
            let verdict = verdict(S::CONFLICT, "gate", "Not passed");
            failed.iter().fold(verdict, |verdict, check| {
                verdict.at(Fault::new(format!("/gate/{}", check.name), check.to_string()))
            })
        }
        PluginError::NothingActive => verdict(S::CONFLICT, "nothing_active", "Nothing active"),
        PluginError::InUse => verdict(S::CONFLICT, "plugin_in_use", "In use"),
        PluginError::Conflict(_) => verdict(S::CONFLICT, "plugin_conflict", "Conflict"),
        PluginError::Store(error) => store(error),
        PluginError::Internal(_) => internal(),
    }
}
