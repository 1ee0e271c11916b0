//! Panics before it has said what it is.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::panic, reason = "that is the point")]

use pynomaly_sdk::parameters::{Parameter, Value};
use pynomaly_sdk::prelude::*;

struct Hostile;

struct Table;

impl pynomaly_sdk::parameters::Parameters for Table {
    fn table() -> Vec<Parameter> {
        panic!("nothing to say")
    }

    fn parse(_: Vec<(String, Value)>) -> Result<Self, Error> {
        Ok(Self)
    }
}

struct Nothing;

impl Detector for Hostile {
    type Parameters = Table;
    type Model = Nothing;

    const ABOUT: About = About { name: "hostile_describe", version: "1.0.0", ..About::TABULAR };

    fn fit(_: &Matrix<'_>, _: Table, _: u64) -> Result<Fitted<Nothing>, Error> {
        Ok(Fitted { model: Nothing, training_scores: Vec::new() })
    }
}

impl Model for Nothing {
    fn score(&self, _: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(Vec::new())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(_: &[u8]) -> Result<Self, Error> {
        Ok(Self)
    }
}

pynomaly_sdk::export!(Hostile);
