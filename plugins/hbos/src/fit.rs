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
    let mut codes: Vec<Code> = vec![0; training.rows().next_multiple_of(LANES) * columns];
    let mut groups = codes.as_chunks_mut::<LANES>().0.chunks_exact_mut(columns);
    kernels::each_block::<LANES>(training, |block, rows| {
        let lanes = block.iter().zip(groups.next().into_iter().flatten());
        for (tally, (values, codes)) in tallies.iter_mut().zip(lanes) {
            if rows == LANES {
                tally.count(values, codes);
            } else {
                tally.count_few(values.get(..rows).unwrap_or_default(), codes);
            }
        }
    });
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
