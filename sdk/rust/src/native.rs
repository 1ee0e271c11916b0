//! A detector timed natively: `pynomaly plugin bench` makes a program of this and of a project, and
//! compares with the component.

use crate::parameters::{Parameters, Value};
use crate::{Detector, Matrix, Model};
use std::io::Write;
use std::time::{Duration, Instant};

/// Calls of each kind; the fastest counts.
const ROUNDS: usize = 5;

/// Fits and scores the rows of the file that the first argument names: floats, little-endian, as
/// many a row as the second says. The third is the seed, and the others are parameters, such as
/// `number:cap=5`. Prints nanoseconds of a fit and of a scoring, and the sum of all scores' bits.
pub fn bench<D: Detector>() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = match run::<D>(&arguments) {
        Ok((fit, score, sum)) => format!("{} {} {sum}", fit.as_nanos(), score.as_nanos()),
        Err(reason) => format!("error {reason}"),
    };
    // Whoever asked has gone where this fails.
    let _ = writeln!(std::io::stdout(), "{said}");
}

fn run<D: Detector>(arguments: &[String]) -> Result<(Duration, Duration, u64), String> {
    let [path, columns, seed, parameters @ ..] = arguments else {
        return Err("a file, columns and a seed are needed".to_owned());
    };
    let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let columns: usize = columns.parse().map_err(|_| format!("{columns:?} columns"))?;
    let seed: u64 = seed.parse().map_err(|_| format!("the seed {seed:?}"))?;
    let (words, rest) = bytes.as_chunks();
    let values: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
    let is_whole = rest.is_empty() && values.len().checked_rem(columns) == Some(0);
    if !is_whole || values.is_empty() {
        return Err(format!("{path} has no rows of {columns} columns"));
    }
    measure::<D>(&Matrix::new(columns, &values), seed, parameters)
}

fn measure<D: Detector>(
    rows: &Matrix<'_>,
    seed: u64,
    parameters: &[String],
) -> Result<(Duration, Duration, u64), String> {
    let (mut fit, mut score) = (Duration::MAX, Duration::MAX);
    let mut sum = 0;
    for _ in 0..ROUNDS {
        let given = parameters.iter().map(|text| parameter(text)).collect::<Result<_, _>>()?;
        let options = D::Parameters::parse(given).map_err(|error| error.to_string())?;
        let started = Instant::now();
        let fitted = D::fit(rows, options, seed).map_err(|error| error.to_string())?;
        fit = fit.min(started.elapsed());
        let started = Instant::now();
        let scores = fitted.model.score(rows).map_err(|error| error.to_string())?;
        score = score.min(started.elapsed());
        sum = sum_of_bits(fitted.training_scores.iter().chain(&scores));
    }
    Ok((fit, score, sum))
}

/// FNV-1a over the bits: the same scores in the same order give the same sum.
fn sum_of_bits<'a>(scores: impl Iterator<Item = &'a f64>) -> u64 {
    let bytes = scores.flat_map(|score| score.to_le_bytes());
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.fold(0xcbf2_9ce4_8422_2325, step)
}

fn parameter(text: &str) -> Result<(String, Value), String> {
    let wrong = || format!("{text:?} is no parameter");
    let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
    let (name, value) = rest.split_once('=').ok_or_else(wrong)?;
    let value = match kind {
        "boolean" => value.parse().ok().map(Value::Boolean),
        "integer" => value.parse().ok().map(Value::Integer),
        "number" => value.parse().ok().map(Value::Number),
        "text" => Some(Value::Text(value.to_owned())),
        _ => None,
    };
    Ok((name.to_owned(), value.ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::{parameter, sum_of_bits};
    use crate::parameters::Value;

    #[test]
    fn parameters_say_their_kind() {
        let read = |text| parameter(text).unwrap();
        assert_eq!(read("number:cap=5"), ("cap".to_owned(), Value::Number(5.0)));
        assert_eq!(read("text:a=b:c=d"), ("a".to_owned(), Value::Text("b:c=d".to_owned())));
        for wrong in ["cap=5", "number:cap", "integer:cap=0.5", "list:a=1"] {
            assert!(parameter(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_sum_tells_bits_and_order_apart() {
        let sum = |scores: &[f64]| sum_of_bits(scores.iter());
        assert_ne!(sum(&[0.0, 1.0]), sum(&[1.0, 0.0]));
        assert_ne!(sum(&[0.0]), sum(&[-0.0]));
        assert_eq!(sum(&[1.5]), sum(&[1.5]));
    }
}
