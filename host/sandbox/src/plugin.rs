//! A compiled detector: fit it, or load a state.

use crate::bindings::Plugin as Bindings;
use crate::call::{Live, drive, explain, new_store, refuel};
use crate::convert;
use crate::error::CallError;
use crate::guest::Guest;
use crate::limits::{Budget, Limits};
use crate::model::{WarmModel, check_scores};
use crate::sandbox::Compiled;
use pynomaly_core::{Descriptor, Matrix, Parameters};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::Instance;
use wasmtime::{Engine, Store};

/// A detector in the sandbox. Shared by any number of callers; each call that learns or loads
/// gets an instance of its own.
pub struct Plugin {
    engine: Engine,
    compiled: Compiled,
    descriptor: Descriptor,
    name: Arc<str>,
    digest: String,
    limits: Arc<Limits>,
}

/// What [`Plugin::fit`] gives back.
pub struct Fitted {
    /// The fitted model, alive in its own instance.
    pub model: WarmModel,
    /// One finite score per training row.
    pub training_scores: Vec<f64>,
    /// Fuel burnt, instantiation included.
    pub fuel_used: u64,
}

impl Plugin {
    pub(crate) fn new(
        engine: Engine,
        compiled: Compiled,
        descriptor: Descriptor,
        digest: String,
        limits: Arc<Limits>,
    ) -> Self {
        let name = descriptor.name.as_str().into();
        Self { engine, compiled, descriptor, name, digest, limits }
    }

    /// What the plugin says of itself.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// `sha256:…` of the component.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The bounds that it is under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How long it took to become ready, and whether the compile cache had it.
    #[must_use]
    pub fn compile_time(&self) -> (Duration, bool) {
        (self.compiled.took, self.compiled.from_cache)
    }

    /// Learns from `training` in a fresh instance.
    ///
    /// # Errors
    /// [`CallError`]: the detector's verdict, a limit, a trap, or an answer that breaks the
    /// contract.
    pub fn fit(
        &self,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        budget: &Budget,
    ) -> Result<Fitted, CallError> {
        let budget = budget.within(&self.limits);
        let answer_bytes = training.rows().saturating_mul(size_of::<f64>());
        let rows = convert::matrix(training)?;
        let parameters = convert::parameters(parameters);
        let profile = self.compiled.profile.as_ref();
        let mut store = new_store(&self.engine, Arc::clone(&self.name), &self.limits, profile);
        refuel(&mut store, &budget, answer_bytes)?;
        let call = async {
            let (instance, bindings) = self.compiled.instantiate(&mut store).await?;
            let detector = bindings.pynomaly_detector_detector();
            let answer = detector.call_fit(&mut store, rows, &parameters, seed).await?;
            Ok(((instance, bindings), answer))
        };
        let outcome = drive(call, &budget, profile);
        budget.charge(&store);
        let (instance, answer) =
            outcome?.map_err(|error| explain(&error, &mut store, &budget, answer_bytes))?;
        let fitted = answer.map_err(|error| convert::error(error, self.limits.text_bytes_max))?;
        check_scores(&fitted.training_scores, training.rows())?;
        store.data_mut().end_call();
        let fuel_used = budget.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
        let model = WarmModel::new(self.live(store, instance), fitted.model);
        Ok(Fitted { model, training_scores: fitted.training_scores, fuel_used })
    }

    /// Rebuilds a model from saved bytes in a fresh instance.
    ///
    /// # Errors
    /// [`CallError`], with the detector's own `BadState` for bytes it cannot read.
    pub fn load(&self, state: &[u8], budget: &Budget) -> Result<WarmModel, CallError> {
        let budget = budget.within(&self.limits);
        let profile = self.compiled.profile.as_ref();
        let mut store = new_store(&self.engine, Arc::clone(&self.name), &self.limits, profile);
        refuel(&mut store, &budget, 0)?;
        let call = async {
            let (instance, bindings) = self.compiled.instantiate(&mut store).await?;
            let answer = bindings.pynomaly_detector_detector().call_load(&mut store, state).await?;
            Ok(((instance, bindings), answer))
        };
        let outcome = drive(call, &budget, profile);
        budget.charge(&store);
        let (instance, answer) =
            outcome?.map_err(|error| explain(&error, &mut store, &budget, 0))?;
        let model = answer.map_err(|error| convert::error(error, self.limits.text_bytes_max))?;
        store.data_mut().end_call();
        Ok(WarmModel::new(self.live(store, instance), model))
    }

    /// Whether its models say why: it has the contract's ability `explainer`.
    #[must_use]
    pub fn is_explaining(&self) -> bool {
        self.compiled.abilities.explain.is_some()
    }

    /// Whether its models learn from a stream: it has the contract's ability `learner`.
    #[must_use]
    pub fn is_learning(&self) -> bool {
        self.compiled.abilities.update.is_some()
    }

    fn live(&self, store: Store<Guest>, (instance, bindings): (Instance, Bindings)) -> Live {
        let (abilities, limits) = (self.compiled.abilities, Arc::clone(&self.limits));
        let profile = self.compiled.profile.clone();
        Live { store, instance, bindings, abilities, profile, limits }
    }
}
