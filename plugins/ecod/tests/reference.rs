//! ECOD and COPOD against PyOD's numbers, and against themselves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ecod::{Detect, Ecod, Method, Options};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, ExplainingModel, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, explanations};

battery!(Subject::<Detect>::new(|| Options { method: Method::Ecod }));
battery!(copod, Subject::<Detect>::new(|| Options { method: Method::Copod }));
explanations!(Subject::<Detect>::new(|| Options { method: Method::Ecod }));
explanations!(copod_explains, Subject::<Detect>::new(|| Options { method: Method::Copod }));

fn fit(columns: usize, values: &[f64], method: Method) -> Fitted<Ecod> {
    Detect::fit(&Matrix::new(columns, values), Options { method }, 7).unwrap()
}

#[test]
fn training_scores_are_those_of_pyod() {
    let golden = Golden::parse(include_str!("golden.json"));
    for (name, method) in [("ECOD", Method::Ecod), ("COPOD", Method::Copod)] {
        let scores = fit(4, &golden.training(), method).training_scores;
        assert_close(&scores, &golden.numbers(name, "decision_scores_"), 1e-9);
    }
}

#[test]
fn the_method_is_a_parameter() {
    let parse = |text: &str| Options::parse(vec![("method".into(), Value::Text(text.into()))]);
    assert_eq!(parse("copod").unwrap().method, Method::Copod);
    assert_eq!(Options::parse(Vec::new()).unwrap().method, Method::Ecod);
    assert!(parse("COPOD").is_err());
}

#[test]
fn constant_column_adds_nothing() {
    for method in [Method::Ecod, Method::Copod] {
        let scores = fit(2, &[1.0, 5.0, 2.0, 5.0, 9.0, 5.0], method).training_scores;
        assert_eq!(scores, fit(1, &[1.0, 2.0, 9.0], method).training_scores);
    }
}

#[test]
fn copod_heeds_the_long_tail_and_ecod_both() {
    let values = [1.0, 2.0, 3.0, 4.0, 90.0];
    let [ecod, copod] =
        [Method::Ecod, Method::Copod].map(|method| fit(1, &values, method).training_scores);
    assert_eq!(ecod[4], copod[4]);
    assert_eq!(copod[0], ecod[0] / 2.0);
}

#[test]
fn value_beyond_all_training_values_scores_above_them_and_stays_finite() {
    let fitted = fit(1, &[1.0, 2.0, 3.0, 4.0], Method::Ecod);
    let scores = fitted.model.score(&Matrix::new(1, &[4.0, 5.0, 1e300, -1e300])).unwrap();
    assert!(scores[1] > scores[0] && scores.iter().all(|score| score.is_finite()));
    assert_eq!(scores[1], scores[2]);
}

#[test]
fn contributions_are_the_very_summands_of_the_score() {
    let golden = Golden::parse(include_str!("golden.json"));
    let training = golden.training();
    let Fitted { model, training_scores } = fit(4, &training, Method::Ecod);
    let contributions = model.explain(&Matrix::new(4, &training)).unwrap();
    for (parts, score) in contributions.chunks(4).zip(&training_scores) {
        assert_eq!(parts.iter().fold(0.0, |sum, part| sum + part).to_bits(), score.to_bits());
    }
}
