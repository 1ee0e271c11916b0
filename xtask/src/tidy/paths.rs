//! Paths named in prose exist: prose that points nowhere is worse than none.

use std::path::Path;

/// Folders that are made, not kept.
const MADE: [&str; 4] = ["target/", "data/", ".demo/", "plugins/target/"];

pub(crate) fn check(root: &Path, files: &[String]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for name in files.iter().filter(|name| name.ends_with(".md")) {
        let text = std::fs::read_to_string(root.join(name))?;
        let folder = root.join(name).parent().map(Path::to_owned).unwrap_or_default();
        for (line, path) in named_paths(&text) {
            let is_made = MADE.iter().any(|made| path.starts_with(made));
            if !is_made && !root.join(path).exists() && !folder.join(path).exists() {
                faults.push(format!("{name}:{line} names `{path}`, which is not there"));
            }
        }
    }
    Ok(faults)
}

/// `(line, path)` of every code span and relative link that looks like a path of ours: words and
/// slashes, nothing that stands for something else.
fn named_paths(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().flat_map(move |(index, line)| {
        fenced ^= line.trim_start().starts_with("```");
        let spans = line.split('`').skip(1).step_by(2);
        let links = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let found: Vec<_> = if fenced { Vec::new() } else { spans.chain(links).collect() };
        found.into_iter().filter(|path| looks_like_path(path)).map(move |path| (index + 1, path))
    })
}

fn looks_like_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte);
    let has_extension = Path::new(text).extension().is_some_and(|end| end.len() <= 4);
    text.contains('/')
        && text.bytes().all(plain)
        && !text.starts_with('/')
        && !text.contains("//")
        && (has_extension || text.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::named_paths;

    #[test]
    fn code_spans_and_links_are_found_and_routes_are_not() {
        let text = "see `host/core/` and [this](docs/adr/0001-x.md#why), not `/api/v1/x.json`,\n\
                    `a/b`, `{x}/y.rs` or\n```\n`in/a/block.rs`\n```";
        let found: Vec<_> = named_paths(text).collect();
        assert_eq!(found, [(1, "host/core/"), (1, "docs/adr/0001-x.md")]);
    }
}
