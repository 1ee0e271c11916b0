//! Tests that need the inside; those of the outside are in `host/core/tests`.

use super::HyperplaneForest;
use super::state::{read, write};
use super::tree::{Node, is_missing, project};
use crate::isolation_forest::grow::between;
use crate::isolation_forest::settings::{Settings, Variant};
use crate::isolation_forest::state::checksum;
use crate::random::Generator;
use crate::{DetectorError, Matrix, Model, Stop};
use proptest::prelude::*;

const VARIANTS: [Variant; 2] = [Variant::FairCut, Variant::Extended { columns: 2 }];

fn random_rows(rows: usize, columns: usize) -> Matrix {
    let mut generator = Generator::new(42);
    let values = (0..rows * columns).map(|_| between(-1.0, 1.0, generator.unit())).collect();
    Matrix::new(columns, values).unwrap()
}

fn grown(rows: &Matrix, variant: Variant) -> HyperplaneForest {
    let features = rows.columns();
    let settings = Settings { trees: 9, samples: 40, features, bootstrap: false, variant };
    HyperplaneForest::grow(rows, &settings, 7, 1, Stop::NEVER).unwrap()
}

#[test]
fn every_training_row_is_in_a_leaf_of_every_tree() {
    for variant in VARIANTS {
        for tree in grown(&random_rows(100, 3), variant).trees.iter() {
            let rows = tree.iter().map(|node| match node {
                Node::Leaf { rows, .. } => *rows,
                Node::Split { .. } => 0,
            });
            assert_eq!(rows.sum::<u32>(), 40, "{variant:?}");
        }
    }
}

/// A tree over all rows sends each to the leaf that it grew into.
#[test]
fn rows_with_missing_values_are_scored_where_they_grew() {
    let mut values = random_rows(300, 3).into_values();
    values.iter_mut().step_by(4).for_each(|value| *value = f64::NAN);
    let data = Matrix::new(3, values).unwrap();
    for variant in VARIANTS {
        let settings = Settings { trees: 9, samples: 300, features: 3, bootstrap: false, variant };
        let forest = HyperplaneForest::grow(&data, &settings, 7, 1, Stop::NEVER).unwrap();
        let counted = forest.trees.training_rows();
        let mut expected = vec![0; counted.len()];
        let mut root = 0;
        for tree in forest.trees.iter() {
            assert!(tree.len() > 3 && counted[root] == 300);
            for row in data.iter_rows() {
                let mut place = 0;
                expected[root] += 1;
                while let Node::Split { first, count, threshold, right } = tree[place] {
                    let terms = &forest.trees.terms[first as usize..(first + count) as usize];
                    let (left, right) = (place + 1, right.get() as usize);
                    place = match is_missing(terms, row) {
                        true if counted[root + right] > counted[root + left] => right,
                        false if project(terms, row) > threshold => right,
                        _ => left,
                    };
                    expected[root + place] += 1;
                }
            }
            root += tree.len();
        }
        assert_eq!(counted, expected, "{variant:?}");
    }
}

#[test]
fn normal_draws_have_mean_0_and_deviation_1() {
    let mut generator = Generator::new(7);
    let draws: Vec<_> = (0..10_000).map(|_| generator.normal()).collect();
    let mean = draws.iter().sum::<f64>() / 1e4;
    let variance = draws.iter().map(|it| it * it).sum::<f64>() / 1e4;
    assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
}

/// A state with other bytes and the checksum that goes with them.
fn forged(changes: &[(usize, u8)]) -> Vec<u8> {
    let mut state = write(&grown(&random_rows(100, 3), Variant::FairCut));
    state.truncate(state.len() - 8);
    for (at, byte) in changes {
        let at = at % state.len();
        state[at] = *byte;
    }
    state.extend(checksum(&state).to_le_bytes());
    state
}

#[test]
fn impossible_states_are_refused_by_name() {
    let refusal = |changes: &[(usize, u8)]| match read(&forged(changes), 1) {
        Err(DetectorError::BadState(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(&[(0, b'x')]), "it is not of an isolation forest");
    assert_eq!(refusal(&[(8, 2)]), "it is of version 2, not 1");
    assert_eq!(refusal(&[(12, 0)]), "its shape is impossible");
    assert_eq!(refusal(&[(20, 0)]), "its number of trees is impossible");
    assert_eq!(refusal(&[(20, 10)]), "it is too short");
    assert_eq!(refusal(&[(20, 8)]), "it is too long");
    assert_eq!(refusal(&[(24, 0)]), "it has an impossible split");
    assert_eq!(refusal(&[(28, 9)]), "it has an impossible split");
}

proptest! {
    #[test]
    fn forged_states_are_refused_or_score_finitely(
        changes in prop::collection::vec((8_usize..20_000, any::<u8>()), 1..6),
    ) {
        match read(&forged(&changes), 1) {
            Err(error) => prop_assert!(matches!(error, DetectorError::BadState(_))),
            Ok(forest) if forest.columns < 100 => {
                let scores = forest.score(&random_rows(30, forest.columns), Stop::NEVER).unwrap();
                prop_assert!(scores.iter().all(|score| score.is_finite()), "{scores:?}");
            }
            Ok(_) => {}
        }
    }

    #[test]
    fn damaged_states_are_refused(at in 0_usize..20_000, change in 1_u8..) {
        let mut state = write(&grown(&random_rows(100, 3), Variant::Extended { columns: 3 }));
        let at = at % state.len();
        state[at] ^= change;
        prop_assert!(matches!(read(&state, 1), Err(DetectorError::BadState(_))));
    }
}
