//! Cutting interpolated logits at thresholds.

use super::{WIDTH, kernel};

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
