//! LOF against PyOD's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use lof::{Detect, Lof, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Fitted, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery};

battery!(Subject::<Detect>::new(|| Options { n_neighbors: 20 }).itself_left_out());
battery!(
    few_neighbors,
    Subject::<Detect>::new(|| Options { n_neighbors: 3 }).least_rows(5).itself_left_out()
);

fn fit(columns: usize, values: &[f64], n_neighbors: u32) -> Fitted<Lof> {
    Detect::fit(&Matrix::new(columns, values), Options { n_neighbors }, 7).unwrap()
}

#[test]
fn training_and_query_scores_are_those_of_pyod() {
    let golden = Golden::parse(include_str!("golden.json"));
    for (name, n_neighbors) in [("LOF20", 20), ("LOF5", 5)] {
        let fitted = fit(4, &golden.training(), n_neighbors);
        let expected = golden.numbers(name, "decision_scores_");
        assert_close(&fitted.training_scores, &expected, 1e-9);
        let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
        assert_close(&scores, &golden.numbers(name, "query_scores"), 1e-9);
    }
}

#[test]
fn the_default_is_that_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), Options { n_neighbors: 20 });
}

#[test]
fn more_neighbors_than_rows_are_all_other_rows() {
    let values = [1.0, 2.0, 4.0, 9.0];
    assert_eq!(fit(1, &values, 20).training_scores, fit(1, &values, 3).training_scores);
}

#[test]
fn a_clump_of_equal_rows_does_not_make_its_surroundings_infinitely_strange() {
    let grid = (0..100).flat_map(|it| [f64::from(it % 10), f64::from(it / 10)]);
    let values: Vec<f64> = grid.chain([4.5, 4.5].repeat(30)).collect();
    let fitted = fit(2, &values, 5);
    let greatest = fitted.training_scores.iter().copied().fold(0.0, f64::max);
    assert!(greatest < 10.0, "{greatest}");
    let queries = [4.5, 4.5, 4.6, 4.5, 30.0, 30.0];
    let scores = fitted.model.score(&Matrix::new(2, &queries)).unwrap();
    assert!((scores[0] - 1.0).abs() < 1e-9 && scores[1] < 10.0 && scores[2] > 10.0, "{scores:?}");
}
