//! One detector as the engine serves it, native or sandboxed, behind one door.

use crate::cost;
use crate::ensemble::{self, Ensemble, FittedMember, Member, MemberRecord};
use crate::error::DetectError;
use crate::native;
use pynomaly_conformance::CostCard;
use pynomaly_core::explain::{Contributions, Method};
use pynomaly_core::{Descriptor, Detector, DetectorError, Matrix, Model, Parameters};
use pynomaly_sandbox::{Budget, Plugin, WarmModel};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

/// A detector of the catalog.
pub struct Served {
    runtime: Runtime,
    digest: String,
    /// Measured apart from installing, which does not wait for it.
    card: OnceLock<CostCard>,
    /// Bytes, of the largest instance so far.
    memory_peak: AtomicUsize,
}

enum Runtime {
    Native(Box<dyn Detector>),
    Plugin(Box<Plugin>, Arc<[u8]>),
    Ensemble(Box<Ensemble>),
}

/// A fitted model, pinned to the detector version that fitted it.
pub struct FittedModel {
    served: Arc<Served>,
    columns: usize,
    state: State,
}

enum State {
    Native(Box<dyn Model>),
    /// One instance, one call at a time.
    Warm(Box<Mutex<WarmModel>>),
    Ensemble(Vec<FittedMember>),
}

/// Scores and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// One per row.
    pub scores: Vec<f64>,
    /// Fuel burnt by the sandbox; `None` for a native detector, which is not metered.
    pub fuel_used: Option<u64>,
}

impl Served {
    pub(crate) fn native(detector: Box<dyn Detector>) -> Self {
        let Descriptor { name, version, .. } = detector.descriptor();
        let digest = format!("native:{name}@{version}");
        Self::new(Runtime::Native(detector), digest)
    }

    pub(crate) fn plugin(plugin: Plugin, component: &[u8]) -> Self {
        let digest = plugin.digest().to_owned();
        let runtime = Runtime::Plugin(Box::new(plugin), component.into());
        Self::new(runtime, digest)
    }

    pub(crate) fn ensemble(ensemble: Ensemble, digest: String) -> Self {
        Self::new(Runtime::Ensemble(Box::new(ensemble)), digest)
    }

    fn new(runtime: Runtime, digest: String) -> Self {
        Self { runtime, digest, card: OnceLock::new(), memory_peak: AtomicUsize::new(0) }
    }

    /// The digests and bytes of all plugins that it takes, to be kept beside what it fitted; none
    /// for a native detector.
    #[must_use]
    pub fn components(&self) -> Vec<(&str, &Arc<[u8]>)> {
        match &self.runtime {
            Runtime::Native(_) => Vec::new(),
            Runtime::Plugin(_, component) => vec![(self.digest(), component)],
            Runtime::Ensemble(ensemble) => {
                let members = ensemble.members.iter();
                members.flat_map(|member| member.served.components()).collect()
            }
        }
    }

    /// What the detector says of itself.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        match &self.runtime {
            Runtime::Native(detector) => detector.descriptor(),
            Runtime::Plugin(plugin, _) => plugin.descriptor(),
            Runtime::Ensemble(ensemble) => &ensemble.descriptor,
        }
    }

    /// What exactly computes: `sha256:…` of a plugin's component, or `native:NAME@VERSION`, whose
    /// version changes with every change of a bit of its scores, or
    /// `ensemble@VERSION:sha256:…` over the names and digests of its members.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether it runs in this process, unsandboxed.
    #[must_use]
    pub fn is_native(&self) -> bool {
        matches!(self.runtime, Runtime::Native(_))
    }

    /// What its calls cost, where that was measured.
    #[must_use]
    pub fn card(&self) -> Option<&CostCard> {
        self.card.get()
    }

    /// Takes the card to refuse by from now on, if it is of this very component; the first one
    /// stays. Says whether this one is its card now.
    pub fn attach_card(&self, card: CostCard) -> bool {
        card.digest == self.digest && self.card.set(card).is_ok()
    }

    /// Bytes of linear memory of its largest instance so far, of calls that ended well; 0 for what
    /// runs unsandboxed.
    #[must_use]
    pub fn memory_peak_bytes(&self) -> usize {
        self.memory_peak.load(Ordering::Relaxed)
    }

    /// How long it took until it was compiled, or read from the compile cache; `None` for what is
    /// no plugin.
    #[must_use]
    pub fn compile_time(&self) -> Option<Duration> {
        match &self.runtime {
            Runtime::Plugin(plugin, _) => Some(plugin.compile_time().0),
            Runtime::Native(_) | Runtime::Ensemble(_) => None,
        }
    }

    fn note_memory(&self, model: &WarmModel) {
        self.memory_peak.fetch_max(model.memory_bytes(), Ordering::Relaxed);
    }

    /// Whether it accounts for its scores itself; of others, contributions are Shapley values. Some
    /// parameters may keep a native detector from it.
    #[must_use]
    pub fn is_explaining(&self) -> bool {
        match &self.runtime {
            Runtime::Native(_) => true,
            Runtime::Plugin(plugin, _) => plugin.is_explaining(),
            Runtime::Ensemble(_) => false,
        }
    }

    /// Whether it is made of others.
    #[must_use]
    pub fn is_ensemble(&self) -> bool {
        matches!(self.runtime, Runtime::Ensemble(_))
    }

    /// Whether it comes with the engine, and keeps its name: a native detector, or the ensemble.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.is_native() || self.is_ensemble()
    }

    /// The members of an ensemble; none of any other detector.
    #[must_use]
    pub fn members(&self) -> Vec<MemberRecord> {
        let Runtime::Ensemble(ensemble) = &self.runtime else { return Vec::new() };
        let record = |member: &Member| MemberRecord {
            name: member.name.clone(),
            detector_type: member.served.descriptor().name.clone(),
            detector_digest: member.served.digest().to_owned(),
        };
        ensemble.members.iter().map(record).collect()
    }

    /// Learns from `training`; gives the model and one score per training row.
    ///
    /// # Errors
    /// [`DetectError`] from the check of the rows to the verdict of the detector.
    pub fn fit(
        self: &Arc<Self>,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        budget: &Budget,
    ) -> Result<(FittedModel, Scored), DetectError> {
        self.check_rows(training)?;
        let (state, scored) = match &self.runtime {
            Runtime::Native(detector) => {
                let fitted =
                    native::bounded(budget, |stop| detector.fit(training, parameters, seed, stop))?;
                let scored = Scored { scores: fitted.training_scores, fuel_used: None };
                (State::Native(fitted.model), scored)
            }
            Runtime::Plugin(plugin, _) => {
                if let Some(card) = self.card.get() {
                    let (name, limits) = (&plugin.descriptor().name, plugin.limits());
                    cost::check(card, name, training, parameters, limits, budget)?;
                }
                let fitted = plugin.fit(training, parameters, seed, budget)?;
                self.note_memory(&fitted.model);
                let scored =
                    Scored { scores: fitted.training_scores, fuel_used: Some(fitted.fuel_used) };
                (State::Warm(Box::new(Mutex::new(fitted.model))), scored)
            }
            Runtime::Ensemble(ensemble) => {
                let (members, scored) = ensemble.fit(training, seed, budget)?;
                (State::Ensemble(members), scored)
            }
        };
        Ok((FittedModel { served: Arc::clone(self), columns: training.columns(), state }, scored))
    }

    /// Rebuilds a model of `columns` columns from the bytes of [`FittedModel::save`].
    ///
    /// # Errors
    /// [`DetectorError::BadState`] for bytes of another detector, or a fault of the plugin.
    pub fn load(
        self: &Arc<Self>,
        state: &[u8],
        columns: usize,
        budget: &Budget,
    ) -> Result<FittedModel, DetectError> {
        let state = match &self.runtime {
            Runtime::Native(detector) => State::Native(detector.load(state)?),
            Runtime::Plugin(plugin, _) => {
                State::Warm(Box::new(Mutex::new(plugin.load(state, budget)?)))
            }
            Runtime::Ensemble(it) => State::Ensemble(ensemble::load(it, state, columns, budget)?),
        };
        Ok(FittedModel { served: Arc::clone(self), columns, state })
    }

    fn check_rows(&self, training: &Matrix) -> Result<(), DetectError> {
        let descriptor = self.descriptor();
        self.check_missing(training)?;
        if training.rows() < descriptor.minimum_rows as usize {
            return Err(DetectError::TooFewRows {
                name: descriptor.name.clone(),
                needed: descriptor.minimum_rows,
                given: training.rows(),
            });
        }
        Ok(())
    }

    fn check_missing(&self, data: &Matrix) -> Result<(), DetectError> {
        let descriptor = self.descriptor();
        if descriptor.accepts_missing {
            return Ok(());
        }
        data.first_missing().map_or(Ok(()), |(row, column)| {
            Err(DetectError::Missing { name: descriptor.name.clone(), row, column })
        })
    }
}

impl FittedModel {
    /// The detector version that fitted this model, and alone scores with it.
    #[must_use]
    pub fn served(&self) -> &Arc<Served> {
        &self.served
    }

    /// One score per row.
    ///
    /// # Errors
    /// [`DetectError`]; among others where the number of columns is not that of the training.
    pub fn score(&self, data: &Matrix, budget: &Budget) -> Result<Scored, DetectError> {
        self.check_data(data)?;
        match &self.state {
            State::Native(model) => score_natively(model.as_ref(), data, budget),
            State::Warm(model) => {
                let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
                score_warm(&self.served, &mut model, data, budget)
            }
            State::Ensemble(members) => ensemble::score(members, data, budget),
        }
    }

    /// Contributions of the columns by the detector's own account, `None` where it has none; and
    /// what they cost.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn explain(
        &self,
        data: &Matrix,
        budget: &Budget,
    ) -> Result<(Option<Contributions>, Option<u64>), DetectError> {
        self.check_data(data)?;
        match &self.state {
            State::Native(model) => {
                Ok((native::bounded(budget, |stop| model.explain(data, stop))?, None))
            }
            State::Warm(model) => {
                let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(explained) = model.explain(data, budget)? else {
                    return Ok((None, None));
                };
                let (method, columns) = (Method::Exact, data.columns());
                let values = explained.contributions;
                let contributions = Contributions { method, columns, values };
                Ok((Some(contributions), Some(explained.fuel_used)))
            }
            // The Shapley values of a mean are the means of the members'.
            State::Ensemble(_) => Ok((None, None)),
        }
    }

    /// The same; `None` where a plugin's model is busy with another call, which may take long, and
    /// for an ensemble.
    pub fn try_score(&self, data: &Matrix, budget: &Budget) -> Option<Result<Scored, DetectError>> {
        if let Err(error) = self.check_data(data) {
            return Some(Err(error));
        }
        Some(match &self.state {
            State::Native(model) => score_natively(model.as_ref(), data, budget),
            State::Warm(model) => match model.try_lock() {
                Ok(mut model) => score_warm(&self.served, &mut model, data, budget),
                Err(TryLockError::Poisoned(model)) => {
                    score_warm(&self.served, &mut model.into_inner(), data, budget)
                }
                Err(TryLockError::WouldBlock) => return None,
            },
            State::Ensemble(_) => return None,
        })
    }

    /// Bytes of linear memory that a plugin's model holds on to; 0 for a native one.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match &self.state {
            State::Native(_) => 0,
            State::Warm(model) => {
                model.lock().unwrap_or_else(PoisonError::into_inner).memory_bytes()
            }
            State::Ensemble(members) => ensemble::memory_bytes(members),
        }
    }

    /// The whole state as portable bytes.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub fn save(&self, budget: &Budget) -> Result<Vec<u8>, DetectError> {
        match &self.state {
            State::Native(model) => Ok(model.save()),
            State::Warm(model) => {
                let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(model.save(budget)?)
            }
            State::Ensemble(members) => ensemble::save(members, budget),
        }
    }

    fn check_data(&self, data: &Matrix) -> Result<(), DetectError> {
        self.served.check_missing(data)?;
        if data.columns() != self.columns {
            let message =
                format!("the model has {} columns, the rows {}", self.columns, data.columns());
            return Err(DetectorError::InvalidInput(message).into());
        }
        Ok(())
    }
}

fn score_natively(
    model: &dyn Model,
    data: &Matrix,
    budget: &Budget,
) -> Result<Scored, DetectError> {
    let scores = native::bounded(budget, |stop| model.score(data, stop))?;
    Ok(Scored { scores, fuel_used: None })
}

fn score_warm(
    served: &Served,
    model: &mut WarmModel,
    data: &Matrix,
    budget: &Budget,
) -> Result<Scored, DetectError> {
    let scored = model.score(data, budget)?;
    served.note_memory(model);
    Ok(Scored { scores: scored.scores, fuel_used: Some(scored.fuel_used) })
}
