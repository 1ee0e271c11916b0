//! A model that was saved and loaded is the same model.

use crate::error::{Checked, ensure, failed};
use crate::subject::{Subject, difference};

pub(crate) fn check(subject: &Subject) -> Checked {
    let mut model = subject.fit(&subject.usual(1)?)?.model;
    let probe = subject.usual(2)?;
    let scores = subject.score(&mut model, &probe)?;
    let state = subject.save(&mut model)?;
    let mut loaded = subject.load_own(&state)?;
    if let Some(difference) = difference(&scores, &subject.score(&mut loaded, &probe)?) {
        return failed(format!("fitted and loaded, {difference}"));
    }
    ensure(subject.save(&mut loaded)? == state, || {
        "what was loaded saves other bytes than those it was loaded from".into()
    })?;
    Ok(format!("{} bytes", state.len()))
}
