//! Runs the checks, one after the other, and writes the report.

use crate::checks::CHECKS;
use crate::error::{Checked, Ended, KitError};
use crate::options::{Form, Options};
use crate::report::{Check, Outcome, Report};
use crate::subject::Subject;
use pynomaly_sandbox::Sandbox;

/// What an upload waits for: seconds.
///
/// # Errors
/// [`KitError`] where there is nothing to try, or nobody waits any more. A plugin that fails its
/// checks is a [`Report`], not an error.
pub fn short(sandbox: &Sandbox, component: &[u8], options: &Options) -> Result<Report, KitError> {
    run(sandbox, component, options, Form::Short)
}

/// Every check there is.
///
/// # Errors
/// As [`short`].
pub fn full(sandbox: &Sandbox, component: &[u8], options: &Options) -> Result<Report, KitError> {
    run(sandbox, component, options, Form::Full)
}

fn run(
    sandbox: &Sandbox,
    component: &[u8],
    options: &Options,
    form: Form,
) -> Result<Report, KitError> {
    let subject = Subject::load(sandbox, component, options, form)?;
    let mut checks = Vec::new();
    for (name, _, run) in CHECKS.iter().filter(|(_, least, _)| *least <= form) {
        checks.push(check(name, run(&subject))?);
    }
    let descriptor = subject.descriptor();
    Ok(Report {
        name: descriptor.name.clone(),
        version: descriptor.version.clone(),
        digest: subject.plugin.digest().to_owned(),
        passed: !checks.iter().any(|check| matches!(check.outcome, Outcome::Failed { .. })),
        checks,
        cost: subject.card.get().cloned(),
    })
}

fn check(name: &'static str, checked: Checked) -> Result<Check, KitError> {
    let (outcome, remark) = match checked {
        Ok(remark) => (Outcome::Passed, remark),
        Err(Ended::Failed(cause)) => (Outcome::Failed { cause }, String::new()),
        Err(Ended::NotApplicable(why)) => (Outcome::NotApplicable { why }, String::new()),
        Err(Ended::Run(error)) => return Err(error),
    };
    Ok(Check { name, outcome, remark })
}
