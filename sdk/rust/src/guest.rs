//! The guest's side of the contract: turns a [`Detector`] into what the host calls.

use crate::parameters::{Kind, Parameters, Value};
use crate::{Detector, Error, Matrix, Model, Task};
use std::cell::{Ref, RefCell, RefMut};
use std::marker::PhantomData;
use std::sync::Once;

pub use pynomaly_sdk_bindings as bindings;
pub use pynomaly_sdk_explaining as explaining;
pub use pynomaly_sdk_streaming as streaming;

/// The world without abilities, of which only the export macro is used: it makes a component that
/// exports nothing but `detector`, out of the functions of [`bindings`].
#[expect(missing_docs, reason = "generated; documented in wit/1.0")]
pub mod plugin {
    wit_bindgen::generate!({
        path: "wit",
        world: "plugin",
        pub_export_macro: true,
        default_bindings_module: "pynomaly_sdk::guest::bindings",
    });
}

use bindings::exports::pynomaly::detector::detector as contract;
pub(crate) use bindings::pynomaly::detector::log::{Level, log};
use bindings::pynomaly::detector::types;

/// A detector behind the contract.
#[derive(Debug)]
pub struct Adapter<D>(PhantomData<D>);

/// A model behind the contract, which lends it and lets one call change it.
#[derive(Debug)]
pub struct AdapterModel<M>(RefCell<M>);

impl<M> AdapterModel<M> {
    fn new(model: M) -> Self {
        Self(RefCell::new(model))
    }

    pub(crate) fn get(&self) -> Result<Ref<'_, M>, types::Error> {
        self.0.try_borrow().map_err(|_| busy())
    }

    pub(crate) fn get_mut(&self) -> Result<RefMut<'_, M>, types::Error> {
        self.0.try_borrow_mut().map_err(|_| busy())
    }
}

/// No call begins while another runs, so this is never seen.
fn busy() -> types::Error {
    types::Error::Other("the model is being changed".to_owned())
}

impl<D: Detector> contract::Guest for Adapter<D> {
    type Model = AdapterModel<D::Model>;

    fn describe() -> contract::Descriptor {
        report_panics();
        let about = D::ABOUT;
        contract::Descriptor {
            name: about.name.to_owned(),
            version: about.version.to_owned(),
            summary: about.summary.to_owned(),
            reference: about.reference.to_owned(),
            task: match about.task {
                Task::Tabular => contract::Task::Tabular,
                Task::TimeSeries => contract::Task::TimeSeries,
            },
            parameters: D::Parameters::table().into_iter().map(parameter).collect(),
            accepts_missing: about.accepts_missing,
            minimum_rows: about.minimum_rows,
            state_version: about.state_version,
            extra: about.extra.iter().map(|(name, fact)| (owned(name), owned(fact))).collect(),
        }
    }

    fn fit(
        training: types::Matrix,
        parameters: types::Parameters,
        seed: u64,
    ) -> Result<contract::Fitted, types::Error> {
        report_panics();
        let given = parameters.into_iter().map(|(name, it)| (name, value(it))).collect();
        let parameters = D::Parameters::parse(given)?;
        let rows = Matrix::new(training.columns as usize, &training.values);
        let fitted = D::fit(&rows, parameters, seed)?;
        let model = contract::Model::new(AdapterModel::new(fitted.model));
        Ok(contract::Fitted { model, training_scores: fitted.training_scores })
    }

    fn load(state: Vec<u8>) -> Result<contract::Model, types::Error> {
        report_panics();
        Ok(contract::Model::new(AdapterModel::new(D::Model::load(&state)?)))
    }
}

impl<M: Model> contract::GuestModel for AdapterModel<M> {
    fn score(&self, data: types::Matrix) -> Result<Vec<f64>, types::Error> {
        Ok(self.get()?.score(&Matrix::new(data.columns as usize, &data.values))?)
    }

    fn save(&self) -> Result<Vec<u8>, types::Error> {
        Ok(self.get()?.save())
    }
}

fn owned(text: &&str) -> String {
    (*text).to_owned()
}

/// A panic's message and place go to the host's log before the trap.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
    });
}

fn value(value: types::Value) -> Value {
    match value {
        types::Value::Boolean(it) => Value::Boolean(it),
        types::Value::Integer(it) => Value::Integer(it),
        types::Value::Number(it) => Value::Number(it),
        types::Value::Text(it) => Value::Text(it),
    }
}

fn parameter(parameter: crate::parameters::Parameter) -> contract::Parameter {
    contract::Parameter {
        name: parameter.name.to_owned(),
        kinds: vec![kind(parameter.kind)],
        default: parameter.default.map(|it| match it {
            Value::Boolean(it) => types::Value::Boolean(it),
            Value::Integer(it) => types::Value::Integer(it),
            Value::Number(it) => types::Value::Number(it),
            Value::Text(it) => types::Value::Text(it),
        }),
        doc: parameter.doc.to_owned(),
    }
}

fn kind(kind: Kind) -> contract::Kind {
    match kind {
        Kind::Boolean => contract::Kind::Boolean,
        Kind::Integer(minimum, maximum) => {
            contract::Kind::Integer(contract::IntegerRange { minimum, maximum })
        }
        Kind::Number(bounds) => contract::Kind::Number(contract::NumberRange {
            minimum: bounds.minimum,
            maximum: bounds.maximum,
            exclusive_minimum: bounds.exclusive_minimum,
            exclusive_maximum: bounds.exclusive_maximum,
        }),
        Kind::Text(longest) => contract::Kind::Text(longest),
        Kind::Choice(choices) => contract::Kind::Choice(choices),
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidParameter { name, message } => Self::InvalidParameter((name, message)),
            Error::InvalidInput(text) => Self::InvalidInput(text),
            Error::InsufficientData(needed) => Self::InsufficientData(needed),
            Error::BadState(text) => Self::BadState(text),
            Error::Numerical(text) => Self::Numerical(text),
            Error::Other(text) => Self::Other(text),
        }
    }
}
