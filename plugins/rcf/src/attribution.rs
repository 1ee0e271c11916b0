//! Whose doing a displacement is.

use crate::node::{Node, gap};
use crate::tree::Tree;

impl Tree {
    /// Adds to each column of `to` its part of [`displacement`](Self::displacement) of a row that
    /// is not in the tree. What cutting the row off from a node displaces is shared out by the
    /// gaps that the cut may fall into; where a node on the way displaces more, its own cut's
    /// column has it all.
    pub(crate) fn attribute(&self, point: &[f64], to: &mut [f64]) {
        let (mut chance, mut greatest, mut cutter) = (1.0, 0.0, 0);
        let mut next = self.root.as_ref();
        while let Some(node) = next {
            let separation = node.separation(point);
            if separation.outside > 0.0 {
                let apart = separation.outside / separation.total;
                let mass = f64::from(node.mass());
                if mass >= greatest {
                    let part = chance * apart * mass / separation.outside;
                    let gaps = node.extent().zip(point).map(|(range, value)| gap(range, *value));
                    to.iter_mut().zip(gaps).for_each(|(to, gap)| *to += part * gap);
                } else {
                    add(to, cutter, chance * apart * greatest);
                }
                chance *= 1.0 - apart;
            }
            let Node::Cut(cut) = node else { break };
            let (inside, beside) = cut.sides(point);
            let ratio = f64::from(beside.mass()) / (f64::from(inside.mass()) + 1.0);
            if ratio > greatest {
                (greatest, cutter) = (ratio, cut.column);
            }
            next = Some(inside).filter(|_| chance > 0.0);
        }
        add(to, cutter, chance * greatest);
    }
}

fn add(to: &mut [f64], column: usize, more: f64) {
    to.iter_mut().skip(column).take(1).for_each(|to| *to += more);
}
