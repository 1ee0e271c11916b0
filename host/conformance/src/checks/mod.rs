//! One promise a file.

mod constant_columns;
mod cost;
mod damaged_states;
mod description;
mod determinism;
mod duplicates;
mod explanations;
mod fuel_growth;
mod hostile_inputs;
mod learning;
mod limits;
mod memory_bound;
mod minimum_rows;
mod nan_canonicalization;
mod parameter_ends;
mod permutation;
mod planted_outlier;
mod quality;
mod row_alone;
mod saved_state;
mod scale;
mod text_parameters;
mod threads;

pub(crate) use minimum_rows::fit_least;

use crate::error::Checked;
use crate::options::Form::{self, Full, Short};
use crate::subject::Subject;

/// A name, the least form the check is part of, and the check.
type Entry = (&'static str, Form, fn(&Subject) -> Checked);

/// Every check. Those that find the plainest faults come first: what fails there explains what
/// fails below.
pub(crate) const CHECKS: [Entry; 23] = [
    ("description", Short, description::check),
    ("determinism", Short, determinism::check),
    ("nan_canonicalization", Short, nan_canonicalization::check),
    ("saved_state", Short, saved_state::check),
    ("row_alone", Short, row_alone::check),
    ("permutation", Short, permutation::check),
    ("duplicates", Short, duplicates::check),
    ("constant_columns", Short, constant_columns::check),
    ("minimum_rows", Short, minimum_rows::check),
    ("limits", Short, limits::check),
    ("quality", Short, quality::check),
    ("cost", Short, cost::check),
    ("threads", Full, threads::check),
    ("hostile_inputs", Full, hostile_inputs::check),
    ("damaged_states", Full, damaged_states::check),
    ("scale", Full, scale::check),
    ("planted_outlier", Full, planted_outlier::check),
    ("text_parameters", Full, text_parameters::check),
    ("parameter_ends", Full, parameter_ends::check),
    ("fuel_growth", Full, fuel_growth::check),
    ("memory_bound", Full, memory_bound::check),
    ("explanations", Full, explanations::check),
    ("learning", Full, learning::check),
];
