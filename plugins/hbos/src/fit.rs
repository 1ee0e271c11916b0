//! Learning: a histogram of each column. The rows are read in the order in which they lie, a few
//! at a time; all that is kept of a value is where among the edges it is.

use crate::Options;
use crate::histogram::Edges;
use crate::model::Hbos;
use crate::tally::{Code, Tally};
use pynomaly_sdk::kernels::LANES;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Hbos>, Error> {
    let mut tallies = Vec::with_capacity(training.columns());
    for (column, range) in kernels::ranges(training).into_iter().enumerate() {
        let edges = Edges::between(range, options.n_bins as usize).ok_or_else(|| {
            Error::InvalidInput(format!("column {column} spans more than a number can hold"))
        })?;
        tallies.push(Tally::new(edges));
    }
    let codes = count(training, &mut tallies);
    let finished = tallies.into_iter().map(|tally| tally.finish(options.alpha));
    let (columns, parts): (Vec<_>, Vec<_>) = finished.unzip();
    let training_scores = scores(training.rows(), &codes, &parts);
    Ok(Fitted { model: Hbos::new(columns, options.tol), training_scores })
}

/// Where each value is: of every [`LANES`] rows one column after the other.
fn count(training: &Matrix<'_>, tallies: &mut [Tally]) -> Vec<Code> {
    let columns = training.columns();
    let rows_all = training.rows().next_multiple_of(LANES);
    let mut codes: Vec<Code> = vec![0; rows_all * columns];
    let groups = training.values().chunks(LANES * columns);
    let lanes = codes.as_chunks_mut::<LANES>().0;
    for (rows, codes) in groups.zip(lanes.chunks_exact_mut(columns)) {
        for (column, (tally, codes)) in tallies.iter_mut().zip(codes).enumerate() {
            let mut values = [0.0; LANES];
            let own = rows.get(column..).unwrap_or_default().iter().step_by(columns);
            let count = own.len();
            values.iter_mut().zip(own).for_each(|(lane, value)| *lane = *value);
            if count == LANES {
                tally.count(&values, codes);
            } else {
                tally.count_few(values.get(..count).unwrap_or_default(), codes);
            }
        }
    }
    codes
}

/// The sums of the parts, from the first column to the last.
fn scores(rows: usize, codes: &[Code], parts: &[Vec<f64>]) -> Vec<f64> {
    let mut scores = vec![0.0; rows];
    let groups = codes.as_chunks::<LANES>().0.chunks_exact(parts.len());
    for (scores, codes) in scores.chunks_mut(LANES).zip(groups) {
        let mut sums = [0.0; LANES];
        for (parts, codes) in parts.iter().zip(codes) {
            for (sum, code) in sums.iter_mut().zip(codes) {
                *sum += parts.get(usize::from(*code)).copied().unwrap_or_default();
            }
        }
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = math::finite(sum));
    }
    scores
}
