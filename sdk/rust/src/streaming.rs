//! Learning from a stream: the contract's ability `learner`.

use crate::{Detector, Error, Matrix, Model};

/// A model that also learns from a stream. It is a whole [`Model`] besides: `score` looks at rows
/// without learning them, `save` keeps all that was learnt.
///
/// ```
/// use pynomaly_sdk::prelude::*;
///
/// /// Scores are distances from the last row learnt.
/// struct Last(f64);
///
/// impl StreamingModel for Last {
///     fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
///         Error::check_columns(1, data.columns())?;
///         let distance = |value: &f64| (value - std::mem::replace(&mut self.0, *value)).abs();
///         Ok(data.values().iter().map(distance).collect())
///     }
/// }
/// # impl Model for Last {
/// #     fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
/// #         Ok(data.values().iter().map(|value| (value - self.0).abs()).collect())
/// #     }
/// #     fn save(&self) -> Vec<u8> { Vec::new() }
/// #     fn load(_: &[u8]) -> Result<Self, Error> { Err(state::bad("nothing is kept")) }
/// # }
/// # let mut last = Last(0.0);
/// # assert_eq!(last.update(&Matrix::new(1, &[2.0, 5.0, 1.0])).unwrap(), [2.0, 3.0, 4.0]);
/// # assert_eq!(last.score(&Matrix::new(1, &[2.0, 5.0, 1.0])).unwrap(), [1.0, 4.0, 0.0]);
/// ```
///
/// Its state stays bounded however long the stream is. Where it draws randomness, the generator's
/// place is part of the state, so that a model that was saved and loaded goes on as if it had not
/// been.
pub trait StreamingModel: Model {
    /// Row by row, in order: scores the row with what is known so far, then learns it. One finite
    /// score per row. Rows given in one call or in many give the same scores and the same model.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where `data` has not as many columns as the training rows. An
    /// error leaves the model as it was.
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error>;
}

/// Compiles where the detector's model learns from a stream; `export!` asks natively, too.
pub const fn is_streaming<D: Detector<Model: StreamingModel>>() {}

#[cfg(target_arch = "wasm32")]
mod guest {
    use crate::guest::bindings::exports::pynomaly::detector::{detector, learner};
    use crate::guest::bindings::pynomaly::detector::types;
    use crate::guest::{Adapter, AdapterModel};
    use crate::{Detector, Matrix, StreamingModel};

    impl<D: Detector<Model: StreamingModel>> learner::Guest for Adapter<D> {
        fn update(
            model: detector::ModelBorrow<'_>,
            data: types::Matrix,
        ) -> Result<Vec<f64>, types::Error> {
            let mut model = model.get::<AdapterModel<D::Model>>().get_mut()?;
            Ok(model.update(&Matrix::new(data.columns as usize, &data.values))?)
        }
    }
}
