//! Half-space trees on planted anomalies, and against themselves.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use half_space_trees::{Detect, HalfSpaceTrees, Options};
use proptest::prelude::*;
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::splitmix::SplitMix;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model, StreamingModel};

const SMALL: Options = Options { n_trees: 4, height: 6, window_size: 8 };

fn defaults() -> Options {
    Options::parse(Vec::new()).unwrap()
}

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<HalfSpaceTrees> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}

/// Rows of two round clouds, and every fiftieth row anywhere in a wider square.
fn clouds(rows: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
    let mut random = SplitMix::new(seed);
    let mut values = Vec::new();
    let labels: Vec<_> = (0..rows).map(|row| row % 50 == 49).collect();
    for is_anomaly in &labels {
        let centre = [-2.0, 2.0][random.below(2)];
        for _ in 0..2 {
            let bell = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
            let wide = random.unit() * 16.0 - 8.0;
            values.push(if *is_anomaly { wide } else { centre + bell * 0.5 });
        }
    }
    (values, labels)
}

/// Part of the pairs, one anomaly and one other, of which the anomaly scores higher.
fn roc_auc(scores: &[f64], labels: &[bool]) -> f64 {
    let of = |wanted: bool| {
        let both = scores.iter().zip(labels);
        both.filter(move |(_, label)| **label == wanted).map(|(score, _)| *score)
    };
    let wins = of(true).flat_map(|high| of(false).map(move |low| (high, low)));
    let points: Vec<f64> = wins
        .map(|(high, low)| if high == low { 0.5 } else { f64::from(u8::from(high > low)) })
        .collect();
    points.iter().sum::<f64>() / points.len() as f64
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
fn rows_of_another_width_are_refused_and_change_nothing() {
    let mut model = fit(1, &[1.0, 2.0, 4.0, 3.0], SMALL).model;
    let before = model.clone();
    let wide = Matrix::new(2, &[1.0, 2.0]);
    assert!(matches!(model.score(&wide), Err(Error::InvalidInput(_))));
    assert!(matches!(model.update(&wide), Err(Error::InvalidInput(_))));
    assert_eq!(model, before);
}

#[test]
fn defaults_are_the_papers() {
    assert_eq!(defaults(), Options { n_trees: 25, height: 15, window_size: 250 });
}

fn table() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let cell = prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)];
    (1usize..4, 2usize..40).prop_flat_map(move |(columns, rows)| {
        (Just(columns), prop::collection::vec(cell.clone(), columns * rows))
    })
}

proptest! {
    #[test]
    fn updating_in_pieces_equals_updating_at_once((columns, values) in table(), at in 0usize..40) {
        let mut whole = fit(columns, &values, SMALL).model;
        let mut pieces = whole.clone();
        let cut = (at % (values.len() / columns)) * columns;
        let at_once = whole.update(&Matrix::new(columns, &values)).unwrap();
        let mut scores = pieces.update(&Matrix::new(columns, &values[..cut])).unwrap();
        let mut pieces = HalfSpaceTrees::load(&pieces.save()).unwrap();
        for row in values[cut..].chunks(columns) {
            let looked = pieces.score(&Matrix::new(columns, row)).unwrap();
            let learnt = pieces.update(&Matrix::new(columns, row)).unwrap();
            prop_assert_eq!(bits(&looked), bits(&learnt));
            scores.extend(learnt);
        }
        prop_assert_eq!(bits(&scores), bits(&at_once));
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn a_row_scores_the_same_alone_in_a_batch_and_after_loading((columns, values) in table()) {
        let model = fit(columns, &values, SMALL).model;
        let batch = model.score(&Matrix::new(columns, &values)).unwrap();
        let loaded = HalfSpaceTrees::load(&model.save()).unwrap();
        prop_assert_eq!(&loaded, &model);
        for (row, score) in values.chunks(columns).zip(&batch) {
            let alone = loaded.score(&Matrix::new(columns, row)).unwrap();
            prop_assert_eq!(bits(&alone), bits(&[*score]));
        }
    }

    #[test]
    fn damaged_states_are_refused_or_still_score(at in 0usize..600, byte: u8, cut in 0usize..600) {
        let mut state = fit(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0], SMALL).model.save();
        let length = state.len();
        state[at % length] = byte;
        state.truncate(length - cut % length);
        if let Ok(mut model) = HalfSpaceTrees::load(&state)
            && let Ok(scores) = model.update(&Matrix::new(2, &[1.0, 2.0, 1e308, -1e308]))
        {
            prop_assert!(scores.iter().all(|score| score.is_finite()));
        }
    }
}
