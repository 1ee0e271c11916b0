//! What callers may ask of the forest.

use super::state::STATE_VERSION;
use crate::descriptor::{Descriptor, Task};
use crate::parameters::{Kind, NumberRange, ParameterSpec, Value};

/// The greatest `n_estimators`.
pub const N_ESTIMATORS_MAX: u32 = 10_000;
/// `n_estimators` where the caller says nothing.
pub(super) const N_ESTIMATORS_DEFAULT: u32 = 100;
/// ψ for `max_samples = "auto"`, where there are as many rows.
pub const MAX_SAMPLES_AUTO: usize = 256;
/// The greatest number of rows drawn by all trees together; it bounds the model's memory.
pub const FOREST_SAMPLES_MAX: usize = 1 << 24;
/// The greatest number of terms in the cuts of an extended forest with one cut for each row drawn;
/// it bounds the model's memory.
pub const FOREST_TERMS_MAX: usize = 1 << 24;
/// The greatest number of columns; a column and a mark must fit in 32 bits of the saved state.
pub const COLUMNS_MAX: u32 = 1 << 31;
/// The least number of training rows: one row alone can neither be cut nor compared.
/// (scikit-learn fits one row and then scores everything 0.5.)
pub const MINIMUM_ROWS: u32 = 2;

/// The descriptor of `isolation_forest`.
///
/// scikit-learn's fifth parameter, `contamination`, is not in the table: here it belongs to the
/// request, for every detector alike, and turns scores into verdicts
/// (see [`crate::threshold::from_contamination`]).
pub(super) fn descriptor() -> Descriptor {
    Descriptor {
        name: "isolation_forest".into(),
        version: "1.0.0".into(),
        summary: "Scores rows by how few random cuts isolate them.".into(),
        reference: "F. T. Liu, K. M. Ting, Z.-H. Zhou: Isolation Forest. ICDM 2008. \
                    doi:10.1109/ICDM.2008.17"
            .into(),
        task: Task::Tabular,
        parameters: vec![
            n_estimators(),
            max_samples(),
            max_features(),
            bootstrap(),
            variant(),
            extension_level(),
        ],
        accepts_missing: true,
        minimum_rows: MINIMUM_ROWS,
        state_version: STATE_VERSION,
        extra: Vec::new(),
    }
}

fn n_estimators() -> ParameterSpec {
    ParameterSpec {
        name: "n_estimators".into(),
        kinds: vec![Kind::Integer { minimum: Some(1), maximum: Some(N_ESTIMATORS_MAX.into()) }],
        default: Some(Value::Integer(N_ESTIMATORS_DEFAULT.into())),
        doc: "Number of trees: more trees make scores steadier, and time and memory grow with \
              them."
            .into(),
    }
}

fn max_samples() -> ParameterSpec {
    ParameterSpec {
        name: "max_samples".into(),
        kinds: vec![
            Kind::Choice(vec!["auto".into()]),
            Kind::Integer { minimum: Some(1), maximum: None },
            share(),
        ],
        default: Some(Value::Text("auto".into())),
        doc: "Rows that each tree draws: a whole number (at most all rows), a share of all \
              rows, or \"auto\" for the lesser of 256 and all rows."
            .into(),
    }
}

fn max_features() -> ParameterSpec {
    ParameterSpec {
        name: "max_features".into(),
        kinds: vec![Kind::Integer { minimum: Some(1), maximum: None }, share()],
        default: Some(Value::Number(1.0)),
        doc: "Columns that each tree draws: a whole number, or a share of all columns, rounded \
              down but at least 1."
            .into(),
    }
}

fn bootstrap() -> ParameterSpec {
    ParameterSpec {
        name: "bootstrap".into(),
        kinds: vec![Kind::Boolean],
        default: Some(Value::Boolean(false)),
        doc: "Whether trees draw rows with replacement; a row that a tree draws twice counts \
              once, as in scikit-learn."
            .into(),
    }
}

fn variant() -> ParameterSpec {
    let choices = ["standard", "fair_cut", "extended"];
    ParameterSpec {
        name: "variant".into(),
        kinds: vec![Kind::Choice(choices.map(Into::into).into())],
        default: Some(Value::Text("standard".into())),
        doc: "How nodes are cut: standard, at a random value of a random column; fair_cut, across \
              two standardised columns where both sides together spread least (D. Cortes: \
              Revisiting randomized choices in isolation forests, 2021, arXiv:2110.13402); \
              extended, in a random direction of all columns through a random point (S. Hariri, \
              M. Carrasco Kind, R. J. Brunner: Extended Isolation Forest, IEEE TKDE 33(4), 2021, \
              doi:10.1109/TKDE.2019.2947676)."
            .into(),
    }
}

fn extension_level() -> ParameterSpec {
    ParameterSpec {
        name: "extension_level".into(),
        kinds: vec![Kind::Integer { minimum: Some(0), maximum: Some(COLUMNS_MAX.into()) }],
        default: None,
        doc: "Of the variant extended: columns in each cut, less one. If not given, all columns, \
              or as many as keep the forest within 2^24 terms."
            .into(),
    }
}

/// A share in (0, 1].
fn share() -> Kind {
    Kind::Number(NumberRange {
        minimum: Some(0.0),
        maximum: Some(1.0),
        exclusive_minimum: true,
        exclusive_maximum: false,
    })
}
