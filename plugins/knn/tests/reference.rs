//! kNN against PyOD's numbers, and against itself.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use knn::{Detect, Knn, Method, Options};
use proptest::prelude::*;
use pynomaly_sdk::parameters::{Parameters, Value as Given};
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

fn fit(
    columns: usize,
    values: &[f64],
    n_neighbors: u32,
    method: Method,
) -> Result<Fitted<Knn>, Error> {
    Detect::fit(&Matrix::new(columns, values), Options { n_neighbors, method }, 7)
}

fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}

fn assert_close(scores: &[f64], expected: &[f64]) {
    assert_eq!(scores.len(), expected.len());
    for (score, expected) in scores.iter().zip(expected) {
        assert!((score - expected).abs() < 1e-9, "{score} {expected}");
    }
}

#[test]
fn training_and_query_scores_are_those_of_pyod() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let rows = golden["X"].as_array().unwrap();
    let (training, queries) = rows.split_at(golden["n_train"].as_u64().unwrap() as usize);
    let [training, queries] =
        [training, queries].map(|rows| rows.iter().flat_map(numbers).collect::<Vec<_>>());
    for (name, method) in [
        ("KNN_largest5", Method::Largest),
        ("KNN_mean5", Method::Mean),
        ("KNN_median5", Method::Median),
    ] {
        let fitted = fit(4, &training, 5, method).unwrap();
        assert_close(&fitted.training_scores, &numbers(&golden[name]["decision_scores_"]));
        let scores = fitted.model.score(&Matrix::new(4, &queries)).unwrap();
        assert_close(&scores, &numbers(&golden[name]["query_scores"]));
    }
}

#[test]
fn duplicates_are_neighbours_of_each_other() {
    let fitted = fit(1, &[1.0, 1.0, 1.0, 9.0], 2, Method::Largest).unwrap();
    assert_eq!(fitted.training_scores, [0.0, 0.0, 0.0, 8.0]);
}

#[test]
fn as_many_neighbours_as_rows_are_too_many() {
    assert_eq!(fit(1, &[1.0, 2.0], 2, Method::Mean).err(), Some(Error::InsufficientData(3)));
}

#[test]
fn a_row_too_far_for_a_float_has_the_greatest_score() {
    for method in [Method::Largest, Method::Mean, Method::Median] {
        let model = fit(1, &[1.0, 2.0, 4.0], 2, method).unwrap().model;
        let scores = model.score(&Matrix::new(1, &[f64::MAX, 2.0])).unwrap();
        assert!(scores[0] == f64::MAX && scores[1] < 3.0, "{scores:?}");
    }
}

#[test]
fn parameters_are_checked() {
    let parse = |name: &str, value: Given| Options::parse(vec![(name.to_owned(), value)]);
    assert_eq!(parse("n_neighbors", Given::Integer(7)).unwrap().n_neighbors, 7);
    assert_eq!(parse("method", Given::Text("median".into())).unwrap().method, Method::Median);
    for (name, value) in [
        ("n_neighbors", Given::Integer(0)),
        ("n_neighbors", Given::Integer(1001)),
        ("n_neighbors", Given::Text("5".into())),
        ("method", Given::Text("smallest".into())),
        ("nonesuch", Given::Integer(1)),
    ] {
        let error = parse(name, value).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { name: named, .. } if named == name));
    }
    assert_eq!(Options::table()[0].default, Some(Given::Integer(5)));
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)];
    (1usize..5, 4usize..60).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

/// By the definition: all distances, sorted.
fn slowly(columns: usize, values: &[f64], row: usize, n_neighbors: usize) -> f64 {
    let rows: Vec<_> = values.chunks(columns).collect();
    let others = rows.iter().enumerate().filter(|(index, _)| *index != row);
    let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
    let distance = |other: &[f64]| rows[row].iter().zip(other).map(square).fold(0.0, |s, x| s + x);
    let mut distances: Vec<f64> = others.map(|(_, other)| distance(other)).collect();
    distances.sort_by(f64::total_cmp);
    distances[n_neighbors - 1].sqrt()
}

proptest! {
    #[test]
    fn the_tree_finds_what_comparing_with_every_row_finds((columns, values) in table()) {
        let scores = fit(columns, &values, 3, Method::Largest).unwrap().training_scores;
        let expected: Vec<_> = (0..scores.len()).map(|row| slowly(columns, &values, row, 3)).collect();
        prop_assert_eq!(bits(&scores), bits(&expected));
    }

    #[test]
    fn a_row_scores_the_same_alone_in_a_batch_and_after_loading((columns, values) in table()) {
        let model = fit(columns, &values, 3, Method::Mean).unwrap().model;
        let batch = model.score(&Matrix::new(columns, &values)).unwrap();
        let loaded = Knn::load(&model.save()).unwrap();
        for (row, score) in values.chunks(columns).zip(&batch) {
            let alone = loaded.score(&Matrix::new(columns, row)).unwrap();
            prop_assert_eq!(bits(&alone), bits(&[*score]));
        }
    }

    #[test]
    fn damaged_states_are_refused_or_still_score(at in 0usize..200, byte: u8, cut in 0usize..200) {
        let model = fit(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0], 1, Method::Mean).unwrap().model;
        let mut state = model.save();
        let length = state.len();
        state[at % length] = byte;
        state.truncate(length - cut % length);
        if let Ok(model) = Knn::load(&state) {
            drop(model.score(&Matrix::new(2, &[1.0, 2.0])));
        }
    }
}
