//! The detector against numbers of NumPy, and against itself.

use my_detector::{Columns, Options, RobustZ};
use pynomaly_sdk::parameters::{Parameters, Value};
use pynomaly_sdk::{Detector, Error, ExplainingModel, Fitted, Matrix, Model, StreamingModel};

const COLUMNS: usize = 4;

/// All values, those of the training rows, and the scores of all rows.
fn golden() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (mut rows, mut training, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for line in include_str!("golden.csv").lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        rows.extend(&cells[..COLUMNS]);
        if cells[COLUMNS] == 1.0 {
            training.extend(&cells[..COLUMNS]);
        }
        scores.push(cells[COLUMNS + 1]);
    }
    (rows, training, scores)
}

fn fit(training: &[f64]) -> Fitted<Columns> {
    let options = Options::parse(Vec::new()).unwrap();
    RobustZ::fit(&Matrix::new(COLUMNS, training), options, 7).unwrap()
}

#[test]
fn scores_are_those_of_the_definition() {
    let (rows, training, expected) = golden();
    let Fitted { model, training_scores } = fit(&training);
    let scores = model.score(&Matrix::new(COLUMNS, &rows)).unwrap();
    for (score, expected) in scores.iter().zip(&expected) {
        assert!((score - expected).abs() <= 1e-9 * expected.max(1.0), "{score}, not {expected}");
    }
    assert_eq!(training_scores, model.score(&Matrix::new(COLUMNS, &training)).unwrap());
}

#[test]
fn a_row_scores_the_same_alone_and_after_loading() {
    let (rows, training, _) = golden();
    let model = fit(&training).model;
    let loaded = Columns::load(&model.save()).unwrap();
    let scores = model.score(&Matrix::new(COLUMNS, &rows)).unwrap();
    for (row, score) in rows.chunks(COLUMNS).zip(scores) {
        assert_eq!(loaded.score(&Matrix::new(COLUMNS, row)).unwrap(), [score]);
    }
    assert_eq!(loaded.save(), model.save());
}

#[test]
fn contributions_add_up_to_scores() {
    let (rows, training, expected) = golden();
    let contributions = fit(&training).model.explain(&Matrix::new(COLUMNS, &rows)).unwrap();
    for (own, score) in contributions.chunks(COLUMNS).zip(expected) {
        let total: f64 = own.iter().sum();
        assert!((total - score).abs() <= 1e-9 * score.max(1.0), "{total}, not {score}");
    }
}

#[test]
fn a_stream_is_learnt_alike_however_it_is_cut() {
    let (rows, training, _) = golden();
    let (mut model, mut other) = (fit(&training).model, fit(&training).model);
    let before = model.score(&Matrix::new(COLUMNS, &rows)).unwrap();
    let scores = model.update(&Matrix::new(COLUMNS, &rows)).unwrap();
    for (row, score) in rows.chunks(COLUMNS).zip(scores) {
        assert_eq!(other.update(&Matrix::new(COLUMNS, row)).unwrap(), [score]);
    }
    assert_eq!(other.save(), model.save());
    assert_ne!(model.score(&Matrix::new(COLUMNS, &rows)).unwrap(), before);
}

#[test]
fn wrong_parameters_rows_and_states_are_refused() {
    let wrong = Options::parse(vec![("cap".to_owned(), Value::Number(0.5))]);
    assert!(matches!(wrong, Err(Error::InvalidParameter { .. })));
    let model = fit(&golden().1).model;
    assert!(matches!(model.score(&Matrix::new(1, &[1.0])), Err(Error::InvalidInput(_))));
    let state = model.save();
    assert!(matches!(Columns::load(&state[..state.len() - 1]), Err(Error::BadState(_))));
}
