//! Instances that run at the same time do not know of each other.

use super::determinism::Answers;
use crate::error::{Checked, Ended, failed};
use crate::subject::Subject;

/// Instances at the same time.
const THREADS: usize = 4;

pub(crate) fn check(subject: &Subject) -> Checked {
    let alone = Answers::of(subject, &subject.plugin)?;
    let together = std::thread::scope(|scope| {
        let answers = || Answers::of(subject, &subject.plugin);
        let running: Vec<_> = (0..THREADS).map(|_| scope.spawn(answers)).collect();
        let ended = |_| Err(Ended::Failed("the sandbox failed: a thread panicked".into()));
        running.into_iter().map(|it| it.join().unwrap_or_else(ended)).collect::<Vec<_>>()
    });
    for answers in together {
        let other = answers?;
        alone.same_as(&other).or_else(|cause| failed(format!("beside other instances {cause}")))?;
    }
    Ok(String::new())
}
