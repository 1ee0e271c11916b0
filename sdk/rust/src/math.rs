//! Transcendental functions with the same bits on every machine, natively and in the sandbox.
//! (`f64::sqrt`, `abs`, `floor` and the four operations are exact everywhere already.)

pub use libm::{atan, cos, erf, exp, exp2, expm1, lgamma, log, log1p, log2, log10, pow, sin, tanh};
