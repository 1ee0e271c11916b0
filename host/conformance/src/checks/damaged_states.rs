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
    let mut refused = 0;
    let damaged = damaged(&state);
    let count = damaged.len();
    for (what, bytes) in damaged {
        let naming = |cause| Ended::Failed(format!("{what}: {cause}"));
        refused += usize::from(try_one(subject, &bytes, &training)?.map_err(naming)?);
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

/// What was done, and the bytes that it left.
fn damaged(state: &[u8]) -> Vec<(String, Vec<u8>)> {
    let foreign = b"{\"kind\": \"a state of somebody else\"}".to_vec();
    let mut damaged = vec![("foreign bytes".to_owned(), foreign)];
    let mut longer = state.to_vec();
    longer.push(0);
    damaged.push(("one byte too many".into(), longer));
    let step = (state.len() / PLACES).max(1);
    // The first bytes one by one: that is where versions and lengths stand.
    let near = 0..PLACES.min(state.len());
    for at in near.chain((0..state.len()).step_by(step).skip(1)) {
        let cut = state.get(..at).unwrap_or_default().to_vec();
        damaged.push((format!("cut to {at} of {} bytes", state.len()), cut));
        for byte in BYTES {
            let mut changed = state.to_vec();
            changed.iter_mut().skip(at).take(1).for_each(|it| *it = byte);
            if changed != state {
                damaged.push((format!("byte {at} changed to {byte}"), changed));
            }
        }
    }
    damaged
}
