//! MAD against sums done by hand, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mad::{Detect, Mad, Options};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, Error, ExplainingModel, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, explanations};

const DEFAULTS: Options = Options { cap: 10.0 };

battery!(Subject::<Detect>::new(|| DEFAULTS));
explanations!(Subject::<Detect>::new(|| DEFAULTS));

fn fit(columns: usize, values: &[f64]) -> Fitted<Mad> {
    Detect::fit(&Matrix::new(columns, values), DEFAULTS, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_the_definition() {
    let golden = Golden::parse(include_str!("golden.json"));
    let fitted = fit(4, &golden.training());
    let expected = golden.numbers("capped_sum", "decision_scores_");
    assert_close(&fitted.training_scores, &expected, 1e-9);
    let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
    assert_close(&scores, &golden.numbers("capped_sum", "query_scores"), 1e-9);
}

#[test]
fn deviations_are_counted_from_the_median_in_robust_deviations_up_to_the_cap() {
    let model = fit(1, &[1.0, 2.0, 3.0, 4.0, 5.0]).model;
    let scores =
        model.score(&Matrix::new(1, &[3.0, 3.0 + 1.4826, 3.0 - 2.0 * 1.4826, 90.0])).unwrap();
    assert_close(&scores, &[0.0, 1.0, 2.0, 10.0], 1e-12);
}

#[test]
fn a_column_of_mostly_one_value_falls_back_on_the_mean_deviation() {
    let fitted = fit(1, &[0.0, 0.0, 0.0, 0.0, 5.0]);
    let expected = 5.0 / (1.253_314_137_315_500_3 * 1.0);
    assert_close(&fitted.training_scores, &[0.0, 0.0, 0.0, 0.0, expected], 1e-12);
}

#[test]
fn the_default_is_the_documented_one() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
    let error = Options::parse(vec![("cap".to_owned(), Value::Number(0.5))]).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { .. }));
}

#[test]
fn contributions_are_the_very_summands_of_the_score() {
    let golden = Golden::parse(include_str!("golden.json"));
    let training = golden.training();
    let Fitted { model, training_scores } = fit(4, &training);
    let contributions = model.explain(&Matrix::new(4, &training)).unwrap();
    for (parts, score) in contributions.chunks(4).zip(&training_scores) {
        assert_eq!(parts.iter().fold(0.0, |sum, part| sum + part).to_bits(), score.to_bits());
    }
}
