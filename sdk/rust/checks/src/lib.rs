//! What is true of every detector, checked in one way: for the tests of a plugin's crate.
//!
//! [`battery!`] writes the tests, and [`explanations!`] those of a model that says why; [`Subject`] says what of, and what the method does not promise.
//! [`Golden`] reads the numbers of a reference.
//!
//! ```
//! # use pynomaly_sdk::prelude::*;
//! # struct Detect;
//! # #[derive(Debug)]
//! # struct First(f64);
//! # impl Detector for Detect {
//! #     type Parameters = ();
//! #     type Model = First;
//! #     const ABOUT: About = About { name: "first", version: "1.0.0", ..About::TABULAR };
//! #     fn fit(training: &Matrix<'_>, (): (), _: u64) -> Result<Fitted<First>, Error> {
//! #         let model = First(training.values()[0]);
//! #         Ok(Fitted { training_scores: model.score(training)?, model })
//! #     }
//! # }
//! # impl Model for First {
//! #     fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
//! #         Ok(data.column(0).map(|value| math::finite((value - self.0).abs())).collect())
//! #     }
//! #     fn save(&self) -> Vec<u8> { vec![] }
//! #     fn load(_: &[u8]) -> Result<Self, Error> { Err(state::bad("none")) }
//! # }
//! use pynomaly_sdk_checks::{Subject, battery};
//!
//! battery!(Subject::<Detect>::new(|| ()).order_matters());
//! # fn main() {}
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a check fails by panicking"
)]

mod golden;
mod subject;
mod tables;

pub use golden::{Golden, assert_close, bits};
pub use subject::Subject;

/// Writes a test for each check of a [`Subject`].
#[macro_export]
macro_rules! battery {
    ($subject:expr) => {
        $crate::battery!(battery, $subject);
    };
    ($name:ident, $subject:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn a_row_scores_the_same_alone_in_a_batch_and_after_loading() {
                $subject.check_rows_alone();
            }

            #[test]
            fn training_scores_are_those_of_the_model() {
                $subject.check_training_scores();
            }

            #[test]
            fn the_order_of_training_rows_means_nothing() {
                $subject.check_permutation();
            }

            #[test]
            fn a_constant_column_tells_no_rows_apart() {
                $subject.check_constant_column();
            }

            #[test]
            fn equal_rows_are_legal() {
                $subject.check_equal_rows();
            }

            #[test]
            fn rows_of_any_size_are_refused_or_have_finite_scores() {
                $subject.check_any_size();
            }

            #[test]
            fn damaged_states_are_refused_or_still_score() {
                $subject.check_damaged_states();
            }
        }
    };
}

/// Writes a test for each check of the contributions of a [`Subject`] whose model explains.
#[macro_export]
macro_rules! explanations {
    ($subject:expr) => {
        $crate::explanations!(explanations, $subject);
    };
    ($name:ident, $subject:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn contributions_add_up_to_the_score_and_are_the_same_alone() {
                $subject.check_contributions();
            }

            #[test]
            fn constants_contribute_nothing() {
                $subject.check_contribution_of_constants();
            }
        }
    };
}
