//! Numbers of a reference.

use serde_json::Value;

/// A JSON object: `X`, rows as lists; `n_train`, how many of them are for training, the rest
/// being queries; and an object of lists of numbers for each name that the reference computed.
#[derive(Debug)]
pub struct Golden(Value);

impl Golden {
    /// Reads it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap())
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.rows().first().map_or(0, |row| numbers(row).len())
    }

    /// The training rows, one after the other.
    #[must_use]
    pub fn training(&self) -> Vec<f64> {
        self.rows().iter().take(self.count()).flat_map(numbers).collect()
    }

    /// The queries, one after the other.
    #[must_use]
    pub fn queries(&self) -> Vec<f64> {
        self.rows().iter().skip(self.count()).flat_map(numbers).collect()
    }

    /// What the reference computed: `numbers("HBOS", "decision_scores_")`.
    #[must_use]
    pub fn numbers(&self, name: &str, what: &str) -> Vec<f64> {
        let found = self.0.get(name).and_then(|it| it.get(what));
        found.map(numbers).unwrap_or_else(|| panic!("no `{what}` of `{name}`"))
    }

    fn rows(&self) -> &[Value] {
        self.0.get("X").and_then(Value::as_array).map(Vec::as_slice).unwrap()
    }

    fn count(&self) -> usize {
        self.0.get("n_train").and_then(Value::as_u64).unwrap().try_into().unwrap()
    }
}

/// A JSON list of numbers.
#[must_use]
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

/// Panics unless all scores differ by less than `tolerance`.
pub fn assert_close(scores: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(scores.len(), expected.len());
    for (row, (score, expected)) in scores.iter().zip(expected).enumerate() {
        assert!((score - expected).abs() < tolerance, "row {row}: {score}, not {expected}");
    }
}

/// Scores as bits, so that equal means equal.
#[must_use]
pub fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}
