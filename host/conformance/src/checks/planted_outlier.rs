//! What is plainly an anomaly is found, and is no less of one farther out.

use crate::data::matrix;
use crate::error::{Checked, Ended, ensure};
use crate::subject::Subject;

/// Distances from the middle of a standard normal cloud, in standard deviations of each column.
const DISTANCES: [f64; 6] = [4.0, 6.0, 9.0, 14.0, 21.0, 32.0];
/// How far a score may fall from one distance to the next, relative to the span of all: a model of
/// random pieces has an edge of its own.
const FALL_MAX: f64 = 0.05;
/// The share of usual rows that may score as high as the farthest row.
const ABOVE_MAX: f64 = 0.05;
/// Moments of the series in which a spike is planted, and the spike's place.
const SERIES: (usize, usize) = (400, 300);
/// Height of the spike; the season's is 1.
const SPIKE: f64 = 8.0;
/// Moments after a spike in which it may score highest: a window ends later.
const WINDOW: usize = 64;

pub(crate) fn check(subject: &Subject) -> Checked {
    if subject.is_series() { spike(subject) } else { distances(subject) }
}

/// Rows farther and farther out along the diagonal, judged by a model of the cloud.
fn distances(subject: &Subject) -> Checked {
    let training = subject.usual(1)?;
    let columns = training.columns();
    let mut model = subject.fit(&training)?.model;
    let place = |at: usize| at % columns;
    let row = |distance: f64| {
        // The scale and place of each column of the kit's cloud.
        (0..columns).map(move |at| {
            let place = place(at) as u32;
            f64::from(place) + distance * f64::from(1 + place % 3)
        })
    };
    let far = matrix(columns, DISTANCES.into_iter().flat_map(row).collect());
    let scores = subject.score(&mut model, &far)?;
    let usual = subject.score(&mut model, &subject.usual(2)?)?;
    rising(&scores, &usual)?;
    let farthest = scores.last().copied().unwrap_or_default();
    let above = usual.iter().filter(|score| **score >= farthest).count();
    ensure(above as f64 <= ABOVE_MAX * usual.len() as f64, || {
        format!("{above} of {} usual rows score as high as one far outside", usual.len())
    })?;
    Ok(String::new())
}

fn rising(far: &[f64], usual: &[f64]) -> Result<(), Ended> {
    let all = || far.iter().chain(usual).copied();
    let span = all().fold(f64::MIN, f64::max) - all().fold(f64::MAX, f64::min);
    let mut steps = far.iter().zip(far.iter().skip(1)).zip(DISTANCES.iter().skip(1));
    let fall = steps.find(|((near, far), _)| *near - *far > FALL_MAX * span);
    fall.map_or(Ok(()), |((near, far), distance)| {
        let cause = format!("the score falls from {near} to {far} at {distance} deviations");
        Err(Ended::Failed(cause))
    })
}

/// The highest score is that of the spike, or of a window with it.
fn spike(subject: &Subject) -> Checked {
    let columns = subject.columns()?;
    let (moments, place) = SERIES;
    let mut values = subject.table(moments, columns, 5).into_values();
    values.iter_mut().skip(place * columns).take(columns).for_each(|value| *value += SPIKE);
    let scores = subject.fit(&matrix(columns, values))?.training_scores;
    let highest = scores.iter().copied().fold(f64::MIN, f64::max);
    let at = scores.iter().position(|score| *score == highest).unwrap_or_default();
    ensure((place..place + WINDOW).contains(&at), || {
        format!("with a spike at moment {place}, moment {at} has the highest score")
    })?;
    Ok(String::new())
}
