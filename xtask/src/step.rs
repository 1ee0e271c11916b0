//! One step of a longer command: a bar while it runs, a hint when it fails.

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A named piece of work.
pub(crate) struct Step {
    name: String,
}

/// A program to run as one step.
pub(crate) struct Program {
    command: Command,
    name: String,
    hint: &'static str,
    quiet: bool,
}

impl Step {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// Runs `work` behind a turning bar, and says how long it took.
    #[expect(clippy::print_stderr, reason = "the report of a command for people")]
    pub(crate) fn run<T>(self, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let started = Instant::now();
        let bar = ProgressBar::new_spinner().with_message(self.name.clone());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} … {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        let outcome = work();
        bar.finish_and_clear();
        let mark = if outcome.is_ok() { "done" } else { "FAILED" };
        eprintln!("{mark:>6}  {} ({:.1} s)", self.name, started.elapsed().as_secs_f64());
        outcome.with_context(|| self.name)
    }
}

/// `cargo ARGUMENTS` in `folder`. Its own output is shown: it has progress bars of its own.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Program {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let place = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = format!("cargo {} ({})", arguments.join(" "), place.unwrap_or_default());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(folder);
    Program { command, name, hint: "", quiet: false }
}

/// Any other program; its output is shown only if it fails.
pub(crate) fn program(program: impl AsRef<OsStr>, arguments: &[&str]) -> Program {
    let name = format!("{} {}", program.as_ref().to_string_lossy(), arguments.join(" "));
    let mut command = Command::new(program);
    command.args(arguments);
    Program { command, name, hint: "", quiet: true }
}

impl Program {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What to do where it fails.
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) fn go(mut self) -> anyhow::Result<()> {
        if self.quiet {
            let name = self.name.clone();
            return Step::new(name).run(move || self.go_quietly());
        }
        let started = Instant::now();
        let status =
            self.command.status().with_context(|| format!("{} did not start", self.name))?;
        if !status.success() {
            bail!("{} failed; {}", self.name, self.hint);
        }
        report(&self.name, started);
        Ok(())
    }

    fn go_quietly(&mut self) -> anyhow::Result<()> {
        let output = self.command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{}\n{said}{}", output.status, self.hint);
        }
        Ok(())
    }
}

#[expect(clippy::print_stderr, reason = "the report of a command for people")]
fn report(name: &str, started: Instant) {
    eprintln!("{:>6}  {name} ({:.1} s)", "done", started.elapsed().as_secs_f64());
}
