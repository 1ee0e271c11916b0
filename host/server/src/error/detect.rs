//! Verdicts on [`DetectError`].

use super::{Verdict, busy, internal, refused, verdict};
use crate::problem::pointer_to;
use axum::http::StatusCode;
use pynomaly_core::preprocessing::PreprocessingError;
use pynomaly_core::threshold::ThresholdError;
use pynomaly_core::{DetectorError, ParameterError};
use pynomaly_engine::{CallError, DetectError, LimitKind};

pub(super) fn detect(error: &DetectError) -> Verdict {
    let message = error.to_string();
    match error {
        DetectError::UnknownDetector { .. } => {
            refused("unknown_detector", "/detector_type", message)
        }
        DetectError::AmbiguousVersion { .. } => {
            refused("ambiguous_version", "/detector_type", message)
        }
        DetectError::Parameter(error) => parameter(error, message),
        DetectError::Contamination(ThresholdError::Method(_)) | DetectError::Threshold(_) => {
            refused("invalid_threshold", "/threshold", message)
        }
        DetectError::Contamination(_) => {
            refused("invalid_contamination", "/contamination", message)
        }
        DetectError::Preprocessing(error) => preprocessing(error, message),
        DetectError::Suppression(_) => refused("invalid_suppress", "/suppress", message),
        DetectError::TooMuchToExplain(_) => refused("too_much_to_explain", "/explain", message),
        DetectError::NoMedians => refused("no_medians", "", message),
        DetectError::Missing { row, column, .. } => {
            refused("missing_value", format!("/data/{row}/{column}"), message)
        }
        DetectError::TooFewRows { .. } => refused("too_few_rows", "/data", message),
        DetectError::TooCostly { .. } => refused("too_costly", "/data", message),
        DetectError::Detector(error) => detector(error, message),
        DetectError::Call(error) => call(error),
    }
}

fn parameter(error: &ParameterError, message: String) -> Verdict {
    refused("invalid_parameter", format!("/parameters{}", pointer_to(error.name())), message)
}

fn preprocessing(error: &PreprocessingError, message: String) -> Verdict {
    match error {
        PreprocessingError::NoValues { .. } => refused("empty_column", "/data", message),
        PreprocessingError::Overflow { row, column } => {
            refused("value_too_large", format!("/data/{row}/{column}"), message)
        }
        PreprocessingError::Columns { .. } => refused("invalid_data", "/data", message),
    }
}

/// The detector works and refuses this request.
fn detector(error: &DetectorError, message: String) -> Verdict {
    match error {
        DetectorError::InvalidParameter { name, .. } => {
            refused("invalid_parameter", format!("/parameters{}", pointer_to(name)), message)
        }
        DetectorError::InsufficientData { .. } => refused("too_few_rows", "/data", message),
        DetectorError::InvalidInput(_) => refused("invalid_data", "/data", message),
        DetectorError::Numerical(_) => refused("no_finite_score", "/data", message),
        DetectorError::BadState(_) | DetectorError::Stopped | DetectorError::Other(_) => {
            refused("detector_refused", "", message)
        }
    }
}

/// The plugin did not work. 502, because the fault is neither the client's nor the host's; 422
/// for a bound that the same request will meet every time, 504 for one that depends on the day.
fn call(error: &CallError) -> Verdict {
    use StatusCode as S;
    match error {
        CallError::Detector(inner) => detector(inner, error.to_string()),
        CallError::Limit(kind) => limit(*kind),
        CallError::Trap { .. } => verdict(S::BAD_GATEWAY, "plugin_trap", "Plugin failed"),
        CallError::Contract(_) => {
            verdict(S::BAD_GATEWAY, "plugin_contract", "Plugin broke the contract")
        }
        CallError::Busy { .. } => busy(),
        CallError::Cancelled => verdict(S::SERVICE_UNAVAILABLE, "cancelled", "Cancelled"),
        CallError::Gone | CallError::Host(_) => internal(),
    }
}

fn limit(kind: LimitKind) -> Verdict {
    use StatusCode as S;
    let title = "Plugin limit reached";
    match kind {
        LimitKind::Fuel(_) => verdict(S::UNPROCESSABLE_ENTITY, "plugin_limit_fuel", title),
        LimitKind::Wall(_) => verdict(S::GATEWAY_TIMEOUT, "plugin_limit_wall", title),
        LimitKind::Memory(_) => verdict(S::UNPROCESSABLE_ENTITY, "plugin_limit_memory", title),
        LimitKind::Stack(_) => verdict(S::UNPROCESSABLE_ENTITY, "plugin_limit_stack", title),
        LimitKind::Handles(_) => verdict(S::UNPROCESSABLE_ENTITY, "plugin_limit_handles", title),
        LimitKind::Transfer(_) => verdict(S::UNPROCESSABLE_ENTITY, "plugin_limit_transfer", title),
    }
}
