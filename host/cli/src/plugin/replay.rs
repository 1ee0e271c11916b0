//! `pynomaly plugin replay`: a call that failed on a server, made again here.

use super::read;
use crate::exit::{PluginRefused, Refused};
use pynomaly_engine::{
    Budget, Bundle, CallError, DetectError, Engine, Frame, LimitKind, Limits, Replay, Sandbox,
    Served, digest, traced,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Fuel after which a call that does not end is looked at: some seconds of work.
const LOOK_AFTER_FUEL: u64 = 1_000_000_000;
/// Time to burn that.
const LOOK_WITHIN: Duration = Duration::from_secs(60);

/// Make a call again that failed on a server, and show where in the plugin it fails.
///
/// The bundle comes from GET /api/v1/admin/captures/ID, and holds the rows, the parameters, the seed and
/// the limits of the call. Lines are shown where the component carries line tables: build it with
/// `debug = "line-tables-only"` and `strip = "none"` and give it with --plugin.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes:
  0  the call has an answer now
  3  the bundle cannot be used
  4  the component was refused, or the call failed again")]
pub(crate) struct Arguments {
    /// The bundle.
    bundle: PathBuf,
    /// The component, where the bundle has none in it, or to try another build of it.
    #[arg(long, value_name = "FILE.wasm")]
    plugin: Option<PathBuf>,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let unusable = |error: &dyn std::fmt::Display| Refused(error.to_string());
    let bundle = Bundle::parse(&read(&arguments.bundle)?).map_err(|error| unusable(&error))?;
    let replay = Replay::new(&bundle).map_err(|error| unusable(&error))?;
    let component = component(arguments, &bundle)?;
    let limits = bundle.limits.limits();
    let budget = limits.budget();
    // A call that does not end is looked at afterwards, which must not end for want of time.
    let wall_max = limits.wall_max.saturating_add(LOOK_WITHIN);
    let engine = Engine::new(Sandbox::new(Limits { wall_max, ..limits }, None)?);
    tell(&bundle, &replay, &component);
    let served = engine.load(&component).map_err(|error| PluginRefused(error.to_string()))?;
    let (outcome, mut frames) = traced(|| replay.run(&served, &budget));
    let error = match outcome {
        Ok(found) => {
            println!("now      {} scores, {} anomalies", found.scores, found.anomalies);
            return Ok(());
        }
        Err(error) => error,
    };
    println!("now      {error}");
    if matches!(error, DetectError::Call(CallError::Limit(LimitKind::Wall(_)))) {
        frames = look(&replay, &served, &budget);
        println!("         after {LOOK_AFTER_FUEL} units of fuel it is here:");
    }
    frames.iter().for_each(|frame| println!("  at {frame}"));
    if !frames.is_empty() && frames.iter().all(|frame| frame.line.is_none()) {
        println!("The component carries no line tables; see `pynomaly plugin replay --help`.");
    }
    Err(PluginRefused("the call failed again".into()).into())
}

/// The component of the command line, or else that of the bundle.
fn component(arguments: &Arguments, bundle: &Bundle) -> anyhow::Result<Vec<u8>> {
    if let Some(path) = &arguments.plugin {
        return read(path);
    }
    let component = bundle.component().map_err(|error| Refused(error.to_string()))?;
    let missing = || Refused("the bundle has no component in it: give it with --plugin".into());
    Ok(component.ok_or_else(missing)?)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn tell(bundle: &Bundle, replay: &Replay, component: &[u8]) {
    let Bundle { detector_type, detector_version, detector_digest, .. } = bundle;
    println!("plugin   {detector_type} {detector_version} {detector_digest}");
    let found = digest(component);
    if found != *detector_digest {
        println!("         here another build of it: {found}");
    }
    let (rows, columns) = (replay.data().rows(), replay.data().columns());
    println!("call     {:?}, {rows} x {columns}, seed {}", bundle.call, bundle.seed);
    println!("then     {}", bundle.error);
}

/// Where a call is that does not end: ended from inside, it has a stack to show.
fn look(replay: &Replay, served: &Arc<Served>, budget: &Budget) -> Vec<Frame> {
    let fuel = budget.fuel.min(LOOK_AFTER_FUEL);
    let wall = budget.wall.saturating_add(LOOK_WITHIN);
    let budget = Budget { fuel, wall, ..budget.clone() };
    traced(|| replay.run(served, &budget)).1
}
