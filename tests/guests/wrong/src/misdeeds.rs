//! How each promise is broken.

use crate::{Deviation, Fault, Options};
use pynomaly_sdk::prelude::*;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

/// All, in the order of their numbers in a state.
pub(crate) const FAULTS: [Fault; 22] = [
    Fault::Nothing,
    Fault::Determinism,
    Fault::NanCanonicalization,
    Fault::SavedState,
    Fault::RowAlone,
    Fault::Permutation,
    Fault::Duplicates,
    Fault::ConstantColumns,
    Fault::MinimumRows,
    Fault::Limits,
    Fault::Quality,
    Fault::Cost,
    Fault::HostileInputs,
    Fault::DamagedStates,
    Fault::Scale,
    Fault::PlantedOutlier,
    Fault::TextParameters,
    Fault::ParameterEnds,
    Fault::FuelGrowth,
    Fault::MemoryBound,
    Fault::Explanations,
    Fault::Learning,
];

/// Scorings so far, which no model should know of.
static SCORINGS: AtomicU32 = AtomicU32::new(0);

pub(crate) fn before_fit(training: &Matrix<'_>, options: &Options) -> Result<(), Error> {
    let rows = training.rows();
    match options.fault {
        Fault::Duplicates => {
            let mut pairs = training.iter_rows().zip(training.iter_rows().skip(1));
            assert!(pairs.all(|(row, next)| row != next), "a row came twice");
        }
        Fault::MinimumRows if rows < 64 => {
            return Err(Error::InsufficientData(rows as u32 + 1));
        }
        Fault::Limits => drop(black_box(vec![1_u8; 64 << 20])),
        Fault::Cost => assert!(rows < 2_000, "too many rows"),
        Fault::HostileInputs => {
            assert!(training.values().iter().all(|it| it.abs() < 1e200), "a huge value");
        }
        Fault::TextParameters => assert!(options.label.as_deref() != Some(""), "no text"),
        Fault::ParameterEnds => assert!(options.size < 10, "the last size"),
        Fault::FuelGrowth => {
            let steps = 5_000_usize.saturating_sub(rows) * 1_000;
            (0..steps).for_each(|step| drop(black_box(step)));
        }
        _ => {}
    }
    Ok(())
}

pub(crate) fn after_score(model: &Deviation, scores: &mut [f64]) {
    let scorings = SCORINGS.fetch_add(1, Ordering::Relaxed);
    let count = scores.len() as f64;
    let offset = match model.fault {
        Fault::Determinism => f64::from(scorings),
        Fault::NanCanonicalization => {
            let nan = black_box(f64::from_bits(0x7ff8_0000_0000_0001)) * black_box(2.0);
            (nan.to_bits() & 1) as f64
        }
        Fault::SavedState if model.loaded => 1.0,
        Fault::RowAlone => count,
        Fault::MemoryBound => {
            std::mem::forget(black_box(vec![1_u8; 100_000]));
            0.0
        }
        _ => 0.0,
    };
    let step = if model.fault == Fault::Permutation { 1.0 } else { 0.0 };
    for (place, score) in scores.iter_mut().enumerate() {
        *score += offset + step * place as f64;
    }
}

pub(crate) fn after_explain(model: &Deviation, contributions: &mut [f64]) {
    let offset = if model.fault == Fault::Explanations { 0.5 } else { 0.0 };
    contributions.iter_mut().for_each(|it| *it = math::finite(*it + offset));
}

/// The fault stands behind the four bytes of the format's name and the four of its version.
pub(crate) fn after_load(state: &[u8], loaded: &Result<Deviation, Error>) {
    let fault = state.get(8).copied().map(u64::from);
    let is_careless = fault == Some(Fault::DamagedStates as u64);
    assert!(loaded.is_ok() || !is_careless, "a damaged state");
}

pub(crate) fn after_update(model: &Deviation, scores: &mut [f64]) {
    let offset = if model.fault == Fault::Learning { scores.len() as f64 } else { 0.0 };
    scores.iter_mut().for_each(|it| *it = math::finite(*it + offset));
}
