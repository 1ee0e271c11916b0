//! CBLOF against its definition, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use cblof::{Cblof, Detect, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, assert_close, battery, explanations};

const DEFAULTS: Options = Options { n_clusters: 8, alpha: 0.9, beta: 5.0, use_weights: false };

// The mean of a constant column may be off by a rounding error, which decides between two centres
// that are equally near.
battery!(Subject::<Detect>::new(|| DEFAULTS).order_matters().constants_matter());
battery!(
    weighted,
    Subject::<Detect>::new(|| Options { n_clusters: 30, use_weights: true, ..DEFAULTS })
        .order_matters()
        .constants_matter()
);
explanations!(Subject::<Detect>::new(|| DEFAULTS));
explanations!(
    explanations_of_weighted,
    Subject::<Detect>::new(|| Options { n_clusters: 30, use_weights: true, ..DEFAULTS })
);

fn fit(columns: usize, values: &[f64], options: Options, seed: u64) -> Fitted<Cblof> {
    Detect::fit(&Matrix::new(columns, values), options, seed).unwrap()
}

/// 60 rows about (0, 0), 40 about (10, 0), and 4 about (5, 20), a small cluster.
fn clusters() -> Vec<f64> {
    let about = |x: f64, y: f64| {
        move |it: i32| [x + f64::from(it % 3 - 1) * 0.1, y + f64::from(it % 2) * 0.2 - 0.1]
    };
    let large = (0..60).flat_map(about(0.0, 0.0)).chain((0..40).flat_map(about(10.0, 0.0)));
    large.chain([5.0, 20.1, 5.0, 19.9, 5.1, 20.0, 4.9, 20.0]).collect()
}

#[test]
fn a_small_cluster_is_as_far_away_as_the_nearest_large_one() {
    let three = Options { n_clusters: 3, ..DEFAULTS };
    for seed in 0..10 {
        let fitted = fit(2, &clusters(), three, seed);
        let scores = fitted.model.score(&Matrix::new(2, &[0.0, 3.0, 10.0, -4.0, 5.0, 20.0]));
        assert_close(&scores.unwrap(), &[3.0, 4.0, 425.0_f64.sqrt()], 0.1);
        let (normal, anomalies) = fitted.training_scores.split_at(100);
        assert!(normal.iter().all(|it| *it < 0.5) && anomalies.iter().all(|it| *it > 20.0));
    }
}

#[test]
fn weights_are_the_sizes_of_clusters() {
    let options = Options { n_clusters: 3, use_weights: true, ..DEFAULTS };
    let model = fit(2, &clusters(), options, 7).model;
    let scores = model.score(&Matrix::new(2, &[0.0, 3.0, 10.0, -4.0, 5.0, 20.0])).unwrap();
    assert_close(&scores, &[180.0, 160.0, 4.0 * 425.0_f64.sqrt()], 5.0);
}

#[test]
fn the_seed_decides() {
    let values: Vec<f64> = (0..400).map(|it| f64::from(it * 37 % 101)).collect();
    let scores = |seed| fit(2, &values, DEFAULTS, seed).training_scores;
    assert_eq!(scores(1), scores(1));
    assert!((2..9).any(|seed| scores(seed) != scores(1)));
}

#[test]
fn defaults_are_those_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
    assert_eq!(Options::table()[0].name, "n_clusters");
}
