//! The servers that the tests need: installed if missing, started, and stopped on drop.

use crate::step::{Step, program};
use pynomaly_test_services::{Postgres, Redis, Registry};

pub(crate) fn postgres() -> anyhow::Result<Postgres> {
    if !Postgres::is_installed() {
        install(Postgres::PACKAGE)?;
    }
    Step::new("start a Postgres for the tests").run(Postgres::start)
}

pub(crate) fn redis() -> anyhow::Result<Redis> {
    if !Redis::is_installed() {
        install(Redis::PACKAGE)?;
    }
    Step::new("start a Redis for the tests").run(Redis::start)
}

/// Tests start their own; it only has to be there.
pub(crate) fn registry() -> anyhow::Result<()> {
    if Registry::is_installed() { Ok(()) } else { install(Registry::PACKAGE) }
}

/// Installs a Debian package.
pub(crate) fn install(package: &str) -> anyhow::Result<()> {
    let by_hand = "install it as root, then run this again";
    program("apt-get", &["update"]).hint(by_hand).go()?;
    let install = ["install", "-y", "--no-install-recommends", package];
    program("apt-get", &install).env("DEBIAN_FRONTEND", "noninteractive").hint(by_hand).go()
}
