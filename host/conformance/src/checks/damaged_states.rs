//! Bytes that are no state are refused as such.

use crate::error::{Checked, Ended};
use crate::subject::{Subject, is_verdict};
use pynomaly_core::{DetectorError, Matrix};
use pynomaly_sandbox::CallError;

/// Places at which a state is cut, and at which a byte is changed.
const PLACES: usize = 48;
/// Values that a byte is changed to.
const BYTES: [u8; 3] = [0x00, 0x7f, 0xff];

pub(crate) fn check(subject: &Subject) -> Checked {
    let training = subject.usual(1)?;
    let state = subject.save(&mut subject.fit(&training)?.model)?;
    let (mut count, mut refused) = (0, 0);
    for (what, bytes) in damaged(&state) {
        let naming = |cause| Ended::Failed(format!("{what}: {cause}"));
        refused += usize::from(try_one(subject, &bytes, &training)?.map_err(naming)?);
        count += 1;
    }
    Ok(format!("{refused} of {count} refused"))
}

/// Whether it was refused; otherwise it is a model, and scores or gives a verdict.
fn try_one(subject: &Subject, bytes: &[u8], rows: &Matrix) -> Result<Result<bool, String>, Ended> {
    let mut model = match subject.try_load(bytes)? {
        Ok(model) => model,
        Err(CallError::Detector(DetectorError::BadState(_))) => return Ok(Ok(true)),
        Err(error) => return Ok(Err(format!("load does not answer bad-state but: {error}"))),
    };
    Ok(match subject.try_score(&mut model, rows)? {
        Err(error) if !is_verdict(&error) => Err(format!("loaded, and then score: {error}")),
        _ => Ok(false),
    })
}

/// What was done, and the bytes that it left; one at a time, because a state may be large.
fn damaged(state: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> {
    let foreign = b"{\"kind\": \"a state of somebody else\"}".to_vec();
    let longer = state.iter().copied().chain([0]).collect();
    let whole = [("foreign bytes".to_owned(), foreign), ("one byte too many".to_owned(), longer)];
    // The first bytes one by one: that is where versions and lengths stand.
    let near = 0..PLACES.min(state.len());
    let far = (0..state.len()).step_by((state.len() / PLACES).max(1)).skip(1);
    whole.into_iter().chain(near.chain(far).flat_map(|at| damaged_at(state, at)))
}

/// Cut before a byte, and with that byte changed.
fn damaged_at(state: &[u8], at: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    let cut = state.get(..at).unwrap_or_default().to_vec();
    let cut = (format!("cut to {at} of {} bytes", state.len()), cut);
    let others = BYTES.into_iter().filter(move |byte| state.get(at) != Some(byte));
    let changed = others.map(move |byte| {
        let mut changed = state.to_vec();
        changed.iter_mut().skip(at).take(1).for_each(|it| *it = byte);
        (format!("byte {at} changed to {byte}"), changed)
    });
    std::iter::once(cut).chain(changed)
}
