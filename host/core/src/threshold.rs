//! Where scores become verdicts.
