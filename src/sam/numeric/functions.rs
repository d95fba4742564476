//! Exponentials and GELU of a vector, by polynomials.

use pulp::Simd;

use super::mul_add;

/// Adding this to a small number rounds it to an integer, which is then in the sum's lowest bits.
const ROUND: f32 = 12_582_912.0;
/// exp(x) on half a binade around 0, lowest power first.
const EXP: [f32; 6] = [1.000_000_1, 0.999_999_7, 0.499_988_98, 0.166_675_92, 0.041_915_175, 0.008_296_568];
/// 2 to the x on [-0.5, 0.5].
const EXP2: [f32; 6] =
    [1.000_000_1, 0.693_146_94, 0.240_221_22, 0.055_507_19, 0.009_675_494, 0.001_327_473_4];
/// The same with one power more, that of Cephes' `exp2f`.
const CEPHES_EXP2: [f32; 7] =
    [1.0, 6.931_472e-1, 2.402_264_8e-1, 5.550_332_5e-2, 9.618_437e-3, 1.339_887_4e-3, 1.535_336_2e-4];
/// The binary logarithm of the normal distribution's upper tail on [0, 6].
const LOG2_TAIL: [f32; 9] = [
    -1.0,
    -1.151_105_8,
    -0.459_204_88,
    -0.052_505_06,
    0.007_075_490_3,
    -0.000_145_883_06,
    -0.000_182_538_13,
    3.861_759e-5,
    -2.771_700_5e-6,
];
const TAIL_END: f32 = 6.0;
/// ln 2 in two parts, of which the first has few enough bits to be multiplied exactly.
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;
/// The smallest argument whose exponential is a normal number.
const LOWEST: f32 = -87.0;

#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, coefficients: &[f32; N], x: S::f32s) -> S::f32s {
    let mut sum = simd.splat_f32s(coefficients[N - 1]);
    for c in coefficients.iter().rev().skip(1) {
        sum = mul_add(simd, sum, x, simd.splat_f32s(*c));
    }
    sum
}

/// `x` times 2 to the power of the integer that `rounded` is, less [`ROUND`].
#[inline(always)]
fn scale_by_power<S: Simd>(simd: S, x: S::f32s, rounded: S::f32s) -> S::f32s {
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(x), exponent))
}

/// exp(x) for x up to 87; smaller than anything that counts below -87, negative infinity included.
/// Relative error below 4e-7.
#[inline(always)]
pub fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.max_f32s(x, simd.splat_f32s(LOWEST));
    let round = simd.splat_f32s(ROUND);
    let rounded = mul_add(simd, x, simd.splat_f32s(std::f32::consts::LOG2_E), round);
    let whole = simd.sub_f32s(rounded, round);
    let rest = mul_add(simd, whole, simd.splat_f32s(-LN2_HIGH), x);
    let rest = mul_add(simd, whole, simd.splat_f32s(-LN2_LOW), rest);
    scale_by_power(simd, polynomial(simd, &EXP, rest), rounded)
}

/// 2 to the power of `x`, to a relative error of 3e-7; powers below 2^-126 become 2^-126.
#[inline(always)]
pub fn exp2<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.min_f32s(simd.max_f32s(x, simd.splat_f32s(-126.0)), simd.splat_f32s(127.0));
    let round = simd.splat_f32s(ROUND);
    let rounded = simd.add_f32s(x, round);
    let rest = simd.sub_f32s(x, simd.sub_f32s(rounded, round));
    scale_by_power(simd, polynomial(simd, &CEPHES_EXP2, rest), rounded)
}

/// The exact GELU: x times the normal distribution's integral up to x. The error is below 2e-7
/// times |x|.
#[inline(always)]
pub fn gelu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    // Positive part less what the tail beyond |x| takes away, on both sides alike.
    let size = simd.min_f32s(simd.abs_f32s(x), simd.splat_f32s(TAIL_END));
    let log2_tail = polynomial(simd, &LOG2_TAIL, size);
    let round = simd.splat_f32s(ROUND);
    let rounded = simd.add_f32s(log2_tail, round);
    let rest = simd.sub_f32s(log2_tail, simd.sub_f32s(rounded, round));
    let tail = scale_by_power(simd, polynomial(simd, &EXP2, rest), rounded);
    simd.sub_f32s(simd.max_f32s(x, simd.splat_f32s(0.0)), simd.mul_f32s(size, tail))
}

#[cfg(test)]
mod tests {
    use super::super::instructions::kernel;
    use super::super::on_each_instruction_set;
    use super::*;

    kernel! {
        fn apply<'a, S>(simd; values: &'a mut [f32], gelus: bool) {
            for x in pulp::bytemuck::cast_slice_mut::<f32, S::f32s>(values) {
                *x = if gelus { gelu(simd, *x) } else { exp(simd, *x) };
            }
        }
    }

    /// The error function by its series, good for |x| up to 4.
    fn erf(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..120 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn the_exponential_is_good_to_the_last_bits() {
        on_each_instruction_set(|| {
            let x: Vec<f32> = (0..16_000).map(|i| -86.9 + 0.0107 * i as f32).collect();
            let mut y = x.clone();
            apply(&mut y, false);
            for (x, y) in x.iter().zip(&y) {
                let expected = f64::from(*x).exp();
                assert!((f64::from(*y) / expected - 1.0).abs() < 4e-7, "exp({x}) = {y}");
            }
            let mut far = [f32::NEG_INFINITY; 16];
            apply(&mut far, false);
            assert!(far.iter().all(|y| (0.0..1e-37).contains(y)));
        });
    }

    #[test]
    fn gelu_is_the_exact_one() {
        on_each_instruction_set(|| {
            let x: Vec<f32> = (0..16_000).map(|i| -5.6 + 0.0007 * i as f32).collect();
            let mut y = x.clone();
            apply(&mut y, true);
            for (x, y) in x.iter().zip(&y) {
                let wide = f64::from(*x);
                let expected = 0.5 * wide * (1.0 + erf(wide / 2f64.sqrt()));
                let error = (f64::from(*y) - expected).abs();
                assert!(error <= 2e-7 * wide.abs(), "gelu({x}) = {y}, not {expected}");
            }
            let mut far =
                [-1e6, -30.0, -7.0, 0.0, 7.0, 30.0, 1e6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0f32];
            let expected = far.map(|x| x.max(0.0));
            apply(&mut far, true);
            assert!(far.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7), "{far:?}");
        });
    }
}
