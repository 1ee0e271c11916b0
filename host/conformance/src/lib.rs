//! Proves a plugin before it serves: what the contract promises and no compiler can see.
//!
//! [`short`] is what an upload waits for, [`full`] what an author and continuous integration run.
//! Both load a component, try it on data of their own and give a [`Report`]: one [`Check`] for
//! each promise, and the [`CostCard`], which says what a call of some rows and columns will cost.
//! The promises, one by one, and what to do about a broken one: `docs/conformance.md`.
//!
//! The same component, options and machine model give the same report, but for the times in it:
//! all data comes from fixed seeds, and fuel is counted, not measured.
//!
//! To add a check, write a file in `checks/` like its neighbours and name it in `checks/mod.rs`.

mod battery;
mod checks;
pub mod cost;
mod data;
mod error;
mod options;
mod purse;
mod report;
mod subject;

pub use battery::{full, short};
pub use cost::{Cost, CostCard};
pub use data::usual_rows;
pub use error::KitError;
pub use options::{AUC_FLOOR, AUC_FLOOR_DEFAULT, Options, SCALE_INVARIANT};
pub use report::{Check, Outcome, Report};
