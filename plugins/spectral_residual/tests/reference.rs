//! Spectral residual against NumPy's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::splitmix::SplitMix;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, assert_close, bits, numbers, series};
use serde_json::Value;
use spectral_residual::{Detect, Options, SpectralResidual};

const SMALL: Options = Options { window_size: 16, amplitude_window: 3, score_window: 5 };

series!(Subject::<Detect>::new(|| SMALL).least_rows(11));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<SpectralResidual> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_the_formulas_in_numpy() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let rows = golden["X"].as_array().unwrap();
    let (training, queries) = rows.split_at(golden["n_train"].as_u64().unwrap() as usize);
    let [training, queries] =
        [training, queries].map(|rows| rows.iter().flat_map(numbers).collect::<Vec<_>>());
    let fitted = fit(2, &training, Options::parse(Vec::new()).unwrap());
    let mut scores = fitted.training_scores;
    scores.extend(fitted.model.score(&Matrix::new(2, &queries)).unwrap());
    let expected = numbers(&golden["scores"]);
    assert_close(&scores, &expected, 1e-9);
}

#[test]
fn a_spike_stands_out_as_soon_as_it_is_there() {
    let mut random = SplitMix::new(7);
    let wave = |step| (f64::from(step) * 0.37).sin() + random.unit() * 0.2;
    let mut values: Vec<_> = (0..300).map(wave).collect();
    values[200] += 3.0;
    let scores = fit(1, &values, Options::parse(Vec::new()).unwrap()).training_scores;
    let others = scores[..200].iter().chain(&scores[203..]);
    let highest = others.copied().fold(0.0, f64::max);
    assert!(scores[200] > 3.0 && scores[200] > highest, "{} {highest}", scores[200]);
}

#[test]
fn constant_columns_and_huge_values_stay_finite() {
    assert_eq!(fit(1, &[0.1; 20], SMALL).training_scores, [0.0; 20]);
    let mut values = [0.1; 20];
    values[12] = 1e308;
    values[13] = -1e308;
    let fitted = fit(1, &values, SMALL);
    let queries = fitted.model.score(&Matrix::new(1, &[0.1, 1e308, 5e-324])).unwrap();
    assert!(fitted.training_scores.iter().chain(&queries).all(|score| score.is_finite()));
}

#[test]
fn options_and_rows_that_make_no_window_are_refused() {
    let refused = |options| Detect::fit(&Matrix::new(1, &[1.0; 40]), options, 7).err().unwrap();
    let options = Options { window_size: 24, ..SMALL };
    assert!(
        matches!(refused(options), Error::InvalidParameter { name, .. } if name == "window_size")
    );
    let options = Options { amplitude_window: 4, ..SMALL };
    assert!(
        matches!(refused(options), Error::InvalidParameter { name, .. } if name == "amplitude_window")
    );
    assert_eq!(refused(Options { window_size: 64, ..SMALL }), Error::InsufficientData(59));
    let model = fit(1, &[1.0; 40], SMALL).model;
    assert!(matches!(model.score(&Matrix::new(2, &[1.0; 4])), Err(Error::InvalidInput(_))));
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)];
    (1usize..4, 11usize..40).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

proptest! {
    #[test]
    fn a_series_scores_the_same_while_fitting_and_following((columns, values) in table(), at in 11usize..40) {
        let rows = values.len() / columns;
        let whole = fit(columns, &values, SMALL).training_scores;
        let (training, following) = values.split_at(at.min(rows) * columns);
        let Fitted { model, mut training_scores } = fit(columns, training, SMALL);
        if !following.is_empty() {
            training_scores.extend(model.score(&Matrix::new(columns, following)).unwrap());
        }
        prop_assert_eq!(bits(&training_scores), bits(&whole));
    }
}
