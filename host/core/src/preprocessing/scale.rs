//! Columns brought to one scale.

use super::columns::each;
use super::{PreprocessingError, rebuilt};
use crate::Matrix;
use crate::threshold::quantile;
use serde::{Deserialize, Serialize};

/// What becomes of the columns' scales. A constant column is only moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// They stay as they are.
    #[default]
    None,
    /// Mean 0 and standard deviation 1 (that of all rows, as in scikit-learn's `StandardScaler`).
    Standard,
    /// Median 0 and interquartile range 1 (scikit-learn's `RobustScaler`): anomalies hardly move
    /// it.
    Robust,
    /// The training rows lie in [0, 1] (scikit-learn's `MinMaxScaler`); later ones may lie beyond.
    Minmax,
}

/// One column's: `(value − centre) / width`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// What becomes 0; finite.
    pub centre: f64,
    /// What becomes 1; finite, greater than 0.
    pub width: f64,
}

impl Scaling {
    /// The scale of each column of `training`, missing values left aside; `None` for
    /// [`Scaling::None`].
    pub(super) fn fit(self, training: &Matrix) -> Result<Option<Vec<Scale>>, PreprocessingError> {
        if self == Self::None {
            return Ok(None);
        }
        let scales = each(training, |column, values| {
            self.scale(values).ok_or(PreprocessingError::NoValues { column })
        });
        scales.into_iter().collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// `None` where there are no values. A spread beyond 64-bit numbers is cut to the greatest.
    fn scale(self, values: &[f64]) -> Option<Scale> {
        let (centre, width) = match self {
            Self::None => (0.0, 1.0),
            Self::Standard => mean_and_deviation(values)?,
            Self::Robust => {
                let spread = quantile(values, 0.75)? - quantile(values, 0.25)?;
                (quantile(values, 0.5)?, spread)
            }
            Self::Minmax => {
                let low = values.iter().copied().min_by(f64::total_cmp)?;
                let high = values.iter().copied().max_by(f64::total_cmp)?;
                (low, high - low)
            }
        };
        let width = if width > 0.0 { width.min(f64::MAX) } else { 1.0 };
        Some(Scale { centre, width })
    }
}

/// In two passes, over values brought into [−1, 1] so that no sum overflows.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 rows")]
fn mean_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    let largest = values.iter().map(|value| value.abs()).max_by(f64::total_cmp)?;
    if largest == 0.0 {
        return Some((0.0, 0.0));
    }
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / largest).sum::<f64>() / count;
    let square = |value: &f64| (value / largest - mean) * (value / largest - mean);
    let variance = values.iter().map(square).sum::<f64>() / count;
    let is_constant = values.iter().all(|value| Some(value) == values.first());
    let deviation = if is_constant { 0.0 } else { variance.sqrt() * largest };
    Some((mean * largest, deviation))
}

/// Every value scaled as its column is.
pub(super) fn apply(data: &Matrix, scales: &[Scale]) -> Result<Matrix, PreprocessingError> {
    let values = data.values().iter().zip(scales.iter().cycle());
    rebuilt(data.columns(), values.map(|(value, scale)| scale.place(*value)).collect())
}

impl Scale {
    fn place(&self, value: f64) -> f64 {
        let distance = value - self.centre;
        if distance.is_infinite() {
            return value / self.width - self.centre / self.width;
        }
        distance / self.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(scaling: Scaling, values: &[f64]) -> Vec<f64> {
        let data = Matrix::new(1, values.to_vec()).unwrap();
        let scales = scaling.fit(&data).unwrap().unwrap();
        apply(&data, &scales).unwrap().into_values()
    }

    /// Figures of scikit-learn 1.9.1.
    #[test]
    fn scales_are_those_of_scikit_learn() {
        let values = [1.0, 2.0, 4.0, 10.0, -3.0];
        let close = |ours: Vec<f64>, theirs: [f64; 5]| {
            ours.iter().zip(theirs).all(|(ours, theirs)| (ours - theirs).abs() < 1e-12)
        };
        let standard = [
            -0.422_390_929_017_538_8,
            -0.187_729_301_785_572_8,
            0.281_593_952_678_359_3,
            1.689_563_716_070_155_3,
            -1.361_037_437_945_402_9,
        ];
        assert!(close(scaled(Scaling::Standard, &values), standard));
        let robust = [-1.0 / 3.0, 0.0, 2.0 / 3.0, 8.0 / 3.0, -5.0 / 3.0];
        assert!(close(scaled(Scaling::Robust, &values), robust));
        let minmax = [4.0 / 13.0, 5.0 / 13.0, 7.0 / 13.0, 1.0, 0.0];
        assert!(close(scaled(Scaling::Minmax, &values), minmax));
    }

    #[test]
    fn constant_columns_become_0_and_extreme_ones_stay_finite() {
        for scaling in [Scaling::Standard, Scaling::Robust, Scaling::Minmax] {
            assert_eq!(
                scaled(scaling, &[0.1, 0.1, 0.1]).last().map(|it| it.abs() < 1e-15),
                Some(true)
            );
            assert_eq!(scaled(scaling, &[0.0; 3]), [0.0; 3], "{scaling:?}");
            let missing = scaled(scaling, &[1.0, f64::NAN, 3.0]);
            assert!(missing[1].is_nan() && missing[0] < missing[2], "{scaling:?}");
        }
        let far = [f64::MAX, 0.0, f64::MAX, -f64::MAX];
        assert!(scaled(Scaling::Standard, &far).iter().all(|it| it.is_finite()));
    }
}
