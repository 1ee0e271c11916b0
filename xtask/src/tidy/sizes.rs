//! Files that a reader can hold in the head.

use std::path::Path;

/// Lines of a source file, its tests at the end aside.
const LINES_MAX: usize = 400;

pub(crate) fn check(root: &Path, files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for name in files.iter().filter(|name| is_source(name)) {
        let text = std::fs::read_to_string(root.join(name))?;
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        if lines > LINES_MAX {
            faults.push(format!("{name} has {lines} lines; at most {LINES_MAX}: split it"));
        }
    }
    Ok(faults)
}

fn is_source(name: &str) -> bool {
    let is_test =
        name.starts_with("tests/") || name.contains("/tests/") || name.ends_with("tests.rs");
    Path::new(name).extension().is_some_and(|end| end == "rs") && !is_test
}
