//! What the server does with an upload, while it does it.

use super::http::{Server, refused};
use super::text;
use crate::exit::PluginRefused;
use anyhow::bail;
use indicatif::ProgressBar;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Until it is asked again; doubled each time, since requests are counted.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// A server ends what takes longer: it compiles twice at most, and waits as long for either.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Until it is stored: what the server says of it then.
pub(super) fn follow(server: &Server<'_>, location: &str) -> anyhow::Result<Value> {
    let (begun, mut told) = (Instant::now(), 0);
    let bar = ProgressBar::new_spinner();
    let mut pause = PAUSE_FIRST;
    let outcome = loop {
        let Some(upload) = server.ask(location)? else {
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the server has been busy for too long");
            std::thread::sleep(PAUSE_MAX);
            continue;
        };
        let state = text(&upload, "state")?;
        let is_over = state != "running";
        told = tell(&bar, &upload, told, is_over);
        match state {
            "running" if begun.elapsed() < PATIENCE => std::thread::sleep(pause),
            "running" => bail!("the server has not done with it for {} s", PATIENCE.as_secs()),
            "stored" | "known" => break Ok(upload),
            "lost" => bail!("the server that worked on it has ended; upload it again"),
            _ => break Err(why(&upload)),
        }
        pause = PAUSE_MAX.min(pause * 2);
    };
    bar.finish_and_clear();
    Ok(outcome?)
}

fn why(upload: &Value) -> PluginRefused {
    let problem = upload.get("problem").unwrap_or(&Value::Null);
    refused(&problem.get("status").unwrap_or(&Value::Null).to_string(), problem)
}

/// A line for each step that is over, since `told` of them; the one under way turns. How many are told
/// of now.
#[expect(clippy::print_stderr, reason = "standard output is for the answer")]
fn tell(bar: &ProgressBar, upload: &Value, told: usize, is_over: bool) -> usize {
    let steps = upload.get("steps").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let over = if is_over { steps.len() } else { steps.len().saturating_sub(1) };
    for step in steps.iter().take(over).skip(told) {
        bar.suspend(|| eprintln!("{}", line(step)));
    }
    if let Some(step) = steps.get(over) {
        bar.set_message(line(step));
        bar.tick();
    }
    over.max(told)
}

fn line(step: &Value) -> String {
    let name = step.get("step").and_then(Value::as_str).unwrap_or_default();
    let state = step.get("state").and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| step.get(name).and_then(Value::as_f64);
    let mut line = format!("{name:10} {state:8} {:6.1} s", number("seconds").unwrap_or_default());
    if let Some(cpu) = number("cpu_seconds") {
        line += &format!(", {cpu:.1} s of processor");
    }
    if let Some(bytes) = number("memory_bytes") {
        line += &format!(", {:.0} MiB", bytes / 1024.0 / 1024.0);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn step_is_one_line() {
        let step = json!({"step": "compile", "state": "done", "seconds": 17.31, "cpu_seconds": 17.0,
                          "memory_bytes": 325_058_560});
        let expected = "compile    done       17.3 s, 17.0 s of processor, 310 MiB";
        assert_eq!(line(&step), expected);
        let step = json!({"step": "digest", "state": "running", "seconds": 0.0});
        assert_eq!(line(&step), "digest     running     0.0 s");
    }
}
