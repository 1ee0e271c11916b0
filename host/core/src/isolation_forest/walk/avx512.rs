//! Over the slots with AVX-512: each lane is a row, and the top of the tree stays in registers.

use crate::isolation_forest::perfect::{Perfect, PerfectTree};
use std::arch::x86_64::*;

/// Rows in a vector.
const LANES: usize = 8;
/// Vectors in flight.
const FLIGHT: usize = 8;
const ROWS: usize = LANES * FLIGHT;
/// Levels whose slots fit in two registers; forests with fewer are not walked this way.
const TOP_LEVELS: u32 = 4;
/// Of each 64-bit lane the lower 32 bits.
const LOW_HALVES: __mmask16 = 0x5555;

/// Whether this processor can walk `perfect` this way.
pub(super) fn fits(perfect: &Perfect) -> bool {
    is_x86_feature_detected!("avx512f") && perfect.levels() >= TOP_LEVELS
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
            // SAFETY: the processor has AVX-512, the forest has TOP_LEVELS; `rows` are ROWS rows
            // of `columns` values, and the tree is one of `perfect`.
            #[expect(unsafe_code, reason = "runs twice as fast as safe code")]
            unsafe {
                add_rows(&tree, perfect.levels(), perfect.columns(), rows, sums);
            }
        }
    }
    groups.len() * ROWS
}

/// # Safety
/// The processor has AVX-512, `rows` holds `ROWS * columns` values, and `tree` is one of a
/// [`Perfect`] of that many `levels`, at least TOP_LEVELS, and `columns`, with what holds of its
/// codes.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "loads and gathers read through pointers; see the invariants above")]
unsafe fn add_rows(
    tree: &PerfectTree<'_>,
    levels: u32,
    columns: usize,
    rows: &[f64],
    sums: &mut [f64; ROWS],
) {
    let thresholds = tree.thresholds.as_ptr();
    // SAFETY: 2^TOP_LEVELS is two registers of thresholds and half a one of features.
    let (top_low, top_high, top_features) = unsafe {
        (
            _mm512_loadu_pd(thresholds),
            _mm512_loadu_pd(thresholds.add(LANES)),
            _mm512_cvtepu16_epi32(_mm256_loadu_si256(tree.codes.as_ptr().cast())),
        )
    };
    let stride = columns as i64;
    let starts =
        _mm512_mul_epi32(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi64(stride));
    let mut slots = [_mm512_set1_epi64(1); FLIGHT];
    for _ in 0..TOP_LEVELS {
        for (slot, rows) in slots.iter_mut().zip(rows.chunks_exact(LANES * columns)) {
            let thresholds = _mm512_permutex2var_pd(top_low, *slot, top_high);
            let features = _mm512_maskz_permutexvar_epi32(LOW_HALVES, *slot, top_features);
            // SAFETY: lane i reads in row i, at a feature less than `columns`.
            *slot = unsafe { step(*slot, thresholds, features, starts, rows) };
        }
    }
    for _ in TOP_LEVELS..levels {
        for (slot, rows) in slots.iter_mut().zip(rows.chunks_exact(LANES * columns)) {
            // SAFETY: before step k each slot is in 2^k .. 2^(k + 1), within the slices; then as
            // above.
            *slot = unsafe {
                let thresholds = _mm512_i64gather_pd::<8>(*slot, thresholds);
                step(*slot, thresholds, codes(tree, *slot), starts, rows)
            };
        }
    }
    for (slot, sums) in slots.iter().zip(sums.as_chunks_mut::<LANES>().0) {
        // SAFETY: after all steps each slot is that of a leaf, in 2^levels .. 2^(levels + 1), whose
        // code is a place in `lengths`; `sums` is a vector.
        unsafe {
            let lengths = _mm512_i64gather_pd::<8>(codes(tree, *slot), tree.lengths.as_ptr());
            let total = _mm512_add_pd(_mm512_loadu_pd(sums.as_ptr()), lengths);
            _mm512_storeu_pd(sums.as_mut_ptr(), total);
        }
    }
}

/// The codes of slots. Reads each with the one before it, as 32 bits, so as not to reach beyond
/// the last.
///
/// # Safety
/// The processor has AVX-512, and each slot is at least 1 and less than the number of codes.
#[inline]
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "a gather reads through a pointer")]
unsafe fn codes(tree: &PerfectTree<'_>, slots: __m512i) -> __m512i {
    let before = _mm512_sub_epi64(slots, _mm512_set1_epi64(1));
    // SAFETY: the caller's.
    let pairs = unsafe { _mm512_i64gather_epi32::<2>(before, tree.codes.as_ptr().cast()) };
    _mm512_cvtepu32_epi64(_mm256_srli_epi32::<16>(pairs))
}

/// The slots one level below: 2 slot + 1 where the row's value is greater than the threshold,
/// else 2 slot.
///
/// # Safety
/// The processor has AVX-512, and each `starts + features` is the place of a value in `rows`.
#[inline]
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "a gather reads through a pointer")]
unsafe fn step(
    slots: __m512i,
    thresholds: __m512d,
    features: __m512i,
    starts: __m512i,
    rows: &[f64],
) -> __m512i {
    let places = _mm512_add_epi64(starts, features);
    // SAFETY: the caller's.
    let values = unsafe { _mm512_i64gather_pd::<8>(places, rows.as_ptr()) };
    let right = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(values, thresholds);
    let left = _mm512_add_epi64(slots, slots);
    _mm512_mask_add_epi64(left, right, left, _mm512_set1_epi64(1))
}
