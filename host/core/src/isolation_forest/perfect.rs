//! Trees padded to perfect binary trees, so that every walk takes the same steps.

use super::tree::{Node, TreeBuilder, Trees, path_length};

/// Deeper forests are not padded: most of their slots would be empty.
const LEVELS_MAX: u32 = 10;
/// Nor are forests that would take more than this many slots per node: damaged or hostile states
/// must not cost much more memory than they have bytes.
const SLOTS_PER_NODE_MAX: usize = 16;
/// Codes are 16 bits, so that a forest is small and more of it stays in the first-level cache.
const CODES_MAX: usize = 1 << 16;

/// A forest in slots. Slot 1 is a tree's root, slots 2i and 2i + 1 are the children of slot i:
/// after `levels` steps every walk is at a leaf. A leaf that is less deep becomes splits that send
/// every row to the left.
#[derive(Debug, Clone)]
pub(super) struct Perfect {
    columns: usize,
    levels: u32,
    /// 2^levels per tree; the first of each is unused.
    thresholds: Vec<f64>,
    /// 2^(levels + 1) per tree; the first of each is unused. **Invariant**: the code of a slot
    /// below 2^levels is a feature, less than `columns`; any other is a leaf's place in `lengths`.
    codes: Vec<u16>,
    /// Path lengths of all leaves that there may be: of fewer than `kinds` training rows under no
    /// cut, then under one, and so on.
    lengths: Vec<f64>,
    kinds: usize,
}

/// Some trees of a [`Perfect`] forest; see there.
pub(super) struct PerfectTree<'a> {
    pub(super) thresholds: &'a [f64],
    pub(super) codes: &'a [u16],
    pub(super) lengths: &'a [f64],
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
        let rows_max = trees.nodes().iter().map(Node::rows).max()?;
        let kinds = rows_max as usize + 1;
        if kinds.saturating_mul(levels as usize + 1) > CODES_MAX || columns > CODES_MAX {
            return None;
        }
        let of_depth = |depth| (0..=rows_max).map(move |rows| path_length(rows, depth));
        let lengths = (0..=levels).flat_map(of_depth).collect();
        let (thresholds, codes) = (vec![f64::INFINITY; slots], vec![0; 2 * slots]);
        let mut perfect = Self { columns, levels, thresholds, codes, lengths, kinds };
        let mut open = Vec::new();
        for (index, tree) in trees.iter().enumerate() {
            perfect.place(index << levels, tree, &mut open)?;
        }
        Some(perfect)
    }

    /// Writes one tree whose thresholds begin at `start`, keeping the slots to be filled in
    /// `open`. `None` if a feature is no column.
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
                    *self.codes.get_mut(2 * start + slot)? = u16::try_from(feature).ok()?;
                    open.extend([2 * slot + 1, 2 * slot]);
                }
                Node::Leaf { rows, .. } => {
                    let code = slot.ilog2() as usize * self.kinds + rows as usize;
                    let leaf = self.leftmost_leaf(slot);
                    *self.codes.get_mut(2 * start + leaf)? = u16::try_from(code).ok()?;
                }
            }
        }
        Some(())
    }

    /// The slot of the leaf below `slot` that rows reach which are sent to the left again and
    /// again.
    fn leftmost_leaf(&self, slot: usize) -> usize {
        slot << (self.levels - slot.ilog2())
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
        let code = |slot| self.codes.get(2 * start + slot).copied().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "less than `kinds`, 16 bits")]
        let rows = (usize::from(code(self.leftmost_leaf(slot))) % self.kinds) as u32;
        let place = tree.leaf(rows, depth);
        if depth < self.levels
            && let Some(threshold) = self.thresholds.get(start + slot)
            && threshold.is_finite()
        {
            self.unpad(tree, start, 2 * slot);
            tree.split(place, u32::from(code(slot)), *threshold);
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
        let trees = self.thresholds.chunks(slots).zip(self.codes.chunks(2 * slots));
        trees.map(|(thresholds, codes)| PerfectTree { thresholds, codes, lengths: &self.lengths })
    }
}
