//! The mass of a tree's nodes, without the nodes: a node's moments are neighbours among the
//! leaves in ascending order.

/// A node with at most this part of the window is not looked into (the paper's SizeLimit).
const SIZE_LIMIT: f64 = 0.1;

/// Mass times 2^depth of the node where the way to `leaf` ends: at the first one of little mass,
/// at the latest at `height`. `leaves` are those of a window, ascending.
#[expect(clippy::cast_precision_loss, reason = "a number of rows, and a power of two")]
pub(crate) fn mass(leaves: &[u32], leaf: u32, height: u32) -> f64 {
    let limit = leaves.len() as f64 * SIZE_LIMIT;
    let (mut inside, mut first, mut depth) = (leaves, 0, 0);
    while depth < height && inside.len() as f64 > limit {
        depth += 1;
        let half = 1 << (height - depth);
        let (lower, upper) = inside.split_at(inside.partition_point(|it| *it < first + half));
        if leaf & half == 0 {
            inside = lower;
        } else {
            (inside, first) = (upper, first + half);
        }
    }
    inside.len() as f64 * (1_u64 << depth) as f64
}

#[cfg(test)]
mod tests {
    use super::mass;

    #[test]
    fn mass_is_that_of_the_first_node_of_little_mass() {
        let leaves = [vec![1; 17], vec![2, 7], vec![14]].concat();
        // 20 moments: a node of at most 2 ends the way.
        assert_eq!(mass(&leaves, 1, 4), 17.0 * 16.0);
        assert_eq!(mass(&leaves, 3, 4), 1.0 * 8.0);
        assert_eq!(mass(&leaves, 7, 4), 1.0 * 4.0);
        assert_eq!(mass(&leaves, 14, 4), 1.0 * 2.0);
        assert_eq!(mass(&leaves, 0, 4), 0.0);
    }
}
