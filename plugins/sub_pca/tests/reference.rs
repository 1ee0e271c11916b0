//! PCA of subsequences against NumPy's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, assert_close, bits, numbers, series};
use serde_json::Value;
use sub_pca::{Detect, Options, SubPca};

const SMALL: Options = Options { window_size: 4, n_components: None };

series!(Subject::<Detect>::new(|| SMALL).least_rows(5));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<SubPca> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_the_formulas_in_numpy() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let rows = golden["X"].as_array().unwrap();
    let (training, queries) = rows.split_at(golden["n_train"].as_u64().unwrap() as usize);
    let [training, queries] =
        [training, queries].map(|rows| rows.iter().flat_map(numbers).collect::<Vec<_>>());
    for (name, n_components) in [("scores", None), ("scores_of_3", Some(3))] {
        let fitted = fit(2, &training, Options { window_size: 8, n_components });
        let mut scores = fitted.training_scores;
        scores.extend(fitted.model.score(&Matrix::new(2, &queries)).unwrap());
        let expected = numbers(&golden[name]);
        assert_close(&scores, &expected, 1e-9);
    }
}

#[test]
fn constant_columns_and_huge_values_stay_finite() {
    let constant = fit(1, &[0.1; 20], SMALL);
    assert_eq!(constant.training_scores, [0.0; 20]);
    let queries = constant.model.score(&Matrix::new(1, &[0.1, 0.2, -1e308])).unwrap();
    assert_eq!(queries, [0.0, 1e9, 1e9]);
    let mut values = [0.1; 20];
    values[12] = 1e308;
    values[13] = -1e308;
    let fitted = fit(1, &values, SMALL);
    let queries = fitted.model.score(&Matrix::new(1, &[0.1, 1e308, -1e308, 5e-324])).unwrap();
    assert!(fitted.training_scores.iter().chain(&queries).all(|score| score.is_finite()));
}

#[test]
fn options_and_rows_that_do_not_fit_are_refused() {
    let refused = |columns, options| {
        Detect::fit(&Matrix::new(columns, &[1.0; 12]), options, 7).err().unwrap()
    };
    assert_eq!(refused(1, Options { window_size: 12, ..SMALL }), Error::InsufficientData(13));
    for (wrong, columns, options) in [
        ("window_size", 2, Options { window_size: 300, ..SMALL }),
        ("n_components", 1, Options { n_components: Some(5), ..SMALL }),
    ] {
        let error = refused(columns, options);
        assert!(matches!(error, Error::InvalidParameter { name, .. } if name == wrong));
    }
    let model = fit(1, &[1.0; 20], SMALL).model;
    assert!(matches!(model.score(&Matrix::new(2, &[1.0; 4])), Err(Error::InvalidInput(_))));
    let defaults = Options { window_size: 32, n_components: None };
    assert_eq!(Options::parse(Vec::new()).unwrap(), defaults);
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)];
    (1usize..4, 5usize..40).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

proptest! {
    #[test]
    fn whole_windows_score_the_same_in_training_and_after_it((columns, values) in table()) {
        let Fitted { model, training_scores } = fit(columns, &values, SMALL);
        let again = model.score(&Matrix::new(columns, &values)).unwrap();
        prop_assert_eq!(bits(&again[3..]), bits(&training_scores[3..]));
    }
}
