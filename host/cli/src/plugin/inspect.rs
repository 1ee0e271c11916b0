//! `pynomaly plugin inspect`: what a component says of itself.

use super::read;
use crate::exit::PluginRefused;
use pynomaly_core::{Descriptor, ParameterSpec};
use pynomaly_engine::{Limits, Sandbox};
use std::fmt::Write;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(file: &Path) -> anyhow::Result<()> {
    let bytes = read(file)?;
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let plugin = sandbox.load(&bytes).map_err(|error| PluginRefused(error.to_string()))?;
    let (compile_time, _) = plugin.compile_time();
    println!("digest       {}", plugin.digest());
    println!("size         {} bytes", bytes.len());
    println!("compiled in  {:.0} ms", compile_time.as_secs_f64() * 1_000.0);
    print!("{}", describe(plugin.descriptor())?);
    Ok(())
}

fn describe(descriptor: &Descriptor) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "name         {} {}", descriptor.name, descriptor.version)?;
    writeln!(text, "summary      {}", descriptor.summary)?;
    writeln!(text, "reference    {}", descriptor.reference)?;
    writeln!(
        text,
        "missing      {}",
        if descriptor.accepts_missing { "accepted" } else { "refused" }
    )?;
    writeln!(text, "rows         at least {}", descriptor.minimum_rows)?;
    writeln!(text, "state format {}", descriptor.state_version)?;
    for (key, value) in &descriptor.extra {
        writeln!(text, "{key:<12} {value}")?;
    }
    descriptor.parameters.iter().try_for_each(|parameter| describe_one(&mut text, parameter))?;
    Ok(text)
}

fn describe_one(text: &mut String, parameter: &ParameterSpec) -> std::fmt::Result {
    let kinds: Vec<_> = parameter.kinds.iter().map(ToString::to_string).collect();
    write!(text, "parameter    {}: {}", parameter.name, kinds.join(", or "))?;
    if let Some(default) = &parameter.default {
        write!(text, "; default {default}")?;
    }
    writeln!(text, "\n             {}", parameter.doc)
}
