//! What is true of every detector, checked in one way: for the tests of a plugin's crate.
//!
//! [`battery!`] writes the tests of a detector of rows that stand for themselves, [`series!`] those
//! of one of series; [`stream!`] adds those of a model that learns from a stream, and
//! [`explanations!`] those of one that says why. [`Subject`] says what of, and what the method does
//! not promise. [`Golden`] reads the numbers of a reference.
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
mod planted;
mod sequence;
mod subject;
mod tables;

pub use golden::{Golden, assert_close, bits, numbers};
pub use planted::{clouds, roc_auc};
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
            fn equal_columns_contribute_the_same() {
                $subject.check_contribution_of_equals();
            }

            #[test]
            fn constants_contribute_nothing() {
                $subject.check_contribution_of_constants();
            }
        }
    };
}

/// Writes a test for each check of a [`Subject`] whose rows are moments.
#[macro_export]
macro_rules! series {
    ($subject:expr) => {
        mod series {
            use super::*;

            #[test]
            fn the_first_rows_score_the_same_alone_and_after_loading() {
                $subject.check_first_rows();
            }

            #[test]
            fn moments_of_any_size_are_refused_or_have_finite_scores() {
                $subject.check_any_size();
            }

            #[test]
            fn damaged_states_are_refused_or_still_score() {
                $subject.check_damaged_states();
            }
        }
    };
}

/// Writes a test for each check of a [`Subject`] whose model learns from a stream.
#[macro_export]
macro_rules! stream {
    ($subject:expr) => {
        mod stream {
            use super::*;

            #[test]
            fn updating_in_pieces_equals_updating_at_once() {
                $subject.check_pieces();
            }

            #[test]
            fn rows_of_another_width_are_refused_and_change_nothing() {
                $subject.check_refused_rows();
            }

            #[test]
            fn damaged_states_are_refused_or_still_learn() {
                $subject.check_learning_of_damaged_states();
            }
        }
    };
}
