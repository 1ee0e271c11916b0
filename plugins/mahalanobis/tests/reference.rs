//! Against the numbers of scikit-learn and PyOD, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mahalanobis::{Detect, Mahalanobis, Method, Options};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, explanations};

const MAHALANOBIS: Options = Options { method: Method::Mahalanobis };
const PYOD_PCA: Options = Options { method: Method::PyodPca };

// Narrow directions multiply what rounding leaves.
battery!(Subject::<Detect>::new(|| MAHALANOBIS).rounding(1e-6));
// Which axes columns without correlation have is a matter of rounding.
battery!(pyod_pca, Subject::<Detect>::new(|| PYOD_PCA).order_matters());
explanations!(Subject::<Detect>::new(|| MAHALANOBIS).rounding(1e-6));
explanations!(pyod_pca_explains, Subject::<Detect>::new(|| PYOD_PCA));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<Mahalanobis> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_the_references() {
    let golden = Golden::parse(include_str!("golden.json"));
    for (name, options) in [("EmpiricalCovariance", MAHALANOBIS), ("PCA", PYOD_PCA)] {
        let fitted = fit(4, &golden.training(), options);
        let expected = golden.numbers(name, "decision_scores_");
        assert_close(&fitted.training_scores, &expected, 1e-9);
        let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
        assert_close(&scores, &golden.numbers(name, "query_scores"), 1e-9);
    }
}

#[test]
fn training_scores_add_up_to_rows_times_rank() {
    let golden = Golden::parse(include_str!("golden.json"));
    let repeated =
        |row: &[f64]| row.iter().copied().chain([row[0] + 2.0 * row[1], 5.0]).collect::<Vec<_>>();
    let values: Vec<f64> = golden.training().chunks(4).flat_map(repeated).collect();
    let sum: f64 = fit(6, &values, MAHALANOBIS).training_scores.iter().sum();
    assert!((sum - 400.0).abs() < 1e-9, "{sum}");
}

#[test]
fn scaling_and_mixing_columns_changes_nothing() {
    let golden = Golden::parse(include_str!("golden.json"));
    let mix = |row: &[f64]| [row[0] * 1e6, row[1] - row[0], row[2] * 1e-6 + 4.0, row[3]];
    let mixed: Vec<f64> = golden.training().chunks(4).flat_map(mix).collect();
    let expected = fit(4, &golden.training(), MAHALANOBIS).training_scores;
    assert_close(&fit(4, &mixed, MAHALANOBIS).training_scores, &expected, 1e-7);
}

#[test]
fn the_method_is_a_parameter() {
    let given = vec![("method".to_owned(), Value::Text("pyod_pca".to_owned()))];
    assert_eq!(Options::parse(given).unwrap(), PYOD_PCA);
    assert_eq!(Options::parse(Vec::new()).unwrap(), MAHALANOBIS);
}
