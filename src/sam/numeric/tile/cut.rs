//! Cutting interpolated logits at thresholds.

use super::WIDTH;
use crate::sam::numeric::instructions::kernel;

/// Powers of two for the bits of a word that one vector makes; their sums are exact.
const BITS: [f32; 16] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0,
    32768.0,
];

/// Values at which logits are cut: for the mask, and for the inner and the outer mask whose ratio is
/// the stability.
#[derive(Clone, Copy)]
pub struct Cuts {
    pub mask: f32,
    pub inner: f32,
    pub outer: f32,
}

/// Pixels above the inner and the outer cut.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub inner: u64,
    pub outer: u64,
}

kernel! {
    /// Cuts the sum of three rows, each times its weight: sets a bit of `words` for each value above the
    /// mask's cut, lowest bit first, and adds to `counts`. The rows have [`WIDTH`] values for each word.
    fn cut<'a, S>(
        simd; words: &'a mut [u64], counts: &'a mut Counts, rows: [&'a [f32]; 3], weights: [f32; 3],
        cuts: Cuts,
    ) {
        const { assert!(WIDTH == u64::BITS as usize) };
        let splat = |x: f32| simd.splat_f32s(x);
        let (zero, one) = (splat(0.0), splat(1.0));
        let (mask, inner, outer) = (splat(cuts.mask), splat(cuts.inner), splat(cuts.outer));
        let bits = pulp::bytemuck::cast_slice::<f32, S::f32s>(&BITS)[0];
        let (mut inner_count, mut outer_count) = (zero, zero);
        let [to_first, to_second, to_third] = weights.map(splat);
        let [first, second, third] = rows.map(pulp::bytemuck::cast_slice::<f32, S::f32s>);
        let vectors = WIDTH / S::F32_LANES;
        let words = words.iter_mut().zip(first.chunks_exact(vectors).zip(second.chunks_exact(vectors)));
        for ((word, (first, second)), third) in words.zip(third.chunks_exact(vectors)) {
            let mut shift = 0;
            for ((first, second), third) in first.iter().zip(second).zip(third) {
                // Not fused, so that a pixel is cut where its logit, as others compute it, is.
                let mut x = simd.add_f32s(simd.mul_f32s(*first, to_first), simd.mul_f32s(*second, to_second));
                if weights[2] != 0.0 {
                    x = simd.add_f32s(x, simd.mul_f32s(*third, to_third));
                }
                let is_inner = simd.greater_than_f32s(x, inner);
                let is_outer = simd.greater_than_f32s(x, outer);
                inner_count = simd.add_f32s(inner_count, simd.select_f32s(is_inner, one, zero));
                outer_count = simd.add_f32s(outer_count, simd.select_f32s(is_outer, one, zero));
                let set = simd.select_f32s(simd.greater_than_f32s(x, mask), bits, zero);
                *word |= (simd.reduce_sum_f32s(set) as u64) << shift;
                shift += S::F32_LANES;
            }
        }
        counts.inner += simd.reduce_sum_f32s(inner_count) as u64;
        counts.outer += simd.reduce_sum_f32s(outer_count) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    #[test]
    fn bits_and_counts_are_those_of_the_weighted_sums() {
        on_each_instruction_set(|| {
            let row = |seed: usize| -> Vec<f32> {
                (0..2 * WIDTH).map(|i| ((i * 7919 + seed * 31) % 101) as f32 / 10.0 - 5.0).collect()
            };
            let (rows, cuts) = ([row(1), row(2), row(3)], Cuts { mask: 0.5, inner: 1.5, outer: -0.5 });
            for weights in [[0.25, 0.75, 0.0], [0.5, 0.25, 0.25]] {
                let sum = |i: usize| (0..3).fold(0.0, |sum, k| sum + rows[k][i] * weights[k]);
                let above = |limit: f32| (0..2 * WIDTH).filter(|i| sum(*i) > limit).count() as u64;
                let (mut words, mut counts) = ([0; 2], Counts { inner: 7, outer: 9 });
                cut(&mut words, &mut counts, [&rows[0], &rows[1], &rows[2]], weights, cuts);
                assert_eq!(counts, Counts { inner: 7 + above(1.5), outer: 9 + above(-0.5) });
                for i in 0..2 * WIDTH {
                    assert_eq!(words[i / WIDTH] >> (i % WIDTH) & 1 == 1, sum(i) > 0.5, "{i}");
                }
            }
        });
    }
}
