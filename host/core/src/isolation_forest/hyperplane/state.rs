//! Forests of leaning cuts as portable bytes: little-endian, versioned, the same for the same
//! forest.
//!
//! `magic 8 · version u32 · columns u32 · samples u32 · trees u32 · nodes… · checksum
//! u64`. Nodes stand in preorder: a leaf is `LEAF | training rows` (u32), a split its number of
//! terms (u32), the terms (u32 and f64 each) and its threshold (f64).

use super::forest::HyperplaneForest;
use super::grow::depth_max;
use super::tree::{Node, Term, Trees};
use crate::DetectorError;
use crate::isolation_forest::descriptor::{COLUMNS_MAX, N_ESTIMATORS_MAX};
use crate::isolation_forest::settings::Variant;
use crate::isolation_forest::state::{bad, checked_body, checksum};

/// What the bytes begin with.
pub(in crate::isolation_forest) const MAGIC: [u8; 8] = *b"isohyper";
const VERSION: u32 = 1;
/// Tells a leaf's first word from a split's.
const LEAF: u32 = COLUMNS_MAX;

/// The bytes of `forest`.
pub(super) fn write(forest: &HyperplaneForest) -> Vec<u8> {
    let trees = &forest.trees;
    let mut bytes = Vec::with_capacity(32 + trees.nodes.len() * 8 + trees.terms.len() * 12);
    bytes.extend(MAGIC);
    #[expect(clippy::cast_possible_truncation, reason = "columns and trees are bounded")]
    let (columns, count) = (forest.columns as u32, trees.len() as u32);
    for number in [VERSION, columns, forest.samples, count] {
        bytes.extend(number.to_le_bytes());
    }
    for node in &trees.nodes {
        match *node {
            Node::Leaf { rows, .. } => bytes.extend((LEAF | rows).to_le_bytes()),
            Node::Split { first, count, threshold, .. } => {
                bytes.extend(count.to_le_bytes());
                let terms = first as usize..first.saturating_add(count) as usize;
                for term in trees.terms.get(terms).unwrap_or_default() {
                    bytes.extend(term.feature.to_le_bytes());
                    bytes.extend(term.weight.to_le_bytes());
                }
                bytes.extend(threshold.to_le_bytes());
            }
        }
    }
    bytes.extend(checksum(&bytes).to_le_bytes());
    bytes
}

/// The forest of `state`, to be scored on up to `threads` threads. Memory stays proportional to
/// the bytes given, whatever they claim.
pub(in crate::isolation_forest) fn read(
    state: &[u8],
    threads: usize,
) -> Result<HyperplaneForest, DetectorError> {
    let mut reader = Reader { bytes: checked_body(state)? };
    if reader.take()? != MAGIC {
        return Err(bad("it is not of an isolation forest"));
    }
    let version = reader.number()?;
    if version != VERSION {
        return Err(bad(&format!("it is of version {version}, not {VERSION}")));
    }
    let (columns, samples, count) = (reader.number()?, reader.number()?, reader.number()?);
    if columns == 0 || columns > COLUMNS_MAX || samples == 0 || samples >= LEAF {
        return Err(bad("its shape is impossible"));
    }
    if count == 0 || count > N_ESTIMATORS_MAX {
        return Err(bad("its number of trees is impossible"));
    }
    let depth_max = depth_max(Variant::FairCut, samples);
    let mut trees = Trees::default();
    for _ in 0..count {
        let mut tree = Tree { root: trees.next_root(), columns, depth_max, rows_left: samples };
        tree.node(&mut reader, &mut trees, 0)?;
        trees.end_tree();
    }
    if !reader.bytes.is_empty() {
        return Err(bad("it is too long"));
    }
    Ok(HyperplaneForest::new(columns as usize, samples, trees, threads))
}

/// Takes a state apart from the front.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DetectorError> {
        let (head, rest) = self.bytes.split_first_chunk().ok_or_else(|| bad("it is too short"))?;
        self.bytes = rest;
        Ok(*head)
    }

    fn number(&mut self) -> Result<u32, DetectorError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn finite(&mut self) -> Result<f64, DetectorError> {
        let number = f64::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(bad("it has an impossible split")) }
    }
}

/// What the tree being read keeps to.
struct Tree {
    root: usize,
    columns: u32,
    depth_max: u32,
    /// Training rows not yet seen in leaves.
    rows_left: u32,
}

impl Tree {
    /// Reads one node below `depth` cuts and all that hangs on it. The depth limit keeps the
    /// recursion within 128 calls.
    fn node(
        &mut self,
        reader: &mut Reader<'_>,
        trees: &mut Trees,
        depth: u32,
    ) -> Result<(), DetectorError> {
        let word = reader.number()?;
        if word >= LEAF {
            let rows = word ^ LEAF;
            let left = self.rows_left.checked_sub(rows);
            self.rows_left = left.ok_or_else(|| bad("it has an impossible leaf"))?;
            trees.leaf(rows, depth);
            return Ok(());
        }
        if word == 0 || word > self.columns || depth >= self.depth_max {
            return Err(bad("it has an impossible split"));
        }
        let first = trees.push_terms(&[]);
        for _ in 0..word {
            let (feature, weight) = (reader.number()?, reader.finite()?);
            if feature >= self.columns {
                return Err(bad("it has an impossible split"));
            }
            trees.push_terms(&[Term { feature, weight }]);
        }
        let threshold = reader.finite()?;
        let place = trees.leaf(0, depth);
        self.node(reader, trees, depth + 1)?;
        trees.split(self.root, place, (first, word, threshold));
        self.node(reader, trees, depth + 1)
    }
}
