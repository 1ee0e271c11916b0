use crate::plugins::lock;
use pynomaly_engine::{Engine, Served};
use pynomaly_store::{Fallback, PluginCatalog};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Who answers in the stead of whom, as admins have configured it.
#[derive(Default)]
pub(crate) struct Fallbacks(Mutex<HashMap<String, Known>>);

/// What is known of a name.
struct Known {
    fallback: Fallback,
    previous_digest: Option<String>,
}

impl Fallbacks {
    /// From now on as the database says.
    pub(crate) fn set(&self, catalog: &PluginCatalog) {
        let known = catalog.names.iter().filter_map(|name| {
            let known = Known {
                fallback: name.fallback.clone()?,
                previous_digest: name.previous_digest.clone(),
            };
            Some((name.name.clone(), known))
        });
        *lock(&self.0) = known.collect();
    }

    /// Who answers in the stead of `broken`, and whether with the caller's parameters; `None` where
    /// nobody does. Of a version that is not the active one, the previous one is the active one.
    pub(crate) fn find(&self, engine: &Engine, broken: &Served) -> Option<(Arc<Served>, bool)> {
        let known = lock(&self.0);
        let name = &broken.descriptor().name;
        let Known { fallback, previous_digest } = known.get(name)?;
        let (other, same_parameters) = match fallback {
            Fallback::Detector(detector_type) => (engine.get(detector_type).ok()?, false),
            Fallback::Previous => {
                let active = engine.get(name).ok()?;
                let previous = || engine.get_by_digest(previous_digest.as_deref()?);
                let other = if active.digest() == broken.digest() { previous()? } else { active };
                (other, true)
            }
        };
        (other.digest() != broken.digest()).then_some((other, same_parameters))
    }
}
