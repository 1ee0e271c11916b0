//! Eigenvalues and eigenvectors of small symmetric matrices.

/// Sweeps over all pairs of columns; six to ten are the rule.
const SWEEPS_MAX: usize = 60;

/// Entries whose ratio is so near to 1 are equal.
const ROUNDING: f64 = 1e-9;

/// A symmetric matrix in its own axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, descending.
    pub values: Vec<f64>,
    /// Eigenvectors of length 1, one after the other in the order of their values. Their greatest
    /// entry, the first of them if several are equal but for rounding, is positive.
    pub vectors: Vec<f64>,
}

/// Cyclic Jacobi (C. G. J. Jacobi 1846; G. H. Golub and C. F. Van Loan, *Matrix Computations*,
/// section 8.5): turns two axes at a time until no entry outside the diagonal matters. It uses
/// only exactly rounded operations in one order, so its bits are the same everywhere.
///
/// `matrix` has `size` × `size` finite entries; missing ones count as 0. About 10 · `size`³
/// multiplications.
#[must_use]
pub fn symmetric(size: usize, matrix: &[f64]) -> Eigen {
    let mut matrix = matrix.to_vec();
    matrix.resize(size * size, 0.0);
    let mut vectors = vec![0.0; size * size];
    vectors.iter_mut().step_by(size + 1).for_each(|diagonal| *diagonal = 1.0);
    let negligible = f64::EPSILON * f64::EPSILON * greatest(&matrix);
    for _ in 0..SWEEPS_MAX {
        let mut turned = false;
        for p in 0..size {
            for q in p + 1..size {
                turned |= turn(&mut matrix, &mut vectors, size, (p, q), negligible);
            }
        }
        if !turned {
            break;
        }
    }
    sorted(size, &matrix, &vectors)
}

/// Turns the axes `p` and `q` so that their entry vanishes. False if there is nothing to do.
fn turn(
    matrix: &mut [f64],
    vectors: &mut [f64],
    size: usize,
    (p, q): (usize, usize),
    negligible: f64,
) -> bool {
    let at = |row: usize, column: usize| row * size + column;
    let entry = |place: usize| matrix.get(place).copied().unwrap_or_default();
    let (pp, qq, pq) = (entry(at(p, p)), entry(at(q, q)), entry(at(p, q)));
    let relative = f64::EPSILON * (pp.abs().sqrt() * qq.abs().sqrt());
    // A NaN is never worth turning.
    if !(pq.abs() > negligible && pq.abs() > relative) {
        return false;
    }
    let theta = (qq - pp) / (2.0 * pq);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    rotate(matrix, size, (p, q), (cosine, sine));
    rotate(vectors, size, (p, q), (cosine, sine));
    let known = [(at(p, p), pp - tangent * pq), (at(q, q), qq + tangent * pq)];
    for (place, value) in known.into_iter().chain([(at(p, q), 0.0), (at(q, p), 0.0)]) {
        matrix.iter_mut().skip(place).take(1).for_each(|entry| *entry = value);
    }
    mirror(matrix, size, (p, q));
    true
}

/// Rotates the rows `p` and `q`.
fn rotate(rows: &mut [f64], size: usize, (p, q): (usize, usize), (cosine, sine): (f64, f64)) {
    let places = [p * size..(p + 1) * size, q * size..(q + 1) * size];
    if let Ok([first, second]) = rows.get_disjoint_mut(places) {
        for (a, b) in first.iter_mut().zip(second) {
            (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
        }
    }
}

/// Copies the rows `p` and `q` to the columns `p` and `q`.
fn mirror(matrix: &mut [f64], size: usize, (p, q): (usize, usize)) {
    for axis in [p, q] {
        for other in 0..size {
            matrix.copy_within(axis * size + other..axis * size + other + 1, other * size + axis);
        }
    }
}

fn sorted(size: usize, matrix: &[f64], vectors: &[f64]) -> Eigen {
    let diagonal = matrix.iter().step_by(size + 1).copied();
    let mut pairs: Vec<_> = diagonal.zip(vectors.chunks_exact(size.max(1))).collect();
    pairs.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let values = pairs.iter().map(|(value, _)| *value).collect();
    let upright = |vector: &[f64]| {
        let longest = vector.iter().fold(0.0_f64, |longest, entry| {
            if entry.abs() > longest.abs() * (1.0 + ROUNDING) { *entry } else { longest }
        });
        let sign = if longest < 0.0 { -1.0 } else { 1.0 };
        vector.iter().map(|entry| sign * entry).collect::<Vec<_>>()
    };
    Eigen { values, vectors: pairs.iter().flat_map(|(_, vector)| upright(vector)).collect() }
}

fn greatest(entries: &[f64]) -> f64 {
    entries.iter().fold(0.0, |greatest, entry| entry.abs().max(greatest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// A·v = λ·v, and the vectors are perpendicular.
    fn check(size: usize, matrix: &[f64]) {
        let Eigen { values, vectors } = symmetric(size, matrix);
        assert!(values.is_sorted_by(|a, b| a >= b));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for (value, vector) in values.iter().zip(vectors.chunks(size)) {
            for (row, entry) in matrix.chunks(size).zip(vector) {
                assert!((product(row, vector) - value * entry).abs() <= 1e-12 * greatest(matrix));
            }
            let along = vectors.chunks(size).map(|other| product(vector, other).abs());
            assert!((along.sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn axes_of_random_matrices() {
        let mut random = Random::new(7);
        for size in 1..12 {
            let half: Vec<f64> = (0..size * size).map(|_| random.unit() - 0.3).collect();
            let entry = |place: usize| half[place] + half[place % size * size + place / size];
            check(size, &(0..size * size).map(entry).collect::<Vec<_>>());
        }
    }

    #[test]
    fn known_small_matrices() {
        let eigen = symmetric(2, &[2.0, 1.0, 1.0, 2.0]);
        assert!((eigen.values[0] - 3.0).abs() < 1e-15 && (eigen.values[1] - 1.0).abs() < 1e-15);
        assert!(eigen.vectors[0] > 0.0);
        assert_eq!(symmetric(2, &[0.0, 0.0, 0.0, 5.0]).vectors, [0.0, 1.0, 1.0, 0.0]);
        assert_eq!(symmetric(0, &[]).values, []);
        check(3, &[1.0; 9]);
        check(3, &[0.0; 9]);
    }
}
