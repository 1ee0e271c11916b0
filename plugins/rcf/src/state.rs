//! The state: each tree from its root, the left side before the right; boxes and masses follow.

use crate::model::{Rcf, VALUE_MAX};
use crate::node::{Cut, Leaf, Node};
use crate::tree::Tree;
use crate::{Detect, Options};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::splitmix::SplitMix;
use pynomaly_sdk::state::{Reader, Writer};

/// What comes next in a tree; a cut is this plus its column.
const LEAF: u64 = 0;
const CUT: u64 = 1;

impl Rcf {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut state = Writer::new(Detect::ABOUT.state_version);
        state.integer(self.options.num_trees.into());
        state.integer(self.options.tree_size.into());
        state.number(self.options.time_decay);
        state.integer(self.columns as u64);
        state.integer(self.seen);
        for tree in &self.trees {
            state.integer(tree.random.state());
            let mut nodes: Vec<_> = tree.root.iter().collect();
            while let Some(node) = nodes.pop() {
                write_node(&mut state, node);
                if let Node::Cut(cut) = node {
                    nodes.extend([&cut.right, &cut.left]);
                }
            }
        }
        state.finish()
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = Reader::new(bytes, Detect::ABOUT.state_version)?;
        let num_trees = state.count(500)?;
        let tree_size = state.count(1024)?;
        let time_decay = state.number()?;
        let columns = state.count(bytes.len())?;
        let seen = state.integer()?;
        let in_range = num_trees > 0 && tree_size > 1 && (0.0..=1.0).contains(&time_decay);
        if !in_range || columns == 0 || seen == 0 {
            return Err(state::bad("an option is out of range"));
        }
        let options = Options {
            num_trees: u32::try_from(num_trees).unwrap_or(1),
            tree_size: u32::try_from(tree_size).unwrap_or(2),
            time_decay,
        };
        let mut tree = |_| {
            let random = SplitMix::new(state.integer()?);
            let root = Some(read_node(&mut state, columns, tree_size)?);
            Ok(Tree { root, random })
        };
        let trees = (0..num_trees).map(&mut tree).collect::<Result<Vec<_>, Error>>()?;
        state.finish()?;
        Ok(Self { options, columns, seen, trees })
    }
}

fn write_node(state: &mut Writer, node: &Node) {
    match node {
        Node::Leaf(leaf) => {
            state.integer(LEAF);
            state.integer(leaf.count.into());
            state.numbers(&leaf.point);
        }
        Node::Cut(cut) => {
            state.integer(CUT + cut.column as u64);
            state.number(cut.value);
        }
    }
}

/// A node of at most `rows` rows, at least 1. It goes as deep as the tree, which is at most as
/// deep as it has rows.
fn read_node(state: &mut Reader<'_>, columns: usize, rows: usize) -> Result<Node, Error> {
    let kind = state.count(columns)? as u64;
    if kind == LEAF {
        return read_leaf(state, columns, rows).map(Node::Leaf);
    }
    let column = (kind - CUT) as usize;
    let value = state.number()?;
    // The right side needs a row, too.
    let left_rows = rows.checked_sub(1).filter(|rows| *rows > 0);
    let left = read_node(state, columns, left_rows.ok_or_else(too_many)?)?;
    let right_rows = rows.saturating_sub(left.mass() as usize);
    let right = read_node(state, columns, right_rows)?;
    let range = |node: &Node| node.extent().nth(column).unwrap_or_default();
    let ([_, end], [start, _]) = (range(&left), range(&right));
    if !(end <= value && value < start) {
        return Err(state::bad("a row is on the wrong side of a cut"));
    }
    Ok(Node::Cut(Box::new(Cut::new(column, value, left, right))))
}

fn read_leaf(state: &mut Reader<'_>, columns: usize, rows: usize) -> Result<Leaf, Error> {
    let count = u32::try_from(state.count(rows)?).unwrap_or(0);
    let point = state.numbers()?;
    if count == 0 {
        return Err(too_many());
    }
    if point.len() != columns || !point.iter().all(|value| value.abs() <= VALUE_MAX) {
        return Err(state::bad("a row has not the model's columns"));
    }
    Ok(Leaf { point: point.into(), count })
}

fn too_many() -> Error {
    state::bad("a tree has not as many rows as its sample")
}
