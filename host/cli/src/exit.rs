//! What the exit code says.

use std::fmt;
use std::process::ExitCode;

/// Shown under `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  something failed: a file, the network, the database, a plugin's own fault
  2  the command line is wrong
  3  the data or a parameter was refused; the message names it
  4  the plugin was refused, or failed a check; the message names the step or the check";

/// What was given is at fault, not what was done with it: exit code 3.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

/// A plugin did not pass: exit code 4.
#[derive(Debug)]
pub(crate) struct PluginRefused(pub(crate) String);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for PluginRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
impl std::error::Error for PluginRefused {}

/// Says what went wrong, once, and turns it into the exit code.
#[expect(clippy::print_stderr, reason = "the one place where the command reports its end")]
pub(crate) fn code(outcome: anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("pynomaly: {error:#}");
    if error.is::<Refused>() {
        ExitCode::from(3)
    } else if error.is::<PluginRefused>() {
        ExitCode::from(4)
    } else {
        ExitCode::FAILURE
    }
}
