//! Learning: decompose each column, and measure what is left.

use crate::decompose::{Spans, decompose};
use crate::model::{Column, Stl, bounded};
use crate::{Options, period};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Stl>, Error> {
    let columns: Vec<Vec<f64>> = series::columns(training).iter().map(|it| bounded(it)).collect();
    let spans = spans(&columns, options)?;
    if training.rows() < 2 * spans.period {
        let needed = u32::try_from(2 * spans.period).unwrap_or(u32::MAX);
        return Err(Error::InsufficientData(needed));
    }
    let mut training_scores = vec![0.0_f64; training.rows()];
    let mut fitted = Vec::with_capacity(columns.len());
    for series in &columns {
        let parts = decompose(series, spans, options.robust);
        let remainder = parts.remainder(series);
        let column = Column::new(series, &parts, &remainder, spans.period);
        for (score, it) in training_scores.iter_mut().zip(&remainder) {
            *score = score.max(column.deviation(*it));
        }
        fitted.push(column);
    }
    Ok(Fitted { model: Stl::new(fitted), training_scores })
}

/// All spans, checked.
fn spans(columns: &[Vec<f64>], options: Options) -> Result<Spans, Error> {
    let wrong = |name: &str, message: &str| {
        Err(Error::InvalidParameter { name: name.to_owned(), message: message.to_owned() })
    };
    if options.seasonal.is_multiple_of(2) {
        return wrong("seasonal", "is even, so that it has no middle");
    }
    let period = options.period.map_or_else(|| period::find(columns), |period| period as usize);
    let spans = Spans::with_default_trend(period, options.seasonal as usize);
    match options.trend {
        None => Ok(spans),
        Some(trend) if trend.is_multiple_of(2) => {
            wrong("trend", "is even, so that it has no middle")
        }
        Some(trend) if trend as usize <= period => wrong("trend", "is no longer than a season"),
        Some(trend) => Ok(Spans { trend: trend as usize, ..spans }),
    }
}
