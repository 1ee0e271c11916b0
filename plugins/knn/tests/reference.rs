//! kNN against PyOD's numbers, and against itself.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use knn::{Detect, Knn, Method, Options};
use proptest::prelude::*;
use pynomaly_sdk::parameters::{Parameters, Value as Given};
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery, bits, explanations};

const LARGEST: Options = Options { n_neighbors: 3, method: Method::Largest };

battery!(Subject::<Detect>::new(|| LARGEST).least_rows(4).itself_left_out());
explanations!(Subject::<Detect>::new(|| LARGEST).least_rows(4));
explanations!(
    explanations_of_mean,
    Subject::<Detect>::new(|| Options { method: Method::Mean, ..LARGEST }).least_rows(4)
);
explanations!(
    explanations_of_median,
    Subject::<Detect>::new(|| Options { n_neighbors: 4, method: Method::Median }).least_rows(5)
);

fn fit(
    columns: usize,
    values: &[f64],
    n_neighbors: u32,
    method: Method,
) -> Result<Fitted<Knn>, Error> {
    Detect::fit(&Matrix::new(columns, values), Options { n_neighbors, method }, 7)
}

#[test]
fn training_and_query_scores_are_those_of_pyod() {
    let golden = Golden::parse(include_str!("golden.json"));
    let (training, queries) = (golden.training(), golden.queries());
    for (name, method) in [
        ("KNN_largest5", Method::Largest),
        ("KNN_mean5", Method::Mean),
        ("KNN_median5", Method::Median),
    ] {
        let fitted = fit(4, &training, 5, method).unwrap();
        assert_close(&fitted.training_scores, &golden.numbers(name, "decision_scores_"), 1e-9);
        let scores = fitted.model.score(&Matrix::new(4, &queries)).unwrap();
        assert_close(&scores, &golden.numbers(name, "query_scores"), 1e-9);
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
}
