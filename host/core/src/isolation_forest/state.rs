//! The forest as portable bytes: little-endian, versioned, and the same for the same forest.
//!
//! `magic 8 · version u32 · columns u32 · samples u32 · trees u32 · nodes… · checksum u64`. Nodes
//! stand in preorder, tree after tree: a leaf is `LEAF | training rows` (u32), a split its
//! feature (u32) and threshold (f64). All else follows from these.

use super::descriptor::{COLUMNS_MAX, N_ESTIMATORS_MAX};
use super::forest::Forest;
use super::settings::depth_limit;
use super::tree::{Node, TreeBuilder, Trees};
use crate::DetectorError;

/// Version of the format.
pub const STATE_VERSION: u32 = 1;
const MAGIC: [u8; 8] = *b"isoforst";
/// Tells a leaf's first word from a split's.
const LEAF: u32 = COLUMNS_MAX;

/// The bytes of `forest`.
pub(super) fn write(forest: &Forest) -> Vec<u8> {
    let trees = forest.trees();
    let nodes = trees.nodes();
    let mut bytes = Vec::with_capacity(MAGIC.len() + 24 + nodes.len() * 8);
    bytes.extend(MAGIC);
    #[expect(clippy::cast_possible_truncation, reason = "columns and trees are bounded")]
    let (columns, count) = (forest.columns() as u32, trees.len() as u32);
    for number in [STATE_VERSION, columns, forest.samples(), count] {
        bytes.extend(number.to_le_bytes());
    }
    for node in nodes {
        match *node {
            Node::Leaf { rows, .. } => bytes.extend((LEAF | rows).to_le_bytes()),
            Node::Split { feature, threshold, .. } => {
                bytes.extend(feature.to_le_bytes());
                bytes.extend(threshold.to_le_bytes());
            }
        }
    }
    bytes.extend(checksum(&bytes).to_le_bytes());
    bytes
}

/// The forest of `state`, to be scored on up to `threads` threads. Memory stays proportional to
/// the bytes given, whatever they claim.
pub(super) fn read(state: &[u8], threads: usize) -> Result<Forest, DetectorError> {
    let mut reader = Reader { bytes: checked_body(state)?, leaf_rows: 0 };
    if reader.take()? != MAGIC {
        return Err(bad("it is not of an isolation forest"));
    }
    let version = reader.number()?;
    if version != STATE_VERSION {
        return Err(bad(&format!("it is of version {version}, not {STATE_VERSION}")));
    }
    let (columns, samples, count) = (reader.number()?, reader.number()?, reader.number()?);
    if columns == 0 || columns > COLUMNS_MAX || samples == 0 || samples >= LEAF {
        return Err(bad("its shape is impossible"));
    }
    if count == 0 || count > N_ESTIMATORS_MAX {
        return Err(bad("its number of trees is impossible"));
    }
    let limits = Limits { columns, samples, depth: depth_limit(samples) };
    let mut trees = Trees::default();
    for _ in 0..count {
        reader.leaf_rows = 0;
        trees.push_tree(|tree| reader.node(tree, &limits, 0))?;
    }
    if !reader.bytes.is_empty() {
        return Err(bad("it is too long"));
    }
    Ok(Forest::new(columns as usize, samples, trees, threads))
}

/// What every tree of a forest keeps to.
struct Limits {
    columns: u32,
    samples: u32,
    depth: u32,
}

/// Takes a state apart from the front.
struct Reader<'a> {
    bytes: &'a [u8],
    /// Training rows in the leaves of the present tree so far.
    leaf_rows: u32,
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

    /// Reads one node below `depth` cuts and all that hangs on it. The depth limit keeps the
    /// recursion within 32 calls.
    fn node(
        &mut self,
        tree: &mut TreeBuilder<'_>,
        limits: &Limits,
        depth: u32,
    ) -> Result<(), DetectorError> {
        let word = self.number()?;
        if word >= LEAF {
            return self.leaf(word ^ LEAF, tree, limits, depth);
        }
        let threshold = f64::from_le_bytes(self.take()?);
        if word >= limits.columns || !threshold.is_finite() || depth >= limits.depth {
            return Err(bad("it has an impossible split"));
        }
        let place = tree.leaf(0, depth);
        self.node(tree, limits, depth + 1)?;
        tree.split(place, word, threshold);
        self.node(tree, limits, depth + 1)
    }

    fn leaf(
        &mut self,
        rows: u32,
        tree: &mut TreeBuilder<'_>,
        limits: &Limits,
        depth: u32,
    ) -> Result<(), DetectorError> {
        self.leaf_rows = self.leaf_rows.saturating_add(rows);
        if rows == 0 || self.leaf_rows > limits.samples {
            return Err(bad("it has an impossible leaf"));
        }
        tree.leaf(rows, depth);
        Ok(())
    }
}

/// All of `state` but its checksum, if that is right.
pub(super) fn checked_body(state: &[u8]) -> Result<&[u8], DetectorError> {
    match state.split_last_chunk() {
        Some((body, sum)) if checksum(body).to_le_bytes() == *sum => Ok(body),
        Some(_) => Err(bad("its checksum is wrong")),
        None => Err(bad("it is too short")),
    }
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): finds damage, not malice.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

pub(super) fn bad(reason: &str) -> DetectorError {
    DetectorError::BadState(reason.into())
}
