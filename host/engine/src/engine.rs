//! The catalog's keeper: installs, replaces and removes plugins while requests run.

use crate::catalog::{Catalog, PluginState, PluginStatus};
use crate::ensemble::Ensemble;
use crate::error::{DetectError, InstallError};
use crate::served::Served;
use crate::versions::Role;
use arc_swap::ArcSwap;
use pynomaly_conformance::{CostCard, KitError, Options, Report};
use pynomaly_core::isolation_forest::IsolationForest;
use pynomaly_sandbox::{Sandbox, digest};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

type Kept = Arc<Mutex<Weak<Served>>>;

/// Serves detectors by name.
pub struct Engine {
    sandbox: Sandbox,
    catalog: ArcSwap<Catalog>,
    /// Plugins that are served no more, or not yet, and that a model still needs. Each has a lock
    /// of its own, held while it is compiled: of many who want the same one, one compiles it.
    kept: Mutex<HashMap<String, Kept>>,
    /// One change at a time; readers never take it.
    pub(crate) changing: Mutex<()>,
}

impl Engine {
    /// An engine that serves the native detectors; plugins are installed afterwards.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        let natives = [
            Served::native(Box::new(IsolationForest::default())),
            Served::ensemble(Ensemble::unbound(), "ensemble".into()),
        ];
        let mut catalog = Catalog::default();
        for served in natives {
            catalog.serve(&Arc::new(served), Role::Active);
        }
        Self {
            sandbox,
            catalog: ArcSwap::from_pointee(catalog),
            changing: Mutex::new(()),
            kept: Mutex::default(),
        }
    }

    /// What is served now. Hold the `Arc` for as long as one answer must be consistent.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// The sandbox that plugins run in.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The detector that a `detector_type` means; see [`Catalog::find`].
    ///
    /// # Errors
    /// As [`Catalog::find`].
    pub fn get(&self, detector_type: &str) -> Result<Arc<Served>, DetectError> {
        self.catalog.load().find(detector_type).cloned()
    }

    /// The detector with that digest, if it is among those there are now.
    #[must_use]
    pub fn get_by_digest(&self, digest: &str) -> Option<Arc<Served>> {
        self.catalog.load().get_by_digest(digest).cloned()
    }

    /// The detector with that digest: one of those there are, one that a model holds, or one made
    /// anew out of the bytes that `component` gives. It is not served under its name.
    ///
    /// Blocks for the compilation where there is one.
    ///
    /// # Errors
    /// [`InstallError`] where the component is not there, is another, is refused, or is in
    /// quarantine.
    pub fn get_or_load(
        &self,
        digest: &str,
        component: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<Arc<Served>, InstallError> {
        if self.catalog.load().is_quarantined(digest) {
            return Err(InstallError::Quarantined(digest.to_owned()));
        }
        if let Some(served) = self.get_by_digest(digest) {
            return Ok(served);
        }
        let kept = self.kept(digest);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(served) = kept.upgrade() {
            return Ok(served);
        }
        let component = component().ok_or_else(|| InstallError::Missing(digest.to_owned()))?;
        if pynomaly_sandbox::digest(&component) != digest {
            return Err(InstallError::Missing(digest.to_owned()));
        }
        let served = self.load(&component)?;
        *kept = Arc::downgrade(&served);
        Ok(served)
    }

    /// Where the detector with that digest is kept; forgets those that nobody holds any more.
    fn kept(&self, digest: &str) -> Kept {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, it| {
            // One that is locked is being compiled.
            Arc::strong_count(it) > 1
                || it.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
        });
        Arc::clone(kept.entry(digest.to_owned()).or_default())
    }

    /// Makes `component` what `source` serves. Whatever goes wrong, what `source` served before
    /// serves on, and [`Catalog::plugins`] says why.
    ///
    /// Blocks for the compilation; requests are not held up.
    ///
    /// # Errors
    /// [`InstallError`], also kept in the catalog.
    pub fn install(&self, source: &str, component: &[u8]) -> Result<Arc<Served>, InstallError> {
        let _one_change = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.prepare(source, component);
        if let Err(error) = &outcome {
            let digest = Some(digest(component));
            self.refuse(source, digest, error);
        }
        let served = outcome?;
        self.change(|catalog| catalog.serve_source(source, &served));
        Ok(served)
    }

    /// Tries `component` in this engine's sandbox before it is installed: the kit's short form. What
    /// passes can be installed, and its cost card attached.
    ///
    /// Blocks for seconds.
    ///
    /// # Errors
    /// [`KitError`] where there is nothing to try, or the run was ended.
    pub fn check(&self, component: &[u8], options: &Options) -> Result<Report, KitError> {
        pynomaly_conformance::short(&self.sandbox, component, options)
    }

    /// Gives the detector that `card` is of its card: the one served now, or else one that a model
    /// holds. Says whether there is one, without a card so far.
    pub fn attach_card(&self, card: CostCard) -> bool {
        let kept = || {
            let kept = self.kept(&card.digest);
            kept.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
        };
        let served = self.get_by_digest(&card.digest).or_else(kept);
        served.is_some_and(|served| served.attach_card(card))
    }

    /// Records that `source` could not even be read.
    pub fn report_unreadable(&self, source: &str, error: std::io::Error) {
        let _one_change = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.refuse(source, None, &InstallError::Read(error));
    }

    /// All that can fail, before anything changes.
    fn prepare(&self, source: &str, component: &[u8]) -> Result<Arc<Served>, InstallError> {
        let served = self.load(component)?;
        self.catalog.load().admit(source, &served, self.sandbox.limits().plugins_max)?;
        Ok(served)
    }

    fn refuse(&self, source: &str, digest: Option<String>, error: &InstallError) {
        tracing::warn!(source, digest, reason = %error, "plugin refused");
        self.change(|catalog| {
            let status = catalog.plugins.entry(source.to_owned()).or_insert_with(|| PluginStatus {
                source: source.to_owned(),
                state: PluginState::Active,
                name: None,
                version: None,
                digest: None,
            });
            status.state = PluginState::Refused { digest, reason: error.to_string() };
        });
    }

    /// Swaps in what `edit` makes of the catalog. One change at a time.
    pub(crate) fn change(&self, edit: impl FnOnce(&mut Catalog)) {
        let mut next = Catalog::clone(&self.catalog.load());
        edit(&mut next);
        self.catalog.store(Arc::new(next));
    }
}

impl Catalog {
    /// Whether `source` may serve this detector.
    fn admit(&self, source: &str, served: &Served, limit: usize) -> Result<(), InstallError> {
        let name = &served.descriptor().name;
        if self.get(name).is_some_and(|there| there.is_built_in()) {
            return Err(InstallError::Reserved(name.clone()));
        }
        let serves_it = |status: &&PluginStatus| status.name.as_ref() == Some(name);
        if let Some(other) = self.plugins().filter(serves_it).find(|it| it.source != source) {
            let source_name = other.source.clone();
            return Err(InstallError::Conflict { name: name.clone(), source_name });
        }
        let others = self.plugins().filter(|it| it.source != source && it.name.is_some()).count();
        if others >= limit {
            return Err(InstallError::TooMany { limit });
        }
        Ok(())
    }

    fn serve_source(&mut self, source: &str, served: &Arc<Served>) {
        let descriptor = served.descriptor();
        let status = PluginStatus {
            source: source.to_owned(),
            state: PluginState::Active,
            name: Some(descriptor.name.clone()),
            version: Some(descriptor.version.clone()),
            digest: Some(served.digest().to_owned()),
        };
        tracing::info!(source, name = descriptor.name, digest = served.digest(), "plugin active");
        // What the source served before may have had another name.
        if let Some(name) = self.plugins.remove(source).and_then(|status| status.name) {
            self.detectors.remove(&name);
            self.versions.remove(&name);
        }
        self.plugins.insert(source.to_owned(), status);
        self.serve(served, Role::Active);
    }
}
