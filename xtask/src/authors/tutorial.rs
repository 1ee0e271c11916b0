//! Every command of `docs/plugin-authors.md`, in one shell.

use super::tools::Tools;
use super::{read, run_one};
use anyhow::ensure;
use pynomaly_test_services::free_port;
use std::path::Path;
use std::process::Command;

const TUTORIAL: &str = "docs/plugin-authors.md";
/// Where the tutorial's server listens.
const ADDRESS: &str = "127.0.0.1:8000";
/// Stops at the first failure, and leaves nothing running.
const PREAMBLE: &str = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n";

/// Runs it.
pub(super) fn run(root: &Path, tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let commands = commands(&read(root.join(TUTORIAL))?).replace(ADDRESS, &address);
    let mut shell = Command::new("bash");
    shell
        .arg("-c")
        .arg(format!("{PREAMBLE}{commands}"))
        .current_dir(folder)
        .env("PATH", tools.path()?)
        .env("PYNOMALY_LISTEN", &address);
    let said = run_one(TUTORIAL, &mut shell)?;
    ensure!(said.contains("\"is_anomaly\":true"), "no anomaly was found:\n{said}");
    Ok(())
}

/// The blocks of a page that are marked as commands.
fn commands(page: &str) -> String {
    let blocks = page.split("```sh\n").skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_the_blocks_marked_sh() {
        let page = "text\n```sh\na\nb\n```\n```console\nc\n```\n```sh\nd\n```\n";
        assert_eq!(commands(page), "a\nb\nd\n");
    }
}
