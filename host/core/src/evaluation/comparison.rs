//! Two versions of a detector on the same requests: what the one said, and the other would have.
//!
//! What is kept is of one size whatever the number of requests, and what several servers keep adds
//! up. Requests are put into [`GROUPS`] groups, by chance; how much a figure moves without one of
//! them is what its interval comes from.

use super::drift::{Bins, decile_bins, population_stability};
use super::interval::{Estimate, difference, float, proportion, risk_ratio};
use super::jackknife::{GROUPS, jackknife};
use super::{kendall, spearman};
use serde::{Deserialize, Serialize};

/// What a version said of the rows of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdicts {
    /// One per row.
    pub scores: Vec<f64>,
    /// Which rows are anomalies; as many.
    pub flagged: Vec<bool>,
    /// What it burnt.
    pub fuel: Option<u64>,
}

/// One request, as both versions answered it; `None` for one that had no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared<'a> {
    /// The version that serves.
    pub active: Option<&'a Verdicts>,
    /// The version that is to.
    pub candidate: Option<&'a Verdicts>,
    /// Seconds that the two took under the same conditions, the active one first; `None` where that
    /// was not measured.
    pub seconds: Option<(f64, f64)>,
}

/// Sums over requests.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    groups: [Group; GROUPS],
    /// Requests that were chosen, and not computed again for want of time or room.
    pub dropped: u64,
}

/// Sums over the requests of one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    requests: u64,
    compared: u64,
    rows: u64,
    active_errors: u64,
    candidate_errors: u64,
    spearman: Mean,
    kendall: Mean,
    flagged_by_both: u64,
    flagged_by_either: u64,
    active_bins: Bins,
    candidate_bins: Bins,
    /// Of the logarithms of ratios.
    fuel: Mean,
    seconds: Mean,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mean {
    count: u64,
    sum: f64,
}

/// What a comparison comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonFigures {
    /// Requests that the candidate was asked.
    pub requests: u64,
    /// Those that both answered.
    pub compared: u64,
    /// Rows of these.
    pub rows: u64,
    /// Requests that were chosen, and not computed again for want of time or room.
    pub dropped: u64,
    /// Spearman's correlation of the two versions' scores of a request, the mean over requests; a
    /// request in which only one of them tells rows apart counts as 0.
    pub rank_correlation: Estimate,
    /// The same by Kendall's τ-b.
    pub kendall: Estimate,
    /// Rows flagged by both in parts of those flagged by either, over all requests.
    pub overlap: Estimate,
    /// The population stability index of the candidate's scores between the deciles of the active
    /// version's of the same request.
    pub population_stability: Estimate,
    /// The share of requests without an answer by the active version.
    pub active_errors: Estimate,
    /// The share without one by the candidate.
    pub candidate_errors: Estimate,
    /// The candidate's share less that of the active version.
    pub error_excess: Estimate,
    /// The candidate's share in parts of that of the active version.
    pub error_ratio: Estimate,
    /// The candidate's fuel in parts of the active version's: the geometric mean over requests.
    pub fuel_ratio: Estimate,
    /// The same of the time.
    pub latency_ratio: Estimate,
}

impl Comparison {
    /// Takes in one request. `chance` decides on its group and must not depend on what is compared.
    pub fn add(&mut self, chance: u64, compared: &Compared<'_>) {
        let place = usize::try_from(chance % GROUPS as u64).unwrap_or(0);
        if let Some(group) = self.groups.get_mut(place) {
            group.take(compared);
        }
    }

    /// Takes in what another has summed up.
    pub fn merge(&mut self, other: &Self) {
        self.dropped = self.dropped.saturating_add(other.dropped);
        for (group, more) in self.groups.iter_mut().zip(&other.groups) {
            group.merge(more);
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it comes to so far.
    #[must_use]
    pub fn figures(&self) -> ComparisonFigures {
        let all = self.without(None);
        let candidate = (all.candidate_errors, all.requests);
        let active = (all.active_errors, all.requests);
        let mean = |of: fn(&Group) -> Mean| {
            self.estimate(of(&all).count, |group| of(group).count, |sum| of(sum).get())
        };
        let overlap = |sum: &Group| {
            let either = sum.flagged_by_either;
            (either > 0).then(|| float(sum.flagged_by_both) / float(either))
        };
        let drift = |sum: &Group| population_stability(&sum.active_bins, &sum.candidate_bins);
        let flagged = |group: &Group| group.flagged_by_either;
        let compared = |group: &Group| group.compared;
        let ratio = |it: Estimate| it.map(libm::exp);
        ComparisonFigures {
            requests: all.requests,
            compared: all.compared,
            rows: all.rows,
            dropped: self.dropped,
            rank_correlation: mean(|group| group.spearman).within(-1.0, 1.0),
            kendall: mean(|group| group.kendall).within(-1.0, 1.0),
            overlap: self.estimate(all.flagged_by_either, flagged, overlap).within(0.0, 1.0),
            population_stability: self
                .estimate(all.compared, compared, drift)
                .within(0.0, f64::MAX),
            active_errors: proportion(active.0, active.1),
            candidate_errors: proportion(candidate.0, candidate.1),
            error_excess: difference(candidate, active),
            error_ratio: risk_ratio(candidate, active),
            fuel_ratio: ratio(mean(|group| group.fuel)),
            latency_ratio: ratio(mean(|group| group.seconds)),
        }
    }

    /// A figure of the sums, and its interval. `size` is 0 for a group that has nothing in it.
    fn estimate(
        &self,
        count: u64,
        size: impl Fn(&Group) -> u64,
        figure: impl Fn(&Group) -> Option<f64>,
    ) -> Estimate {
        let groups: Vec<usize> =
            (0..).zip(&self.groups).filter(|(_, it)| size(it) > 0).map(|(at, _)| at).collect();
        jackknife(&groups, count, |without| figure(&self.without(without)))
    }

    /// The sums of all groups, or of all but one.
    fn without(&self, group: Option<usize>) -> Group {
        let mut sum = Group::default();
        let others = (0..).zip(&self.groups).filter(|(at, _)| Some(*at) != group);
        others.for_each(|(_, group)| sum.merge(group));
        sum
    }
}

impl Group {
    fn take(&mut self, compared: &Compared<'_>) {
        let Compared { active, candidate, seconds } = compared;
        self.requests += 1;
        self.active_errors += u64::from(active.is_none());
        self.candidate_errors += u64::from(candidate.is_none());
        let (Some(active), Some(candidate)) = (active, candidate) else { return };
        self.compared += 1;
        self.rows += active.scores.len() as u64;
        self.take_scores(active, candidate);
        if let (Some(before), Some(after)) = (active.fuel, candidate.fuel) {
            self.fuel.take_ratio(float(after), float(before));
        }
        if let Some((before, after)) = seconds {
            self.seconds.take_ratio(*after, *before);
        }
    }

    fn take_scores(&mut self, active: &Verdicts, candidate: &Verdicts) {
        let (of, with) = (&active.scores, &candidate.scores);
        let tells_apart = |scores: &[f64]| scores.iter().any(|it| Some(it) != scores.first());
        if tells_apart(of) || tells_apart(with) {
            self.spearman.take(spearman(of, with).unwrap_or(0.0));
            self.kendall.take(kendall(of, with).unwrap_or(0.0));
        }
        let flags = || active.flagged.iter().zip(&candidate.flagged);
        self.flagged_by_both += flags().filter(|(a, b)| **a && **b).count() as u64;
        self.flagged_by_either += flags().filter(|(a, b)| **a || **b).count() as u64;
        let (expected, seen) = decile_bins(of, with);
        add(&mut self.active_bins, &expected);
        add(&mut self.candidate_bins, &seen);
    }

    fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.compared += other.compared;
        self.rows += other.rows;
        self.active_errors += other.active_errors;
        self.candidate_errors += other.candidate_errors;
        self.spearman.merge(other.spearman);
        self.kendall.merge(other.kendall);
        self.flagged_by_both += other.flagged_by_both;
        self.flagged_by_either += other.flagged_by_either;
        add(&mut self.active_bins, &other.active_bins);
        add(&mut self.candidate_bins, &other.candidate_bins);
        self.fuel.merge(other.fuel);
        self.seconds.merge(other.seconds);
    }
}

impl Mean {
    fn take(&mut self, value: f64) {
        self.merge(Self { count: 1, sum: value });
    }

    /// The logarithm of a ratio, where both sides are something.
    fn take_ratio(&mut self, part: f64, whole: f64) {
        if part > 0.0 && whole > 0.0 {
            self.take(libm::log(part / whole));
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / float(self.count))
    }
}

fn add(bins: &mut Bins, more: &Bins) {
    bins.iter_mut().zip(more).for_each(|(bin, more)| *bin += more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(scores: &[f64], fuel: u64) -> Verdicts {
        let most = scores.iter().copied().fold(f64::MIN, f64::max);
        let flagged = scores.iter().map(|it| *it == most).collect();
        Verdicts { scores: scores.to_vec(), flagged, fuel: Some(fuel) }
    }

    /// So many requests with scores of their own; `change` makes the candidate's of them.
    fn compare(requests: u64, change: impl Fn(f64) -> f64) -> Comparison {
        let mut comparison = Comparison::default();
        for request in 0..requests {
            let scores: Vec<f64> =
                (0..20_u64).map(|row| float((row * 7 + request * 13) % 101)).collect();
            let changed: Vec<f64> = scores.iter().map(|it| change(*it)).collect();
            let (active, candidate) = (verdicts(&scores, 100), verdicts(&changed, 300));
            comparison.add(
                request * 31,
                &Compared {
                    active: Some(&active),
                    candidate: Some(&candidate),
                    seconds: Some((0.5, 1.0)),
                },
            );
        }
        comparison
    }

    #[track_caller]
    fn is(found: Estimate, value: f64, count: u64) {
        let near = |it: Option<f64>| it.is_some_and(|it| (it - value).abs() < 1e-9);
        assert!(near(found.value) && near(found.low) && near(found.high), "{found:?}");
        assert_eq!(found.count, count);
    }

    #[test]
    fn twin_is_the_same_without_doubt() {
        let figures = compare(200, |it| it).figures();
        assert_eq!((figures.requests, figures.compared, figures.rows), (200, 200, 4_000));
        is(figures.rank_correlation, 1.0, 200);
        is(figures.kendall, 1.0, 200);
        is(figures.overlap, 1.0, 200);
        is(figures.population_stability, 0.0, 200);
        is(figures.fuel_ratio, 3.0, 200);
        is(figures.latency_ratio, 2.0, 200);
        assert_eq!(figures.error_excess.value, Some(0.0));
    }

    #[test]
    fn reversed_and_shifted_are_seen_by_what_they_change() {
        let reversed = compare(100, |it| -it).figures();
        is(reversed.rank_correlation, -1.0, 100);
        is(reversed.overlap, 0.0, 200);
        let shifted = compare(100, |it| it + 1_000.0).figures();
        is(shifted.rank_correlation, 1.0, 100);
        assert!(shifted.population_stability.low.unwrap() > 4.0, "{shifted:?}");
        let constant = compare(100, |_| 0.0).figures();
        is(constant.rank_correlation, 0.0, 100);
    }

    #[test]
    fn sums_of_two_servers_are_those_of_one() {
        let (mut one, mut other) = (Comparison::default(), Comparison::default());
        let mut whole = Comparison::default();
        for request in 0..60 {
            let (active, candidate) =
                (verdicts(&[1.0, 2.0, 3.0], 2), verdicts(&[1.0, float(request % 5), 3.0], 4));
            let compared = Compared {
                active: (request % 7 > 0).then_some(&active),
                candidate: (request % 3 > 0).then_some(&candidate),
                seconds: None,
            };
            whole.add(request, &compared);
            let part = if request % 2 == 0 { &mut one } else { &mut other };
            part.add(request, &compared);
        }
        one.dropped = 3;
        one.merge(&other);
        whole.dropped = 3;
        let (one, whole) = (one.figures(), whole.figures());
        assert_eq!((one.requests, one.compared), (whole.requests, whole.compared));
        assert_eq!(one.candidate_errors.value, Some(20.0 / 60.0));
        assert_eq!(one.error_ratio, whole.error_ratio);
        assert_eq!(one.latency_ratio, Estimate::default());
        let near = |a: Estimate, b: Estimate| (a.low.unwrap() - b.low.unwrap()).abs() < 1e-9;
        assert!(near(one.rank_correlation, whole.rank_correlation), "{one:?} {whole:?}");
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        let figures = Comparison::default().figures();
        assert_eq!(figures.rank_correlation, Estimate::default());
        assert_eq!(figures.error_ratio, Estimate::default());
        assert!(Comparison::default().is_empty());
        let one = compare(1, |it| it).figures();
        assert_eq!((one.overlap.value, one.overlap.low), (Some(1.0), None));
    }

    #[test]
    fn sums_survive_being_written_down() {
        let comparison = compare(30, |it| it * 1.7);
        let text = serde_json::to_string(&comparison).unwrap();
        assert!(text.len() < 16 * 1024, "{}", text.len());
        assert_eq!(serde_json::from_str::<Comparison>(&text).unwrap(), comparison);
    }
}
