//! Write an anomaly detector as a Pynomaly plugin.
//!
//! A detector is three things: what it says of itself ([`Detector::ABOUT`]), how it learns
//! ([`Detector::fit`]) and a model that scores and can be kept ([`Model`]). [`export!`] makes a
//! component of it; without WebAssembly the same crate is an ordinary library, so its unit tests
//! call it natively.
//!
//! ```
//! use pynomaly_sdk::prelude::*;
//!
//! /// Distance from the mean, in one column.
//! struct Deviation;
//!
//! #[derive(Parameters)]
//! struct Options {
//!     /// Exponent of the distance.
//!     #[parameter(default = 1.0, range = 0.5..=4.0)]
//!     power: f64,
//! }
//!
//! struct Mean {
//!     mean: f64,
//!     power: f64,
//! }
//!
//! impl Detector for Deviation {
//!     type Parameters = Options;
//!     type Model = Mean;
//!     const ABOUT: About = About { name: "deviation", version: "1.0.0", ..About::TABULAR };
//!
//!     fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Mean>, Error> {
//!         let values = training.values();
//!         let mean = values.iter().sum::<f64>() / values.len() as f64;
//!         let model = Mean { mean, power: options.power };
//!         let training_scores = model.score(training)?;
//!         Ok(Fitted { model, training_scores })
//!     }
//! }
//!
//! impl Model for Mean {
//!     fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
//!         let far = |value: &f64| math::pow((value - self.mean).abs(), self.power);
//!         Ok(data.values().iter().map(far).collect())
//!     }
//!
//!     fn save(&self) -> Vec<u8> {
//!         let mut state = state::Writer::new(Deviation::ABOUT.state_version);
//!         state.number(self.mean);
//!         state.number(self.power);
//!         state.finish()
//!     }
//!
//!     fn load(state: &[u8]) -> Result<Self, Error> {
//!         let mut state = state::Reader::new(state, Deviation::ABOUT.state_version)?;
//!         let model = Self { mean: state.number()?, power: state.number()? };
//!         state.finish()?;
//!         Ok(model)
//!     }
//! }
//!
//! pynomaly_sdk::export!(Deviation);
//! # let rows = [1.0, 2.0, 9.0];
//! # let options = Options::parse(Vec::new()).unwrap();
//! # let fitted = Deviation::fit(&Matrix::new(1, &rows), options, 7).unwrap();
//! # assert_eq!(fitted.training_scores, [3.0, 2.0, 5.0]);
//! ```
//!
//! **Determinism.** Use [`math`] instead of `f64::ln` and its like, keep sums in one order, and
//! draw randomness from the seed only: then the same rows give the same bits natively and in
//! every sandbox.

mod argsort;
mod detector;
pub mod eigen;
mod error;
mod explaining;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
pub mod kernels;
mod layout;
pub mod log;
pub mod math;
mod matrix;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod native;
pub mod neighbors;
pub mod parameters;
mod principal;
pub mod random;
mod scale;
pub mod select;
pub mod series;
pub mod splitmix;
pub mod state;
mod streaming;

pub use detector::{About, Detector, Fitted, Model, Task};
pub use error::Error;
#[doc(hidden)]
pub use explaining::is_explaining;
pub use explaining::{ExplainingModel, add_distance};
pub use matrix::Matrix;
pub use principal::Principal;
pub use pynomaly_sdk_derive::{Choice, Parameters};
pub use scale::Scale;
pub use streaming::StreamingModel;
#[doc(hidden)]
pub use streaming::is_streaming;

/// All that a detector needs, in one line.
pub mod prelude {
    pub use crate::parameters::Parameters as _;
    pub use crate::{
        About, Choice, Detector, Error, ExplainingModel, Fitted, Matrix, Model, Parameters,
        StreamingModel, Task, kernels, log, math, state,
    };
}

/// Makes the crate a plugin that serves this [`Detector`]. Does nothing when the crate is not
/// built for WebAssembly, so that it can be tested natively.
///
/// `export!(Detect)` serves the detector; `export!(Detect, explainer)` also the reasons for its
/// scores, for which its model is an [`ExplainingModel`]; `export!(Detect, learner)` also its
/// ability to learn from a stream, for which its model is a [`StreamingModel`]; and
/// `export!(Detect, explainer, learner)` both.
#[macro_export]
macro_rules! export {
    (@ $detector:ty, $world:ident) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Served = $crate::guest::Adapter<$detector>;
    $crate::guest::$world::export!(Served with_types_in $crate::guest::bindings);
        };

        /// What `pynomaly plugin bench` compares the component with.
        #[cfg(not(target_arch = "wasm32"))]
        #[doc(hidden)]
        pub fn pynomaly_native_bench() {
            $crate::native::bench::<$detector>();
        }
    };
    ($detector:ty) => {
        $crate::export!(@ $detector, plugin);
    };
    ($detector:ty, explainer) => {
        const _: () = $crate::is_explaining::<$detector>();
        $crate::export!(@ $detector, explaining);
    };
    ($detector:ty, learner) => {
        const _: () = $crate::is_streaming::<$detector>();
        $crate::export!(@ $detector, streaming);
    };
    ($detector:ty, explainer, learner) => {
        const _: () = $crate::is_explaining::<$detector>();
        const _: () = $crate::is_streaming::<$detector>();
        $crate::export!(@ $detector, bindings);
    };
}
