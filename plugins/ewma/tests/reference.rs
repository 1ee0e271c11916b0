//! EWMA against its definition, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ewma::{Detect, Ewma, Method, Options};
use proptest::prelude::*;
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, series, stream};

const OPTIONS: Options = Options { alpha: 0.2, warm_up: 3, method: Method::Largest };

series!(Subject::<Detect>::new(|| OPTIONS));
stream!(Subject::<Detect>::new(|| OPTIONS));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<Ewma> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

/// By the definition: weights of all moments before, their mean, and the mean squared difference
/// from it.
fn slowly(before: &[f64], value: f64, options: Options) -> f64 {
    if before.len() < options.warm_up as usize {
        return 0.0;
    }
    let mut weights: Vec<f64> = Vec::new();
    for count in 1..=before.len() {
        let gain = options.alpha.max(1.0 / count as f64);
        weights.iter_mut().for_each(|weight| *weight *= 1.0 - gain);
        weights.push(gain);
    }
    let mean: f64 = weights.iter().zip(before).map(|(weight, it)| weight * it).sum();
    let squares = weights.iter().zip(before).map(|(weight, it)| weight * (it - mean).powi(2));
    (value - mean).abs() / squares.sum::<f64>().sqrt()
}

#[test]
fn a_jump_scores_high_at_once_and_is_forgotten() {
    let noise = |step: i32| f64::from(step * 7 % 5);
    let values: Vec<_> = (0..100).map(|step| noise(step) + f64::from(step / 50) * 40.0).collect();
    let scores = fit(1, &values, OPTIONS).training_scores;
    assert!(scores[50] > 10.0 && scores[..50].iter().all(|score| *score < 4.0));
    assert!(scores[80..].iter().all(|score| *score < 4.0));
}

#[test]
fn sum_adds_what_largest_chooses_from() {
    let values = [0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 3.0, 9.0];
    let both = fit(2, &values, Options { method: Method::Sum, ..OPTIONS }).training_scores[3];
    let larger = fit(2, &values, OPTIONS).training_scores[3];
    let column = |start: usize| [0, 2, 4, 6].map(|row| values[row + start]);
    let alone = [0, 1].map(|it| fit(1, &column(it), OPTIONS).training_scores[3]);
    assert_eq!((both, larger), (alone[0] + alone[1], alone[0].max(alone[1])));
}

#[test]
fn constant_columns_and_huge_values_stay_finite() {
    let fitted = fit(2, &[0.1, 1e308, 0.1, -1e308, 0.1, 1e308, 0.1, -1e308], OPTIONS);
    assert!(fitted.training_scores.iter().all(|score| score.is_finite()));
    let constant = fit(1, &[0.1; 20], OPTIONS);
    assert_eq!(constant.training_scores, [0.0; 20]);
    let scores = constant.model.score(&Matrix::new(1, &[0.1, 0.2, -1e308])).unwrap();
    assert_eq!(scores, [0.0, 1e9, 1e9]);
}

#[test]
fn defaults() {
    let options = Options { alpha: 0.1, warm_up: 10, method: Method::Largest };
    assert_eq!(Options::parse(Vec::new()).unwrap(), options);
}

proptest! {
    #[test]
    fn recurrences_equal_the_definition(values in prop::collection::vec(-1e3..1e3, 4..60)) {
        let scores = fit(1, &values, OPTIONS).training_scores;
        for (row, score) in scores.iter().enumerate() {
            let expected = slowly(&values[..row], values[row], OPTIONS);
            prop_assert!((score - expected).abs() <= 1e-9 * expected.max(1.0), "{} {}", score, expected);
        }
    }
}
