use super::{Outcome, Pass};
use crate::state::{App, AppState};
use pynomaly_core::Matrix;
use pynomaly_engine::{CallError, DetectError, Served};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many times a prediction of the cost card has to fit into a limit, if reaching the limit is
/// to be the plugin's fault: a caller who asks for much is none.
const HEADROOM: u64 = 2;

/// A call of a detector, from its admission to its end: there it is counted. One that never comes
/// to its end says nothing of the plugin.
pub(crate) struct Call {
    app: AppState,
    served: Arc<Served>,
    /// `None` for what has no breaker: a native detector, and an ensemble, of which nobody knows
    /// whose fault it was.
    pass: Option<Pass>,
    started: Instant,
    is_demanding: bool,
}

/// A plugin that failed too often, and is not called for a while.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` {version} ({digest}) failed too often and is not called now; try again in {} s",
    .retry_after.as_secs_f64().ceil().max(1.0)
)]
pub(crate) struct Broken {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) digest: String,
    /// When it is worth coming back.
    pub(crate) retry_after: Duration,
}

impl Call {
    /// A call of `served` with these rows.
    ///
    /// # Errors
    /// [`Broken`] where it, or a member of the ensemble that it is, is not called now.
    pub(crate) fn begin(
        app: &AppState,
        served: &Arc<Served>,
        data: &Matrix,
    ) -> Result<Self, Broken> {
        let is_demanding = is_demanding(app, served, data);
        Self::admit(app, served, is_demanding)
    }

    /// A call of `served` with no rows: a state is loaded.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub(crate) fn begin_load(app: &AppState, served: &Arc<Served>) -> Result<Self, Broken> {
        Self::admit(app, served, false)
    }

    fn admit(app: &AppState, served: &Arc<Served>, is_demanding: bool) -> Result<Self, Broken> {
        let now = app.clock.now();
        for member in served.members() {
            let passable = app.breakers.is_passable(&member.detector_digest, now);
            if let Err(after) = passable {
                let member = app.engine.get_by_digest(&member.detector_digest);
                return Err(Broken::new(app, member.as_deref().unwrap_or(served), after));
            }
        }
        let pass = if served.is_built_in() {
            None
        } else {
            let pass = app.breakers.admit(served.digest(), now);
            Some(pass.map_err(|after| Broken::new(app, served, after))?)
        };
        let (app, served) = (Arc::clone(app), Arc::clone(served));
        Ok(Self { app, served, pass, started: Instant::now(), is_demanding })
    }

    /// How it ended, and the fuel it took.
    pub(crate) fn end<T>(
        mut self,
        outcome: &Result<T, DetectError>,
        fuel_used: impl FnOnce(&T) -> Option<u64>,
    ) {
        let Some(pass) = self.pass.take() else { return };
        let fuel = outcome.as_ref().ok().and_then(fuel_used);
        let error = outcome.as_ref().err();
        let descriptor = self.served.descriptor();
        let (name, version) = (&descriptor.name, &descriptor.version);
        let metrics = &self.app.metrics.plugins;
        if error.is_none_or(was_called) {
            metrics.count(name, version, error, fuel, self.started.elapsed());
        }
        let verdict = error.map_or(Outcome::Good, |error| verdict(error, self.is_demanding));
        let digest = self.served.digest();
        if self.app.breakers.end(digest, pass, verdict, self.app.clock.now()) {
            metrics.count_trip(name, version);
            tracing::error!(
                name,
                version,
                digest,
                "the plugin fails too often: not called for now"
            );
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            let now = self.app.clock.now();
            self.app.breakers.end(self.served.digest(), pass, Outcome::Neutral, now);
        }
    }
}

impl Broken {
    fn new(app: &App, served: &Served, retry_after: Duration) -> Self {
        let descriptor = served.descriptor();
        let (name, version) = (descriptor.name.clone(), descriptor.version.clone());
        app.metrics.plugins.count_refused(&name, &version);
        Self { name, version, digest: served.digest().to_owned(), retry_after }
    }
}

/// Whether so many rows may take all that a call may use, by what is known of it.
fn is_demanding(app: &App, served: &Served, data: &Matrix) -> bool {
    let Some(card) = served.card() else { return false };
    let limits = app.engine.sandbox().limits();
    let cost = card.predict(data.rows(), data.columns());
    let memory_max = limits.memory_bytes_max as u64;
    cost.fuel.saturating_mul(HEADROOM) > limits.fuel_max
        || cost.memory_bytes.saturating_mul(HEADROOM) > memory_max
        || cost.time.saturating_mul(2) > limits.wall_max
}

/// Whether the plugin has seen anything of it.
fn was_called(error: &DetectError) -> bool {
    matches!(error, DetectError::Call(_) | DetectError::Detector(_))
}

/// Whose fault it was.
fn verdict(error: &DetectError, is_demanding: bool) -> Outcome {
    match error {
        DetectError::Call(CallError::Trap { .. } | CallError::Contract(_)) => Outcome::Failure,
        DetectError::Call(CallError::Limit(_)) if !is_demanding => Outcome::Limit,
        _ => Outcome::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_core::DetectorError;
    use pynomaly_engine::LimitKind;

    #[test]
    fn only_faults_of_the_plugin_count() {
        let trap = CallError::Trap { reason: "a panic".into(), location: None };
        let limit = || DetectError::Call(CallError::Limit(LimitKind::Memory(1)));
        let cases = [
            (DetectError::Call(trap), false, Outcome::Failure),
            (DetectError::Call(CallError::Contract("2 scores".into())), true, Outcome::Failure),
            (limit(), false, Outcome::Limit),
            (limit(), true, Outcome::Neutral),
            (DetectError::Call(CallError::Busy { limit: 1 }), false, Outcome::Neutral),
            (DetectError::Call(CallError::Cancelled), false, Outcome::Neutral),
            (DetectError::Call(CallError::Gone), false, Outcome::Neutral),
            (DetectorError::InvalidInput("rows".into()).into(), false, Outcome::Neutral),
            (DetectError::Threshold(f64::NAN), false, Outcome::Neutral),
        ];
        for (error, is_demanding, outcome) in cases {
            assert_eq!(verdict(&error, is_demanding), outcome, "{error}");
        }
    }
}
