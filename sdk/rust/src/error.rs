//! Why a call has no answer.

use std::fmt;

/// Why a call has no answer. An error is a verdict on the call; a panic is a fault of the
/// detector, ends the instance, and is reported with its message and place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A parameter that is wrong in these circumstances.
    InvalidParameter {
        /// The parameter's name.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// The rows cannot be used as they are; say which row and column, counted from 0.
    InvalidInput(String),
    /// Fewer rows than needed; carries the number that is needed.
    InsufficientData(u32),
    /// Bytes that are no state of this detector.
    BadState(String),
    /// No finite answer on this data.
    Numerical(String),
    /// Anything else.
    Other(String),
}

impl Error {
    /// [`Error::InvalidInput`] unless `data` has as many columns as the training rows had.
    ///
    /// # Errors
    /// That.
    pub fn check_columns(training: usize, data: usize) -> Result<(), Self> {
        if training == data {
            return Ok(());
        }
        Err(Self::InvalidInput(format!("the model has {training} columns, the rows {data}")))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidParameter { name, message } => write!(out, "`{name}`: {message}"),
            Self::InsufficientData(needed) => write!(out, "at least {needed} rows are needed"),
            Self::InvalidInput(text)
            | Self::BadState(text)
            | Self::Numerical(text)
            | Self::Other(text) => out.write_str(text),
        }
    }
}

impl std::error::Error for Error {}
