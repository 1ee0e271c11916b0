//! Learning: the principal components of the windows.

use crate::lagged::Lagged;
use crate::model::{Components, SubPca};
use crate::scale::Scale;
use crate::{Options, VALUES_MAX};
use pynomaly_sdk::eigen;
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series::{self, Tail};

/// Part of the variance that the components hold where their number is not given.
const PART: f64 = 0.9;
/// A variance so small, relative to the greatest, is rounding.
const VARIANCE_MIN: f64 = 1e-12;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<SubPca>, Error> {
    let size = options.window_size as usize;
    check(training, options)?;
    let columns = series::columns(training);
    let scales: Vec<_> = columns.iter().map(|column| Scale::of(column)).collect();
    let scaled: Vec<_> = columns.iter().zip(&scales).map(|(it, scale)| scale.apply(it)).collect();
    let components = components(Lagged::of(&scaled, size), options);
    let tail = Tail::of(training, size - 1);
    let model = SubPca::new(size, scales, components, tail);
    let scores = model.score_series(&scaled);
    let first = scores.first().copied().unwrap_or_default();
    let training_scores = std::iter::repeat_n(first, size - 1).chain(scores).collect();
    Ok(Fitted { model, training_scores })
}

fn check(training: &Matrix<'_>, options: Options) -> Result<(), Error> {
    let wrong = |name: &str, message: String| {
        Err(Error::InvalidParameter { name: name.to_owned(), message })
    };
    let values = (options.window_size as usize).saturating_mul(training.columns());
    if values > VALUES_MAX {
        return wrong("window_size", format!("makes {values} values a window, above {VALUES_MAX}"));
    }
    if let Some(count) = options.n_components.filter(|count| *count as usize > values) {
        return wrong("n_components", format!("is {count} of {values}"));
    }
    if training.rows() <= options.window_size as usize {
        return Err(Error::InsufficientData(options.window_size.saturating_add(1)));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a number of components")]
fn components(lagged: Lagged, options: Options) -> Components {
    let width = lagged.means.len();
    let eigen::Eigen { values, vectors } = eigen::symmetric(width, &lagged.covariances);
    let variances: Vec<f64> = values.iter().map(|value| value.max(0.0)).collect();
    let least = variances.first().copied().unwrap_or_default() * VARIANCE_MIN;
    let wanted = options.n_components.map_or_else(|| holding(&variances), |it| it as usize);
    let count = wanted.min(variances.iter().filter(|it| **it > least).count());
    let rest = variances.get(count..).unwrap_or_default();
    let mean = kernels::sum(rest) / rest.len().max(1) as f64;
    Components {
        means: lagged.means,
        variances: variances.get(..count).unwrap_or_default().to_vec(),
        rest: mean.max(least),
        axes: vectors.get(..count * width).unwrap_or_default().to_vec(),
    }
}

/// How many of the greatest variances hold the wanted part of their sum.
fn holding(variances: &[f64]) -> usize {
    let wanted = PART * variances.iter().fold(0.0, |sum, it| sum + it);
    let sums = variances.iter().scan(0.0, |sum, it| {
        *sum += it;
        Some(*sum)
    });
    sums.take_while(|sum| *sum < wanted).count() + 1
}
