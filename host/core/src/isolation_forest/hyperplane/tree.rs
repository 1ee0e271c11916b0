//! What trees with leaning cuts are made of.

use crate::isolation_forest::tree::path_length;
use std::num::NonZeroU32;

/// One column's part in a cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Term {
    /// Less than the forest's columns.
    pub(super) feature: u32,
    /// Finite.
    pub(super) weight: f64,
}

/// One node. A tree is a slice of nodes in preorder, as in the standard forest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node {
    /// Sends a row to the left unless the sum of its terms is greater than the threshold.
    Split {
        /// Place of the first term in the forest's terms.
        first: u32,
        /// Number of terms; at least 1.
        count: u32,
        /// Finite.
        threshold: f64,
        /// Place of the right child in its tree; greater than this node's own.
        right: NonZeroU32,
    },
    /// Where paths end.
    Leaf {
        /// Training rows that ended here; none where a cut passed by all rows.
        rows: u32,
        /// Cuts above, plus what `rows` more rows would have taken.
        path_length: f64,
    },
}

/// The trees of a forest, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Trees {
    pub(super) nodes: Vec<Node>,
    pub(super) terms: Vec<Term>,
    /// Where each tree ends in `nodes`.
    ends: Vec<usize>,
}

impl Trees {
    /// Number of trees.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The trees in order, each in preorder.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Node]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.nodes.get(start..*end).unwrap_or_default())
    }

    /// Where the tree begins that is pushed next.
    pub(super) fn next_root(&self) -> usize {
        self.nodes.len()
    }

    /// Ends the tree whose nodes were pushed last.
    pub(super) fn end_tree(&mut self) {
        self.ends.push(self.nodes.len());
    }

    /// Appends a leaf; its place, for [`Self::split`].
    pub(super) fn leaf(&mut self, rows: u32, depth: u32) -> usize {
        self.nodes.push(Node::Leaf { rows, path_length: path_length(rows, depth) });
        self.nodes.len() - 1
    }

    /// Appends the terms of a cut; where they begin.
    #[expect(clippy::cast_possible_truncation, reason = "at most FOREST_TERMS_MAX terms")]
    pub(super) fn push_terms(&mut self, terms: &[Term]) -> u32 {
        let first = self.terms.len() as u32;
        self.terms.extend_from_slice(terms);
        first
    }

    /// Makes the leaf at `place`, of the tree that begins at `root`, a split whose left side is
    /// complete: the right child comes next.
    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^32 nodes a tree")]
    pub(super) fn split(&mut self, root: usize, place: usize, cut: (u32, u32, f64)) {
        let (first, count, threshold) = cut;
        let next = (self.nodes.len() - root) as u32;
        if let (Some(node), Some(right)) = (self.nodes.get_mut(place), NonZeroU32::new(next)) {
            *node = Node::Split { first, count, threshold, right };
        }
    }

    /// How many training rows reached each node of all trees.
    pub(super) fn training_rows(&self) -> Vec<u32> {
        self.iter().flat_map(training_rows).collect()
    }

    /// All trees of `parts`, in order.
    #[expect(clippy::cast_possible_truncation, reason = "at most FOREST_TERMS_MAX terms")]
    pub(super) fn joined(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            let (nodes, terms) = (all.nodes.len(), all.terms.len() as u32);
            all.nodes.extend(part.nodes.into_iter().map(|node| match node {
                Node::Split { first, count, threshold, right } => {
                    Node::Split { first: first + terms, count, threshold, right }
                }
                leaf @ Node::Leaf { .. } => leaf,
            }));
            all.terms.extend(part.terms);
            all.ends.extend(part.ends.iter().map(|end| end + nodes));
        }
        all
    }
}

/// The weighted sum of a row's values.
pub(super) fn project(terms: &[Term], row: &[f64]) -> f64 {
    terms.iter().fold(0.0, |sum, term| {
        sum + term.weight * row.get(term.feature as usize).copied().unwrap_or(0.0)
    })
}

/// Whether a row has no value of one of the columns.
pub(super) fn is_missing(terms: &[Term], row: &[f64]) -> bool {
    terms.iter().any(|term| row.get(term.feature as usize).is_some_and(|value| value.is_nan()))
}

/// How many training rows reached each node of a tree.
fn training_rows(tree: &[Node]) -> Vec<u32> {
    let mut rows = vec![0_u32; tree.len()];
    // Children stand behind their parents.
    for (place, node) in tree.iter().enumerate().rev() {
        let own = match node {
            Node::Leaf { rows, .. } => *rows,
            Node::Split { right, .. } => {
                let of = |place: usize| rows.get(place).copied().unwrap_or_default();
                of(place + 1).saturating_add(of(right.get() as usize))
            }
        };
        rows.iter_mut().skip(place).take(1).for_each(|rows| *rows = own);
    }
    rows
}
