//! Tests that need the forest's inside; those of its outside are in `host/core/tests`.

use super::grow::between;
use super::plan::Plan;
use super::sample::{Sampler, draw_features};
use super::settings::Variant;
use super::state::{checksum, read, write};
use super::tree::{Node, child, training_rows};
use super::walk::Path;
use super::{Forest, Settings};
use crate::random::Generator;
use crate::{DetectorError, Matrix, Stop};
use proptest::prelude::*;

fn random_rows(rows: usize, columns: usize) -> Matrix {
    let mut generator = Generator::new(42);
    let values = (0..rows * columns).map(|_| between(-1.0, 1.0, generator.unit())).collect();
    Matrix::new(columns, values).unwrap()
}

fn grown(rows: &Matrix, trees: usize, samples: u32) -> Forest {
    let settings = Settings {
        trees,
        samples,
        features: rows.columns(),
        bootstrap: false,
        variant: Variant::Standard,
    };
    Forest::grow(rows, &settings, 7, 1, Stop::NEVER).unwrap()
}

fn scored(forest: &Forest, path: Path, rows: &Matrix) -> Vec<f64> {
    forest.score_by(path, rows, Stop::NEVER).unwrap()
}

#[test]
fn every_path_gives_the_same_bits() {
    for (samples, columns) in [(1, 1), (2, 3), (5, 2), (16, 40), (256, 10), (700, 3), (1_000, 2)] {
        let data = random_rows(1_000, columns);
        let forest = grown(&data, 13, samples);
        let expected = scored(&forest, Path::Nodes, &data);
        for path in Path::available(&forest) {
            assert_eq!(scored(&forest, path, &data), expected, "{path:?}, {samples} samples");
        }
    }
}

#[test]
fn every_path_sends_ties_to_the_left() {
    let values = (0..640).map(|row| f64::from(row % 5)).collect();
    let data = Matrix::new(1, values).unwrap();
    let forest = grown(&data, 20, 640);
    let trees = forest.trees();
    let thresholds = trees.nodes().iter().filter_map(|node| match node {
        Node::Split { threshold, .. } => Some(*threshold),
        Node::Leaf { .. } => None,
    });
    let ties = Matrix::new(1, thresholds.cycle().take(200).collect()).unwrap();
    for path in Path::available(&forest) {
        let expected = scored(&forest, Path::Nodes, &ties);
        assert_eq!(scored(&forest, path, &ties), expected, "{path:?}");
    }
}

#[test]
fn shallow_forests_are_padded_and_deep_ones_are_not() {
    let data = random_rows(3_000, 2);
    assert!(grown(&data, 5, 256).perfect().is_some());
    assert!(grown(&data, 5, 3_000).perfect().is_none());
}

#[test]
fn draws_without_replacement_are_different_rows_each_as_likely() {
    let mut sampler = Sampler::new(70);
    let mut generator = Generator::new(7);
    let mut times = vec![0; 70];
    for _ in 0..7_000 {
        let mut picks = sampler.draw(&mut generator, 10, false).to_vec();
        picks.iter().for_each(|row| times[*row] += 1);
        picks.sort_unstable();
        picks.dedup();
        assert_eq!(picks.len(), 10);
    }
    assert!(times.iter().all(|times| (850..1_150).contains(times)), "{times:?}");
}

#[test]
fn draws_with_replacement_count_each_row_once() {
    let mut sampler = Sampler::new(70);
    let mut generator = Generator::new(7);
    let mean = (0..1_000).map(|_| sampler.draw(&mut generator, 70, true).len()).sum::<usize>();
    // 70 · (1 − (69 / 70)^70) = 44.4 of 70.
    assert!((43_000..46_000).contains(&mean), "{mean}");
}

#[test]
fn features_are_drawn_without_replacement() {
    let mut generator = Generator::new(7);
    let mut features = Vec::new();
    let mut times = vec![0; 9];
    for _ in 0..3_000 {
        draw_features(&mut generator, &mut features, 9, 3);
        features.iter().for_each(|feature| times[*feature as usize] += 1);
        features.sort_unstable();
        features.dedup();
        assert_eq!(features.len(), 3);
    }
    assert!(times.iter().all(|times| (850..1_150).contains(times)), "{times:?}");
}

#[test]
fn numbers_between_stay_between() {
    let mut generator = Generator::new(7);
    let pairs = [(0.0, 5e-324), (f64::MIN, f64::MAX), (1.0, 1.0 + f64::EPSILON), (-3.0, -2.0)];
    for (low, high) in pairs {
        for unit in [0.0, 1.0].into_iter().chain((0..1_000).map(|_| generator.unit())) {
            let number = between(low, high, unit);
            assert!(number >= low && number < high, "{number} is not in [{low}, {high})");
        }
    }
}

#[test]
fn every_stratum_belongs_to_one_tree() {
    let settings = Settings {
        trees: 100,
        samples: 256,
        features: 1,
        bootstrap: false,
        variant: Variant::Standard,
    };
    let plan = Plan::new(&settings, 7);
    for slot in 1..16 {
        let trees = plan.parts(30).flatten();
        let mut strata = trees.map(|tree| tree.strata[slot]).collect::<Vec<_>>();
        assert!(!strata.is_sorted(), "slot {slot}");
        strata.sort_unstable();
        assert!(strata.into_iter().eq(0..100), "slot {slot}");
    }
}

/// With one column, a root's threshold says which stratum it was drawn from.
#[test]
fn roots_are_cut_all_over_the_range() {
    let data = Matrix::new(1, (0..=100).map(f64::from).collect()).unwrap();
    let forest = grown(&data, 100, 101);
    let trees = forest.trees();
    let roots = trees.iter().map(|tree| match tree[0] {
        Node::Split { threshold, .. } => threshold.floor(),
        Node::Leaf { .. } => -1.0,
    });
    let mut strata = roots.collect::<Vec<_>>();
    strata.sort_unstable_by(f64::total_cmp);
    assert!(strata.into_iter().eq((0..100).map(f64::from)));
}

/// A tree over all rows sends each to the leaf that it grew into.
#[test]
fn rows_with_missing_values_are_scored_where_they_grew() {
    let mut values = random_rows(600, 3).into_values();
    values.iter_mut().step_by(4).for_each(|value| *value = f64::NAN);
    let data = Matrix::new(3, values).unwrap();
    let forest = grown(&data, 10, 600);
    for tree in forest.trees().iter() {
        let rows = training_rows(tree);
        assert_eq!(rows[0], 600);
        let mut arrived = vec![0; tree.len()];
        for row in data.iter_rows() {
            let mut place = 0;
            while let Node::Split { feature, threshold, right } = tree[place] {
                place = child((place, feature, threshold, right), row, &rows);
            }
            arrived[place] += 1;
        }
        assert!(tree.iter().zip(arrived).all(|(node, arrived)| node.rows() == arrived));
    }
}

/// A state like `forest`'s, but with other bytes and the checksum that goes with them.
fn forged(forest: &Forest, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut state = write(forest);
    state.truncate(state.len() - 8);
    change(&mut state);
    state.extend(checksum(&state).to_le_bytes());
    state
}

#[test]
fn impossible_states_are_refused_by_name() {
    let forest = grown(&random_rows(50, 2), 3, 20);
    let refusal = |change: fn(&mut Vec<u8>)| match read(&forged(&forest, change), 1) {
        Err(DetectorError::BadState(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(|state| state[0] = b'x'), "it is not of an isolation forest");
    assert_eq!(refusal(|state| state[8] = 2), "it is of version 2, not 1");
    assert_eq!(refusal(|state| state[12..16].fill(0)), "its shape is impossible");
    assert_eq!(refusal(|state| state[12..16].fill(255)), "its shape is impossible");
    assert_eq!(refusal(|state| state[16..20].fill(0)), "its shape is impossible");
    assert_eq!(refusal(|state| state[20..24].fill(0)), "its number of trees is impossible");
    assert_eq!(refusal(|state| state[20..24].fill(255)), "its number of trees is impossible");
    assert_eq!(refusal(|state| state[20] = 4), "it is too short");
    assert_eq!(refusal(|state| state[20] = 2), "it is too long");
    assert_eq!(refusal(|state| state[24] = 2), "it has an impossible split");
    assert_eq!(refusal(|state| state[28..36].fill(255)), "it has an impossible split");
    assert_eq!(refusal(|state| state[16] = 1), "it has an impossible split");
    assert_eq!(refusal(|state| state[24..28].fill(255)), "it has an impossible leaf");
}

#[test]
fn memory_of_a_loaded_forest_is_bounded_by_its_bytes() {
    let deep = grown(&random_rows(1_000, 1), 1, 1_000);
    let stubs = forged(&deep, |state| {
        state[20..24].copy_from_slice(&10_000_u32.to_le_bytes());
        state.extend([1, 0, 0, 0x80].repeat(9_999));
    });
    let forest = read(&stubs, 1).unwrap();
    assert_eq!(forest.trees().depth(), 10);
    assert!(forest.perfect().is_none());
}

proptest! {
    #[test]
    fn damaged_states_are_refused(at in 0_usize..2_000, change in 1_u8..) {
        let mut state = write(&grown(&random_rows(50, 2), 10, 20));
        let at = at % state.len();
        state[at] ^= change;
        prop_assert!(matches!(read(&state, 1), Err(DetectorError::BadState(_))));
    }

    #[test]
    fn truncated_states_are_refused(length in 0_usize..2_000) {
        let state = write(&grown(&random_rows(50, 2), 10, 20));
        let length = length % state.len();
        prop_assert!(matches!(read(&state[..length], 1), Err(DetectorError::BadState(_))));
    }

    #[test]
    fn forged_states_are_refused_or_score_finitely(
        changes in prop::collection::vec((8_usize..2_000, any::<u8>()), 1..6),
        cut in 0_usize..100,
    ) {
        let data = random_rows(50, 2);
        let state = forged(&grown(&data, 10, 20), |state| {
            for (at, byte) in changes {
                let at = at % state.len();
                state[at] = byte;
            }
            state.truncate(state.len() - cut / 10);
        });
        match read(&state, 1) {
            Err(error) => prop_assert!(matches!(error, DetectorError::BadState(_))),
            Ok(forest) => {
                let data = random_rows(70, forest.columns().min(1_000));
                if data.columns() == forest.columns() {
                    let scores = forest.score_rows(&data, Stop::NEVER).unwrap();
                    prop_assert!(scores.iter().all(|score| score.is_finite()), "{scores:?}");
                }
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(matches!(read(&bytes, 1), Err(DetectorError::BadState(_))));
    }
}
