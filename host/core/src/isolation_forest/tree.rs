//! What trees are made of.

use super::path_length::average_path_length;
use std::num::NonZeroU32;

/// One node. A tree is a slice of nodes in preorder: the root first, each left child right
/// after its parent, the right child after the whole left side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node {
    /// Sends a row to the left where its value is at most the threshold.
    Split {
        /// The column that is compared; less than the forest's columns.
        feature: u32,
        /// Finite.
        threshold: f64,
        /// Place of the right child in its tree; greater than this node's own.
        right: NonZeroU32,
    },
    /// Where paths end.
    Leaf {
        /// Training rows that ended here; at least 1.
        rows: u32,
        /// Cuts above, plus what `rows` more rows would have taken.
        path_length: f64,
    },
}

impl Node {
    /// Training rows that ended here: none at a split.
    pub(super) fn rows(&self) -> u32 {
        match self {
            Self::Split { .. } => 0,
            Self::Leaf { rows, .. } => *rows,
        }
    }
}

/// The path length of a leaf under `depth` cuts that holds `rows` training rows.
pub(super) fn path_length(rows: u32, depth: u32) -> f64 {
    f64::from(depth) + average_path_length(rows)
}

/// Training rows below each node of a tree.
pub(super) fn training_rows(tree: &[Node]) -> Vec<u32> {
    let mut rows = vec![0; tree.len()];
    for (place, node) in tree.iter().enumerate().rev() {
        let below = |place: usize| rows.get(place).copied().unwrap_or(0_u32);
        let own = match node {
            Node::Leaf { rows, .. } => *rows,
            Node::Split { right, .. } => {
                below(place + 1).saturating_add(below(right.get() as usize))
            }
        };
        if let Some(rows) = rows.get_mut(place) {
            *rows = own;
        }
    }
    rows
}

/// Where `row` goes from the split at `place`. Without a value of its column it goes where most
/// training `rows` went, to the left if both sides have as many.
pub(super) fn child(
    (place, feature, threshold, right): (usize, u32, f64, NonZeroU32),
    row: &[f64],
    rows: &[u32],
) -> usize {
    let (left, right) = (place + 1, right.get() as usize);
    let value = row.get(feature as usize).copied().unwrap_or(f64::NAN);
    let goes_right =
        if value.is_nan() { rows.get(right) > rows.get(left) } else { value > threshold };
    if goes_right { right } else { left }
}

/// The trees of a forest, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Trees {
    nodes: Vec<Node>,
    /// Where each tree ends in `nodes`.
    ends: Vec<usize>,
    /// The most cuts above any leaf.
    depth: u32,
}

impl Trees {
    /// No trees yet, with room for `nodes`.
    pub(super) fn with_capacity(nodes: usize) -> Self {
        Self { nodes: Vec::with_capacity(nodes), ..Self::default() }
    }

    /// Appends one tree, which `grow` pushes node by node.
    pub(super) fn push_tree<R>(&mut self, grow: impl FnOnce(&mut TreeBuilder<'_>) -> R) -> R {
        let root = self.nodes.len();
        let result = grow(&mut TreeBuilder { trees: self, root });
        self.ends.push(self.nodes.len());
        result
    }

    /// All trees of `parts`, in order.
    pub(super) fn joined(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            let offset = all.nodes.len();
            all.nodes.extend_from_slice(&part.nodes);
            all.ends.extend(part.ends.iter().map(|end| end + offset));
            all.depth = all.depth.max(part.depth);
        }
        all
    }

    /// The trees in order, each in preorder.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Node]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.nodes.get(start..*end).unwrap_or_default())
    }

    /// All nodes of all trees.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The most cuts above any leaf.
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    /// Number of trees.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A tree while it grows, in preorder.
pub(super) struct TreeBuilder<'a> {
    trees: &'a mut Trees,
    root: usize,
}

impl TreeBuilder<'_> {
    /// Appends a leaf under `depth` cuts that holds `rows` training rows; its place, for
    /// [`Self::split`].
    pub(super) fn leaf(&mut self, rows: u32, depth: u32) -> usize {
        let path_length = path_length(rows, depth);
        self.trees.nodes.push(Node::Leaf { rows, path_length });
        self.trees.depth = self.trees.depth.max(depth);
        self.trees.nodes.len() - 1
    }

    /// Makes the leaf at `place` a split whose left side is complete: the right child comes next.
    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^32 nodes a tree")]
    pub(super) fn split(&mut self, place: usize, feature: u32, threshold: f64) {
        let nodes = &mut self.trees.nodes;
        let next = (nodes.len() - self.root) as u32;
        if let (Some(node), Some(right)) = (nodes.get_mut(place), NonZeroU32::new(next)) {
            *node = Node::Split { feature, threshold, right };
        }
    }
}
