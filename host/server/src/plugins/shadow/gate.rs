//! Whether a version may serve, by what it would have said.

use super::compared;
use crate::plugins::PluginError;
use crate::state::App;
use pynomaly_core::evaluation::{ComparisonFigures, Estimate};
use pynomaly_store::{PluginCatalog, PluginState, PluginVersion};
use serde::Serialize;

/// When a promotion has to pass the gate, and what that takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GatePolicy {
    /// Which promotions.
    pub mode: GateMode,
    /// What it takes.
    pub limits: GateLimits,
}

/// Which promotions to active or canary have to pass, where another version is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GateMode {
    /// None.
    Off,
    /// Those of versions in shadow.
    #[default]
    Shadow,
    /// All.
    Required,
}

/// What the figures of a candidate may be. Compared with it is the end of a figure's 95 % interval
/// that speaks against the candidate: what is not known well enough does not pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateLimits {
    /// Requests that both versions were asked, at least. Default 100.
    pub requests_min: u64,
    /// Spearman's correlation, at least. Default 0.95.
    pub rank_correlation_min: f64,
    /// Rows flagged by both in parts of those flagged by either, at least. Default 0.8.
    pub overlap_min: f64,
    /// Population stability index, at most. Default 0.25.
    pub population_stability_max: f64,
    /// Share of requests without an answer beyond that of the active version, at most. Default
    /// 0.05.
    pub error_excess_max: f64,
    /// Fuel in parts of the active version's, at most. Default 2.
    pub fuel_ratio_max: f64,
    /// Time in parts of the active version's, at most. Default 2.
    pub latency_ratio_max: f64,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            requests_min: 100,
            rank_correlation_min: 0.95,
            overlap_min: 0.8,
            population_stability_max: 0.25,
            error_excess_max: 0.05,
            fuel_ratio_max: 2.0,
            latency_ratio_max: 2.0,
        }
    }
}

/// One limit of the gate, and how a candidate stands with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Check {
    /// As in [`GateLimits`].
    pub(crate) name: &'static str,
    /// The end of the figure that counts; `None` where too little is known.
    pub(crate) value: Option<f64>,
    pub(crate) limit: f64,
    pub(crate) passed: bool,
}

/// A promotion that nothing held up, and what would have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Forced {
    pub(crate) reason: String,
    /// The checks that failed, in words.
    pub(crate) failed: Vec<String>,
}

/// Every check, in the order of [`GateLimits`].
pub(crate) fn judge(figures: &ComparisonFigures, limits: &GateLimits) -> Vec<Check> {
    let at_least = |name, figure: Estimate, limit| {
        let value = figure.low;
        Check { name, value, limit, passed: value.is_some_and(|value| value >= limit) }
    };
    let at_most = |name, figure: Estimate, limit| {
        let value = figure.high;
        Check { name, value, limit, passed: value.is_some_and(|value| value <= limit) }
    };
    #[expect(clippy::cast_precision_loss, reason = "far fewer requests than 2^53")]
    let [requests, requests_min] = [figures.requests, limits.requests_min].map(|it| it as f64);
    let enough = requests >= requests_min;
    vec![
        Check { name: "requests_min", value: Some(requests), limit: requests_min, passed: enough },
        at_least("rank_correlation_min", figures.rank_correlation, limits.rank_correlation_min),
        at_least("overlap_min", figures.overlap, limits.overlap_min),
        at_most(
            "population_stability_max",
            figures.population_stability,
            limits.population_stability_max,
        ),
        at_most("error_excess_max", figures.error_excess, limits.error_excess_max),
        at_most("fuel_ratio_max", figures.fuel_ratio, limits.fuel_ratio_max),
        at_most("latency_ratio_max", figures.latency_ratio, limits.latency_ratio_max),
    ]
}

/// The checks that stand in the way of `candidate` serving; none where the gate is not its concern.
pub(crate) async fn check_gate(
    app: &App,
    catalog: &PluginCatalog,
    candidate: &PluginVersion,
    to: PluginState,
) -> Result<Vec<Check>, PluginError> {
    let policy = &app.plugins.policy.gate;
    let is_shadow = matches!(candidate.state, PluginState::Shadow { .. });
    let is_asked = match policy.mode {
        GateMode::Off => false,
        GateMode::Shadow => is_shadow,
        GateMode::Required => true,
    };
    let is_serving = matches!(to, PluginState::Active | PluginState::Canary { .. });
    let other = |it: &&PluginVersion| {
        it.name == candidate.name
            && it.state == PluginState::Active
            && it.digest != candidate.digest
    };
    let (true, true, Some(active)) = (is_asked, is_serving, catalog.versions.iter().find(other))
    else {
        return Ok(Vec::new());
    };
    let compared = compared(app, &candidate.digest, &active.digest).await?;
    let mut checks = judge(&compared.comparison.figures(), &policy.limits);
    checks.retain(|check| !check.passed);
    Ok(checks)
}

impl std::fmt::Display for Check {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = if self.name.ends_with("_min") { "at least" } else { "at most" };
        match self.value {
            Some(value) => write!(out, "{} is {value}, must be {bound} {}", self.name, self.limit),
            None => write!(out, "{} is not known, must be {bound} {}", self.name, self.limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_core::evaluation::Comparison;

    fn failed(figures: &ComparisonFigures) -> Vec<&'static str> {
        let checks = judge(figures, &GateLimits::default());
        checks.into_iter().filter(|check| !check.passed).map(|check| check.name).collect()
    }

    #[test]
    fn limit_itself_passes_the_end_that_counts_is_the_bad_one_and_the_unknown_fails() {
        let nothing = Comparison::default().figures();
        assert_eq!(failed(&nothing).len(), 7);
        let between = |low, high| Estimate {
            value: Some(f64::midpoint(low, high)),
            low: Some(low),
            high: Some(high),
            count: 100,
        };
        let mut figures = ComparisonFigures {
            requests: 100,
            rank_correlation: between(0.95, 1.0),
            overlap: between(0.8, 1.0),
            population_stability: between(0.0, 0.25),
            error_excess: between(-0.05, 0.05),
            fuel_ratio: between(0.1, 2.0),
            latency_ratio: between(0.1, 2.0),
            ..nothing
        };
        assert_eq!(failed(&figures), [] as [&str; 0]);
        figures.requests = 99;
        figures.overlap = between(0.79, 1.0);
        figures.fuel_ratio = between(0.1, 2.01);
        figures.latency_ratio.high = None;
        let expected = ["requests_min", "overlap_min", "fuel_ratio_max", "latency_ratio_max"];
        assert_eq!(failed(&figures), expected);
        let checks = judge(&figures, &GateLimits::default());
        assert_eq!(checks[2].to_string(), "overlap_min is 0.79, must be at least 0.8");
        assert_eq!(checks[6].to_string(), "latency_ratio_max is not known, must be at most 2");
    }
}
