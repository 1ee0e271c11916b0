//! Where a component's calls burn their fuel, as a picture.

use super::{COLUMNS, Calls, ROWS};
use crate::exit::PluginRefused;
use anyhow::{Context, ensure};
use inferno::flamegraph::{Options, from_lines};
use pynomaly_engine::{Limits, Sandbox};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Profiles a fit, a scoring and what else the plugin can do, and writes the picture to `path`.
pub(super) fn write(path: &Path, component: &[u8], calls: &Calls) -> anyhow::Result<()> {
    let lines = stacks(component, calls)?;
    ensure!(!lines.is_empty(), "the calls burn too little fuel to be seen");
    let context = || format!("{} cannot be written", path.display());
    let mut options = Options::default();
    options.title = format!("Fuel of fit and score, {ROWS} × {COLUMNS}");
    options.count_name = "samples of 20,000 units".to_owned();
    // The same stacks give the same picture.
    options.deterministic = true;
    let file = BufWriter::new(File::create(path).with_context(context)?);
    from_lines(&mut options, lines.iter().map(String::as_str), file).with_context(context)
}

/// One line a stack: the call and the functions, outermost first, and how often it was seen.
fn stacks(component: &[u8], calls: &Calls) -> anyhow::Result<Vec<String>> {
    let (sandbox, profile) = Sandbox::new(Limits::default(), None)?.profiling(Limits::default())?;
    let plugin = sandbox.load(component).map_err(|error| PluginRefused(error.to_string()))?;
    let (rows, parameters) = calls.of(&plugin)?;
    let budget = sandbox.limits().budget();
    let mut lines = Vec::new();
    let mut taken = |call: &str| {
        let line = |(stack, count)| format!("{call};{stack} {count}");
        lines.extend(profile.take().into_iter().map(line));
    };
    // Of `describe`, which burns next to nothing.
    drop(profile.take());
    let mut model = plugin.fit(&rows, &parameters, calls.seed, &budget)?.model;
    taken("fit");
    model.score(&rows, &budget)?;
    taken("score");
    if model.explain(&rows, &budget)?.is_some() {
        taken("explain");
    }
    if model.update(&rows, &budget)?.is_some() {
        taken("update");
    }
    Ok(lines)
}
