//! `cargo xtask test`: every test there is, those of accounts, history and models on both
//! databases.

use crate::authors;
use crate::drill;
use crate::plugins;
use crate::schemathesis;
use crate::services;
use crate::step::cargo;
use pynomaly_test_services::{Postgres, Redis};
use std::path::Path;

/// Builds what the tests start (the plugins and the server), then runs the tests of both
/// workspaces.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    plugins::run(root, None)?;
    let hint = "the names of the failed tests stand above";
    // All together, because the tests' own dependencies ask the others for more features: apart,
    // the largest of them would be compiled twice.
    let build = ["build", "--workspace", "--bins", "--tests"];
    cargo(root, &build).hint("mend what the compiler names").go()?;
    // Started first, so that they are installed: tests of failures start their own.
    services::registry()?;
    let servers = (services::postgres()?, services::redis()?);
    cargo(root, &["test", "--workspace"]).hint(hint).go()?;
    test_on_servers(root, &servers, hint)?;
    schemathesis::run(root)?;
    authors::run(root)?;
    drill::run_small(root)?;
    cargo(&root.join("plugins"), &["test", "--workspace"]).hint(hint).go()
}

/// The same tests again, this time on Postgres and Redis.
fn test_on_servers(
    root: &Path,
    (postgres, redis): &(Postgres, Redis),
    hint: &'static str,
) -> anyhow::Result<()> {
    // All packages again: those with a database alone would be compiled with other features.
    cargo(root, &["test", "--workspace"])
        .env("PYNOMALY_TEST_POSTGRES", postgres.url())
        .env("PYNOMALY_TEST_REDIS", redis.url())
        .hint(hint)
        .go()
}
