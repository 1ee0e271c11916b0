//! A model that learns from a stream comes to the same, however the stream is cut.

use crate::data::matrix;
use crate::error::{Checked, Ended, ensure, failed};
use crate::subject::{Subject, bits, difference, is_verdict};
use pynomaly_core::Matrix;
use pynomaly_sandbox::WarmModel;

/// Rounds of a usual table after which memory has found its level.
const ROUNDS_BEFORE: usize = 8;
/// Rounds in which it must stay there.
const ROUNDS: usize = 24;

pub(crate) fn check(subject: &Subject) -> Checked {
    if !subject.plugin.is_learning() {
        return Err(Ended::NotApplicable("the plugin does not learn from a stream".into()));
    }
    let mut model = subject.fit(&subject.usual(1)?)?.model;
    let before = subject.save(&mut model)?;
    let stream = subject.usual(2)?;
    let scores = subject.update(&mut model, &stream)?;
    let after = subject.save(&mut model)?;
    ensure(after != before, || format!("{} rows left the state as it was", stream.rows()))?;
    cut(subject, &before, &stream, &scores, &after)?;
    refused(subject, &mut model, &after)?;
    bounded(subject, &mut model, &stream)
}

/// Row by row, each looked at first, with a save and a load half-way.
fn cut(
    subject: &Subject,
    before: &[u8],
    stream: &Matrix,
    scores: &[f64],
    after: &[u8],
) -> Result<(), Ended> {
    let mut model = subject.load_own(before)?;
    let mut one_by_one = Vec::new();
    for (row, values) in stream.iter_rows().enumerate() {
        if row == stream.rows() / 2 {
            let state = subject.save(&mut model)?;
            model = subject.load_own(&state)?;
        }
        let alone = matrix(values.len(), values.to_vec());
        let looked_at = subject.score(&mut model, &alone)?;
        let learnt = subject.update(&mut model, &alone)?;
        ensure(bits(&looked_at) == bits(&learnt), || {
            format!("row {row} scores {looked_at:?} before it is learnt and {learnt:?} meanwhile")
        })?;
        one_by_one.extend(learnt);
    }
    if let Some(difference) = difference(scores, &one_by_one) {
        return failed(format!("learnt at once and one by one, {difference}"));
    }
    ensure(subject.save(&mut model)? == after, || {
        "learnt at once and one by one, the same rows leave other states".into()
    })
}

/// Rows of another width are a verdict, and change nothing.
fn refused(subject: &Subject, model: &mut WarmModel, state: &[u8]) -> Result<(), Ended> {
    let columns = subject.columns()? + 1;
    let wider = matrix(columns, vec![1.0; columns]);
    match subject.try_update(model, &wider)? {
        Err(error) if is_verdict(&error) => {}
        Err(error) => return failed(format!("a row of another width: {error}")),
        Ok(_) => return failed("a row of another width is learnt"),
    }
    ensure(subject.save(model)? == state, || "a row that is refused changes the state".into())
}

/// However long the stream is.
fn bounded(subject: &Subject, model: &mut WarmModel, stream: &Matrix) -> Checked {
    let mut level = 0;
    for round in 0..ROUNDS_BEFORE + ROUNDS {
        subject.update(model, stream)?;
        if round < ROUNDS_BEFORE {
            level = model.memory_bytes();
        }
    }
    let (end, rows) = (model.memory_bytes(), ROUNDS * stream.rows());
    ensure(end <= level, || {
        format!("learning {rows} rows more, the instance grew from {level} to {end} bytes")
    })?;
    Ok(format!("{level} bytes"))
}
