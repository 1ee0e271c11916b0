//! A model that scores and saves over and over does not grow.

use crate::error::{Checked, ensure};
use crate::subject::Subject;

/// Rounds after which memory has found its level.
const ROUNDS_BEFORE: usize = 8;
/// Rounds in which it must stay there.
const ROUNDS: usize = 56;

pub(crate) fn check(subject: &Subject) -> Checked {
    let rows = subject.usual(1)?;
    let mut model = subject.fit(&rows)?.model;
    let mut level = 0;
    for round in 0..ROUNDS_BEFORE + ROUNDS {
        subject.score(&mut model, &rows)?;
        subject.save(&mut model)?;
        if round < ROUNDS_BEFORE {
            level = model.memory_bytes();
        }
    }
    let end = model.memory_bytes();
    ensure(end <= level, || {
        format!("scored {ROUNDS} times more, the instance grew from {level} to {end} bytes")
    })?;
    Ok(format!("{level} bytes"))
}
