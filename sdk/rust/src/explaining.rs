//! Saying why: the contract's ability `explainer`.

use crate::{Detector, Error, Matrix, Model};

/// A model that also says why a row scored as it did.
///
/// ```
/// use pynomaly_sdk::prelude::*;
///
/// /// Scores are sums of the values.
/// struct Sum;
///
/// impl ExplainingModel for Sum {
///     fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
///         Ok(data.values().to_vec())
///     }
/// }
/// # impl Model for Sum {
/// #     fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
/// #         Ok(data.iter_rows().map(|row| row.iter().sum()).collect())
/// #     }
/// #     fn save(&self) -> Vec<u8> { Vec::new() }
/// #     fn load(_: &[u8]) -> Result<Self, Error> { Ok(Sum) }
/// # }
/// # assert_eq!(Sum.explain(&Matrix::new(2, &[2.0, 5.0])).unwrap(), [2.0, 5.0]);
/// ```
pub trait ExplainingModel: Model {
    /// Signed contributions, row after row, one per column: how much the column raised (above 0)
    /// or lowered the row's score. A row's contributions add up to its score less that of an
    /// unremarkable row, which is the same for all rows. All are finite; a column that was
    /// constant in training has 0 for its constant.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where `data` has not as many columns as the training rows.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error>;
}

/// Compiles where the detector's model explains; `export!` asks natively, too.
pub const fn is_explaining<D: Detector<Model: ExplainingModel>>() {}

#[cfg(target_arch = "wasm32")]
mod guest {
    use crate::guest::bindings::exports::pynomaly::detector::{detector, explainer};
    use crate::guest::bindings::pynomaly::detector::types;
    use crate::guest::{Adapter, AdapterModel};
    use crate::{Detector, ExplainingModel, Matrix};

    impl<D: Detector<Model: ExplainingModel>> explainer::Guest for Adapter<D> {
        fn explain(
            model: detector::ModelBorrow<'_>,
            data: types::Matrix,
        ) -> Result<Vec<f64>, types::Error> {
            let model = model.get::<AdapterModel<D::Model>>().get()?;
            Ok(model.explain(&Matrix::new(data.columns as usize, &data.values))?)
        }
    }
}
