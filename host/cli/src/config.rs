//! `pynomaly config …`

use crate::exit::Refused;
use clap::Subcommand;
use pynomaly_server::{Checked, Config, Source};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print every setting of the server, its value and where it is from, and what is wrong.
    ///
    /// Secrets are not shown. Exits with 3 if the server would not start with these settings.
    Check {
        /// Also exit with 3 at a warning.
        #[arg(long)]
        strict: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Check { strict } = command;
    let checked = Config::check(std::env::vars_os());
    print(&checked);
    let (errors, warnings) = (checked.errors.len(), checked.warnings.len());
    if errors > 0 || (*strict && warnings > 0) {
        return Err(Refused(format!("{errors} errors, {warnings} warnings")).into());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(checked: &Checked) {
    for setting in &checked.settings {
        let value = setting.value.as_deref().unwrap_or("(not set)");
        let source = match setting.source {
            Source::Default => "default",
            Source::Environment => "environment",
            Source::File => "file",
        };
        println!("{:<11}  {}={value}", source, setting.name);
    }
    checked.errors.iter().for_each(|error| println!("error: {error}"));
    checked.warnings.iter().for_each(|warning| println!("warning: {warning}"));
}
