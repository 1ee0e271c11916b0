//! INNE against PyOD's numbers, and against itself.

use inne::{Detect, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery};

const DEFAULTS: Options = Options { n_estimators: 200, max_samples: 8 };

battery!(Subject::<Detect>::new(|| DEFAULTS).order_matters());

/// Means over 20 seeds, of PyOD's and of ours, are the expected values of the same quantities, up
/// to the deviation of a mean of 4,000 samples from 0 to 1.
#[test]
fn mean_scores_are_those_of_pyod() {
    let golden = Golden::parse(include_str!("golden.json"));
    let (training, queries) = (golden.training(), golden.queries());
    let mut of_training = vec![0.0; training.len() / 4];
    let mut of_queries = vec![0.0; queries.len() / 4];
    for seed in 0..20 {
        let fitted = Detect::fit(&Matrix::new(4, &training), DEFAULTS, seed).unwrap();
        let scores = fitted.model.score(&Matrix::new(4, &queries)).unwrap();
        let add = |sums: &mut Vec<f64>, scores: &[f64]| {
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score / 20.0);
        };
        add(&mut of_training, &fitted.training_scores);
        add(&mut of_queries, &scores);
    }
    let expected = |what| golden.numbers("INNE_mean_of_20_seeds", what);
    assert_close(&of_training, &expected("decision_scores_"), 0.04);
    assert_close(&of_queries, &expected("query_scores"), 0.04);
}

#[test]
fn defaults_are_those_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
}

#[test]
fn scores_lie_between_0_and_1_and_far_rows_have_1() {
    let values: Vec<f64> = (0..100).map(f64::from).collect();
    let fitted = Detect::fit(&Matrix::new(1, &values), DEFAULTS, 7).unwrap();
    assert!(fitted.training_scores.iter().all(|score| (0.0..=1.0).contains(score)));
    assert_eq!(fitted.model.score(&Matrix::new(1, &[1e6, -1e300])).unwrap(), [1.0, 1.0]);
}
