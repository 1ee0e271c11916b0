//! `cargo xtask tidy`: what no compiler checks. Layers, sizes, paths named in prose, and whether what is
//! generated is what would be.

mod layers;
mod paths;
mod sizes;

use crate::bindings;
use anyhow::bail;
use std::path::Path;
use std::process::Command;

/// Runs every check and lists all that is wrong at once.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let files = tracked_files(root)?;
    let mut faults = layers::check(root)?;
    faults.extend(sizes::check(root, &files)?);
    faults.extend(paths::check(root, &files)?);
    faults.extend(bindings::check(root)?);
    if !faults.is_empty() {
        bail!("{} untidy places:\n  {}", faults.len(), faults.join("\n  "));
    }
    Ok(())
}

/// What git knows, or would take up.
fn tracked_files(root: &Path) -> anyhow::Result<Vec<String>> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root).output()?;
    if !output.status.success() {
        bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let listed = String::from_utf8(output.stdout)?;
    let there = |name: &&str| root.join(name).is_file();
    Ok(listed.lines().filter(there).map(str::to_owned).collect())
}
