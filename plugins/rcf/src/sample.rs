//! Which rows a tree keeps: a reservoir.

use crate::Options;
use pynomaly_sdk::splitmix::SplitMix;

/// Whether the `seen`-th row (counted from 1) enters a full sample. Without decay this is
/// algorithm R (J. S. Vitter: *Random Sampling with a Reservoir*, 1985). With it the chance never
/// falls below size · decay, which makes the weights of old rows decay exponentially
/// (C. C. Aggarwal: *On Biased Reservoir Sampling in the Presence of Stream Evolution*, VLDB 2006).
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2⁵³ rows")]
pub(crate) fn enters(options: Options, seen: u64, random: &mut SplitMix) -> bool {
    let size = f64::from(options.tree_size);
    random.unit() < (size / seen as f64).max(size * options.time_decay)
}

/// The sample that a stream of `rows` rows leaves: their indices, in the order of the rows.
pub(crate) fn of_stream(options: Options, rows: usize, random: &mut SplitMix) -> Vec<usize> {
    let size = options.tree_size as usize;
    let mut sample: Vec<usize> = (0..rows.min(size)).collect();
    for row in size..rows {
        if enters(options, row as u64 + 1, random)
            && let Some(evicted) = sample.get_mut(random.below(size))
        {
            *evicted = row;
        }
    }
    sample.sort_unstable();
    sample
}

#[cfg(test)]
mod tests {
    use super::of_stream;
    use crate::Options;
    use pynomaly_sdk::splitmix::SplitMix;

    /// The mean index of 200 samples of 10 out of 1,000 rows.
    fn mean_index(time_decay: f64) -> f64 {
        let options = Options { num_trees: 1, tree_size: 10, time_decay };
        let mut random = SplitMix::new(3);
        let samples = (0..200).flat_map(|_| of_stream(options, 1_000, &mut random));
        samples.sum::<usize>() as f64 / 2_000.0
    }

    #[test]
    fn without_decay_all_rows_are_as_likely_and_with_it_late_ones() {
        assert!((mean_index(0.0) - 499.5).abs() < 30.0);
        assert!((mean_index(0.01) - 900.0).abs() < 15.0);
    }

    #[test]
    fn few_rows_are_all_kept() {
        let options = Options { num_trees: 1, tree_size: 10, time_decay: 0.5 };
        assert_eq!(of_stream(options, 3, &mut SplitMix::new(3)), [0, 1, 2]);
    }
}
