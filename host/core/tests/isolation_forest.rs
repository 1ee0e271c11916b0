//! The isolation forest, seen from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a panic is the message"
)]

use pynomaly_core::isolation_forest::{
    FOREST_SAMPLES_MAX, IsolationForest, MINIMUM_ROWS, Settings, Variant, average_path_length,
};
use pynomaly_core::{Detector, DetectorError, Matrix, Model, Parameters, Stop, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Figures of scikit-learn; the file names its version.
fn golden() -> Json {
    serde_json::from_str(include_str!("fixtures/isolation_forest.json")).unwrap()
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// 100 rows of 4 columns, some of them anomalies.
fn golden_training() -> Matrix {
    let set = &golden()["synthetic_seed7"];
    let rows = set["n_train"].as_u64().unwrap() as usize;
    let values = set["X"].as_array().unwrap()[..rows].iter().flat_map(numbers).collect();
    Matrix::new(4, values).unwrap()
}

/// Rows that look random; the last is far from the others.
fn rows(count: usize, columns: usize) -> Matrix {
    let mut state = 42_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut values = (0..count * columns).map(|_| draw() + draw()).collect::<Vec<_>>();
    values[(count - 1) * columns..].fill(5.0);
    Matrix::new(columns, values).unwrap()
}

fn parameters(given: &[(&str, Value)]) -> Parameters {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let given = given.collect::<BTreeMap<_, _>>();
    IsolationForest::default().descriptor().check_parameters(&given).unwrap()
}

fn fit(training: &Matrix, given: &[(&str, Value)], seed: u64) -> (Box<dyn Model>, Vec<f64>) {
    let fitted =
        IsolationForest::default().fit(training, &parameters(given), seed, Stop::NEVER).unwrap();
    (fitted.model, fitted.training_scores)
}

fn scores(training: &Matrix, given: &[(&str, Value)], seed: u64) -> Vec<f64> {
    fit(training, given, seed).1
}

fn error(training: &Matrix, given: &[(&str, Value)]) -> DetectorError {
    match IsolationForest::default().fit(training, &parameters(given), 7, Stop::NEVER) {
        Ok(_) => panic!("fitted"),
        Err(error) => error,
    }
}

#[test]
fn average_path_length_is_that_of_scikit_learn() {
    for (rows, expected) in golden()["average_path_length"].as_object().unwrap() {
        let length = average_path_length(rows.parse().unwrap());
        assert!((length - expected.as_f64().unwrap()).abs() < 1e-12, "c({rows}) = {length}");
    }
    assert_eq!(average_path_length(0), 0.0);
}

#[test]
fn mean_scores_of_20_seeds_are_those_of_scikit_learn() {
    let training = golden_training();
    let mut means = vec![0.0; training.rows()];
    for seed in 0..20 {
        for (mean, score) in means.iter_mut().zip(scores(&training, &[], seed)) {
            *mean += score / 20.0;
        }
    }
    for (row, expected) in
        numbers(&golden()["synthetic_seed7"]["mean_of_20_seeds"]).iter().enumerate()
    {
        assert!(
            (means[row] - expected.abs()).abs() < 0.015,
            "row {row}: {} {expected}",
            means[row]
        );
    }
}

#[test]
fn far_row_scores_highest_and_scores_lie_between_0_and_1() {
    let scores = scores(&rows(500, 3), &[], 7);
    let highest = scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(scores.last(), Some(&highest));
    assert!(scores.iter().all(|score| *score > 0.0 && *score < 1.0));
}

#[test]
fn same_seed_gives_same_bits_and_another_seed_others() {
    let training = rows(300, 3);
    assert_eq!(scores(&training, &[], 7), scores(&training, &[], 7));
    assert_ne!(scores(&training, &[], 7), scores(&training, &[], 8));
}

/// The bits of version 1.0.0 of the detector: on every machine, for ever.
#[test]
fn bits_are_pinned() {
    let training = rows(300, 3);
    let (model, scores) = fit(&training, &[("max_features", Value::Integer(2))], 7);
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let scores = scores.iter().flat_map(|score| score.to_le_bytes()).collect::<Vec<_>>();
    let digest = |bytes: &[u8]| bytes.iter().fold(0, mix);
    assert_eq!(
        (digest(&model.save()), digest(&scores)),
        (17003640684286151258, 13992283079217612261)
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let training = rows(3_000, 5);
    let (model, expected) = fit(&training, &[], 7);
    for threads in [0, 2, 3] {
        let forest = IsolationForest::new(threads);
        let fitted = forest.fit(&training, &parameters(&[]), 7, Stop::NEVER).unwrap();
        assert_eq!(fitted.training_scores, expected, "{threads} threads");
        assert_eq!(fitted.model.save(), model.save(), "{threads} threads");
    }
}

#[test]
fn row_alone_has_the_bits_it_has_in_a_batch() {
    let training = rows(333, 7);
    let (model, scores) = fit(&training, &[], 7);
    for (row, score) in training.iter_rows().zip(scores) {
        let alone = Matrix::new(7, row.to_vec()).unwrap();
        assert_eq!(model.score(&alone, Stop::NEVER).unwrap(), [score]);
    }
}

#[test]
fn saved_and_loaded_model_has_the_same_bits() {
    for max_samples in [2, 256, 3_000] {
        let training = rows(3_000, 2);
        let (model, scores) = fit(&training, &[("max_samples", Value::Integer(max_samples))], 7);
        let loaded = IsolationForest::default().load(&model.save()).unwrap();
        assert_eq!(loaded.score(&training, Stop::NEVER).unwrap(), scores);
        assert_eq!(loaded.save(), model.save());
    }
}

#[test]
fn constant_rows_are_legal_and_ordinary() {
    let training = Matrix::new(2, vec![3.0; 40]).unwrap();
    let (model, scores) = fit(&training, &[], 7);
    assert!(scores.iter().all(|score| (score - 0.5).abs() < 1e-12), "{scores:?}");
    assert_eq!(
        model.score(&Matrix::new(2, vec![9.0, -9.0]).unwrap(), Stop::NEVER).unwrap(),
        scores[..1]
    );
}

#[test]
fn constant_columns_do_not_use_up_cuts() {
    let training = rows(200, 1);
    let padded = training.values().iter().flat_map(|value| [1.0, *value, 1.0]).collect();
    let scores = scores(&Matrix::new(3, padded).unwrap(), &[], 7);
    let highest = scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(scores.last(), Some(&highest));
    assert!(highest > 0.7, "{highest}");
}

#[test]
fn greatest_and_least_numbers_are_legal() {
    let values =
        vec![f64::MAX, f64::MIN, 0.0, -0.0, f64::MIN_POSITIVE, f64::EPSILON, 1e300, 5e-324];
    let scores = scores(&Matrix::new(1, values).unwrap(), &[], 7);
    assert!(scores.iter().all(|score| score.is_finite()), "{scores:?}");
    assert_eq!(scores[2], scores[3], "zero and negative zero are one number");
}

#[test]
fn two_rows_are_enough_and_one_is_not() {
    assert_eq!(scores(&rows(2, 3), &[], 7), [0.5; 2]);
    assert_eq!(error(&rows(1, 3), &[]), DetectorError::InsufficientData { needed: MINIMUM_ROWS });
}

#[test]
fn trees_of_one_row_know_nothing() {
    let scores = scores(&rows(20, 3), &[("max_samples", Value::Integer(1))], 7);
    assert_eq!(scores, [0.5; 20]);
}

#[test]
fn bootstrap_of_a_single_repeated_row_is_finite() {
    let given = [("bootstrap", Value::Boolean(true)), ("n_estimators", Value::Integer(1))];
    for seed in 0..20 {
        let scores = scores(&rows(2, 1), &given, seed);
        assert!(scores.iter().all(|score| *score > 0.0 && *score <= 1.0), "{scores:?}");
    }
}

#[test]
fn columns_beyond_max_features_are_not_looked_at() {
    let training = rows(200, 2);
    let given = [("max_features", Value::Integer(1)), ("n_estimators", Value::Integer(1))];
    let (model, scores) = fit(&training, &given, 7);
    let swapped = |column: usize| {
        let values = training.iter_rows().flat_map(|row| {
            let mut row = row.to_vec();
            row[column] = 77.0;
            row
        });
        model.score(&Matrix::new(2, values.collect()).unwrap(), Stop::NEVER).unwrap()
    };
    assert_eq!((0..2).filter(|column| swapped(*column) == scores).count(), 1);
}

/// `rows`, of which about one value in `period` is missing; the last row has all its own.
fn holed(count: usize, columns: usize, period: usize) -> Matrix {
    let mut values = rows(count, columns).into_values();
    let last = values.len() - columns;
    let holes = (0..last).filter(|at| (at * at + at / 3) % period == 0).collect::<Vec<_>>();
    holes.into_iter().for_each(|at| values[at] = f64::NAN);
    Matrix::new(columns, values).unwrap()
}

#[test]
fn rows_with_missing_values_have_the_same_bits_however_they_are_scored() {
    // Padded trees and deep ones.
    for max_samples in [256, 2_500] {
        let training = holed(3_000, 3, 5);
        let given = [("max_samples", Value::Integer(max_samples))];
        let (model, scores) = fit(&training, &given, 7);
        assert!(scores.iter().all(|score| *score > 0.0 && *score < 1.0));
        for threads in [2, 3] {
            let threaded = IsolationForest::new(threads);
            let fitted = threaded.fit(&training, &parameters(&given), 7, Stop::NEVER).unwrap();
            assert_eq!(fitted.training_scores, scores, "{threads} threads");
            assert_eq!(fitted.model.save(), model.save(), "{threads} threads");
        }
        let loaded = IsolationForest::default().load(&model.save()).unwrap();
        assert_eq!(loaded.score(&training, Stop::NEVER).unwrap(), scores);
        for (row, score) in training.iter_rows().zip(&scores).take(50) {
            let alone = Matrix::new(3, row.to_vec()).unwrap();
            assert_eq!(loaded.score(&alone, Stop::NEVER).unwrap(), [*score]);
        }
    }
}

#[test]
fn rows_without_missing_values_do_not_mind_those_beside_them() {
    let training = rows(500, 3);
    let (model, scores) = fit(&training, &[], 7);
    let mut values = training.into_values();
    values.extend([f64::NAN, 0.5, f64::NAN]);
    let more = model.score(&Matrix::new(3, values).unwrap(), Stop::NEVER).unwrap();
    assert_eq!(more[..500], scores);
    assert!(more[500] < scores[499]);
}

#[test]
fn a_far_row_is_far_though_every_fifth_value_is_missing() {
    let scores = scores(&holed(500, 4, 5), &[], 7);
    let highest = scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(scores.last(), Some(&highest));
}

#[test]
fn columns_of_missing_values_are_as_if_they_were_not_there() {
    let with = |filler: f64| {
        let padded = rows(200, 2);
        let padded = padded.iter_rows().flat_map(|row| [row[0], filler, row[1]]).collect();
        Matrix::new(3, padded).unwrap()
    };
    let (model, missing) = fit(&with(f64::NAN), &[], 7);
    assert_eq!(missing, scores(&with(1.0), &[], 7));
    let explained = model.explain(&with(f64::NAN), Stop::NEVER).unwrap().unwrap();
    assert!(explained.values.chunks(3).all(|row| row[1] == 0.0));
    let nothing = Matrix::new(2, vec![f64::NAN; 20]).unwrap();
    assert!(scores(&nothing, &[], 7).iter().all(|score| (score - 0.5).abs() < 1e-12));
}

#[test]
fn contributions_of_rows_with_missing_values_sum_to_their_scores() {
    let training = holed(400, 3, 4);
    let (model, scores) = fit(&training, &[], 7);
    let explained = model.explain(&training, Stop::NEVER).unwrap().unwrap();
    let rows = explained.values.chunks(3).zip(&scores);
    let bases = rows.map(|(row, score)| score - row.iter().sum::<f64>()).collect::<Vec<_>>();
    assert!(bases.iter().all(|base| (base - bases[0]).abs() < 1e-9), "{bases:?}");
}

#[test]
fn rows_of_other_columns_are_refused() {
    let (model, _) = fit(&rows(20, 2), &[], 7);
    let refusal = model.score(&rows(5, 3), Stop::NEVER).unwrap_err();
    assert_eq!(refusal.to_string(), "the rows have 3 columns, the training had 2");
}

#[test]
fn parameters_that_do_not_go_with_the_rows_are_refused() {
    let refused = |given: &[(&str, Value)]| match error(&rows(20, 2), given) {
        DetectorError::InvalidParameter { name, message } => (name, message),
        other => panic!("{other}"),
    };
    let columns = refused(&[("max_features", Value::Integer(3))]);
    assert_eq!(columns, ("max_features".into(), "there are only 2 columns".into()));
    let trees = Value::Integer(10_000);
    let given = [("n_estimators", trees), ("max_samples", Value::Integer(2_000))];
    let resolved = Settings::resolve(&parameters(&given), 2_000, 2);
    let message =
        format!("10000 trees of 2000 rows draw more than {FOREST_SAMPLES_MAX} rows in all");
    let name = "max_samples".to_owned();
    assert_eq!(resolved, Err(DetectorError::InvalidParameter { name, message }));
}

#[test]
fn values_outside_the_parameter_table_are_refused() {
    let wrong = [
        ("n_estimators", Value::Integer(0)),
        ("n_estimators", Value::Integer(10_001)),
        ("n_estimators", Value::Number(10.5)),
        ("max_samples", Value::Integer(0)),
        ("max_samples", Value::Number(1.5)),
        ("max_samples", Value::Text("all".into())),
        ("max_features", Value::Number(0.0)),
        ("bootstrap", Value::Integer(1)),
        ("contamination", Value::Number(0.1)),
    ];
    let detector = IsolationForest::default();
    for (name, value) in wrong {
        let given = BTreeMap::from([(name.to_owned(), value)]);
        assert!(detector.descriptor().check_parameters(&given).is_err(), "{given:?}");
    }
}

#[test]
fn parameters_mean_what_they_mean_in_scikit_learn() {
    let resolve = |given: &[(&str, Value)], rows, columns| {
        let settings = Settings::resolve(&parameters(given), rows, columns).unwrap();
        (settings.trees, settings.samples, settings.features, settings.bootstrap)
    };
    assert_eq!(resolve(&[], 1_000, 8), (100, 256, 8, false));
    assert_eq!(resolve(&[], 100, 8), (100, 100, 8, false));
    let whole = [("max_samples", Value::Integer(500)), ("max_features", Value::Integer(3))];
    assert_eq!(resolve(&whole, 1_000, 8), (100, 500, 3, false));
    assert_eq!(resolve(&whole, 100, 8), (100, 100, 3, false));
    let share = [("max_samples", Value::Number(0.55)), ("max_features", Value::Number(0.3))];
    assert_eq!(resolve(&share, 101, 8), (100, 55, 2, false));
    assert_eq!(resolve(&share, 1, 1), (100, 1, 1, false));
    let all = [("max_samples", Value::Number(1.0)), ("bootstrap", Value::Boolean(true))];
    assert_eq!(resolve(&all, 1_000, 8), (100, 1_000, 8, true));
    assert_eq!(Settings::resolve(&Parameters::default(), 1_000, 8).unwrap().trees, 100);
}

#[test]
fn growing_and_scoring_end_when_the_caller_wishes() {
    let training = rows(20_000, 3);
    for threads in [1, 2] {
        let forest = IsolationForest::new(threads);
        let (calls, last) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_time = || calls.fetch_add(1, Ordering::Relaxed) >= last.load(Ordering::Relaxed);
        let fit = |allowed| {
            calls.store(0, Ordering::Relaxed);
            last.store(allowed, Ordering::Relaxed);
            let stop = Stop::when(&is_time);
            forest.fit(&training, &parameters(&[]), 7, stop).map(|fitted| fitted.training_scores)
        };
        // It is asked seven or eight times while the trees grow, and then while they score.
        for allowed in [0, 3, 6, 8] {
            assert!(fit(allowed) == Err(DetectorError::Stopped), "asked {allowed} times");
        }
        assert_eq!(fit(1_000).unwrap(), scores(&training, &[], 7));
    }
}

const VARIANTS: [&str; 3] = ["standard", "fair_cut", "extended"];

fn variant(name: &str) -> [(&str, Value); 1] {
    [("variant", Value::Text(name.into()))]
}

#[test]
fn every_variant_finds_the_far_row_and_is_the_same_on_any_number_of_threads() {
    let training = rows(700, 4);
    for name in VARIANTS {
        let (model, expected) = fit(&training, &variant(name), 7);
        let highest = expected.iter().copied().fold(0.0, f64::max);
        assert_eq!(expected.last(), Some(&highest), "{name}");
        assert!(expected.iter().all(|score| *score > 0.0 && *score < 1.0), "{name}");
        let threaded = IsolationForest::new(3);
        let fitted = threaded.fit(&training, &parameters(&variant(name)), 7, Stop::NEVER).unwrap();
        assert_eq!((fitted.training_scores, fitted.model.save()), (expected, model.save()));
    }
}

#[test]
fn every_variant_survives_saving_and_scores_rows_alone_as_in_a_batch() {
    let training = rows(300, 3);
    for name in VARIANTS {
        let (model, scores) = fit(&training, &variant(name), 7);
        let loaded = IsolationForest::default().load(&model.save()).unwrap();
        assert_eq!(loaded.score(&training, Stop::NEVER).unwrap(), scores, "{name}");
        assert_eq!(loaded.save(), model.save(), "{name}");
        for (row, score) in training.iter_rows().zip(&scores) {
            let alone = Matrix::new(3, row.to_vec()).unwrap();
            assert_eq!(loaded.score(&alone, Stop::NEVER).unwrap(), [*score], "{name}");
        }
    }
}

#[test]
fn variants_take_missing_values_when_they_learn_and_when_they_score() {
    let (training, whole) = (holed(700, 4, 5), rows(700, 4));
    for name in VARIANTS {
        let (model, scores) = fit(&training, &variant(name), 7);
        assert!(scores.iter().all(|score| *score > 0.0 && *score < 1.0), "{name}");
        let highest = scores.iter().copied().fold(0.0, f64::max);
        assert_eq!(scores.last(), Some(&highest), "{name}");
        let threaded = IsolationForest::new(3);
        let fitted = threaded.fit(&training, &parameters(&variant(name)), 7, Stop::NEVER).unwrap();
        assert_eq!((&fitted.training_scores, fitted.model.save()), (&scores, model.save()));
        let loaded = IsolationForest::default().load(&model.save()).unwrap();
        for (row, score) in training.iter_rows().zip(&scores).step_by(7) {
            let alone = Matrix::new(4, row.to_vec()).unwrap();
            assert_eq!(loaded.score(&alone, Stop::NEVER).unwrap(), [*score], "{name}");
        }
        // A model that has seen none missing takes them, too.
        let (model, expected) = fit(&whole, &variant(name), 7);
        let scores = model.score(&training, Stop::NEVER).unwrap();
        let rows = training.iter_rows().zip(scores.iter().zip(&expected));
        for (row, (score, expected)) in rows {
            let is_whole = row.iter().all(|value| !value.is_nan());
            assert!(score.is_finite() && (!is_whole || score == expected), "{name}");
        }
        let nothing = Matrix::new(4, vec![f64::NAN; 80]).unwrap();
        let scores = fit(&nothing, &variant(name), 7).1;
        assert!(scores.iter().all(|score| (score - 0.5).abs() < 1e-12), "{name}");
    }
}

/// The bits of the variants: on every machine, for ever.
#[test]
fn bits_of_the_variants_are_pinned() {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let digests = ["fair_cut", "extended"].map(|name| {
        let scores = scores(&rows(300, 3), &variant(name), 7);
        scores.iter().flat_map(|score| score.to_le_bytes()).fold(0, mix)
    });
    assert_eq!(digests, [14478744403698589579, 2321908125502563391]);
}

#[test]
fn variants_take_equal_rows_constant_columns_and_extreme_numbers() {
    for name in VARIANTS {
        let equal = scores(&Matrix::new(2, vec![3.0; 40]).unwrap(), &variant(name), 7);
        assert!(equal.iter().all(|score| (score - 0.5).abs() < 1e-12), "{name}: {equal:?}");
        let padded = rows(200, 2);
        let padded = padded.iter_rows().flat_map(|row| [row[0], 1.0, row[1]]).collect();
        let scores_of_padded = scores(&Matrix::new(3, padded).unwrap(), &variant(name), 7);
        let highest = scores_of_padded.iter().copied().fold(0.0, f64::max);
        assert_eq!(scores_of_padded.last(), Some(&highest), "{name}");
        let extreme = vec![f64::MAX, f64::MIN, 0.0, -0.0, 1e300, 5e-324, 1.0, -1e-300];
        for columns in [1, 2] {
            let data = Matrix::new(columns, extreme.clone()).unwrap();
            let scores = scores(&data, &variant(name), 7);
            assert!(scores.iter().all(|score| score.is_finite()), "{name}: {scores:?}");
        }
    }
}

#[test]
fn extension_level_is_within_the_columns_and_of_the_extended_variant() {
    let given = |variant: &str, level: i64| {
        let variant = ("variant", Value::Text(variant.into()));
        parameters(&[variant, ("extension_level", Value::Integer(level))])
    };
    let resolved = |parameters: &Parameters| Settings::resolve(parameters, 1_000, 4);
    let extended = |columns| Ok(Variant::Extended { columns });
    let variant_of = |parameters: &Parameters| resolved(parameters).map(|it| it.variant);
    assert_eq!(variant_of(&parameters(&variant("extended"))), extended(4));
    assert_eq!(variant_of(&given("extended", 1)), extended(2));
    for (name, level) in [("extended", 4), ("standard", 1), ("fair_cut", 0)] {
        let refusal = resolved(&given(name, level)).unwrap_err();
        assert!(matches!(refusal, DetectorError::InvalidParameter { .. }), "{name} {level}");
    }
    let wide = Settings::resolve(&parameters(&variant("extended")), 1_000, 5_000).unwrap();
    assert_eq!(wide.variant, Variant::Extended { columns: (1 << 24) / 25_600 });
}

#[test]
fn contributions_sum_to_the_score_less_one_base_and_constant_columns_have_0() {
    let training = rows(400, 3);
    let padded = training.iter_rows().flat_map(|row| [row[0], 7.0, row[1], row[2]]).collect();
    let training = Matrix::new(4, padded).unwrap();
    for max_samples in [2, 256, 2_000] {
        let (model, scores) = fit(&training, &[("max_samples", Value::Integer(max_samples))], 7);
        let explained = model.explain(&training, Stop::NEVER).unwrap().unwrap();
        assert_eq!((explained.columns, explained.values.len()), (4, 1_600));
        let rows = explained.values.chunks(4).zip(&scores);
        let bases = rows.map(|(row, score)| score - row.iter().sum::<f64>()).collect::<Vec<_>>();
        let first = bases[0];
        assert!(bases.iter().all(|base| (base - first).abs() < 1e-9), "{max_samples}: {bases:?}");
        assert!(explained.values.chunks(4).all(|row| row[1] == 0.0));
    }
}

#[test]
fn the_column_that_is_far_out_contributes_most() {
    let mut values = rows(300, 3).into_values();
    values[899] = 0.9;
    values[898] = 0.9;
    values[897] = 40.0;
    let training = Matrix::new(3, values).unwrap();
    let (model, _) = fit(&training, &[], 7);
    let explained = model.explain(&training, Stop::NEVER).unwrap().unwrap();
    let last = &explained.values[897..];
    assert!(last[0] > 0.1 && last[0] > 5.0 * last[1].abs().max(last[2].abs()), "{last:?}");
    let (fair, _) = fit(&training, &variant("fair_cut"), 7);
    assert_eq!(fair.explain(&training, Stop::NEVER), Ok(None));
}
