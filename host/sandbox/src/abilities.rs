//! The contract's abilities, `explainer` and `learner`, found by their names: the generated bindings
//! are those of the world that every plugin has, and optional exports do not exist.

use crate::bindings::types;
use crate::call::Live;
use crate::error::CallError;
use pynomaly_core::Matrix;
use wasmtime::component::{Component, ComponentExportIndex, ResourceAny, TypedFunc};

type Arguments<'a> = (ResourceAny, types::Matrix<'a>);
type Answer = (Result<Vec<f64>, types::Error>,);

/// Where the functions of a component's abilities are.
#[derive(Clone, Copy)]
pub(crate) struct Abilities {
    /// Of `explainer`, if the component has it.
    pub(crate) explain: Option<ComponentExportIndex>,
    /// Of `learner`, if the component has it.
    pub(crate) update: Option<ComponentExportIndex>,
}

impl Abilities {
    pub(crate) fn of(component: &Component) -> Self {
        let find = |interface, function| {
            let interface = component.get_export_index(None, interface)?;
            component.get_export_index(Some(&interface), function)
        };
        Self {
            explain: find("pynomaly:detector/explainer@1.0.0", "explain"),
            update: find("pynomaly:detector/learner@1.0.0", "update"),
        }
    }
}

/// The function there: both abilities have one, of a model and rows.
pub(crate) fn function<'a>(
    live: &mut Live,
    export: &ComponentExportIndex,
) -> Result<TypedFunc<Arguments<'a>, Answer>, CallError> {
    let function = live.instance.get_func(&mut live.store, export);
    let function =
        function.ok_or_else(|| CallError::Contract("an ability exports no function".into()))?;
    function.typed(&live.store).map_err(|error| CallError::Contract(format!("{error:#}")))
}

/// One finite contribution for each value of `data`, or the contract is broken.
pub(crate) fn check_contributions(contributions: &[f64], data: &Matrix) -> Result<(), CallError> {
    let values = data.values().len();
    if contributions.len() != values {
        let message = format!("{} contributions for {values} values", contributions.len());
        return Err(CallError::Contract(message));
    }
    match contributions.iter().position(|contribution| !contribution.is_finite()) {
        Some(at) => {
            let (row, column) = (at / data.columns(), at % data.columns());
            let message = format!("the contribution of row {row}, column {column} is not finite");
            Err(CallError::Contract(message))
        }
        None => Ok(()),
    }
}
