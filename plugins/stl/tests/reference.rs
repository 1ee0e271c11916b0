//! STL against statsmodels' numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Subject, assert_close, numbers, series};
use serde_json::Value;
use stl::{Detect, Options, Spans, Stl, decompose};

const SMALL: Options = Options { period: Some(3), seasonal: 7, trend: None, robust: true };

series!(Subject::<Detect>::new(|| SMALL).least_rows(6));

fn fit(columns: usize, values: &[f64], options: Options) -> Fitted<Stl> {
    Detect::fit(&Matrix::new(columns, values), options, 7).unwrap()
}

#[test]
fn season_and_trend_are_those_of_statsmodels() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let series = numbers(&golden["x"]);
    for case in golden["cases"].as_array().unwrap() {
        let seasonal = case["seasonal_span"].as_u64().unwrap() as usize;
        let spans = Spans::with_default_trend(12, seasonal);
        let trend = case["trend_span"].as_u64().map_or(spans.trend, |trend| trend as usize);
        let robust = case["robust"].as_bool().unwrap();
        let parts = decompose(&series, Spans { trend, ..spans }, robust);
        assert_close(&parts.seasonal, &numbers(&case["seasonal"]), 1e-9);
        assert_close(&parts.trend, &numbers(&case["trend"]), 1e-9);
    }
}

#[test]
fn moments_off_their_season_score_highest_in_training_and_after_it() {
    let golden: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let series = numbers(&golden["x"]);
    let Fitted { model, training_scores } = fit(1, &series, Options::parse(Vec::new()).unwrap());
    let mut order: Vec<_> = (0..series.len()).collect();
    order.sort_by(|a, b| training_scores[*b].total_cmp(&training_scores[*a]));
    assert!(order[..2].contains(&40) && order[..2].contains(&97), "{order:?}");
    let usual: Vec<_> = series[118..].iter().map(|value| value + 2.2).collect();
    let mut changed = usual.clone();
    changed[5] += 6.0;
    let [usual, changed] =
        [usual, changed].map(|rows| model.score(&Matrix::new(1, &rows)).unwrap());
    assert!(usual.iter().all(|score| *score < 6.0), "{usual:?}");
    assert!(changed[5] > 12.0, "{changed:?}");
}

/// All neighbours of this spike, season by season, lose their weight in the first round.
#[test]
fn a_spike_far_above_the_noise_makes_no_season_of_its_own() {
    let wave = |step: i32| (f64::from(step % 24) / 24.0 * std::f64::consts::TAU).sin();
    let noise = |step: i32| f64::from(step * step % 101) * 0.003;
    let mut values: Vec<_> = (0..400).map(|step| wave(step) + noise(step)).collect();
    values[300] += 8.0;
    let scores = fit(1, &values, Options { period: Some(24), ..SMALL }).training_scores;
    let others = scores[..300].iter().chain(&scores[301..]);
    assert!(scores[300] > 50.0 && others.copied().fold(0.0, f64::max) < 10.0, "{scores:?}");
}

#[test]
fn series_without_remainder_and_huge_values_stay_finite() {
    assert_eq!(fit(1, &[0.0; 20], SMALL).training_scores, [0.0; 20]);
    assert!(fit(1, &[0.7; 20], SMALL).training_scores.iter().all(|score| *score < 0.01));
    let mut values = [0.1; 20];
    values[12] = 1e308;
    values[13] = -1e308;
    for robust in [false, true] {
        let fitted = fit(1, &values, Options { robust, ..SMALL });
        let queries = fitted.model.score(&Matrix::new(1, &[0.1, 1e308, -1e308, 5e-324])).unwrap();
        assert!(fitted.training_scores.iter().chain(&queries).all(|score| score.is_finite()));
    }
}

#[test]
fn options_and_rows_that_do_not_fit_are_refused() {
    let refused = |options| Detect::fit(&Matrix::new(1, &[1.0; 20]), options, 7).err().unwrap();
    assert_eq!(refused(Options { period: Some(11), ..SMALL }), Error::InsufficientData(22));
    for (wrong, options) in [
        ("seasonal", Options { seasonal: 8, ..SMALL }),
        ("trend", Options { trend: Some(8), ..SMALL }),
        ("trend", Options { trend: Some(3), ..SMALL }),
    ] {
        assert!(matches!(refused(options), Error::InvalidParameter { name, .. } if name == wrong));
    }
    let model = fit(1, &[1.0; 20], SMALL).model;
    assert!(matches!(model.score(&Matrix::new(2, &[1.0; 4])), Err(Error::InvalidInput(_))));
}

#[test]
fn the_season_is_found_where_it_is_not_given() {
    let values: Vec<_> = (0..60).map(|step| f64::from(step % 5 * (step % 5))).collect();
    let unknown = Options { period: None, ..SMALL };
    let known = Options { period: Some(5), ..SMALL };
    assert_eq!(fit(1, &values, unknown).model, fit(1, &values, known).model);
}
