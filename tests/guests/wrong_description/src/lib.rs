//! Vouches for a ROC AUC that is no number, and asks for more rows than anybody has.
#![cfg(target_arch = "wasm32")]

use pynomaly_sdk::prelude::*;

struct Wrong;

struct Nothing;

impl Detector for Wrong {
    type Parameters = ();
    type Model = Nothing;

    const ABOUT: About = About {
        name: "wrong_description",
        version: "1.0.0",
        summary: "Vouches for too much.",
        reference: "None.",
        minimum_rows: u32::MAX,
        extra: &[("auc-floor", "high")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, (): (), _: u64) -> Result<Fitted<Nothing>, Error> {
        Ok(Fitted { model: Nothing, training_scores: vec![0.0; training.rows()] })
    }
}

impl Model for Nothing {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(vec![0.0; data.rows()])
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(_: &[u8]) -> Result<Self, Error> {
        Ok(Self)
    }
}

pynomaly_sdk::export!(Wrong);
