//! The contract's ability `explainer`, found by its name: the generated bindings are those of the
//! world that every plugin has, and optional exports do not exist.

use crate::bindings::types;
use crate::call::Live;
use crate::error::CallError;
use pynomaly_core::Matrix;
use wasmtime::component::{Component, ComponentExportIndex, ResourceAny, TypedFunc};

const INTERFACE: &str = "pynomaly:detector/explainer@1.0.0";
const FUNCTION: &str = "explain";

type Arguments<'a> = (ResourceAny, types::Matrix<'a>);
type Answer = (Result<Vec<f64>, types::Error>,);

/// Where the function is, if the component has the ability.
pub(crate) fn find(component: &Component) -> Option<ComponentExportIndex> {
    let interface = component.get_export_index(None, INTERFACE)?;
    component.get_export_index(Some(&interface), FUNCTION)
}

/// The function itself.
pub(crate) fn function<'a>(
    live: &mut Live,
    export: &ComponentExportIndex,
) -> Result<TypedFunc<Arguments<'a>, Answer>, CallError> {
    let function = live.instance.get_func(&mut live.store, export);
    let function = function.ok_or_else(|| {
        CallError::Contract(format!("`{INTERFACE}` exports no function `{FUNCTION}`"))
    })?;
    function.typed(&live.store).map_err(|error| CallError::Contract(format!("{error:#}")))
}

/// One finite number for each value of `data`, or the contract is broken.
pub(crate) fn check(contributions: &[f64], data: &Matrix) -> Result<(), CallError> {
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
