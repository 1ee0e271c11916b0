//! Refuses a call that cannot finish before it starts, where a cost card foretells it.

use crate::error::{DetectError, Resource};
use pynomaly_conformance::CostCard;
use pynomaly_core::{Matrix, Parameters};
use pynomaly_sandbox::{Budget, Limits};

/// Compares what a fit costs at the very least ([`CostCard::floor`]) with what it may use. Only
/// for the parameters that the card was measured under: others may make it cheaper.
///
/// # Errors
/// [`DetectError::TooCostly`].
pub(crate) fn check(
    card: &CostCard,
    name: &str,
    training: &Matrix,
    parameters: &Parameters,
    limits: &Limits,
    budget: &Budget,
) -> Result<(), DetectError> {
    let floor = card.floor(training.rows(), training.columns());
    let memory_max = limits.memory_bytes_max as u64;
    let bounds = [
        (Resource::Fuel, floor.fuel, budget.fuel.min(limits.fuel_max)),
        (Resource::Memory, floor.memory_bytes, memory_max),
    ];
    let beyond = bounds.into_iter().find(|(_, least, most)| least > most);
    let Some((resource, expected, limit)) = beyond else { return Ok(()) };
    if !card.is_for(parameters) {
        return Ok(());
    }
    Err(DetectError::TooCostly {
        name: name.to_owned(),
        rows: training.rows(),
        columns: training.columns(),
        resource,
        expected,
        limit,
    })
}
