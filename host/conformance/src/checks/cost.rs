//! What calls cost can be measured; how well it can be foretold stands in the card.

use crate::cost::measure;
use crate::error::Checked;
use crate::subject::Subject;

pub(crate) fn check(subject: &Subject) -> Checked {
    let card = measure(subject)?;
    let error = |it: Option<f64>| it.map_or("unknown".into(), |it| format!("{:.0} %", it * 100.0));
    let remark = format!(
        "error of fuel at most {}, of memory {}",
        error(card.fit.fuel.error()),
        error(card.fit.memory_bytes.error())
    );
    let _ = subject.card.set(card);
    Ok(remark)
}
