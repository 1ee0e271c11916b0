use pynomaly_core::{Kind, NumberRange, ParameterSpec, Task, Value};
use pynomaly_engine::{CostCard, Served};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything to know of a detector before using it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectorCard {
    /// The `detector_type` to ask for.
    detector_type: String,
    /// Semantic version of its code.
    version: String,
    /// What exactly computes: `sha256:…` of a plugin, `native:NAME@VERSION` otherwise; of an
    /// `ensemble` nothing yet, as its members are a parameter.
    digest: String,
    /// Whether it runs unsandboxed and unmetered, as part of the server.
    is_native: bool,
    /// One sentence.
    summary: String,
    /// The paper or book that defines it.
    reference: String,
    /// `tabular`: rows stand for themselves; `time-series`: rows are moments, oldest first.
    #[schema(value_type = String)]
    task: Task,
    /// Its parameters, in its own order.
    parameters: Vec<ParameterCard>,
    /// Whether a missing value is accepted.
    accepts_missing: bool,
    /// Whether it accounts for its scores itself where `explain` is asked for; of others,
    /// contributions are Shapley values. `isolation_forest` does in its standard variant.
    is_explaining: bool,
    /// The least number of rows.
    minimum_rows: u32,
    /// What its calls cost as a function of rows and columns, under the parameters it names; null
    /// where that was not measured. A call that is bound to exceed a limit by it is refused at once.
    #[schema(value_type = serde_json::Value)]
    cost: Option<CostCard>,
}

/// One parameter.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParameterCard {
    name: String,
    /// The kinds a value may have.
    kinds: Vec<KindCard>,
    /// The value where nothing is said; null where that means something of its own.
    #[schema(value_type = serde_json::Value)]
    default: Option<Value>,
    /// Meaning, unit, effect.
    doc: String,
}

/// What values are taken.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum KindCard {
    Boolean,
    /// Bounds are inclusive.
    Integer {
        minimum: Option<i64>,
        maximum: Option<i64>,
    },
    Number {
        minimum: Option<f64>,
        maximum: Option<f64>,
        exclusive_minimum: bool,
        exclusive_maximum: bool,
    },
    Text {
        bytes_max: u32,
    },
    Choice {
        choices: Vec<String>,
    },
}

impl DetectorCard {
    pub(crate) fn of(served: &Served) -> Self {
        let descriptor = served.descriptor().clone();
        Self {
            detector_type: descriptor.name,
            version: descriptor.version,
            digest: served.digest().to_owned(),
            is_native: served.is_native(),
            summary: descriptor.summary,
            reference: descriptor.reference,
            task: descriptor.task,
            parameters: descriptor.parameters.into_iter().map(ParameterCard::from).collect(),
            accepts_missing: descriptor.accepts_missing,
            is_explaining: served.is_explaining(),
            minimum_rows: descriptor.minimum_rows,
            cost: served.card().cloned(),
        }
    }
}

impl From<ParameterSpec> for ParameterCard {
    fn from(spec: ParameterSpec) -> Self {
        let kinds = spec.kinds.into_iter().map(KindCard::from).collect();
        Self { name: spec.name, kinds, default: spec.default, doc: spec.doc }
    }
}

impl From<Kind> for KindCard {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Boolean => Self::Boolean,
            Kind::Integer { minimum, maximum } => Self::Integer { minimum, maximum },
            Kind::Number(NumberRange {
                minimum,
                maximum,
                exclusive_minimum,
                exclusive_maximum,
            }) => Self::Number { minimum, maximum, exclusive_minimum, exclusive_maximum },
            Kind::Text(bytes_max) => Self::Text { bytes_max },
            Kind::Choice(choices) => Self::Choice { choices },
        }
    }
}
