//! One random cut tree: inserting, removing, and how much a row would displace.

use crate::node::{Cut, Node};
use pynomaly_sdk::splitmix::SplitMix;

/// A tree of a sample of rows, and the randomness that made it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) root: Option<Node>,
    pub(crate) random: SplitMix,
}

impl Tree {
    pub(crate) fn mass(&self) -> u32 {
        self.root.as_ref().map_or(0, Node::mass)
    }

    /// Adds a row (the paper's algorithm InsertPoint): the tree is then distributed as if it had
    /// been grown with the row in it.
    pub(crate) fn insert(&mut self, point: &[f64]) {
        let Some(mut node) = self.root.as_mut() else {
            self.root = Some(Node::leaf(point));
            return;
        };
        loop {
            let separation = node.separation(point);
            let drawn = self.random.unit() * separation.total;
            if drawn < separation.outside {
                return node.split(point, drawn);
            }
            match node {
                // A different leaf, and the product was rounded up.
                Node::Leaf(_) if separation.outside > 0.0 => return node.split(point, drawn),
                Node::Leaf(leaf) => {
                    leaf.count = leaf.count.saturating_add(1);
                    return;
                }
                Node::Cut(cut) => {
                    cut.cover(point);
                    node = if cut.is_left(point) { &mut cut.left } else { &mut cut.right };
                }
            }
        }
    }

    /// Takes a random row out (the paper's algorithm ForgetPoint).
    pub(crate) fn remove_any(&mut self) {
        let place = self.random.below(self.mass() as usize);
        self.root = self.root.take().and_then(|root| remove(root, place));
    }

    /// The collusive displacement of a row: the greatest ratio, over the nodes on the row's way,
    /// of the rows beside the node to those in it, the row included. For a row that is not in the
    /// tree it is the expectation over all places where inserting could put it. `is_counted`
    /// says that the row is one of the sample.
    pub(crate) fn displacement(&self, point: &[f64], is_counted: bool) -> f64 {
        let own = if is_counted { 0.0 } else { 1.0 };
        let (mut expected, mut chance, mut greatest) = (0.0, 1.0, 0.0);
        let mut next = self.root.as_ref();
        while let Some(node) = next {
            let separation = node.separation(point);
            if separation.outside > 0.0 {
                let apart = separation.outside / separation.total;
                expected += chance * apart * f64::from(node.mass()).max(greatest);
                chance *= 1.0 - apart;
            }
            next = if let Node::Cut(cut) = node {
                let (inside, beside) = cut.sides(point);
                let ratio = f64::from(beside.mass()) / (f64::from(inside.mass()) + own);
                greatest = ratio.max(greatest);
                Some(inside).filter(|_| chance > 0.0)
            } else {
                None
            };
        }
        expected + chance * greatest
    }
}

/// Removes the row at `place` from the left; nothing may be left. It goes as deep as the tree,
/// which is at most as deep as it has rows: 1,024.
fn remove(node: Node, place: usize) -> Option<Node> {
    match node {
        Node::Leaf(mut leaf) => {
            leaf.count = leaf.count.saturating_sub(1);
            (leaf.count > 0).then_some(Node::Leaf(leaf))
        }
        Node::Cut(mut cut) => {
            let left_mass = cut.left.mass() as usize;
            let (left, right) = take_sides(&mut cut);
            let sides = if place < left_mass {
                (remove(left, place), Some(right))
            } else {
                (Some(left), remove(right, place - left_mass))
            };
            match sides {
                (Some(left), Some(right)) => {
                    (cut.left, cut.right) = (left, right);
                    cut.sum_up();
                    Some(Node::Cut(cut))
                }
                (left, right) => left.or(right),
            }
        }
    }
}

fn take_sides(cut: &mut Cut) -> (Node, Node) {
    (std::mem::take(&mut cut.left), std::mem::take(&mut cut.right))
}
