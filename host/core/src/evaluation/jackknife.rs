//! Intervals of figures that have no formula of their own.

use super::interval::Estimate;

/// Into how many groups requests are put.
pub const GROUPS: usize = 20;

/// The 0.975 quantiles of Student's t distribution with 1 to 19 degrees of freedom; SciPy 1.17.
const T: [f64; GROUPS - 1] = [
    12.706_204_736_174_694,
    4.302_652_729_749_462,
    3.182_446_305_283_708,
    2.776_445_105_197_793_4,
    2.570_581_835_636_314_8,
    2.446_911_851_144_978_5,
    2.364_624_251_592_784,
    2.306_004_135_204_166,
    2.262_157_162_798_205,
    2.228_138_851_986_274,
    2.200_985_160_091_639,
    2.178_812_829_667_228_4,
    2.160_368_656_462_791_3,
    2.144_786_687_917_804,
    2.131_449_545_559_776,
    2.119_905_299_221_254_6,
    2.109_815_577_833_315_6,
    2.100_922_040_241_038_2,
    2.093_024_054_408_308_7,
];

/// The figure of all groups, with the interval of the delete-a-group jackknife (P. S. Kott, Journal
/// of Official Statistics 17, 2001): how much the figure moves when one group is left out. `figure`
/// is asked for all groups but that of the given number, if any; `groups` are the numbers, at most
/// [`GROUPS`], of those that have anything in them. Requests of one group may depend on each other,
/// those of different groups may not.
pub(super) fn jackknife(
    groups: &[usize],
    count: u64,
    figure: impl Fn(Option<usize>) -> Option<f64>,
) -> Estimate {
    let Some(value) = figure(None) else { return Estimate { count, ..Estimate::default() } };
    let without: Option<Vec<f64>> = groups.iter().map(|group| figure(Some(*group))).collect();
    let half = without.and_then(|without| half_width(&without));
    let (low, high) = (half.map(|half| value - half), half.map(|half| value + half));
    Estimate { value: Some(value), low, high, count }
}

fn half_width(without: &[f64]) -> Option<f64> {
    let degrees = without.len().checked_sub(1)?;
    let t = T.get(degrees.checked_sub(1)?)?;
    let groups = without.iter().map(|_| 1.0).sum::<f64>();
    let mean = without.iter().sum::<f64>() / groups;
    let squares: f64 = without.iter().map(|it| (it - mean) * (it - mean)).sum();
    Some(t * ((groups - 1.0) / groups * squares).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with numpy, and `scipy.stats.t` of SciPy 1.17.
    #[test]
    fn interval_of_a_ratio_of_sums() {
        let both = [3.0, 5.0, 2.0, 8.0, 1.0];
        let either = [4.0, 6.0, 5.0, 8.0, 2.0];
        let sum = |of: &[f64; 5], without: Option<usize>| -> f64 {
            of.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, it)| it).sum()
        };
        let figure = |without| Some(sum(&both, without) / sum(&either, without));
        let found = jackknife(&[0, 1, 2, 3, 4], 25, figure);
        let ends = (found.value.unwrap(), found.low.unwrap(), found.high.unwrap());
        let expected = (0.76, 0.393_226_738_759_255_6, 1.126_773_261_240_744_4);
        assert!((ends.0 - expected.0).abs() < 1e-12, "{ends:?}");
        assert!((ends.1 - expected.1).abs() < 1e-12, "{ends:?}");
        assert!((ends.2 - expected.2).abs() < 1e-12, "{ends:?}");
    }

    #[test]
    fn one_group_has_no_interval() {
        let found = jackknife(&[3], 1, |_| Some(1.0));
        assert_eq!(found, Estimate { value: Some(1.0), low: None, high: None, count: 1 });
    }
}
