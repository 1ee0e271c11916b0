//! The self-test: the conformance kit's short form, before a component becomes a version.
//!
//! It runs on threads that no request computes on, few at a time, and within a bound: whoever is
//! late is refused, and keeps the place until the thread ends.

use super::{PluginError, Steps};
use crate::gate::Busy;
use crate::state::AppState;
use pynomaly_engine::conformance::{KitError, Options, Report};
use pynomaly_engine::{CallError, InstallError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a self-test found; stored with the version. Nothing where there is none.
#[derive(Debug, Default)]
pub(super) struct Examined {
    /// A JSON object.
    pub(super) report: Option<String>,
    /// A JSON object.
    pub(super) cost_card: Option<String>,
}

/// Tries the component, unless self-tests are off here.
///
/// # Errors
/// [`PluginError::SelfTest`] names the first check that failed, and why; others are no fault of
/// the component.
pub(super) async fn examine(
    app: &AppState,
    component: Arc<[u8]>,
    steps: &Steps,
) -> Result<Examined, PluginError> {
    if !app.plugins.policy.is_self_tested {
        return Ok(Examined::default());
    }
    steps.begin("self-test");
    let turn = app.self_tests.enter().await.map_err(PluginError::Busy)?;
    let cancel = CancelOnDrop(Arc::default());
    let options = Options {
        wall_max: Some(app.limits.self_test_time_max),
        cancel: Some(Arc::clone(&cancel.0)),
        ..Options::default()
    };
    let engine = Arc::clone(&app.engine);
    let check = tokio::task::spawn_blocking(move || {
        let outcome = engine.check(&component, &options);
        drop(turn);
        outcome
    });
    // The kit's bound does not count that it compiles the component a second time.
    let limit = app.limits.self_test_time_max + app.engine.sandbox().limits().compile_wall_max;
    let done = tokio::select! {
        done = tokio::time::timeout(limit, check) => done,
        () = app.stopping.cancelled() => return Err(internal("the server stops")),
    };
    let late = |_| PluginError::SelfTest(format!("not done within {} s", limit.as_secs()));
    let outcome = done.map_err(late)?.map_err(|error| internal(&error.to_string()))?;
    found(outcome.map_err(no_report)?)
}

/// What there is to store, if all has passed.
fn found(report: Report) -> Result<Examined, PluginError> {
    if let Some(cause) = failure(&report) {
        return Err(PluginError::SelfTest(cause));
    }
    let json = |error: serde_json::Error| internal(&error.to_string());
    let cost_card = report.cost.as_ref().map(serde_json::to_string).transpose().map_err(json)?;
    let report = serde_json::to_string(&Report { cost: None, ..report }).map_err(json)?;
    Ok(Examined { report: Some(report), cost_card })
}

/// The first check that failed and its cause, and the names of the others.
fn failure(report: &Report) -> Option<String> {
    let mut failures = report.failures();
    let (name, cause) = failures.next()?;
    let others: Vec<_> = failures.map(|(name, _)| name).collect();
    Some(match others.as_slice() {
        [] => format!("{name}: {cause}"),
        others => format!("{name}: {cause} (so did {})", others.join(", ")),
    })
}

fn no_report(error: KitError) -> PluginError {
    match error {
        KitError::Load(error) => PluginError::Refused(InstallError::Load(error)),
        KitError::Host(CallError::Busy { .. }) => {
            PluginError::Busy(Busy { what: "calls of plugins" })
        }
        other => internal(&other.to_string()),
    }
}

fn internal(cause: &str) -> PluginError {
    PluginError::Internal(format!("self-test: {cause}"))
}

/// Nobody waits for the report any more.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_engine::conformance::{Check, Outcome};

    #[test]
    fn refusal_begins_with_the_first_check_that_failed() {
        let failed = |name, cause: &str| Check {
            name,
            outcome: Outcome::Failed { cause: cause.into() },
            remark: String::new(),
        };
        let passed = Check { name: "description", outcome: Outcome::Passed, remark: String::new() };
        let report = |checks| Report {
            name: "knn".into(),
            version: "1.0.0".into(),
            digest: "sha256:00".into(),
            passed: false,
            checks,
            cost: None,
        };
        let one = report(vec![passed.clone(), failed("quality", "0.4")]);
        assert_eq!(found(one).unwrap_err().to_string(), "self-test: quality: 0.4");
        let two = report(vec![failed("limits", "all of it"), failed("cost", "a trap")]);
        let refused = found(two).unwrap_err().to_string();
        assert_eq!(refused, "self-test: limits: all of it (so did cost)");
        let examined = found(report(vec![passed])).unwrap();
        assert!(examined.report.unwrap().contains("\"description\""));
        assert_eq!(examined.cost_card, None);
    }
}
