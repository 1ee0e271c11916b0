use super::formula::{Coefficient, Formula, Term};
use super::least_squares::{Point, fit, relative_error};
use super::{CallCost, CostCard};
use pynomaly_core::{Kind, NumberRange, ParameterSpec, Parameters, Value};
use std::collections::BTreeMap;
use std::time::Duration;

fn points(cost: impl Fn(f64, f64) -> f64) -> Vec<Point> {
    let sizes = [64, 128, 256, 512, 1024].into_iter();
    let sizes = sizes.flat_map(|rows| [1, 2, 6, 16].map(|columns| (rows, columns)));
    sizes
        .map(|(rows, columns)| Point { rows, columns, cost: cost(rows as f64, columns as f64) })
        .collect()
}

/// A card whose fits burn 3·n² and take `memory` bytes.
fn card(error: Option<f64>, memory: f64) -> CostCard {
    let formula = |term, factor| Formula::new(vec![Coefficient { term, factor }], error);
    let call = CallCost {
        fuel: formula(Term::RowsSquared, 3.0),
        memory_bytes: formula(Term::One, memory),
        nanoseconds_per_fuel: 0.5,
    };
    CostCard {
        digest: "sha256:00".into(),
        parameters: [("k".to_owned(), Value::Integer(5)), ("p".to_owned(), Value::Number(2.0))]
            .into(),
        rows_max: 4096,
        columns_max: 16,
        fit: call.clone(),
        score: call,
    }
}

#[test]
fn a_sum_of_terms_is_found_again() {
    let found = fit(&points(|n, c| 5_000.0 + 7.0 * n * n * c + 40.0 * n * c), 0.05);
    let terms: Vec<_> = found.iter().map(|it| it.term).collect();
    assert_eq!(terms, [Term::One, Term::Cells, Term::RowsSquaredColumns]);
    for (found, factor) in found.iter().zip([5_000.0, 40.0, 7.0]) {
        assert!((found.factor / factor - 1.0).abs() < 1e-6, "{found:?}");
    }
    let far = Point { rows: 100_000, columns: 30, cost: 2.10012e12 + 5_000.0 };
    assert!(relative_error(&found, &far) < 1e-3);
}

#[test]
fn a_level_and_then_a_slope_is_no_square() {
    let memory = points(|n, c| f64::max(1.1e6, 900_000.0 + 60.0 * n * c));
    let found = fit(&memory, 0.25);
    let is_linear = |it: &Coefficient| it.term.at(2_000, 1) <= 2.0 * it.term.at(1_000, 1);
    assert!(found.iter().all(is_linear), "{found:?}");
}

#[test]
fn factors_are_never_negative_and_the_bits_are_the_same() {
    let falling = points(|n, c| 1e6 / (n * c) + 10.0);
    let found = fit(&falling, 0.05);
    assert!(!found.is_empty() && found.iter().all(|it| it.factor >= 0.0), "{found:?}");
    assert_eq!(fit(&falling, 0.05), found);
    assert_eq!(fit(&[], 0.05), []);
}

#[test]
fn predictions_are_sums_of_terms_and_never_overflow() {
    let card = card(Some(0.0), 65_536.0);
    let cost = card.predict(1_000, 4);
    assert_eq!((cost.fuel, cost.memory_bytes), (3_000_000, 65_536));
    assert_eq!(cost.time, Duration::from_nanos(1_500_000));
    assert_eq!(card.predict(usize::MAX, usize::MAX).fuel, u64::MAX);
}

#[test]
fn floors_hold_back_by_the_margin_the_error_and_the_range() {
    assert_eq!(card(Some(0.0), 0.0).floor(1_000, 4).fuel, 1_500_000);
    assert_eq!(card(Some(0.5), 0.0).floor(1_000, 4).fuel, 1_000_000);
    assert_eq!(card(Some(1.0), 0.0).floor(1_000, 4).fuel, 750_000);
    assert_eq!(card(Some(1.01), 0.0).floor(1_000, 4).fuel, 0);
    assert_eq!(card(None, 0.0).floor(1_000, 4).fuel, 0);
    let card = card(Some(0.0), 0.0);
    let edge = card.floor(16 * 4096, 4);
    assert_eq!(card.floor(16 * 4096 + 1, 4), edge);
    assert_eq!(card.floor(usize::MAX, 4), edge);
}

#[test]
fn a_card_comes_back_from_json_and_a_wrong_one_does_not() {
    let card = card(Some(0.25), 1.5);
    let json = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<CostCard>(&json).unwrap(), card);
    for (right, wrong) in [
        ("\"factor\":3.0", "\"factor\":-3.0"),
        ("\"nanoseconds_per_fuel\":0.5", "\"nanoseconds_per_fuel\":-0.5"),
        ("\"error\":0.25", "\"error\":-1.0"),
        ("\"term\":\"rows^2\"", "\"term\":\"rows^9\""),
        ("\"rows_max\":4096", "\"rows_max\":4096,\"more\":1"),
    ] {
        assert!(json.contains(right), "{json}");
        let wrong = json.replace(right, wrong);
        assert!(serde_json::from_str::<CostCard>(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_card_is_for_the_parameters_it_was_measured_under() {
    let kinds = |name: &str, kind| ParameterSpec {
        name: name.into(),
        kinds: vec![kind],
        default: None,
        doc: String::new(),
    };
    let table = [
        kinds("k", Kind::Integer { minimum: None, maximum: None }),
        kinds("p", Kind::Number(NumberRange::default())),
    ];
    let given = |values: &[(&str, Value)]| {
        let values: BTreeMap<_, _> =
            values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Parameters::check(&table, &values).unwrap()
    };
    let (five, two) = (("k", Value::Integer(5)), ("p", Value::Number(2.0)));
    let json = serde_json::to_string(&card(None, 0.0)).unwrap();
    let card: CostCard = serde_json::from_str(&json).unwrap();
    assert!(card.is_for(&given(&[five.clone(), two.clone()])));
    assert!(!card.is_for(&given(&[("k", Value::Integer(6)), two])));
    assert!(!card.is_for(&given(&[five])));
}
