//! The one wasmtime engine: what it compiles, and what an instance may hold.

use crate::error::SandboxError;
use crate::limits::Limits;
use std::num::NonZeroUsize;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

/// Core instances that a component may need: its own, and shims. A component of Python has a
/// module for each library, and one for each interface of WASI that it does without.
const CORE_INSTANCES_PER_COMPONENT: u32 = 64;
/// Memories of a component: the main module's; in one of JavaScript two more, which stay empty.
const MEMORIES_PER_COMPONENT: u32 = 3;
/// Tables of a component: the main module's, and the shims'.
const TABLES_PER_COMPONENT: u32 = 8;
/// Host bytes for the bookkeeping of an instance.
const INSTANCE_BYTES_MAX: usize = 1024 * 1024;
/// Pages of a freed slot that are zeroed in place instead of being given back: a fresh instance
/// then needs no page faults for its first data. Only pages that an instance has touched are kept,
/// so that no more stays than was in use at the same time.
const KEEP_RESIDENT_BYTES: usize = 16 * 1024 * 1024;
/// The same, of a call stack, which calls seldom use much of.
const STACK_KEEP_RESIDENT_BYTES: usize = 1024 * 1024;

/// Functions of a stack that a profile keeps.
const PROFILED_FRAMES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// What code is compiled for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Plain,
    /// Every NaN has the same bits.
    CanonicalNans,
    /// Looked at while it runs.
    Profiled,
}

pub(crate) fn engine(limits: &Limits, code: Code) -> Result<Engine, SandboxError> {
    let config = config(limits, code);
    Engine::new(&config).map_err(|error| SandboxError::Engine(format!("{error:#}")))
}

/// An engine that only compiles, for [`engine`]s of the same `code`: it sets no memory aside
/// for instances, and code is the same for either way to allocate them.
pub(crate) fn compiler(limits: &Limits, code: Code) -> Result<Engine, SandboxError> {
    let mut config = config(limits, code);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config).map_err(|error| SandboxError::Engine(format!("{error:#}")))
}

fn config(limits: &Limits, code: Code) -> Config {
    let mut config = Config::new();
    // Costs up to 2.5 times: off where plugins serve, on where one is proven not to need it.
    config.cranelift_nan_canonicalization(code == Code::CanonicalNans);
    if code == Code::Profiled {
        config.epoch_interruption(true);
        config.wasm_backtrace_max_frames(Some(PROFILED_FRAMES));
    }
    // A plugin is one synchronous computation; without concurrency a call costs half.
    config.concurrency_support(false);
    // Fuel gives the verdict. It also yields to the host, which then looks at the clock: one
    // instrumentation for both bounds (docs/adr/0002).
    config.consume_fuel(true);
    config.max_wasm_stack(limits.stack_bytes_max);
    config.async_stack_size(limits.stack_bytes_max.saturating_mul(2));
    config.cranelift_opt_level(OptLevel::Speed);
    config.wasm_simd(true);
    config.wasm_relaxed_simd(true);
    config.relaxed_simd_deterministic(true);
    config.wasm_memory64(false);
    config.wasm_backtrace_details(WasmBacktraceDetails::Enable);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let count = limits.instances_max;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_core_instances(count.saturating_mul(CORE_INSTANCES_PER_COMPONENT))
        .total_memories(count.saturating_mul(MEMORIES_PER_COMPONENT))
        .total_tables(count.saturating_mul(3))
        .total_stacks(count)
        .max_component_instance_size(INSTANCE_BYTES_MAX)
        .max_core_instance_size(INSTANCE_BYTES_MAX)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(MEMORIES_PER_COMPONENT)
        .max_tables_per_component(TABLES_PER_COMPONENT)
        .max_memory_size(limits.memory_bytes_max)
        .table_elements(limits.table_elements_max)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .async_stack_keep_resident(STACK_KEEP_RESIDENT_BYTES)
        .pagemap_scan(Enabled::Auto);
    pool
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{DefaultHasher, Hash, Hasher};

    fn environment(engine: &Engine) -> u64 {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn what_the_compiler_makes_is_for_every_engine_of_the_same_nans() {
        let few = Limits { instances_max: 1, stack_bytes_max: 2 << 20, ..Limits::default() };
        let small = Limits { memory_bytes_max: 1 << 20, table_elements_max: 10, ..few.clone() };
        for code in [Code::Plain, Code::CanonicalNans] {
            let compiler = compiler(&Limits::default(), code).unwrap();
            for limits in [&few, &small] {
                let engine = engine(limits, code).unwrap();
                assert_eq!(environment(&engine), environment(&compiler));
            }
        }
    }
}
