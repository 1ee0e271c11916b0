//! Refusing by a cost card: at the limit, beyond it, and where the card is no authority.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use pynomaly_core::{Matrix, Value};
use pynomaly_engine::conformance::Options;
use pynomaly_engine::{
    CostCard, DetectError, DetectRequest, Engine, Limits, Pipeline, Resource, Sandbox,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

const ROWS: usize = 100;
const COLUMNS: usize = 2;

fn component() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins/mad.wasm");
    std::fs::read(path).expect("run `cargo xtask plugins`")
}

fn engine() -> Engine {
    let engine = Engine::new(Sandbox::new(Limits::default(), None).unwrap());
    engine.install("mad.wasm", &component()).unwrap();
    engine
}

/// A card of `mad` by which a fit burns `fuel`, and takes `memory` bytes, for a row.
fn card(engine: &Engine, fuel: f64, memory: f64, error: Option<f64>) -> CostCard {
    let formula =
        |factor: f64| json!({"terms": [{"term": "rows", "factor": factor}], "error": error});
    let call = json!({
        "fuel": formula(fuel), "memory_bytes": formula(memory), "nanoseconds_per_fuel": 1.0,
    });
    let served = engine.get("mad").unwrap();
    let card = json!({
        "digest": served.digest(), "parameters": {"cap": 10.0}, "rows_max": 4096, "columns_max": 16, "fit": call, "score": call,
    });
    serde_json::from_value(card).unwrap()
}

fn detect(engine: &Engine, parameters: &[(&str, Value)]) -> Result<(), DetectError> {
    let values = (0..ROWS * COLUMNS).map(|at| (at % 17) as f64).collect();
    let parameters: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let request = DetectRequest {
        data: Matrix::new(COLUMNS, values).unwrap(),
        detector_type: "mad".into(),
        parameters,
        pipeline: Pipeline::default(),
        seed: 0,
    };
    engine.detect(&request, &engine.sandbox().limits().budget()).map(drop)
}

/// Fuel a row of which the floor of [`ROWS`] rows is the limit: the margin is 2.
fn at_the_limit() -> f64 {
    Limits::default().fuel_max as f64 * 2.0 / ROWS as f64
}

#[test]
fn fuel_is_refused_from_the_first_unit_beyond_the_limit() {
    let engine = engine();
    assert!(engine.attach_card(card(&engine, at_the_limit(), 0.0, Some(0.0))));
    detect(&engine, &[]).unwrap();
    let engine = self::engine();
    engine.attach_card(card(&engine, at_the_limit() * 1.001, 0.0, Some(0.0)));
    let Err(DetectError::TooCostly { resource, expected, limit, .. }) = detect(&engine, &[]) else {
        panic!("not refused")
    };
    assert_eq!((resource, limit), (Resource::Fuel, Limits::default().fuel_max));
    assert!(expected > limit);
}

#[test]
fn memory_is_refused_too() {
    let engine = engine();
    let memory_max = Limits::default().memory_bytes_max as f64;
    engine.attach_card(card(&engine, 0.0, memory_max * 2.001 / ROWS as f64, Some(0.0)));
    let error = detect(&engine, &[]).unwrap_err();
    assert!(matches!(error, DetectError::TooCostly { resource: Resource::Memory, .. }), "{error}");
}

#[test]
fn a_card_that_is_no_authority_refuses_nothing() {
    for error in [None, Some(1.5), Some(0.01)] {
        let engine = engine();
        engine.attach_card(card(&engine, at_the_limit() * 1.001, 0.0, error));
        detect(&engine, &[]).unwrap();
    }
}

#[test]
fn other_parameters_than_the_measured_are_not_refused() {
    let engine = engine();
    engine.attach_card(card(&engine, f64::MAX, 0.0, Some(0.0)));
    assert!(detect(&engine, &[("cap", Value::Integer(10))]).is_err());
    detect(&engine, &[("cap", Value::Number(5.0))]).unwrap();
}

#[test]
fn a_card_is_attached_once_and_to_its_own_component() {
    let engine = engine();
    let card = card(&engine, 1.0, 1.0, Some(0.0));
    let foreign = CostCard { digest: "sha256:00".into(), ..card.clone() };
    assert!(!engine.attach_card(foreign) && engine.get("mad").unwrap().card().is_none());
    assert!(engine.attach_card(card.clone()));
    let other = CostCard { rows_max: 1, ..card.clone() };
    assert!(!engine.attach_card(other));
    assert_eq!(engine.get("mad").unwrap().card(), Some(&card));
}

#[test]
fn what_is_checked_before_it_is_installed_has_its_card() {
    let engine = Engine::new(Sandbox::new(Limits::default(), None).unwrap());
    let report = engine.check(&component(), &Options::default()).unwrap();
    assert!(report.passed && engine.get("mad").is_err(), "{report:?}");
    let card = report.cost.unwrap();
    assert!(!engine.attach_card(card.clone()));
    let served = engine.install("mad.wasm", &component()).unwrap();
    assert!(engine.attach_card(card) && served.card().is_some());
    detect(&engine, &[]).unwrap();
}
