//! MCD against a slow search's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mcd::{Detect, Mcd, Options};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, ExplainingModel, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, explanations};

const DEFAULTS: Options = Options { support_fraction: None };

// On rows with many equal ones which of them are left out is a matter of rounding.
battery!(Subject::<Detect>::new(|| DEFAULTS).order_matters().constants_matter());
explanations!(Subject::<Detect>::new(|| DEFAULTS).rounding(1e-6));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<Mcd> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn scores_are_those_of_the_least_determinant_of_many_starts() {
    let golden = Golden::parse(include_str!("golden.json"));
    let fitted = fit(4, &golden.training(), DEFAULTS);
    assert_close(&fitted.training_scores, &golden.numbers("MCD", "decision_scores_"), 1e-9);
    let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
    assert_close(&scores, &golden.numbers("MCD", "query_scores"), 1e-9);
}

#[test]
fn a_third_of_anomalies_does_not_hide_itself() {
    let grid = |it: i32| [f64::from(it % 7), f64::from(it / 7) + f64::from(it % 3)];
    for rows in [60, 900] {
        let normal = (0..rows).flat_map(|it| grid(it % 49));
        let values: Vec<f64> = normal
            .chain((0..rows / 2).flat_map(|it| {
                let [x, y] = grid(it % 5);
                [x + 30.0, y - 30.0]
            }))
            .collect();
        let scores = fit(2, &values, DEFAULTS).training_scores;
        let (normal, anomalies) = scores.split_at(rows as usize);
        let greatest = normal.iter().copied().fold(0.0, f64::max);
        let least = anomalies.iter().copied().fold(f64::MAX, f64::min);
        assert!(greatest < 20.0 && least > 100.0, "{greatest} {least}");
    }
}

#[test]
fn all_rows_for_support_are_nearly_the_classical_distance() {
    let golden = Golden::parse(include_str!("golden.json"));
    let all = Options { support_fraction: Some(1.0) };
    let sum: f64 = fit(4, &golden.training(), all).training_scores.iter().sum();
    assert!((300.0..500.0).contains(&sum), "{sum}");
}

#[test]
fn constant_and_redundant_columns_do_not_matter() {
    let golden = Golden::parse(include_str!("golden.json"));
    let wider = |row: &[f64]| [row, &[row[0] - row[3], 0.1]].concat();
    let values: Vec<f64> = golden.training().chunks(4).flat_map(wider).collect();
    let expected = fit(4, &golden.training(), DEFAULTS).training_scores;
    assert_close(&fit(6, &values, DEFAULTS).training_scores, &expected, 1e-6);
}

#[test]
fn the_default_is_that_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
    let given = vec![("support_fraction".to_owned(), Value::Number(0.4))];
    assert!(Options::parse(given).is_err());
}

#[test]
fn the_column_that_is_wrong_contributes_most() {
    let golden = Golden::parse(include_str!("golden.json"));
    let model = fit(4, &golden.training(), DEFAULTS).model;
    for column in 0..4 {
        let mut row = [0.0; 4];
        row[column] = 9.0;
        let contributions = model.explain(&Matrix::new(4, &row)).unwrap();
        let most = contributions.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        assert_eq!(most, column, "{contributions:?}");
    }
}
