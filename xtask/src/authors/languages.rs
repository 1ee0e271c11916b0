//! From `plugin new` to a component that passes the full kit.

use super::tools::Tools;
use super::{read, run_one};
use crate::step::Step;
use anyhow::{Context, ensure};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// All but that of the tutorial.
pub(super) const OTHERS: [&str; 4] = ["rust", "js", "ts", "c"];
/// A build and a scoring, on a slow machine.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// A line of the C template, and what an author might make of it.
const CAP: [&str; 2] = ["\"cap\", 1000.0,", "\"cap\", 1.5,"];

/// Creates a project, tests, builds and checks it; gives what it says of its rows.
pub(super) fn run(
    root: &Path,
    tools: &Tools,
    folder: &Path,
    language: &str,
) -> anyhow::Result<Answers> {
    let sdk = root.join("sdk/rust").display().to_string();
    let name = format!("in_{language}");
    let mut new = vec!["new", &name, "--lang", language];
    if language == "rust" {
        new.extend(["--sdk", &sdk]);
    }
    run_one(&format!("{language}: plugin new"), &mut tools.plugin(&new, folder)?)?;
    let project = folder.join(&name);
    let plugin = |arguments: &[&str]| -> anyhow::Result<String> {
        let mut command = match language {
            "rust" => tools.rust(arguments, &project)?,
            _ => tools.plugin(arguments, &project)?,
        };
        run_one(&format!("{language}: plugin {}", arguments.join(" ")), &mut command)
    };
    // Types of Node, which tests of TypeScript are checked with, only lie in the project itself.
    let build: &[&str] = if language == "ts" { &["build", "--install"] } else { &["build"] };
    let built = plugin(build)?;
    plugin(&["test"])?;
    let is_closed = built.contains("imports    pynomaly:detector/log@1.0.0\n");
    ensure!(is_closed, "it imports more than `log`:\n{built}");
    plugin(&["check", "build/detector.wasm"])?;
    answers(&project, &plugin)
}

/// What a project's component says of the rows that come with every project.
#[derive(PartialEq, Eq)]
pub(super) struct Answers {
    /// Scores and contributions.
    scored: String,
    /// Scores of rows that are learnt.
    learnt: String,
}

/// Scores, explains and learns a project's rows. `plugin` runs `pynomaly plugin …` there.
pub(super) fn answers(
    project: &Path,
    plugin: &dyn Fn(&[&str]) -> anyhow::Result<String>,
) -> anyhow::Result<Answers> {
    let explain = ["--contamination", "0.02", "--explain", "--output", "build/explained.csv"];
    plugin(&[&["run", "rows.csv"], &explain[..]].concat())?;
    let scored = read(project.join("build/explained.csv"))?;
    ensure!(scored.contains("contribution_3"), "nothing is explained:\n{scored}");
    Ok(Answers { scored, learnt: plugin(&["learn", "rows.csv"])? })
}

/// `plugin dev` sees a change, builds, and says what differs.
pub(super) fn watch(tools: &Tools, project: &Path) -> anyhow::Result<()> {
    Step::new("c: plugin dev rows.csv").run(|| {
        let mut dev = Dev::start(&mut tools.plugin(&["dev", "rows.csv"], project)?)?;
        dev.expect("rows above")?;
        let source = project.join("detector.c");
        let text = read(source.clone())?;
        ensure!(text.contains(CAP[0]), "the template has no line {:?}", CAP[0]);
        std::fs::write(source, text.replace(CAP[0], CAP[1]))?;
        dev.expect("scores differ")
    })
}

/// A running `plugin dev`, ended on drop.
struct Dev {
    child: Child,
    lines: Receiver<String>,
}

impl Dev {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let out = BufReader::new(child.stdout.take().context("it has no output")?);
        let (send, lines) = channel();
        std::thread::spawn(move || {
            out.lines().map_while(Result::ok).try_for_each(|line| send.send(line).ok())
        });
        Ok(Self { child, lines })
    }

    fn expect(&mut self, part: &str) -> anyhow::Result<()> {
        loop {
            let line = self.lines.recv_timeout(WAIT_MAX);
            let line = line.with_context(|| format!("it never said {part:?}"))?;
            if line.contains(part) {
                return Ok(());
            }
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
