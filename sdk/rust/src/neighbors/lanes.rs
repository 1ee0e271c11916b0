//! Eight numbers of 16 bits and four of 32: the vector unit's own instructions where there are any
//! in WebAssembly, and elsewhere loops with the same results.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod unit {
    use std::arch::wasm32::*;

    /// Eight whole numbers, between −8191 and 8191.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Lanes(v128);

    impl Lanes {
        pub(in super::super) fn new([a, b, c, d, e, f, g, h]: [i16; 8]) -> Self {
            Self(i16x8(a, b, c, d, e, f, g, h))
        }

        /// The two, four times.
        pub(in super::super) fn pairs(first: i16, second: i16) -> Self {
            Self(i16x8(first, second, first, second, first, second, first, second))
        }

        #[inline]
        pub(in super::super) fn minus(self, other: Self) -> Self {
            Self(i16x8_sub(self.0, other.0))
        }

        /// How far each is below `low` or above `high`.
        #[inline]
        pub(in super::super) fn outside(self, low: Self, high: Self) -> Self {
            let below = i16x8_sub(low.0, self.0);
            let above = i16x8_sub(self.0, high.0);
            Self(i16x8_max(i16x8_max(below, above), i16x8_splat(0)))
        }
    }

    /// Four sums.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Sums(v128);

    impl Sums {
        pub(in super::super) const ZERO: Self = Self(i32x4(0, 0, 0, 0));

        /// Adds the squares of two neighbours to each.
        #[inline]
        pub(in super::super) fn add_squares(&mut self, lanes: Lanes) {
            self.0 = i32x4_add(self.0, i32x4_dot_i16x8(lanes.0, lanes.0));
        }

        /// A bit for each that is at most `limit`.
        #[inline]
        pub(in super::super) fn up_to(self, limit: i32) -> u32 {
            i32x4_bitmask(i32x4_le(self.0, i32x4_splat(limit))).into()
        }

        #[inline]
        pub(in super::super) fn to_array(self) -> [i32; 4] {
            let it = self.0;
            [
                i32x4_extract_lane::<0>(it),
                i32x4_extract_lane::<1>(it),
                i32x4_extract_lane::<2>(it),
                i32x4_extract_lane::<3>(it),
            ]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod unit {
    /// Eight whole numbers, between −8191 and 8191.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Lanes([i16; 8]);

    impl Lanes {
        pub(in super::super) fn new(lanes: [i16; 8]) -> Self {
            Self(lanes)
        }

        /// The two, four times.
        pub(in super::super) fn pairs(first: i16, second: i16) -> Self {
            Self([first, second, first, second, first, second, first, second])
        }

        #[inline]
        pub(in super::super) fn minus(mut self, other: Self) -> Self {
            self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a -= b);
            self
        }

        /// How far each is below `low` or above `high`.
        #[inline]
        pub(in super::super) fn outside(mut self, low: Self, high: Self) -> Self {
            for ((it, low), high) in self.0.iter_mut().zip(low.0).zip(high.0) {
                *it = (low - *it).max(*it - high).max(0);
            }
            self
        }
    }

    /// Four sums.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Sums([i32; 4]);

    impl Sums {
        pub(in super::super) const ZERO: Self = Self([0; 4]);

        /// Adds the squares of two neighbours to each.
        #[inline]
        pub(in super::super) fn add_squares(&mut self, lanes: Lanes) {
            let (pairs, _) = lanes.0.as_chunks::<2>();
            for (sum, [a, b]) in self.0.iter_mut().zip(pairs) {
                *sum += i32::from(*a) * i32::from(*a) + i32::from(*b) * i32::from(*b);
            }
        }

        /// A bit for each that is at most `limit`.
        #[inline]
        pub(in super::super) fn up_to(self, limit: i32) -> u32 {
            let bits = (0..).zip(self.0).map(|(at, sum)| u32::from(sum <= limit) << at);
            bits.fold(0, |all, bit| all | bit)
        }

        #[inline]
        pub(in super::super) fn to_array(self) -> [i32; 4] {
            self.0
        }
    }
}

pub(super) use unit::{Lanes, Sums};
