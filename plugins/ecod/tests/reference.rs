//! ECOD against PyOD's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ecod::{Detect, Ecod};
use proptest::prelude::*;
use pynomaly_sdk::{Detector, Fitted, Matrix, Model};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

fn fit(columns: usize, values: &[f64]) -> Fitted<Ecod> {
    Detect::fit(&Matrix::new(columns, values), (), 7).unwrap()
}

fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}

#[test]
fn training_scores_are_those_of_pyod() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let rows = golden["X"].as_array().unwrap();
    let training = golden["n_train"].as_u64().unwrap() as usize;
    let values: Vec<f64> = rows[..training].iter().flat_map(numbers).collect();
    let scores = fit(4, &values).training_scores;
    let expected = numbers(&golden["ECOD"]["decision_scores_"]);
    assert_eq!(scores.len(), expected.len());
    for (score, expected) in scores.iter().zip(&expected) {
        assert!((score - expected).abs() < 1e-9, "{score} {expected}");
    }
}

#[test]
fn constant_column_adds_nothing() {
    let scores = fit(2, &[1.0, 5.0, 2.0, 5.0, 9.0, 5.0]).training_scores;
    assert_eq!(scores, fit(1, &[1.0, 2.0, 9.0]).training_scores);
}

#[test]
fn value_beyond_all_training_values_scores_above_them_and_stays_finite() {
    let fitted = fit(1, &[1.0, 2.0, 3.0, 4.0]);
    let scores = fitted.model.score(&Matrix::new(1, &[4.0, 5.0, 1e300, -1e300])).unwrap();
    assert!(scores[1] > scores[0] && scores.iter().all(|score| score.is_finite()));
    assert_eq!(scores[1], scores[2]);
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)];
    (1usize..5, 1usize..40).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

proptest! {
    #[test]
    fn a_training_row_scores_the_same_alone_in_a_batch_and_while_fitting((columns, values) in table()) {
        let fitted = fit(columns, &values);
        let batch = fitted.model.score(&Matrix::new(columns, &values)).unwrap();
        prop_assert_eq!(bits(&batch), bits(&fitted.training_scores));
        for (row, score) in values.chunks(columns).zip(&batch) {
            let alone = fitted.model.score(&Matrix::new(columns, row)).unwrap();
            prop_assert_eq!(bits(&alone), bits(&[*score]));
        }
    }

    #[test]
    fn saved_and_loaded_models_score_the_same_bits((columns, values) in table()) {
        let fitted = fit(columns, &values);
        let loaded = Ecod::load(&fitted.model.save()).unwrap();
        let scores = loaded.score(&Matrix::new(columns, &values)).unwrap();
        prop_assert_eq!(bits(&scores), bits(&fitted.training_scores));
        prop_assert_eq!(loaded.save(), fitted.model.save());
    }

    #[test]
    fn damaged_states_are_refused_or_still_score(at in 0usize..200, byte: u8, cut in 0usize..200) {
        let mut state = fit(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0]).model.save();
        let length = state.len();
        state[at % length] = byte;
        state.truncate(length - cut % length);
        if let Ok(model) = Ecod::load(&state)
            && let Ok(scores) = model.score(&Matrix::new(2, &[1.0, 2.0]))
        {
            prop_assert!(scores[0].is_finite());
        }
    }
}
