//! Functions along rows of any length.

use pulp::{Simd, WithSimd};

use super::functions::{self, exp2};
use super::{dispatch, mul_add};

/// The exact GELU, `x / 2 * (1 + erf(x / sqrt(2)))`, of each value.
pub fn gelu(values: &mut [f32]) {
    struct Gelu<'a>(&'a mut [f32]);
    impl WithSimd for Gelu<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (vectors, rest) = S::as_mut_simd_f32s(self.0);
            for x in vectors {
                *x = functions::gelu(simd, *x);
            }
            if !rest.is_empty() {
                let last = functions::gelu(simd, simd.partial_load_f32s(rest));
                simd.partial_store_f32s(rest, last);
            }
        }
    }
    dispatch(Gelu(values));
}

/// Multiplies each value by the factor.
pub fn scale(values: &mut [f32], factor: f32) {
    struct Scale<'a>(&'a mut [f32], f32);
    impl WithSimd for Scale<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (vectors, rest) = S::as_mut_simd_f32s(self.0);
            let factor = simd.splat_f32s(self.1);
            for x in vectors {
                *x = simd.mul_f32s(*x, factor);
            }
            rest.iter_mut().for_each(|x| *x *= self.1);
        }
    }
    dispatch(Scale(values, factor));
}

/// Adds to each value its counterpart; the shorter slice decides.
pub fn add(values: &mut [f32], others: &[f32]) {
    add_scaled(values, others, 1.0);
}

/// Adds to each value its counterpart multiplied by the factor; the shorter slice decides.
pub fn add_scaled(values: &mut [f32], others: &[f32], factor: f32) {
    struct Add<'a>(&'a mut [f32], &'a [f32], f32);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let count = self.0.len().min(self.1.len());
            let (vectors, rest) = S::as_mut_simd_f32s(&mut self.0[..count]);
            let (others, other_rest) = S::as_simd_f32s(&self.1[..count]);
            let factor = simd.splat_f32s(self.2);
            for (x, y) in vectors.iter_mut().zip(others) {
                *x = mul_add(simd, *y, factor, *x);
            }
            rest.iter_mut().zip(other_rest).for_each(|(x, y)| *x += y * self.2);
        }
    }
    dispatch(Add(values, others, factor));
}

/// Adds to each sum the value at its place multiplied by the factor of its column; rows have as many values as there
/// are factors. The shorter of the first two slices decides.
pub fn add_products(sums: &mut [f32], values: &[f32], factors: &[f32]) {
    struct Add<'a>(&'a mut [f32], &'a [f32], &'a [f32]);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.2.len();
            let (factors, factor_rest) = S::as_simd_f32s(self.2);
            for (sums, values) in self.0.chunks_exact_mut(width).zip(self.1.chunks_exact(width)) {
                let (sums, rest) = S::as_mut_simd_f32s(sums);
                let (values, value_rest) = S::as_simd_f32s(values);
                for ((sum, value), factor) in sums.iter_mut().zip(values).zip(factors) {
                    *sum = mul_add(simd, *value, *factor, *sum);
                }
                for ((sum, value), factor) in rest.iter_mut().zip(value_rest).zip(factor_rest) {
                    *sum += value * factor;
                }
            }
        }
    }
    dispatch(Add(sums, values, factors));
}

/// Writes each value plus the same number; both slices are equally long.
pub fn add_to_all(values: &[f32], number: f32, out: &mut [f32]) {
    struct Add<'a>(&'a [f32], f32, &'a mut [f32]);
    impl WithSimd for Add<'_> {
        type Output = ();
        // A plain loop, which the compiler turns into the instructions that are allowed here.
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            self.2.iter_mut().zip(self.0).for_each(|(out, x)| *out = x + self.1);
        }
    }
    dispatch(Add(values, number, out));
}

/// Adds to each value the byte at its place multiplied by the factor; the shorter slice decides.
pub fn add_scaled_bytes(values: &mut [f32], bytes: &[u8], factor: f32) {
    struct Add<'a>(&'a mut [f32], &'a [u8], f32);
    impl WithSimd for Add<'_> {
        type Output = ();
        // A plain loop, which the compiler turns into the instructions that are allowed here.
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for (x, byte) in self.0.iter_mut().zip(self.1) {
                *x += f32::from(*byte) * self.2;
            }
        }
    }
    dispatch(Add(values, bytes, factor));
}

/// Adds to each sum the byte at its place multiplied by the weight; the shorter slice decides.
pub fn add_weighted_bytes(sums: &mut [i32], bytes: &[u8], weight: i32) {
    struct Add<'a>(&'a mut [i32], &'a [u8], i32);
    impl WithSimd for Add<'_> {
        type Output = ();
        // A plain loop, which the compiler turns into the instructions that are allowed here.
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            for (sum, byte) in self.0.iter_mut().zip(self.1) {
                *sum += i32::from(*byte) * self.2;
            }
        }
    }
    dispatch(Add(sums, bytes, weight));
}

/// Replaces each value by the larger of it and its counterpart; the shorter slice decides.
pub fn max(values: &mut [f32], others: &[f32]) {
    struct Max<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for Max<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let count = self.0.len().min(self.1.len());
            let (vectors, rest) = S::as_mut_simd_f32s(&mut self.0[..count]);
            let (others, other_rest) = S::as_simd_f32s(&self.1[..count]);
            for (x, y) in vectors.iter_mut().zip(others) {
                *x = simd.max_f32s(*x, *y);
            }
            rest.iter_mut().zip(other_rest).for_each(|(x, y)| *x = x.max(*y));
        }
    }
    dispatch(Max(values, others));
}

/// Replaces a row of exponents to base 2 by the powers of their distance to the largest of them
/// and of `floor`. Returns that largest exponent and the sum of the powers.
pub fn exp2_below_largest(row: &mut [f32], floor: f32) -> (f32, f32) {
    struct Powers<'a>(&'a mut [f32], f32);
    impl WithSimd for Powers<'_> {
        type Output = (f32, f32);
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> (f32, f32) {
            let (vectors, rest) = S::as_mut_simd_f32s(self.0);
            let mut largest = simd.splat_f32s(self.1);
            for x in &*vectors {
                largest = simd.max_f32s(largest, *x);
            }
            let largest = rest.iter().fold(simd.reduce_max_f32s(largest), |m, x| m.max(*x));
            let offset = simd.splat_f32s(largest);
            let mut sum = simd.splat_f32s(0.0);
            for x in vectors {
                *x = exp2(simd, simd.sub_f32s(*x, offset));
                sum = simd.add_f32s(sum, *x);
            }
            if !rest.is_empty() {
                let last = exp2(simd, simd.sub_f32s(simd.partial_load_f32s(rest), offset));
                simd.partial_store_f32s(rest, last);
                // Loaded again, the lanes beyond the row are zero.
                sum = simd.add_f32s(sum, simd.partial_load_f32s(rest));
            }
            (largest, simd.reduce_sum_f32s(sum))
        }
    }
    dispatch(Powers(row, floor))
}

/// Layer norm: each row of `rows` as `(x - mean) / sqrt(variance + eps) * gamma + beta` into the
/// row of `out`; a row has as many values as `gamma` and `beta`.
pub fn layer_norm(rows: &[f32], gamma: &[f32], beta: &[f32], eps: f32, out: &mut [f32]) {
    struct Norm<'a>(&'a [f32], &'a [f32], &'a [f32], f32, &'a mut [f32]);
    impl WithSimd for Norm<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(rows, gamma, beta, eps, out) = self;
            let width = gamma.len();
            let ((gammas, gamma_rest), (betas, beta_rest)) = (S::as_simd_f32s(gamma), S::as_simd_f32s(beta));
            for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
                let (vectors, rest) = S::as_simd_f32s(row);
                let mut sum = simd.splat_f32s(0.0);
                for x in vectors {
                    sum = simd.add_f32s(sum, *x);
                }
                let mean = (simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()) / width as f32;
                let means = simd.splat_f32s(mean);
                let mut squares = simd.splat_f32s(0.0);
                for x in vectors {
                    let distance = simd.sub_f32s(*x, means);
                    squares = mul_add(simd, distance, distance, squares);
                }
                let rest_squares: f32 = rest.iter().map(|x| (x - mean) * (x - mean)).sum();
                let variance = (simd.reduce_sum_f32s(squares) + rest_squares) / width as f32;
                let factor = (variance + eps).sqrt().recip();
                let factors = simd.splat_f32s(factor);
                let (out, out_rest) = S::as_mut_simd_f32s(out);
                for (((out, x), gamma), beta) in out.iter_mut().zip(vectors).zip(gammas).zip(betas) {
                    let x = simd.mul_f32s(simd.sub_f32s(*x, means), factors);
                    *out = mul_add(simd, x, *gamma, *beta);
                }
                for (((out, x), gamma), beta) in out_rest.iter_mut().zip(rest).zip(gamma_rest).zip(beta_rest)
                {
                    *out = (x - mean) * factor * gamma + beta;
                }
            }
        }
    }
    dispatch(Norm(rows, gamma, beta, eps, out));
}

#[cfg(test)]
mod tests {
    use super::super::on_each_instruction_set;
    use super::*;

    /// Values between -12 and 12, of which there are enough to have a rest in every lane count.
    fn spread() -> Vec<f32> {
        (0..1003).map(|i| ((i * 7919) % 1003) as f32 / 1002.0 * 24.0 - 12.0).collect()
    }

    #[test]
    fn products_are_added_row_by_row_as_far_as_both_go() {
        on_each_instruction_set(|| {
            let factors: Vec<f32> = spread().into_iter().take(19).collect();
            let (before, values) = (spread(), spread().split_off(3));
            let mut sums = before.clone();
            add_products(&mut sums[..5 * 19], &values[..3 * 19], &factors);
            for (i, (found, before)) in sums.iter().zip(&before).enumerate() {
                let added = if i < 3 * 19 { values[i] * factors[i % 19] } else { 0.0 };
                assert!((found - before - added).abs() < 1e-4, "{i}");
            }
        });
    }

    #[test]
    fn gelu_is_the_exact_one() {
        // erf(x) by its Taylor series, in double precision.
        let erf = |x: f64| {
            let (mut term, mut sum) = (x, x);
            for n in 1..200 {
                term *= -x * x / n as f64;
                sum += term / (2 * n + 1) as f64;
            }
            sum * std::f64::consts::FRAC_2_SQRT_PI
        };
        on_each_instruction_set(|| {
            let before: Vec<f32> = spread().into_iter().map(|x| x / 2.0).collect();
            let mut after = before.clone();
            gelu(&mut after);
            for (x, found) in before.iter().zip(after) {
                let x = f64::from(*x);
                let expected = x / 2.0 * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2));
                assert!((f64::from(found) - expected).abs() < 1e-6, "{x}: {found}, not {expected}");
            }
        });
    }

    #[test]
    fn powers_are_taken_below_the_largest() {
        on_each_instruction_set(|| {
            for (count, floor) in [(1003, -5.0), (1000, 20.0), (5, f32::NEG_INFINITY)] {
                let before = &spread()[..count];
                let mut after = before.to_vec();
                let (largest, sum) = exp2_below_largest(&mut after, floor);
                assert_eq!(largest, before.iter().fold(floor, |m, x| m.max(*x)));
                for (x, found) in before.iter().zip(&after) {
                    let expected = f64::from(x - largest).exp2();
                    let error = (f64::from(*found) / expected - 1.0).abs();
                    assert!(error < 3e-7, "2^{}: {found}, not {expected}", x - largest);
                }
                assert!((sum / after.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
            let mut far = [0.0, -1e9, f32::NEG_INFINITY];
            exp2_below_largest(&mut far, f32::NEG_INFINITY);
            assert!(far[0] == 1.0 && far[1] < 1e-37 && far[2] < 1e-37, "{far:?}");
        });
    }

    #[test]
    fn normalised_rows_have_the_mean_and_deviation_of_the_affine_part() {
        on_each_instruction_set(|| {
            let width = 37;
            let rows = &spread()[..3 * width];
            let mut out = vec![0f32; 3 * width];
            layer_norm(rows, &vec![2.0; width], &vec![5.0; width], 0.0, &mut out);
            for row in out.chunks(width) {
                let mean = row.iter().sum::<f32>() / width as f32;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / width as f32;
                assert!((mean - 5.0).abs() < 1e-4 && (variance - 4.0).abs() < 1e-3, "{mean} {variance}");
            }
        });
    }

    #[test]
    fn sums_products_and_maxima_go_value_by_value() {
        on_each_instruction_set(|| {
            let (a, b) = (spread(), spread().into_iter().rev().collect::<Vec<f32>>());
            let (mut sums, mut maxima, mut scaled) = (a.clone(), a.clone(), a.clone());
            add(&mut sums, &b);
            max(&mut maxima, &b);
            scale(&mut scaled, 3.0);
            for i in 0..a.len() {
                assert_eq!((sums[i], maxima[i], scaled[i]), (a[i] + b[i], a[i].max(b[i]), 3.0 * a[i]));
            }
        });
    }

    #[test]
    fn sums_with_factors_numbers_and_bytes_go_value_by_value() {
        on_each_instruction_set(|| {
            let (a, b) = (spread(), spread().into_iter().rev().collect::<Vec<f32>>());
            let bytes: Vec<u8> = (0..a.len()).map(|i| (i * 31 % 256) as u8).collect();
            let (mut scaled, mut shifted, mut with_bytes) = (a.clone(), vec![0.0; a.len()], a.clone());
            let mut integers: Vec<i32> = (0..a.len() as i32).collect();
            add_scaled(&mut scaled, &b, 0.7);
            add_to_all(&a, 2.5, &mut shifted);
            add_scaled_bytes(&mut with_bytes, &bytes, 0.25);
            add_weighted_bytes(&mut integers, &bytes, -1000);
            for i in 0..a.len() {
                assert!((scaled[i] - (a[i] + b[i] * 0.7)).abs() < 1e-5);
                assert_eq!(shifted[i], a[i] + 2.5);
                assert_eq!(with_bytes[i], a[i] + f32::from(bytes[i]) * 0.25);
                assert_eq!(integers[i], i as i32 - 1000 * i32::from(bytes[i]));
            }
        });
    }
}
