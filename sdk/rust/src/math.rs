//! Transcendental functions with the same bits on every machine, natively and in the sandbox.
//! (`f64::sqrt`, `abs`, `floor` and the four operations are exact everywhere already.)

pub use libm::{atan, cos, erf, exp, exp2, expm1, lgamma, log, log1p, log2, log10, pow, sin, tanh};

/// Added to a number of up to 2⁵¹ it leaves the nearest whole one in the last bits.
const WHOLE: f64 = 1.5 * (1_u64 << 52) as f64;
/// ln 2 in two parts, of which the first has so few digits that a product with it is exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// 1 / 13!, …, 1 / 2!, 1, 1.
const TAYLOR: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
    1.0,
    1.0,
];

/// Exponentials of numbers from −708 to 0, to two units in the last place; of lesser ones that of
/// −708, which is 3·10⁻³⁰⁸. Without branches: several at a time, several times as fast as [`exp`].
#[must_use]
#[inline]
pub fn exps_below_1<const N: usize>(exponents: [f64; N]) -> [f64; N] {
    exponents.map(|exponent| {
        let exponent = if exponent > -708.0 { exponent } else { -708.0 };
        let shifted = exponent * std::f64::consts::LOG2_E + WHOLE;
        let twos = shifted - WHOLE;
        let [high, low] = LN_2;
        let rest = (exponent - twos * high) - twos * low;
        let series = TAYLOR.iter().fold(0.0, |sum, factor| sum * rest + factor);
        series * f64::from_bits((shifted.to_bits().wrapping_add(1023)) << 52)
    })
}

/// The finite number nearest to a score: a sum that grew too large is the greatest there is, and
/// so is one that lost itself between infinities.
#[must_use]
pub fn finite(score: f64) -> f64 {
    if score.is_nan() { f64::MAX } else { score.clamp(f64::MIN, f64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::{exp, exps_below_1, finite};

    #[test]
    fn exponentials_are_those_of_libm_but_for_the_last_bits() {
        let all = (0..200_000).map(|it| f64::from(it) * -0.003_54);
        for exponents in all.collect::<Vec<_>>().as_chunks::<8>().0 {
            for (value, exponent) in exps_below_1(*exponents).iter().zip(exponents) {
                let expected = exp(*exponent);
                assert!((value - expected).abs() <= 4.5e-16 * expected, "{exponent}: {value}");
            }
        }
        assert_eq!(exps_below_1([0.0, -0.0]), [1.0, 1.0]);
        assert_eq!(exps_below_1([-709.0, -1e9]), exps_below_1([-708.0; 2]));
    }

    #[test]
    fn no_score_is_infinite() {
        assert_eq!(finite(2.5), 2.5);
        assert_eq!(finite(f64::INFINITY), f64::MAX);
        assert_eq!(finite(f64::NAN), f64::MAX);
        assert_eq!(finite(f64::NEG_INFINITY), f64::MIN);
    }
}
