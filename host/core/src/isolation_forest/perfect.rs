//! Trees padded to perfect binary trees, so that every walk takes the same steps.

use super::tree::{Node, TreeBuilder, Trees};

/// Deeper forests are not padded: most of their slots would be empty.
const LEVELS_MAX: u32 = 10;
/// Nor are forests that would take more than this many slots per node: damaged or hostile states
/// must not cost much more memory than they have bytes.
const SLOTS_PER_NODE_MAX: usize = 16;

/// A forest in slots. Slot 1 is a tree's root, slots 2i and 2i + 1 are the children of slot i,
/// and after `levels` steps the slot less 2^levels is the index of the leaf. A leaf that is less
/// deep becomes splits that send every row to the left.
#[derive(Debug, Clone)]
pub(super) struct Perfect {
    columns: usize,
    levels: u32,
    /// 2^levels per tree; the first of each is unused.
    thresholds: Vec<f64>,
    /// As `thresholds`. **Invariant**: every feature is less than `columns`.
    features: Vec<u32>,
    /// 2^levels path lengths per tree.
    leaves: Vec<f64>,
    /// As `leaves`: training rows that ended there.
    rows: Vec<u32>,
}

/// One tree of a [`Perfect`] forest: three slices of 2^levels items.
pub(super) struct PerfectTree<'a> {
    pub(super) thresholds: &'a [f64],
    pub(super) features: &'a [u32],
    pub(super) leaves: &'a [f64],
}

impl Perfect {
    /// The padded form of `trees` over `columns` columns, where it is worth its memory.
    pub(super) fn new(trees: &Trees, columns: usize) -> Option<Self> {
        let levels = trees.depth();
        if levels > LEVELS_MAX {
            return None;
        }
        let slots = trees.len() << levels;
        if slots > trees.nodes().len().saturating_mul(SLOTS_PER_NODE_MAX) {
            return None;
        }
        let (thresholds, leaves) = (vec![f64::INFINITY; slots], vec![0.0; slots]);
        let (features, rows) = (vec![0; slots], vec![0; slots]);
        let mut perfect = Self { columns, levels, thresholds, features, leaves, rows };
        let mut open = Vec::new();
        for (index, tree) in trees.iter().enumerate() {
            perfect.place(index << levels, tree, &mut open)?;
        }
        Some(perfect)
    }

    /// Writes one tree from slot `start` on, keeping the slots to be filled in `open`. `None` if
    /// a feature is no column.
    fn place(&mut self, start: usize, tree: &[Node], open: &mut Vec<usize>) -> Option<()> {
        open.clear();
        open.push(1);
        for node in tree {
            let slot = open.pop()?;
            match *node {
                Node::Split { feature, threshold, .. } => {
                    if feature as usize >= self.columns {
                        return None;
                    }
                    *self.thresholds.get_mut(start + slot)? = threshold;
                    *self.features.get_mut(start + slot)? = feature;
                    open.extend([2 * slot + 1, 2 * slot]);
                }
                Node::Leaf { path_length, rows } => {
                    let leaf = start + self.leftmost_leaf(slot);
                    *self.leaves.get_mut(leaf)? = path_length;
                    *self.rows.get_mut(leaf)? = rows;
                }
            }
        }
        Some(())
    }

    /// The leaf below `slot` that rows reach which are sent to the left again and again.
    fn leftmost_leaf(&self, slot: usize) -> usize {
        (slot << (self.levels - slot.ilog2())) - (1 << self.levels)
    }

    /// The trees without padding: those that this was made of.
    pub(super) fn to_trees(&self) -> Trees {
        let mut trees = Trees::default();
        for start in (0..self.thresholds.len()).step_by(1 << self.levels) {
            trees.push_tree(|tree| self.unpad(tree, start, 1));
        }
        trees
    }

    /// Appends what hangs on `slot` of the tree that starts at `start`; within as many calls as
    /// there are levels.
    fn unpad(&self, tree: &mut TreeBuilder<'_>, start: usize, slot: usize) {
        let depth = slot.ilog2();
        let rows = self.rows.get(start + self.leftmost_leaf(slot)).copied().unwrap_or_default();
        let place = tree.leaf(rows, depth);
        let threshold = self.thresholds.get(start + slot).filter(|_| depth < self.levels);
        if let (Some(threshold), Some(feature)) = (threshold, self.features.get(start + slot))
            && threshold.is_finite()
        {
            self.unpad(tree, start, 2 * slot);
            tree.split(place, *feature, *threshold);
            self.unpad(tree, start, 2 * slot + 1);
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn levels(&self) -> u32 {
        self.levels
    }

    /// The trees in order.
    pub(super) fn trees(&self) -> impl Iterator<Item = PerfectTree<'_>> {
        self.groups(1)
    }

    /// `size` trees at a time, in order, each kind of slot of the one after that of the other;
    /// the last group may be smaller.
    pub(super) fn groups(&self, size: usize) -> impl Iterator<Item = PerfectTree<'_>> {
        let slots = size << self.levels;
        let splits = self.thresholds.chunks(slots).zip(self.features.chunks(slots));
        splits.zip(self.leaves.chunks(slots)).map(|((thresholds, features), leaves)| PerfectTree {
            thresholds,
            features,
            leaves,
        })
    }
}
