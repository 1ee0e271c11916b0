//! `cargo xtask drill NAME`: a part of `deploy/` proved by running it, as `deploy/README.md` lists.

use crate::plugins::cache;
use crate::services::install;
use crate::step::program;
use anyhow::{Context, bail};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What can be drilled: each is a script of the same name in `deploy/tests/`.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Drill {
    /// Alerts, rules and dashboards on real Prometheus, Alertmanager and exporters.
    Monitoring,
    /// Manifests: rendered, held against the schemas, scanned.
    Kubernetes,
    /// The container image: built, and run as Kubernetes would.
    Image,
    /// The Debian package: installed, upgraded and purged under systemd.
    Package,
    /// nginx before two replicas that are replaced under load.
    Edge,
    /// A certificate renewed by ACME under load. Not in continuous integration.
    Renewal,
    /// The web application firewall of the edge.
    Waf,
    /// PgBouncer between servers and Postgres.
    Pooling,
    /// The database's tuning, and its leader gone under load.
    Standby,
    /// Redis behind sentinels, its master gone under load.
    Sentinel,
    /// The load of the guide, by k6.
    Load,
    /// What `pynomaly capacity` predicts from a Prometheus with a known past.
    Capacity,
    /// The load of weeks in minutes: memory stays level. Not in continuous integration.
    Soak,
    /// The platform on AWS, as far as an emulation goes.
    Terraform,
    /// Everything lost, and restored from a backup; Postgres brought back to a moment.
    Backup,
    /// Every command of `docs/runbooks/`.
    Runbooks,
    /// Workflows of continuous integration, and the scripts that they start.
    Workflows,
    /// Advisories, licences, secrets, infrastructure, own rules: one report.
    Security,
}

impl Drill {
    /// The drills that continuous integration runs, at their smallest honest size.
    const IN_CI: [Self; 15] = [
        Self::Monitoring,
        Self::Kubernetes,
        Self::Image,
        Self::Package,
        Self::Edge,
        Self::Waf,
        Self::Pooling,
        Self::Standby,
        Self::Sentinel,
        Self::Load,
        Self::Capacity,
        Self::Terraform,
        Self::Backup,
        Self::Runbooks,
        Self::Workflows,
    ];

    fn script(self) -> String {
        let name = self.to_possible_value().map(|value| value.get_name().replace('-', "_"));
        format!("{}.py", name.unwrap_or_default())
    }
}

/// Runs one drill at the size that its script calls full.
pub(crate) fn run(root: &Path, drill: Drill) -> anyhow::Result<()> {
    go(root, &python(root)?, drill, "full")
}

/// Runs those of continuous integration.
pub(crate) fn run_small(root: &Path) -> anyhow::Result<()> {
    let python = python(root)?;
    Drill::IN_CI.into_iter().try_for_each(|drill| go(root, &python, drill, "small"))
}

/// Its words are shown as they come: a drill reports step by step.
fn go(root: &Path, python: &Path, drill: Drill, size: &str) -> anyhow::Result<()> {
    let script = drill.script();
    let mut command = Command::new(python);
    command
        .arg(root.join("deploy/tests").join(&script))
        .args(["--size", size])
        .env("DRILL_BINARY", binary(root, size)?);
    finish(root, command, &script)
}

/// Builds what a release consists of, into `target/package/`.
pub(crate) fn package(root: &Path) -> anyhow::Result<()> {
    crate::plugins::run(root, None)?;
    let mut command = Command::new(python(root)?);
    command.arg(root.join("deploy/deb/build.py"));
    finish(root, command, "deploy/deb/build.py")
}

fn finish(root: &Path, mut command: Command, script: &str) -> anyhow::Result<()> {
    command.env("DRILL_CACHE", cache()).current_dir(root);
    let status = command.status().with_context(|| format!("{script} did not start"))?;
    if !status.success() {
        bail!("{script} failed; its last words say what of it");
    }
    Ok(())
}

/// The server that is drilled: the one named, or the one just built, or in full a release of it.
fn binary(root: &Path, size: &str) -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os("DRILL_BINARY") {
        return Ok(named.into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| root.join("target"));
    let profiles = if size == "full" { ["release", "debug"] } else { ["debug", "release"] };
    let mut built = profiles.iter().map(|profile| target.join(profile).join("pynomaly"));
    built.find(|path| path.exists()).context("no server is built; run `cargo build --release`")
}

/// A Python of our own with what the drills' scripts import.
fn python(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = cache().join("drill-venv");
    let path = folder.display().to_string();
    let wanted = root.join("deploy/tests/requirements.txt");
    let installed = folder.join("requirements.txt");
    let is_current = fs::read(&installed).ok() == Some(fs::read(&wanted)?);
    if !is_current {
        if program("python3", &["-m", "venv", &path]).hint("").go().is_err() {
            install("python3-venv")?;
            let hint = "install python3-venv, then run this again";
            program("python3", &["-m", "venv", &path]).hint(hint).go()?;
        }
        let list = wanted.display().to_string();
        let hint = "is the package index reachable?";
        program(folder.join("bin/pip"), &["install", "--quiet", "-r", &list]).hint(hint).go()?;
        fs::copy(&wanted, &installed)?;
    }
    Ok(folder.join("bin/python"))
}
