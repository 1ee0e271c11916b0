//! What a run of the kit may be told, and its bounds.

use pynomaly_core::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Name of the entry in a descriptor's `extra` that holds the least ROC AUC its author vouches
/// for, on every labelled sample of the kit for its task: a number within [0, 1].
pub const AUC_FLOOR: &str = "auc-floor";

/// The floor where the author declares none: that of chance.
pub const AUC_FLOOR_DEFAULT: f64 = 0.5;

/// Name of the entry in a descriptor's `extra` that says whether columns may be measured in any
/// unit: `true`, where a positive factor on a column changes no score, or `false`. Absent: `false`.
pub const SCALE_INVARIANT: &str = "scale-invariant";

/// Fuel of all fits and scorings of a run of [`crate::short`] together.
const SHORT_FUEL_MAX: u64 = 50_000_000_000;
/// Fuel of all fits and scorings of a run of [`crate::full`] together.
const FULL_FUEL_MAX: u64 = 200_000_000_000;
/// Wall time of a run of [`crate::short`].
const SHORT_WALL_MAX: Duration = Duration::from_secs(30);
/// Wall time of a run of [`crate::full`].
const FULL_WALL_MAX: Duration = Duration::from_secs(120);

/// What a run may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parameters under which the plugin is tried; those left out have their defaults. The cost
    /// card holds for these parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Fuel of all fits and scorings together. `None`: 50 billion in short, 200 billion in full.
    pub fuel_max: Option<u64>,
    /// Wall time of the whole run, compilation aside. `None`: 30 s in short, 120 s in full.
    pub wall_max: Option<Duration>,
    /// Set it to end the run from elsewhere.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Short,
    Full,
}

impl Form {
    pub(crate) fn fuel_max(self) -> u64 {
        match self {
            Self::Short => SHORT_FUEL_MAX,
            Self::Full => FULL_FUEL_MAX,
        }
    }

    pub(crate) fn wall_max(self) -> Duration {
        match self {
            Self::Short => SHORT_WALL_MAX,
            Self::Full => FULL_WALL_MAX,
        }
    }
}
