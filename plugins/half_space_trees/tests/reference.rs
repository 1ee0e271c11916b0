//! Half-space trees on planted anomalies, and against themselves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use half_space_trees::{Detect, HalfSpaceTrees, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Fitted, Matrix, Model, StreamingModel};
use pynomaly_sdk_checks::{Subject, battery, bits, clouds, roc_auc, stream};

const SMALL: Options = Options { n_trees: 4, height: 6, window_size: 8 };

// The trees' columns are drawn, and training is a stream.
battery!(Subject::<Detect>::new(|| SMALL).itself_left_out().order_matters().constants_matter());
stream!(Subject::<Detect>::new(|| SMALL));

fn defaults() -> Options {
    Options::parse(Vec::new()).unwrap()
}

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<HalfSpaceTrees> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn planted_anomalies_score_high_in_training_in_queries_and_in_a_stream() {
    let ((training, labels), (queries, query_labels)) = (clouds(3_000, 1), clouds(3_000, 2));
    let mut fitted = fit(2, &training, defaults());
    let queried = fitted.model.score(&Matrix::new(2, &queries)).unwrap();
    let streamed = fitted.model.update(&Matrix::new(2, &queries)).unwrap();
    for (scores, labels) in
        [(&fitted.training_scores, &labels), (&queried, &query_labels), (&streamed, &query_labels)]
    {
        let auc = roc_auc(scores, labels);
        assert!(auc > 0.97, "{auc}");
    }
}

#[test]
fn a_stream_that_moved_is_normal_after_a_window() {
    let still: Vec<_> = (0..600).map(|step| f64::from(step * 7 % 11)).collect();
    let mut model = fit(1, &still, Options { window_size: 100, ..defaults() }).model;
    let before = model.clone();
    let moved: Vec<_> = still.iter().map(|value| value + 30.0).collect();
    let scores = model.update(&Matrix::new(1, &moved)).unwrap();
    assert!(scores[0] > 0.8 && scores[599] < 0.2, "{} {}", scores[0], scores[599]);
    assert!(before != model);
}

#[test]
fn seeds_decide() {
    let (values, _) = clouds(300, 3);
    let rows = Matrix::new(2, &values);
    let [one, same, other] =
        [1, 1, 2].map(|seed| Detect::fit(&rows, defaults(), seed).unwrap().training_scores);
    assert_eq!(bits(&one), bits(&same));
    assert_ne!(bits(&one), bits(&other));
}

#[test]
fn constant_columns_and_huge_values_stay_finite() {
    let fitted = fit(2, &[5.0, -1e308, 5.0, 1e308, 5.0, 0.0, 5.0, 1.0], SMALL);
    assert!(fitted.training_scores.iter().all(|score| (0.0..=1.0).contains(score)));
    let rows = [5.0, 1.0, 6.0, 1.0, -1e308, 1e308];
    let scores = fitted.model.score(&Matrix::new(2, &rows)).unwrap();
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
    assert!(scores[1] > scores[0]);
}

#[test]
fn defaults_are_the_papers() {
    assert_eq!(defaults(), Options { n_trees: 25, height: 15, window_size: 250 });
}
