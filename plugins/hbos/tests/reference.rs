//! HBOS against PyOD's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hbos::{Detect, Options};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, explanations};

const DEFAULTS: Options = Options { n_bins: 10, alpha: 0.1, tol: 0.5 };

battery!(Subject::<Detect>::new(|| DEFAULTS));
battery!(many_bins, Subject::<Detect>::new(|| Options { n_bins: 300, ..DEFAULTS }));
explanations!(Subject::<Detect>::new(|| DEFAULTS));

fn fit(columns: usize, values: &[f64]) -> Fitted<hbos::Hbos> {
    Detect::fit(&Matrix::new(columns, values), DEFAULTS, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_pyod() {
    let golden = Golden::parse(include_str!("golden.json"));
    let unlike = Options { n_bins: 25, alpha: 0.5, tol: 0.1 };
    for (name, options) in [("HBOS", DEFAULTS), ("HBOS_25_bins", unlike)] {
        let training = golden.training();
        let fitted = Detect::fit(&Matrix::new(4, &training), options, 7).unwrap();
        let expected = golden.numbers(name, "decision_scores_");
        assert_close(&fitted.training_scores, &expected, 1e-9);
        let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
        assert_close(&scores, &golden.numbers(name, "query_scores"), 1e-9);
    }
}

#[test]
fn defaults_are_those_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
    for (name, value) in
        [("n_bins", Value::Integer(1)), ("alpha", Value::Number(0.0)), ("tol", Value::Number(1.0))]
    {
        let error = Options::parse(vec![(name.to_owned(), value)]).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { name: named, .. } if named == name));
    }
}

#[test]
fn a_value_far_beyond_the_bins_is_as_strange_as_the_emptiest_bin() {
    let values: Vec<f64> = (0..50).map(|it| f64::from(it % 10)).chain([100.0]).collect();
    let model = fit(1, &values).model;
    let scores = model.score(&Matrix::new(1, &[5.0, 50.0, 104.0, 1e300, -1e300])).unwrap();
    assert!(scores[0] < scores[2] && scores[2] < scores[1]);
    assert_eq!([scores[1]; 2], [scores[3], scores[4]]);
}

#[test]
fn a_column_wider_than_numbers_are_is_refused_by_name() {
    let rows = [0.0, f64::MIN, 1.0, f64::MAX];
    let error = Detect::fit(&Matrix::new(2, &rows), DEFAULTS, 7).unwrap_err();
    assert!(matches!(error, Error::InvalidInput(text) if text.starts_with("column 1 ")));
}
