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

/// Adds to each column of `to` its share of `weight` times the Euclidean distance between `row` and
/// `other`: as its squared difference is part of the distance's square. The shares add up to the
/// distance, and where the rows agree there is nothing to share out.
pub fn add_distance(row: &[f64], other: &[f64], weight: f64, to: &mut [f64]) {
    let differences = || row.iter().zip(other).map(|(a, b)| (a - b).abs());
    // Parts of the greatest, so that no square is too large or too small.
    let greatest = differences().fold(0.0, f64::max);
    if greatest == 0.0 {
        return;
    }
    let squares = || differences().map(|it| (it / greatest) * (it / greatest));
    let root = squares().fold(0.0, |sum, square| sum + square).sqrt();
    for (to, square) in to.iter_mut().zip(squares()) {
        *to += square / root * (greatest * weight);
    }
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

#[cfg(test)]
mod tests {
    use super::add_distance;

    #[test]
    fn distances_are_shared_out_by_squares() {
        for size in [1e-200, 1.0, 1e200] {
            let mut shares = [0.0, 0.0, 1.0];
            add_distance(&[3.0 * size, 4.0 * size, 7.0], &[0.0, 0.0, 7.0], 2.0, &mut shares);
            let [first, second, third] = shares;
            assert!((first / size - 3.6).abs() < 1e-12 && (second / size - 6.4).abs() < 1e-12);
            assert_eq!(third, 1.0);
        }
        let mut nothing = [0.0];
        add_distance(&[5.0], &[5.0], 1.0, &mut nothing);
        assert_eq!(nothing, [0.0]);
    }
}
