//! From bytes to a plugin, step by step; the first step that refuses says why.

use crate::abilities::Abilities;
use crate::bindings::{Plugin as Bindings, PluginIndices};
use crate::cache::{Cache, digest};
use crate::call::{drive, explain, new_store, refuel};
use crate::compile::{Compilations, Compiler, Progress, Watch};
use crate::convert;
use crate::error::{CallError, LoadError, SandboxError};
use crate::guest::Guest;
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::precheck::precheck;
use crate::profile::Profile;
use crate::runtime::{self, Code};
use pynomaly_core::Descriptor;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::component::{Component, HasSelf, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store};

/// Makes plugins. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    linker: Arc<Linker<Guest>>,
    cache: Arc<Cache>,
    compilations: Compilations,
    code: Code,
    limits: Arc<Limits>,
    profile: Option<Arc<Profile>>,
}

/// A component ready to be instantiated.
pub(crate) struct Compiled {
    pub(crate) instances: InstancePre<Guest>,
    pub(crate) indices: PluginIndices,
    pub(crate) abilities: Abilities,
    /// Who looks on, in a sandbox that profiles.
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) took: Duration,
    pub(crate) from_cache: bool,
}

impl Compiled {
    /// An instance of its own for one caller.
    pub(crate) async fn instantiate(
        &self,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<(Instance, Bindings)> {
        let instance = self.instances.instantiate_async(&mut *store).await?;
        let bindings = self.indices.load(store, &instance)?;
        Ok((instance, bindings))
    }
}

impl Sandbox {
    /// A sandbox under `limits` that compiles on threads of this process. Compiled components are
    /// kept in `cache_folder` (made 0700 if it is not there), or not at all.
    ///
    /// # Errors
    /// [`SandboxError`] where this machine cannot run one.
    pub fn new(limits: Limits, cache_folder: Option<PathBuf>) -> Result<Self, SandboxError> {
        let cache = Arc::new(Cache::open(cache_folder, limits.cache_entries_max)?);
        Self::assemble(limits, cache, Compilations::default(), Code::Plain)
    }

    /// The same, with its components compiled elsewhere.
    #[must_use]
    pub fn with_compiler(self, compiler: Compiler) -> Self {
        Self { compilations: self.compilations.by(compiler), ..self }
    }

    /// Ends the compilations that run in processes of their own, and refuses those that come; for
    /// clones of this sandbox too. Those on threads go on to their end.
    pub fn end_compilations(&self) {
        self.compilations.end();
    }

    /// Another sandbox with the same compile cache and compiler, in which every NaN has the same bits. A plugin
    /// whose scores are the same in both lets no bits of a NaN, which differ between machines,
    /// into them. Slower; `limits` may be less than those of this one.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_canonical_nans(&self, limits: Limits) -> Result<Self, SandboxError> {
        Self::assemble(
            limits,
            Arc::clone(&self.cache),
            self.compilations.clone(),
            Code::CanonicalNans,
        )
    }

    /// Another sandbox with the same compile cache, which looks on at what the calls of its plugins
    /// do. The same scores and fuel as here, slower; nothing of it is for serving.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn profiling(&self, limits: Limits) -> Result<(Self, Arc<Profile>), SandboxError> {
        let compilations = self.compilations.clone();
        let cache = Arc::clone(&self.cache);
        let mut sandbox = Self::assemble(limits, cache, compilations, Code::Profiled)?;
        let profile = Arc::new(Profile::new(sandbox.engine.clone()));
        sandbox.profile = Some(Arc::clone(&profile));
        Ok((sandbox, profile))
    }

    fn assemble(
        limits: Limits,
        cache: Arc<Cache>,
        compilations: Compilations,
        code: Code,
    ) -> Result<Self, SandboxError> {
        let engine = runtime::engine(&limits, code)?;
        let mut linker = Linker::new(&engine);
        Bindings::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest: &mut Guest| guest)
            .map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        let (linker, limits) = (Arc::new(linker), Arc::new(limits));
        Ok(Self { engine, linker, cache, compilations, code, limits, profile: None })
    }

    /// The bounds that every plugin of this sandbox is under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Checks, compiles and asks `component` what it is. Blocks for as long as the compiler
    /// takes: milliseconds from the cache, up to seconds otherwise.
    ///
    /// # Errors
    /// [`LoadError`], named after the step that refused.
    pub fn load(&self, component: &[u8]) -> Result<Plugin, LoadError> {
        self.load_watched(component, &|_| ())
    }

    /// The same, and tells `watch` how far it is.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_watched(&self, component: &[u8], watch: Watch<'_>) -> Result<Plugin, LoadError> {
        watch(Progress::Precheck);
        precheck(component, &self.limits)?;
        let digest = digest(component);
        let compiled = self.compile(component, &digest, watch)?;
        watch(Progress::Describe);
        let descriptor = self.describe(&compiled, &digest)?;
        tracing::debug!(
            digest,
            name = descriptor.name,
            millis = compiled.took.as_millis(),
            from_cache = compiled.from_cache,
            "plugin loaded"
        );
        Ok(Plugin::new(self.engine.clone(), compiled, descriptor, digest, Arc::clone(&self.limits)))
    }

    /// What the compile cache holds: `(digest, bytes)`, `sha256:…` of each component.
    #[must_use]
    pub fn cached(&self) -> Vec<(String, u64)> {
        let named = |(digest, bytes)| (format!("sha256:{digest}"), bytes);
        self.cache.entries().into_iter().map(named).collect()
    }

    /// Drops from the compile cache what was made of the component with that digest.
    pub fn forget(&self, digest: &str) {
        self.cache.forget(digest.trim_start_matches("sha256:"));
    }

    fn compile(&self, bytes: &[u8], digest: &str, watch: Watch<'_>) -> Result<Compiled, LoadError> {
        let started = Instant::now();
        let key = self.cache_key(digest);
        let cached = self.cache.read(&key).and_then(|kept| self.deserialise(&kept).ok());
        let from_cache = cached.is_some();
        let component = match cached {
            Some(component) => component,
            None => self.compile_anew(bytes, &key, watch)?,
        };
        let contract = |error: wasmtime::Error| LoadError::Contract(format!("{error:#}"));
        let instances = self.linker.instantiate_pre(&component).map_err(contract)?;
        let indices = PluginIndices::new(&instances).map_err(contract)?;
        let abilities = Abilities::of(&component);
        let (took, profile) = (started.elapsed(), self.profile.clone());
        Ok(Compiled { instances, indices, abilities, profile, took, from_cache })
    }

    fn compile_anew(
        &self,
        bytes: &[u8],
        key: &str,
        watch: Watch<'_>,
    ) -> Result<Component, LoadError> {
        let (engine, limits) = (&self.engine, &self.limits);
        let compiled = self.compilations.compile(bytes, engine, limits, self.code, watch)?;
        let component = self.deserialise(&compiled);
        let component = component.map_err(|error| LoadError::CompileHost(format!("{error:#}")))?;
        self.cache.write(key, &compiled);
        Ok(component)
    }

    /// wasmtime's own header check turns away what another engine compiled.
    #[expect(unsafe_code, reason = "only what this program has compiled itself comes here")]
    fn deserialise(&self, code: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: the bytes are what wasmtime's compiler made, unchanged. They are this process's
        // own; or come through an anonymous pipe, which nobody else can open, whole and with a
        // good end, from a child that runs this very program (`compile/process.rs`); or were
        // written by one of the two into a folder closed to other users, and have the digest that
        // was kept beside them. A component that took over the compiler could make it write other
        // code: the process gains the server nothing there, and loses nothing, for a compiler
        // in the server would be the server taken over.
        unsafe { Component::deserialize(&self.engine, code) }
    }

    /// Digest of the component, and of everything about the engine that shapes its code.
    fn cache_key(&self, digest: &str) -> String {
        let mut hasher = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut hasher);
        format!("{}-{:016x}", digest.trim_start_matches("sha256:"), hasher.finish())
    }

    fn describe(&self, compiled: &Compiled, digest: &str) -> Result<Descriptor, LoadError> {
        let answer_bytes = self.limits.descriptor_bytes_max;
        let budget = self.limits.describe_budget();
        let mut store =
            new_store(&self.engine, digest.into(), &self.limits, compiled.profile.as_ref());
        refuel(&mut store, &budget, answer_bytes).map_err(LoadError::Describe)?;
        let call = async {
            let (_, bindings) = compiled.instantiate(&mut store).await?;
            bindings.pynomaly_detector_detector().call_describe(&mut store).await
        };
        let outcome =
            drive(call, &budget, compiled.profile.as_ref()).map_err(LoadError::Describe)?;
        let descriptor = outcome
            .map_err(|error| explain(&error, &mut store, &budget, answer_bytes))
            .map_err(LoadError::Describe)?;
        convert::descriptor(descriptor).map_err(LoadError::Descriptor)
    }
}

/// So that a refusal can name the whole of it.
impl From<CallError> for LoadError {
    fn from(error: CallError) -> Self {
        Self::Describe(error)
    }
}
