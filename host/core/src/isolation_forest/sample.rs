//! Which rows and columns a tree sees.

use crate::random::Generator;

/// Draws rows in time proportional to the rows drawn, not to all rows.
pub(super) struct Sampler {
    rows: usize,
    /// One bit per row: drawn for the present tree. All clear between draws.
    drawn: Vec<u64>,
    picks: Vec<usize>,
}

impl Sampler {
    /// For draws out of `rows` rows.
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, drawn: vec![0; rows.div_ceil(64)], picks: Vec::new() }
    }

    /// `samples` different rows; with `bootstrap` the different ones among `samples` draws.
    pub(super) fn draw(
        &mut self,
        generator: &mut Generator,
        samples: usize,
        bootstrap: bool,
    ) -> &[usize] {
        self.picks.clear();
        if bootstrap {
            self.draw_with_replacement(generator, samples);
        } else if samples < self.rows {
            self.draw_without_replacement(generator, samples);
        } else {
            self.picks.extend(0..self.rows);
        }
        &self.picks
    }

    fn draw_with_replacement(&mut self, generator: &mut Generator, samples: usize) {
        for _ in 0..samples {
            let row = generator.below(self.rows);
            if self.mark(row) {
                self.picks.push(row);
            }
        }
        self.clear_marks();
    }

    /// Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987).
    fn draw_without_replacement(&mut self, generator: &mut Generator, samples: usize) {
        for last in self.rows - samples..self.rows {
            let row = generator.below(last + 1);
            let pick = if self.mark(row) { row } else { last };
            self.mark(pick);
            self.picks.push(pick);
        }
        self.clear_marks();
    }

    /// Marks `row`; whether it was unmarked before.
    fn mark(&mut self, row: usize) -> bool {
        let bit = 1 << (row % 64);
        self.drawn.get_mut(row / 64).is_some_and(|word| {
            let fresh = *word & bit == 0;
            *word |= bit;
            fresh
        })
    }

    fn clear_marks(&mut self) {
        for row in &self.picks {
            if let Some(word) = self.drawn.get_mut(row / 64) {
                *word = 0;
            }
        }
    }
}

/// Makes `features` a random choice of `count` out of `columns`, without replacement.
pub(super) fn draw_features(
    generator: &mut Generator,
    features: &mut Vec<u32>,
    columns: u32,
    count: usize,
) {
    features.clear();
    features.extend(0..columns);
    if count < features.len() {
        generator.draw_to_front(features, count);
        features.truncate(count);
    }
}
