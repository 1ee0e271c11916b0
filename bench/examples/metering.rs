//! What each way of bounding a call costs, on wasmtime directly (docs/adr/0002).
#![expect(clippy::print_stdout, reason = "the figures")]

use std::hint::black_box;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Error, InstanceAllocationStrategy, OptLevel, Result, Store};

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/1.0",
        world: "plugin",
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}
use bindings::pynomaly::detector::{log, types};

struct Quiet;

impl types::Host for Quiet {}

impl log::Host for Quiet {
    fn log(&mut self, _: log::Level, _: String) {}
}

/// One way to bound a call.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    fuel: bool,
    yields: bool,
    epoch: bool,
}

const WAYS: [Way; 5] = [
    Way { name: "nothing", fuel: false, yields: false, epoch: false },
    Way { name: "epoch", fuel: false, yields: false, epoch: true },
    Way { name: "fuel", fuel: true, yields: false, epoch: false },
    Way { name: "fuel that yields", fuel: true, yields: true, epoch: false },
    Way { name: "fuel and epoch", fuel: true, yields: false, epoch: true },
];

const ROWS: usize = 5_000;
const COLUMNS: u32 = 10;
const ROUNDS: usize = 31;
/// In each round.
const CALLS: usize = 1_000;
const YIELD_FUEL: u64 = 2_000_000;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/plugins".into());
    let values = values();
    for plugin in ["ecod", "knn"] {
        let bytes = std::fs::read(Path::new(&folder).join(format!("{plugin}.wasm")))?;
        println!("{plugin}: fit and score {ROWS} x {COLUMNS}; one warm row of 100; medians");
        let cases = WAYS.iter().map(|way| Case::new(*way, &bytes)).collect::<Result<Vec<_>>>()?;
        let mut times: [Times; WAYS.len()] = Default::default();
        for _ in 0..ROUNDS {
            for (case, times) in cases.iter().zip(&mut times) {
                case.run(&values, times)?;
            }
        }
        let [base, ..] = &times;
        let base = median(&base.fits);
        for (way, times) in WAYS.iter().zip(&times) {
            let fit = median(&times.fits);
            println!(
                "  {:<18} {:>8.2} ms  {:.2} x  {:>7.2} µs",
                way.name,
                fit.as_secs_f64() * 1e3,
                fit.as_secs_f64() / base.as_secs_f64(),
                median(&times.calls).as_secs_f64() * 1e6
            );
        }
    }
    Ok(())
}

/// One plugin, ready to be run in one way.
struct Case {
    way: Way,
    engine: Engine,
    instances: bindings::PluginPre<Quiet>,
}

#[derive(Default)]
struct Times {
    fits: Vec<Duration>,
    calls: Vec<Duration>,
}

impl Case {
    fn new(way: Way, bytes: &[u8]) -> Result<Self> {
        let engine = engine(way)?;
        let mut linker = Linker::new(&engine);
        bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |quiet: &mut Quiet| quiet)?;
        let component = Component::from_binary(&engine, bytes)?;
        let instances = bindings::PluginPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self { way, engine, instances })
    }

    /// One fit of all rows, and some calls of a model of a few.
    fn run(&self, values: &[f64], times: &mut Times) -> Result<()> {
        let rows = |values| types::Matrix { columns: COLUMNS, values };
        let started = Instant::now();
        let mut store = store(self.way, &self.engine)?;
        let bindings = drive(self.instances.instantiate_async(&mut store))?;
        let detector = bindings.pynomaly_detector_detector();
        black_box(drive(detector.call_fit(&mut store, rows(values), &[], 7))?.is_ok());
        times.fits.push(started.elapsed());
        let few = values.get(..1_000).unwrap_or_default();
        let fitted = drive(detector.call_fit(&mut store, rows(few), &[], 7))?;
        let model = fitted.map_err(|_| Error::msg("the fit was refused"))?.model;
        for _ in 0..CALLS {
            let started = Instant::now();
            refuel(self.way, &mut store)?;
            let one = rows(values.get(..10).unwrap_or_default());
            black_box(drive(detector.model().call_score(&mut store, model, one))?.is_ok());
            times.calls.push(started.elapsed());
        }
        Ok(())
    }
}

fn engine(way: Way) -> Result<Engine> {
    let mut config = Config::new();
    config.concurrency_support(false);
    config.cranelift_opt_level(OptLevel::Speed);
    config.consume_fuel(way.fuel);
    config.epoch_interruption(way.epoch);
    config.allocation_strategy(InstanceAllocationStrategy::pooling());
    Engine::new(&config)
}

fn store(way: Way, engine: &Engine) -> Result<Store<Quiet>> {
    let mut store = Store::new(engine, Quiet);
    refuel(way, &mut store)?;
    Ok(store)
}

fn refuel(way: Way, store: &mut Store<Quiet>) -> Result<()> {
    if way.fuel {
        store.set_fuel(u64::MAX / 2)?;
        store.fuel_async_yield_interval(way.yields.then_some(YIELD_FUEL))?;
    }
    if way.epoch {
        store.set_epoch_deadline(1_000_000);
    }
    Ok(())
}

fn drive<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(outcome) = future.as_mut().poll(&mut context) {
            return outcome;
        }
        black_box(Instant::now());
    }
}

fn values() -> Vec<f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from((state >> 32) as u32) / f64::from(u32::MAX)
    };
    (0..ROWS * COLUMNS as usize).map(|_| (0..4).map(|_| uniform()).sum::<f64>() - 2.0).collect()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
