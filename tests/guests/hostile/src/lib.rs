//! Misbehaves in the way its parameter says.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::panic, clippy::indexing_slicing, reason = "that is the point")]

use pynomaly_sdk::prelude::*;
use std::hint::black_box;

struct Hostile;

/// The ways to misbehave.
#[derive(Clone, Copy, Choice)]
enum Mode {
    Fine,
    Loop,
    Recurse,
    Allocate,
    Panic,
    DivideByZero,
    Unreachable,
    IndexOutOfBounds,
    TooFewScores,
    TooManyScores,
    NanScore,
    InfiniteScore,
    NegativeInfiniteScore,
    HugeOutput,
    LogFlood,
    HugeLogMessage,
    HugeError,
    TooFewContributions,
    NanContribution,
    HugeContributions,
    LoopInExplain,
}

#[derive(Parameters)]
struct Options {
    /// How to misbehave.
    #[parameter(default = Mode::Fine)]
    mode: Mode,
}

/// Misbehaves when it is asked for reasons.
struct Nothing(Mode);

impl Detector for Hostile {
    type Parameters = Options;
    type Model = Nothing;

    const ABOUT: About = About {
        name: "hostile",
        version: "1.0.0",
        summary: "Misbehaves.",
        reference: "None.",
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _: u64) -> Result<Fitted<Nothing>, Error> {
        let mut training_scores = vec![0.0; training.rows()];
        match options.mode {
            Mode::Fine
            | Mode::TooFewContributions
            | Mode::NanContribution
            | Mode::HugeContributions
            | Mode::LoopInExplain => {}
            Mode::TooFewScores => training_scores.truncate(training.rows() - 1),
            Mode::TooManyScores => training_scores.push(0.0),
            Mode::NanScore => training_scores[0] = f64::NAN,
            Mode::InfiniteScore => training_scores[0] = f64::INFINITY,
            Mode::NegativeInfiniteScore => training_scores[0] = f64::NEG_INFINITY,
            Mode::HugeOutput => training_scores.resize(4 << 20, 0.0),
            Mode::HugeError => return Err(Error::Other("x".repeat(64 << 20))),
            mode => misbehave(mode),
        }
        Ok(Fitted { model: Nothing(options.mode), training_scores })
    }
}

fn misbehave(mode: Mode) {
    match mode {
        Mode::Loop => loop {
            black_box(0);
        },
        Mode::Recurse => drop(black_box(recurse(1))),
        Mode::Allocate => allocate(),
        Mode::Panic => panic!("a hostile panic"),
        Mode::DivideByZero => drop(black_box(divide(1, black_box(0)))),
        Mode::IndexOutOfBounds => drop(black_box([1, 2, 3][black_box(7)])),
        Mode::LogFlood => loop {
            log::info("flood");
        },
        Mode::HugeLogMessage => log::info(&"x".repeat(64 << 20)),
        _ => unreachable(),
    }
}

#[expect(unconditional_recursion, reason = "that is the point")]
fn recurse(depth: u64) -> u64 {
    black_box(depth) + black_box(recurse(depth + 1))
}

fn allocate() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 1 << 20]);
        black_box(&hoard);
    }
}

fn divide(a: i32, b: i32) -> i32 {
    a / b
}

fn unreachable() {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
}

impl Model for Nothing {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(vec![0.0; data.rows()])
    }

    fn save(&self) -> Vec<u8> {
        if matches!(self.0, Mode::LoopInExplain) { vec![1] } else { Vec::new() }
    }

    fn load(state: &[u8]) -> Result<Self, Error> {
        Ok(Self(if state.is_empty() { Mode::Fine } else { Mode::LoopInExplain }))
    }
}

impl ExplainingModel for Nothing {
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        let mut contributions = vec![0.0; data.rows() * data.columns()];
        match self.0 {
            Mode::TooFewContributions => contributions.truncate(1),
            Mode::NanContribution => contributions[0] = f64::NAN,
            Mode::HugeContributions => contributions.resize(4 << 20, 0.0),
            Mode::LoopInExplain => misbehave(Mode::Loop),
            _ => {}
        }
        Ok(contributions)
    }
}

pynomaly_sdk::export!(Hostile, explainer);
