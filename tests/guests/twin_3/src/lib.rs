//! Version 3 of a detector that answers each row's first value; that fails where the first row
//! begins with a negative one, and never ends where it begins with more than a thousand.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::panic, reason = "that is the point")]

use pynomaly_sdk::prelude::*;
use std::hint::black_box;

struct Twin;

struct Nothing;

impl Detector for Twin {
    type Parameters = ();
    type Model = Nothing;

    const ABOUT: About = About {
        name: "twin",
        version: "3.0.0",
        summary: "Each row's first value, for some time.",
        reference: "None.",
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, (): (), _: u64) -> Result<Fitted<Nothing>, Error> {
        match training.column(0).next() {
            Some(value) if value < 0.0 => panic!("a negative value"),
            Some(value) if value > 1000.0 => loop {
                black_box(value);
            },
            _ => {}
        }
        Ok(Fitted { model: Nothing, training_scores: Nothing.score(training)? })
    }
}

impl Model for Nothing {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(data.column(0).collect())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(_: &[u8]) -> Result<Self, Error> {
        Ok(Self)
    }
}

pynomaly_sdk::export!(Twin);
