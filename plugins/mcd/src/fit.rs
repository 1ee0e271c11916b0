//! Learning: find the densest rows, then count in all that are near enough to them.

use crate::estimate::{Estimate, Rows};
use crate::model::Mcd;
use crate::{Options, chi2, search};
use pynomaly_sdk::Principal;
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::random::Random;

/// The part of normal rows that are counted in.
const COUNTED_IN: f64 = 0.975;

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
    seed: u64,
) -> Result<Fitted<Mcd>, Error> {
    let principal = Principal::of(training)?;
    let estimate = if principal.variances.is_empty() {
        Estimate { location: Vec::new(), axes: Vec::new(), log_determinant: 0.0 }
    } else {
        reweighted(&coordinates(&principal, training), options, seed)
    };
    let model = Mcd::new(principal, estimate.location, &estimate.axes);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}

/// The rows along their principal axes: there all directions have variance, and all the same. The
/// method does not depend on the axes, but its numbers are at their best there.
fn coordinates(principal: &Principal, training: &Matrix<'_>) -> Rows {
    let mut values = Vec::with_capacity(training.rows() * principal.variances.len());
    principal.each_block::<4>(training, |_, coordinates, count| {
        for row in 0..count {
            values.extend(coordinates.iter().filter_map(|lanes| lanes.get(row)));
        }
    });
    Rows::new(principal.variances.len(), values)
}

/// The mean and covariance of all rows that are not too far from the densest.
#[expect(clippy::cast_precision_loss, reason = "a number of rows or columns")]
fn reweighted(rows: &Rows, options: Options, seed: u64) -> Estimate {
    let support = support(rows, options.support_fraction);
    let raw = search::least_determinant(rows, support, &mut Random::new(seed));
    let degrees = rows.columns() as f64;
    let part = support as f64 / rows.len() as f64;
    let farthest = chi2::ppf(COUNTED_IN, degrees) * consistency(part, degrees);
    let near = raw.distances(rows).into_iter().zip(0..);
    let near: Vec<u32> = near.filter(|(distance, _)| *distance < farthest).map(|it| it.1).collect();
    let mut estimate = Estimate::of(rows, &near);
    let shrink = 1.0 / consistency(COUNTED_IN, degrees).sqrt();
    estimate.axes.iter_mut().flatten().for_each(|entry| *entry *= shrink);
    estimate
}

/// How many rows the least determinant is looked for: at least one more than there are columns.
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "part of the rows")]
fn support(rows: &Rows, fraction: Option<f64>) -> usize {
    let half = (rows.len() + rows.columns() + 1).div_ceil(2);
    let asked = fraction.map(|fraction| (fraction * rows.len() as f64) as usize);
    asked.unwrap_or(half).max(rows.columns() + 1).min(rows.len())
}

/// By how much the covariance of the nearest `part` of normal rows is too small.
fn consistency(part: f64, degrees: f64) -> f64 {
    if part >= 1.0 { 1.0 } else { part / chi2::cdf(chi2::ppf(part, degrees), degrees + 2.0) }
}
