use super::read::Reader;
use super::{ConfigError, Environment, names};
use crate::plugins::{GateLimits, GateMode, GatePolicy};

pub(super) fn policy(read: &Reader, environment: Environment) -> Result<GatePolicy, ConfigError> {
    let mode = match read.optional(&names::GATE)? {
        None if environment == Environment::Production => GateMode::Required,
        None => GateMode::Shadow,
        Some(_) => read.choice(
            &names::GATE,
            &[
                ("off", GateMode::Off),
                ("shadow", GateMode::Shadow),
                ("required", GateMode::Required),
            ],
        )?,
    };
    let limits = GateLimits {
        requests_min: read.integer(&names::GATE_REQUESTS_MIN, 2, 1_000_000_000_000)?,
        rank_correlation_min: read.number(&names::GATE_RANK_CORRELATION_MIN, -1.0, 1.0)?,
        overlap_min: read.number(&names::GATE_OVERLAP_MIN, 0.0, 1.0)?,
        population_stability_max: read.number(&names::GATE_POPULATION_STABILITY_MAX, 0.0, 1e3)?,
        error_excess_max: read.number(&names::GATE_ERROR_EXCESS_MAX, 0.0, 1.0)?,
        fuel_ratio_max: read.number(&names::GATE_FUEL_RATIO_MAX, 0.0, 1e6)?,
        latency_ratio_max: read.number(&names::GATE_LATENCY_RATIO_MAX, 0.0, 1e6)?,
    };
    Ok(GatePolicy { mode, limits })
}
