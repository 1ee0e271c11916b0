//! Matrix profile against stumpy's numbers, against its definition, and against itself.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use matrix_profile::{Detect, MatrixProfile, Options};
use proptest::prelude::*;
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, numbers, series};
use serde_json::Value;

const SMALL: Options = Options { window_size: 4 };

series!(Subject::<Detect>::new(|| SMALL).least_rows(7));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<MatrixProfile> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

/// Near 0 a distance is the root of a rounding error.
fn is_close(score: f64, expected: f64) -> bool {
    (score - expected).abs() < 1e-6 || (score * score - expected * expected).abs() < 1e-10
}

fn assert_close(scores: &[f64], expected: &[f64]) {
    assert_eq!(scores.len(), expected.len());
    for (place, (score, expected)) in scores.iter().zip(expected).enumerate() {
        assert!(is_close(*score, *expected), "{place}: {score} {expected}");
    }
}

/// The squared distance of two windows of one column, by the definition; constant ones as stumpy
/// has it.
fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let is_constant = |window: &[f64]| window.iter().all(|it| *it == window[0]);
    match (is_constant(a), is_constant(b)) {
        (true, true) => return 0.0,
        (false, false) => {}
        _ => return a.len() as f64,
    }
    let [a, b] = [a, b].map(|window| {
        let mean = window.iter().sum::<f64>() / window.len() as f64;
        let centred: Vec<_> = window.iter().map(|it| it - mean).collect();
        let deviation =
            (centred.iter().map(|it| it * it).sum::<f64>() / window.len() as f64).sqrt();
        centred.iter().map(|it| it / deviation).collect::<Vec<_>>()
    });
    a.iter().zip(&b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The least distance of the window at `start` of the first series from those of the second that
/// `may` be compared with it.
fn slowly(
    columns: usize,
    (here, there): (&[f64], &[f64]),
    (start, size): (usize, usize),
    may: impl Fn(usize) -> bool,
) -> f64 {
    let window = |values: &[f64], start: usize, column: usize| -> Vec<f64> {
        (start..start + size).map(|row| values[row * columns + column]).collect()
    };
    let distance = |other: usize| {
        let squares = (0..columns)
            .map(|it| squared_distance(&window(here, start, it), &window(there, other, it)));
        squares.sum::<f64>().sqrt()
    };
    let others = (0..=there.len() / columns - size).filter(|other| may(*other));
    others.map(distance).fold(f64::INFINITY, f64::min)
}

#[test]
fn training_and_query_scores_are_those_of_stumpy() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let values = numbers(&golden["x"]);
    let (training, following) = values.split_at(golden["n_train"].as_u64().unwrap() as usize);
    let fitted = fit(1, training, Options { window_size: 16 });
    let profile = numbers(&golden["profile"]);
    assert_close(&fitted.training_scores[15..], &profile);
    assert_close(&fitted.training_scores[..15], &[profile[0]; 15]);
    let scores = fitted.model.score(&Matrix::new(1, following)).unwrap();
    assert_close(&scores, &numbers(&golden["query_scores"]));
}

/// What follows a value ten million times as large as the others is compared as if it had not
/// been: errors that the recurrence carried along would be larger than the correlations.
#[test]
fn a_huge_value_does_not_spoil_what_follows() {
    let mut values: Vec<_> = (0..200).map(|step| f64::from(step * step % 37)).collect();
    values[100] = 3e8;
    let scores = fit(1, &values, Options { window_size: 8 }).training_scores;
    for (start, score) in scores[7..].iter().enumerate() {
        let may = |other: usize| other.abs_diff(start) > 2;
        let expected = slowly(1, (&values, &values), (start, 8), may);
        assert!(is_close(*score, expected), "{start}: {score} {expected}");
    }
}

#[test]
fn constant_columns_and_huge_values_stay_finite() {
    assert_eq!(fit(1, &[0.1; 20], SMALL).training_scores, [0.0; 20]);
    let mut values = [0.1; 20];
    values[12] = 1e308;
    values[13] = -1e308;
    values[15] = 5e-324;
    let fitted = fit(1, &values, SMALL);
    let queries = fitted.model.score(&Matrix::new(1, &[0.1, 1e308, -1e308, 5e-324])).unwrap();
    assert!(fitted.training_scores.iter().chain(&queries).all(|score| score.is_finite()));
    let constant = fit(1, &[0.1; 20], SMALL).model;
    let queries = constant.score(&Matrix::new(1, &[0.1, 1e308, -1e308, 5e-324])).unwrap();
    assert_eq!(queries, [0.0, 2.0, 2.0, 2.0]);
}

#[test]
fn too_few_moments_and_other_widths_are_refused() {
    let few = Detect::fit(&Matrix::new(1, &[1.0; 6]), SMALL, 7).err().unwrap();
    assert_eq!(few, Error::InsufficientData(7));
    let model = fit(1, &[1.0; 7], SMALL).model;
    assert!(matches!(model.score(&Matrix::new(2, &[1.0; 4])), Err(Error::InvalidInput(_))));
    assert_eq!(Options::parse(Vec::new()).unwrap(), Options { window_size: 32 });
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from), Just(1e6)];
    (1usize..4, 7usize..60).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

proptest! {
    #[test]
    fn scores_are_those_of_the_definition((columns, values) in table(), (_, more) in table()) {
        let fitted = fit(columns, &values, SMALL);
        let rows = values.len() / columns;
        for start in 0..=rows - 4 {
            let may = |other: usize| other.abs_diff(start) > 1;
            let expected = slowly(columns, (&values, &values), (start, 4), may);
            let score = fitted.training_scores[start + 3];
            prop_assert!(is_close(score, expected), "{}: {} {}", start, score, expected);
        }
        let following = &more[..more.len() / columns * columns];
        let all = [&values[..], following].concat();
        let scores = fitted.model.score(&Matrix::new(columns, following)).unwrap();
        for (row, score) in scores.iter().enumerate() {
            let start = rows - 3 + row;
            let may = |other: usize| start - other > 1;
            let expected = slowly(columns, (&all, &values), (start, 4), may);
            prop_assert!(is_close(*score, expected), "{}: {} {}", row, score, expected);
        }
    }
}
