//! Attention of a tile of queries: one column a query, one row a channel, a key or a value's channel.

use pulp::{Simd, bytemuck};

use super::WIDTH;
use crate::sam::numeric::functions::exp2;
use crate::sam::numeric::instructions::kernel;
use crate::sam::numeric::mul_add;

/// Keys at one place that are compared together: more would not fit the registers.
pub const STACKED: usize = 8;

/// For each query the largest score so far, and the sum of powers below it. [`RunningSoftmax`](super::RunningSoftmax) is
/// the same where queries are rows.
#[derive(Debug, Clone)]
pub struct Seen {
    pub largest: [f32; WIDTH],
    pub total: [f32; WIDTH],
}

impl Seen {
    /// Before the first score.
    pub fn nothing() -> Self {
        Self { largest: [f32::NEG_INFINITY; WIDTH], total: [0.0; WIDTH] }
    }
}

kernel! {
    /// Takes in scores, (keys, WIDTH), exponents to base 2, and replaces them by the powers of their distance to
    /// the largest score so far. What was summed up with earlier powers has to be multiplied by `fade` (WIDTH).
    fn weigh<'a, S>(simd; scores: &'a mut [f32], seen: &'a mut Seen, fade: &'a mut [f32; WIDTH]) {
        let per_row = WIDTH / S::F32_LANES;
        let scores: &mut [S::f32s] = bytemuck::cast_slice_mut(scores);
        let largest: &mut [S::f32s] = bytemuck::cast_slice_mut(&mut seen.largest);
        let total: &mut [S::f32s] = bytemuck::cast_slice_mut(&mut seen.total);
        let fade: &mut [S::f32s] = bytemuck::cast_slice_mut(fade);
        for (column, ((largest, total), fade)) in largest.iter_mut().zip(total).zip(fade).enumerate() {
            let mut top = *largest;
            for x in scores.iter().skip(column).step_by(per_row) {
                top = simd.max_f32s(top, *x);
            }
            let mut sum = simd.splat_f32s(0.0);
            for x in scores.iter_mut().skip(column).step_by(per_row) {
                *x = exp2(simd, simd.sub_f32s(*x, top));
                sum = simd.add_f32s(sum, *x);
            }
            *fade = exp2(simd, simd.sub_f32s(*largest, top));
            *total = mul_add(simd, *total, *fade, sum);
            *largest = top;
        }
    }
}

kernel! {
    /// Turns pairs of rows, (2 * turns, WIDTH), back by these cosines and sines.
    fn turn_back<'a, S>(simd; rows: &'a [f32], turns: &'a [[f32; 2]], out: &'a mut [f32]) {
        let pairs = rows.chunks_exact(2 * WIDTH).zip(out.chunks_exact_mut(2 * WIDTH)).zip(turns);
        for ((pair, out), [cos, sin]) in pairs {
            let (cos, sin) = (simd.splat_f32s(*cos), simd.splat_f32s(*sin));
            let (first, second) = pair.split_at(WIDTH);
            let (first, second) = (bytemuck::cast_slice::<f32, S::f32s>(first), bytemuck::cast_slice(second));
            let (out_first, out_second) = out.split_at_mut(WIDTH);
            let out = bytemuck::cast_slice_mut::<f32, S::f32s>(out_first).iter_mut()
                .zip(bytemuck::cast_slice_mut::<f32, S::f32s>(out_second));
            for ((a, b), (out_a, out_b)) in first.iter().zip::<&[S::f32s]>(second).zip(out) {
                *out_a = mul_add(simd, *a, cos, simd.mul_f32s(*b, sin));
                *out_b = mul_add(simd, *b, cos, simd.neg_f32s(simd.mul_f32s(*a, sin)));
            }
        }
    }
}

kernel! {
    /// The scores of up to [`STACKED`] keys at one place, (count, WIDTH). Queries are the sum of two tiles,
    /// (channels + 1, WIDTH), whose last row is added to all scores. `keys` are (channels, count).
    fn stacked_scores<'a, S>(
        simd; scores: &'a mut [f32], queries: [&'a [f32]; 2], keys: &'a [f32], count: usize,
    ) {
        match count {
            1 => stacked::<S, 1>(simd, scores, queries, keys),
            2 => stacked::<S, 2>(simd, scores, queries, keys),
            3 => stacked::<S, 3>(simd, scores, queries, keys),
            4 => stacked::<S, 4>(simd, scores, queries, keys),
            5 => stacked::<S, 5>(simd, scores, queries, keys),
            6 => stacked::<S, 6>(simd, scores, queries, keys),
            7 => stacked::<S, 7>(simd, scores, queries, keys),
            STACKED => stacked::<S, STACKED>(simd, scores, queries, keys),
            _ => panic!("{count} keys at one place"),
        }
    }
}

#[inline(always)]
fn stacked<S: Simd, const N: usize>(simd: S, scores: &mut [f32], queries: [&[f32]; 2], keys: &[f32]) {
    if S::REGISTER_COUNT >= 32 {
        stacked_by::<S, N, 2>(simd, scores, queries, keys);
    } else {
        stacked_by::<S, N, 1>(simd, scores, queries, keys);
    }
}

/// `V` vectors of queries at a time.
#[inline(always)]
fn stacked_by<S: Simd, const N: usize, const V: usize>(
    simd: S,
    scores: &mut [f32],
    queries: [&[f32]; 2],
    keys: &[f32],
) {
    let per_row = WIDTH / S::F32_LANES;
    let [first, second] = queries.map(bytemuck::cast_slice::<f32, S::f32s>);
    let (keys, _) = keys.as_chunks::<N>();
    for column in (0..per_row).step_by(V) {
        let sum = |row: usize| -> [S::f32s; V] {
            let at = row * per_row + column;
            std::array::from_fn(|v| simd.add_f32s(first[at + v], second[at + v]))
        };
        let mut sums = [sum(keys.len()); N];
        let rows = first.chunks_exact(per_row).zip(second.chunks_exact(per_row));
        for ((first, second), keys) in rows.zip(keys) {
            let query: [S::f32s; V] =
                std::array::from_fn(|v| simd.add_f32s(first[column + v], second[column + v]));
            for (sums, key) in sums.iter_mut().zip(keys) {
                let key = simd.splat_f32s(*key);
                for (sum, query) in sums.iter_mut().zip(query) {
                    *sum = mul_add(simd, key, query, *sum);
                }
            }
        }
        for (row, sums) in scores.chunks_exact_mut(WIDTH).zip(sums) {
            let row: &mut [S::f32s] = bytemuck::cast_slice_mut(row);
            row[column..column + V].copy_from_slice(&sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 331) % 997) as f32 / 498.5 - 1.0).collect()
    }

    #[test]
    fn weights_are_those_of_a_softmax_over_all_keys() {
        on_each_instruction_set(|| {
            let tiles = [3, 1, 5].map(|keys| values(keys * WIDTH, keys));
            let spread = |x: &f32| 90.0 * x;
            let tiles = tiles.map(|tile| tile.iter().map(spread).collect::<Vec<f32>>());
            let (mut seen, mut fade, mut sums) = (Seen::nothing(), [0.0; WIDTH], [0.0; WIDTH]);
            for (i, tile) in tiles.iter().enumerate() {
                let mut weights = tile.clone();
                weigh(&mut weights, &mut seen, &mut fade);
                for (column, sum) in sums.iter_mut().enumerate() {
                    let of_tile: f32 = weights[column..].iter().step_by(WIDTH).sum();
                    *sum = *sum * fade[column] + of_tile * (i + 1) as f32;
                }
            }
            for column in 0..WIDTH {
                let power = |x: &f32| f64::from(*x).exp2();
                let of_tile = |tile: &Vec<f32>| tile[column..].iter().step_by(WIDTH).map(power).sum::<f64>();
                let total: f64 = tiles.iter().map(of_tile).sum();
                let expected: f64 = (1..).zip(&tiles).map(|(i, tile)| f64::from(i) * of_tile(tile)).sum();
                let found = f64::from(sums[column] / seen.total[column]);
                assert!((found - expected / total).abs() < 1e-4, "{found} {}", expected / total);
            }
        });
    }

    #[test]
    fn turning_back_undoes_a_turn() {
        on_each_instruction_set(|| {
            let turns = [0.3f32, 2.0].map(|angle| [angle.cos(), angle.sin()]);
            let rows = values(4 * WIDTH, 1);
            let mut out = vec![9.0; rows.len()];
            turn_back(&rows, &turns, &mut out);
            for (pair, [cos, sin]) in turns.into_iter().enumerate() {
                for column in 0..WIDTH {
                    let at = |row: usize| (2 * pair + row) * WIDTH + column;
                    let (a, b) = (out[at(0)], out[at(1)]);
                    assert!((a * cos - b * sin - rows[at(0)]).abs() < 1e-5);
                    assert!((a * sin + b * cos - rows[at(1)]).abs() < 1e-5);
                }
            }
        });
    }

    #[test]
    fn any_number_of_keys_at_a_place() {
        on_each_instruction_set(|| {
            let channels = 5;
            let (a, b) = (values((channels + 1) * WIDTH, 1), values((channels + 1) * WIDTH, 2));
            for count in 1..=STACKED {
                let keys = values(channels * count, 3);
                let mut scores = vec![9.0; count * WIDTH];
                stacked_scores(&mut scores, [&a, &b], &keys, count);
                for (i, score) in scores.iter().enumerate() {
                    let (key, column) = (i / WIDTH, i % WIDTH);
                    let query = |channel: usize| a[channel * WIDTH + column] + b[channel * WIDTH + column];
                    let product = |channel: usize| query(channel) * keys[channel * count + key];
                    let expected = query(channels) + (0..channels).map(product).sum::<f32>();
                    assert!((score - expected).abs() < 1e-5, "{count} keys: {score} {expected}");
                }
            }
        });
    }
}
