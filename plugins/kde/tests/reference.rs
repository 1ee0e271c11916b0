//! KDE against PyOD's and SciPy's numbers, and against itself.

use kde::{Detect, Options};
use pynomaly_sdk::parameters::Parameters;
use pynomaly_sdk::{Detector, Matrix, Model, Scale};
use pynomaly_sdk_checks::{Golden, Subject, assert_close, battery};

const DEFAULTS: Options = Options { bandwidth: None };

battery!(Subject::<Detect>::new(|| DEFAULTS));
battery!(narrow, Subject::<Detect>::new(|| Options { bandwidth: Some(1e-9) }));

#[test]
fn scores_are_those_of_pyod_and_of_the_formula() {
    let golden = Golden::parse(include_str!("golden.json"));
    let training = golden.training();
    for (name, bandwidth) in [("KDE", 1.0), ("KDE_0.3", 0.3)] {
        let fitted =
            Detect::fit(&Matrix::new(4, &training), Options { bandwidth: Some(bandwidth) }, 7)
                .unwrap();
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
fn without_a_bandwidth_units_mean_nothing_and_scotts_rule_is_used() {
    let golden = Golden::parse(include_str!("golden.json"));
    let values = golden.training();
    let fit = |values: &[f64], options| Detect::fit(&Matrix::new(4, values), options, 7).unwrap();
    let scores = fit(&values, DEFAULTS).training_scores;
    let units = [8.0, 0.001, 1.0, -1e6].into_iter().cycle();
    let other: Vec<f64> = values.iter().zip(units).map(|(value, unit)| value * unit).collect();
    assert_close(&fit(&other, DEFAULTS).training_scores, &scores, 1e-9);

    let (scale, columns) = Scale::of(&Matrix::new(4, &values)).unwrap();
    assert!(scale.deviations.iter().all(|it| *it > 0.0));
    let rows = columns[0].len();
    let standardized: Vec<f64> = (0..rows)
        .flat_map(|row| (0..4).map(move |column| (row, column)))
        .map(|(row, column)| columns[column][row])
        .collect();
    let bandwidth = Some((rows as f64).powf(-1.0 / 8.0));
    let expected = fit(&standardized, Options { bandwidth }).training_scores;
    assert_close(&scores, &expected, 1e-9);
}

#[test]
fn the_default_is_the_documented_one() {
    assert_eq!(Options::parse(Vec::new()).unwrap(), DEFAULTS);
}
