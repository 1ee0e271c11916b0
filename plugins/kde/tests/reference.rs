//! KDE against PyOD's and SciPy's numbers, and against itself.

use kde::{Detect, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Matrix, Model};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery};

const DEFAULTS: Options = Options { bandwidth: 1.0 };

battery!(Subject::<Detect>::new(|| DEFAULTS));
battery!(narrow, Subject::<Detect>::new(|| Options { bandwidth: 1e-9 }));

#[test]
fn scores_are_those_of_pyod_and_of_the_formula() {
    let golden = Golden::parse(include_str!("golden.json"));
    let training = golden.training();
    for (name, bandwidth) in [("KDE", 1.0), ("KDE_0.3", 0.3)] {
        let fitted = Detect::fit(&Matrix::new(4, &training), Options { bandwidth }, 7).unwrap();
        let expected = golden.numbers(name, "decision_scores_");
        assert_close(&fitted.training_scores, &expected, 1e-9);
        let scores = fitted.model.score(&Matrix::new(4, &golden.queries())).unwrap();
        assert_close(&scores, &golden.numbers(name, "query_scores"), 1e-9);
    }
}

#[test]
fn far_rows_are_told_apart_where_every_exponential_is_0() {
    let model = Detect::fit(&Matrix::new(1, &[0.0, 1.0]), DEFAULTS, 7).unwrap().model;
    let scores = model.score(&Matrix::new(1, &[100.0, 1e6, 1e12])).unwrap();
    assert!(scores[0] < scores[1] && scores[1] < scores[2]);
}

#[test]
fn the_default_is_that_of_pyod() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
}
