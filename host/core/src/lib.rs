//! Nouns and mathematics of anomaly detection: pure functions on plain data.
//!
//! Nothing here does I/O, reads a clock, draws its own randomness or knows of async. Whoever
//! calls brings the data, the seed and the time. To add a native detector, write a folder like
//! [`isolation_forest`] and implement [`Detector`] and [`Model`] for it.

pub mod descriptor;
pub mod detector;
pub mod ensemble;
pub mod evaluation;
pub mod explain;
pub mod isolation_forest;
pub mod matrix;
pub mod parameters;
pub mod preprocessing;
mod random;
pub mod stop;
pub mod suppression;
pub mod table;
pub mod threshold;

pub use descriptor::{Descriptor, Task};
pub use detector::{Detector, DetectorError, Fitted, Model};
pub use matrix::{Matrix, MatrixError};
pub use parameters::{Kind, NumberRange, ParameterError, ParameterSpec, Parameters, Value};
pub use stop::Stop;
