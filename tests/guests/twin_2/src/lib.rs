//! Version 2 of a detector that answers each row's first value, plus 1000.0.
#![cfg(target_arch = "wasm32")]

use pynomaly_sdk::prelude::*;

/// What tells this version's scores apart.
const OFFSET: f64 = 1000.0;

struct Twin;

struct Nothing;

impl Detector for Twin {
    type Parameters = ();
    type Model = Nothing;

    const ABOUT: About = About {
        name: "twin",
        version: "2.0.0",
        summary: "Each row's first value, plus a constant.",
        reference: "None.",
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, (): (), _: u64) -> Result<Fitted<Nothing>, Error> {
        Ok(Fitted { model: Nothing, training_scores: Nothing.score(training)? })
    }
}

impl Model for Nothing {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(data.column(0).map(|value| value + OFFSET).collect())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(_: &[u8]) -> Result<Self, Error> {
        Ok(Self)
    }
}

pynomaly_sdk::export!(Twin);
