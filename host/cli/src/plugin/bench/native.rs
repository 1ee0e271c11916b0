//! The same calls natively, where the language has a native build of the same code.

use super::{COLUMNS, Calls, ROWS};
use crate::exit::PluginRefused;
use crate::plugin::project::Project;
use anyhow::{Context, bail};
use pynomaly_core::{Matrix, Parameters, Value};
use pynomaly_engine::{Limits, Sandbox};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Calls of each kind; the fastest counts, as in the native program.
const ROUNDS: usize = 5;

/// Times of a fit and of a scoring, and the sum of the bits of all scores.
struct Timed {
    fit: Duration,
    score: Duration,
    sum: u64,
}

/// Both side by side, as text; empty where there is no native build.
pub(super) fn compare(
    project: &Project,
    component: &[u8],
    calls: &Calls,
) -> anyhow::Result<String> {
    let Some(program) = project.native_bench()? else { return Ok(String::new()) };
    let plugin = Sandbox::new(Limits::default(), None)?.load(component);
    let plugin = plugin.map_err(|error| PluginRefused(error.to_string()))?;
    let (rows, parameters) = calls.of(&plugin)?;
    let (mut sandboxed, budget) =
        (Timed { fit: Duration::MAX, score: Duration::MAX, sum: 0 }, plugin.limits().budget());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let mut fitted = plugin.fit(&rows, &parameters, calls.seed, &budget)?;
        sandboxed.fit = sandboxed.fit.min(started.elapsed());
        let started = Instant::now();
        let scores = fitted.model.score(&rows, &budget)?.scores;
        sandboxed.score = sandboxed.score.min(started.elapsed());
        sandboxed.sum = sum_of_bits(fitted.training_scores.iter().chain(&scores));
    }
    let path = project.component().with_file_name("rows.f64");
    let bytes: Vec<u8> = rows.values().iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(&path, bytes)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let mut command = std::process::Command::new(program);
    command.arg(&path).arg(COLUMNS.to_string()).arg(calls.seed.to_string());
    command.args(words(&parameters));
    let output = command.output().context("the native program did not start")?;
    render(&sandboxed, &parse(&String::from_utf8_lossy(&output.stdout))?, &rows)
}

fn words(parameters: &Parameters) -> impl Iterator<Item = String> {
    parameters.iter().map(|(name, value)| match value {
        Value::Boolean(it) => format!("boolean:{name}={it}"),
        Value::Integer(it) => format!("integer:{name}={it}"),
        Value::Number(it) => format!("number:{name}={it}"),
        Value::Text(it) => format!("text:{name}={it}"),
    })
}

/// FNV-1a over the bits, as in the SDK.
fn sum_of_bits<'a>(scores: impl Iterator<Item = &'a f64>) -> u64 {
    let bytes = scores.flat_map(|score| score.to_le_bytes());
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.fold(0xcbf2_9ce4_8422_2325, step)
}

fn parse(said: &str) -> anyhow::Result<Timed> {
    let words: Vec<_> = said.split_whitespace().map(str::parse::<u64>).collect();
    match &words[..] {
        [Ok(fit), Ok(score), Ok(sum)] => Ok(Timed {
            fit: Duration::from_nanos(*fit),
            score: Duration::from_nanos(*score),
            sum: *sum,
        }),
        _ => bail!("the native program said: {}", said.trim()),
    }
}

fn render(sandboxed: &Timed, native: &Timed, rows: &Matrix) -> anyhow::Result<String> {
    let mut text = String::new();
    let size = format!("{} × {}", rows.rows(), rows.columns());
    writeln!(text, "\n{size:<16} sandbox, ms   native, ms   ratio")?;
    for (call, ours, theirs) in
        [("fit", sandboxed.fit, native.fit), ("score", sandboxed.score, native.score)]
    {
        let (ours, theirs) = (ours.as_secs_f64() * 1e3, theirs.as_secs_f64() * 1e3);
        let ratio = ours / theirs.max(f64::MIN_POSITIVE);
        writeln!(text, "  {call:<14} {ours:>11.3} {theirs:>12.3} {ratio:>7.2}")?;
    }
    let bits = if sandboxed.sum == native.sum { "the same bits" } else { "OTHER BITS" };
    writeln!(text, "  {ROWS} training scores and as many scores: {bits} natively")?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_the_program_says_is_read_or_told() {
        let timed = parse("5 7 18446744073709551615\n").unwrap();
        assert_eq!((timed.fit.as_nanos(), timed.score.as_nanos(), timed.sum), (5, 7, u64::MAX));
        for wrong in ["", "5 7", "error no rows", "1 2 3 4"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
