//! Loading: from a component to what can be served.

use crate::engine::Engine;
use crate::error::InstallError;
use crate::served::Served;
use pynomaly_sandbox::Watch;
use std::sync::Arc;

impl Engine {
    /// Checks and compiles `component`, and asks it what it is. It is not served: that is for
    /// [`Engine::assign`]. Blocks, for [`pynomaly_sandbox::Limits::compile_wall_max`] at most, and
    /// as long again for its turn.
    ///
    /// # Errors
    /// [`InstallError`], which names the step that refused it.
    pub fn load(&self, component: &[u8]) -> Result<Arc<Served>, InstallError> {
        self.load_watched(component, &|_| ())
    }

    /// The same, and tells `watch` how far it is.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_watched(
        &self,
        component: &[u8],
        watch: Watch<'_>,
    ) -> Result<Arc<Served>, InstallError> {
        let plugin = self.sandbox().load_watched(component, watch)?;
        Ok(Arc::new(Served::plugin(plugin, component)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_sandbox::{Limits, LoadError, Sandbox};
    use std::time::Duration;

    const KNN: &[u8] = include_bytes!("../../../tests/fixtures/1.0/knn.wasm");

    fn engine(limits: Limits) -> Engine {
        Engine::new(Sandbox::new(limits, None).unwrap())
    }

    #[test]
    fn late_compilation_is_reported_and_keeps_its_place_until_it_ends() {
        let compile_wall_max = Duration::from_millis(1);
        let engine = engine(Limits { compile_wall_max, compiles_max: 1, ..Limits::default() });
        let late = engine.load(KNN).err().unwrap();
        assert_eq!(late.to_string(), "compile: not done within 0.001 s, which is the limit");
        let again = || engine.load(KNN).err().unwrap();
        let mut last = again();
        let is_busy = |error: &InstallError| {
            matches!(error, InstallError::Load(LoadError::CompileBusy { limit: 1 }))
        };
        assert!(is_busy(&last), "{last}");
        while is_busy(&last) {
            std::thread::sleep(Duration::from_millis(5));
            last = again();
        }
        assert!(matches!(last, InstallError::Load(LoadError::CompileLimit(_))), "{last}");
    }

    #[test]
    fn loaded_component_is_not_served_yet() {
        let engine = engine(Limits::default());
        let served = engine.load(KNN).unwrap();
        assert_eq!(served.descriptor().name, "knn");
        assert!(engine.get("knn").is_err());
        assert!(matches!(engine.load(b"x"), Err(InstallError::Load(_))));
    }
}
