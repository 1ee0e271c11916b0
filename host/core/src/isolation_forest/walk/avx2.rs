//! Over the slots with AVX2: each lane is a row.

use crate::isolation_forest::perfect::{Perfect, PerfectTree};
use std::arch::x86_64::*;

/// Rows in a vector.
const LANES: usize = 4;
/// Vectors in flight.
const FLIGHT: usize = 8;
const ROWS: usize = LANES * FLIGHT;

/// Whether this processor can walk `perfect` this way.
pub(super) fn fits(_: &Perfect) -> bool {
    is_x86_feature_detected!("avx2")
}

/// Adds to each of `sums` the path lengths of its row, for all whole groups of rows; how many
/// rows those are.
pub(super) fn add(perfect: &Perfect, values: &[f64], sums: &mut [f64]) -> usize {
    let (groups, _) = sums.as_chunks_mut::<ROWS>();
    if groups.is_empty() || !fits(perfect) {
        return 0;
    }
    for tree in perfect.trees() {
        for (rows, sums) in values.chunks_exact(ROWS * perfect.columns()).zip(&mut *groups) {
            // SAFETY: the processor has AVX2; `rows` are ROWS rows of `columns` values, and the
            // tree is one of `perfect`.
            #[expect(unsafe_code, reason = "runs 1.4 times as fast as safe code")]
            unsafe {
                add_rows(&tree, perfect.levels(), perfect.columns(), rows, sums);
            }
        }
    }
    groups.len() * ROWS
}

/// # Safety
/// The processor has AVX2, `rows` holds `ROWS * columns` values, and `tree` is one of a
/// [`Perfect`] of that many `levels` and `columns`, with what holds of its codes.
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "gathers read through pointers; see the invariants above")]
unsafe fn add_rows(
    tree: &PerfectTree<'_>,
    levels: u32,
    columns: usize,
    rows: &[f64],
    sums: &mut [f64; ROWS],
) {
    let stride = columns as i64;
    let starts = _mm256_set_epi64x(3 * stride, 2 * stride, stride, 0);
    let one = _mm256_set1_epi64x(1);
    let mut slots = [one; FLIGHT];
    for _ in 0..levels {
        for (slot, rows) in slots.iter_mut().zip(rows.chunks_exact(LANES * columns)) {
            // SAFETY: before step k each slot is in 2^k .. 2^(k + 1), within the slices.
            let (thresholds, features) = unsafe {
                (_mm256_i64gather_pd::<8>(tree.thresholds.as_ptr(), *slot), codes(tree, *slot))
            };
            let places = _mm256_add_epi64(starts, features);
            // SAFETY: lane i reads in row i, at a feature less than `columns`.
            let values = unsafe { _mm256_i64gather_pd::<8>(rows.as_ptr(), places) };
            // All ones is −1: subtracting it adds 1 where the row goes right.
            let right = _mm256_castpd_si256(_mm256_cmp_pd::<_CMP_GT_OQ>(values, thresholds));
            *slot = _mm256_sub_epi64(_mm256_add_epi64(*slot, *slot), right);
        }
    }
    for (slot, sums) in slots.iter().zip(sums.as_chunks_mut::<LANES>().0) {
        // SAFETY: after all steps each slot is that of a leaf, in 2^levels .. 2^(levels + 1), whose
        // code is a place in `lengths`; `sums` is a vector.
        unsafe {
            let lengths = _mm256_i64gather_pd::<8>(tree.lengths.as_ptr(), codes(tree, *slot));
            let total = _mm256_add_pd(_mm256_loadu_pd(sums.as_ptr()), lengths);
            _mm256_storeu_pd(sums.as_mut_ptr(), total);
        }
    }
}

/// The codes of slots. Reads each with the one before it, as 32 bits, so as not to reach beyond
/// the last.
///
/// # Safety
/// The processor has AVX2, and each slot is at least 1 and less than the number of codes.
#[inline]
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "a gather reads through a pointer")]
unsafe fn codes(tree: &PerfectTree<'_>, slots: __m256i) -> __m256i {
    let before = _mm256_sub_epi64(slots, _mm256_set1_epi64x(1));
    // SAFETY: the caller's.
    let pairs = unsafe { _mm256_i64gather_epi32::<2>(tree.codes.as_ptr().cast(), before) };
    _mm256_cvtepu32_epi64(_mm_srli_epi32::<16>(pairs))
}
