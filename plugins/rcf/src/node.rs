//! A node of a random cut tree.

/// A leaf or a cut.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Leaf(Leaf),
    Cut(Box<Cut>),
}

/// Equal rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Leaf {
    pub(crate) point: Box<[f64]>,
    /// How many; at least 1.
    pub(crate) count: u32,
}

/// Rows divided by one column's value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    pub(crate) column: usize,
    /// Rows with at most this value are left, the others right.
    pub(crate) value: f64,
    /// Rows below.
    pub(crate) mass: u32,
    /// For each column the least and the greatest value below.
    pub(crate) extent: Vec<[f64; 2]>,
    /// The sum of the sides of that box.
    sides: f64,
    pub(crate) left: Node,
    pub(crate) right: Node,
}

/// How a row lies to the box of a node's rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Separation {
    /// The sum of its distances from the box, column by column.
    pub(crate) outside: f64,
    /// The sum of the sides of the box around both. A random cut of that box falls between the
    /// row and the node's rows with chance `outside` / `total`.
    pub(crate) total: f64,
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Leaf::default())
    }
}

impl Node {
    pub(crate) fn leaf(point: &[f64]) -> Self {
        Self::Leaf(Leaf { point: point.into(), count: 1 })
    }

    pub(crate) fn mass(&self) -> u32 {
        match self {
            Self::Leaf(leaf) => leaf.count,
            Self::Cut(cut) => cut.mass,
        }
    }

    pub(crate) fn separation(&self, point: &[f64]) -> Separation {
        match self {
            Self::Leaf(leaf) => {
                let distances = leaf.point.iter().zip(point).map(|(a, b)| (a - b).abs());
                let outside = distances.fold(0.0, |sum, it| sum + it);
                Separation { outside, total: outside }
            }
            Self::Cut(cut) => {
                let outside = outside(&cut.extent, point);
                Separation { outside, total: outside + cut.sides }
            }
        }
    }

    /// The least and greatest value of each column.
    pub(crate) fn extent(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let (point, extent) = match self {
            Self::Leaf(leaf) => (&*leaf.point, &[][..]),
            Self::Cut(cut) => (&[][..], &*cut.extent),
        };
        point.iter().map(|value| [*value, *value]).chain(extent.iter().copied())
    }

    /// Puts a cut between these rows and `point`, which lies outside their box, `at` of the way
    /// through the gaps, column after column.
    pub(crate) fn split(&mut self, point: &[f64], at: f64) {
        let mut rest = at;
        let mut chosen = (0, [0.0, 0.0], 0.0, 0.0);
        for ((column, range), value) in self.extent().enumerate().zip(point) {
            let gap = gap(range, *value);
            if gap > 0.0 {
                chosen = (column, range, *value, rest);
                if rest < gap {
                    break;
                }
                rest -= gap;
            }
        }
        let (column, [low, high], value, offset) = chosen;
        let old = std::mem::take(self);
        let new = Self::leaf(point);
        let cut = if value > high {
            Cut::new(column, within(high, value, offset), old, new)
        } else {
            Cut::new(column, within(value, low, offset), new, old)
        };
        *self = Self::Cut(Box::new(cut));
    }
}

/// How far `value` is from a range; 0 within. One instruction of the vector unit a comparison,
/// unlike `f64::max`, which also heeds NaN.
pub(crate) fn gap([low, high]: [f64; 2], value: f64) -> f64 {
    let greater = |a: f64, b: f64| if a > b { a } else { b };
    greater(greater(low - value, value - high), 0.0)
}

/// The sum of gaps, in four interleaved partial sums: long runs of instructions cost little to
/// meter.
fn outside(extent: &[[f64; 2]], point: &[f64]) -> f64 {
    let ((ranges, ranges_rest), (values, rest)) = (extent.as_chunks::<4>(), point.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (ranges, values) in ranges.iter().zip(values) {
        for ((sum, range), value) in sums.iter_mut().zip(ranges).zip(values) {
            *sum += gap(*range, *value);
        }
    }
    let [a, b, c, d] = sums;
    let rest = ranges_rest.iter().zip(rest).map(|(range, value)| gap(*range, *value));
    rest.fold((a + b) + (c + d), |sum, it| sum + it)
}

/// `low` + `offset`, and less than `high` whatever the rounding.
fn within(low: f64, high: f64, offset: f64) -> f64 {
    let value = low + offset;
    if value < high { value } else { low }
}

impl Cut {
    pub(crate) fn new(column: usize, value: f64, left: Node, right: Node) -> Self {
        let mut cut = Self { column, value, mass: 0, extent: Vec::new(), sides: 0.0, left, right };
        cut.sum_up();
        cut
    }

    /// Mass and extent out of those of both sides.
    pub(crate) fn sum_up(&mut self) {
        self.mass = self.left.mass().saturating_add(self.right.mass());
        let sides = self.left.extent().zip(self.right.extent());
        self.extent.clear();
        self.extent.extend(sides.map(|([a, b], [c, d])| [a.min(c), b.max(d)]));
        self.add_sides();
    }

    fn add_sides(&mut self) {
        self.sides = self.extent.iter().fold(0.0, |sum, [low, high]| sum + (high - low));
    }

    /// Takes one more row into mass and extent.
    pub(crate) fn cover(&mut self, point: &[f64]) {
        self.mass = self.mass.saturating_add(1);
        for (range, value) in self.extent.iter_mut().zip(point) {
            let [low, high] = *range;
            *range = [low.min(*value), high.max(*value)];
        }
        self.add_sides();
    }

    /// Where `point` belongs, and what is beside it.
    pub(crate) fn sides(&self, point: &[f64]) -> (&Node, &Node) {
        if self.is_left(point) { (&self.left, &self.right) } else { (&self.right, &self.left) }
    }

    pub(crate) fn is_left(&self, point: &[f64]) -> bool {
        point.get(self.column).is_some_and(|value| *value <= self.value)
    }
}
