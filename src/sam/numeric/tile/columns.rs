//! Operations on a tile between two products: softmax, norms, activations, scaling.

use pulp::{Simd, bytemuck};

use super::WIDTH;
use crate::sam::numeric::functions::{exp, gelu};
use crate::sam::numeric::instructions::kernel;
use crate::sam::numeric::mul_add;

/// A tile's values as vectors, `WIDTH / lanes` a row.
#[inline(always)]
fn vectors<S: Simd>(values: &[f32]) -> &[S::f32s] {
    bytemuck::cast_slice(values)
}

#[inline(always)]
fn vectors_mut<S: Simd>(values: &mut [f32]) -> &mut [S::f32s] {
    bytemuck::cast_slice_mut(values)
}

kernel! {
    /// Multiplies each column with its own factor: `tile` (rows, WIDTH), `by` (WIDTH).
    fn scale_columns<'a, S>(simd; tile: &'a mut [f32], by: &'a [f32]) {
        let by = vectors::<S>(&by[..WIDTH]);
        for row in tile.chunks_exact_mut(WIDTH) {
            for (x, f) in vectors_mut::<S>(row).iter_mut().zip(by) {
                *x = simd.mul_f32s(*x, *f);
            }
        }
    }
}

kernel! {
    /// `out = a * by_a + b * by_b` with factors for each column; tiles (rows, WIDTH).
    fn blend<'a, S>(simd; out: &'a mut [f32], a: &'a [f32], by_a: &'a [f32], b: &'a [f32], by_b: &'a [f32]) {
        let (by_a, by_b) = (vectors::<S>(&by_a[..WIDTH]), vectors::<S>(&by_b[..WIDTH]));
        let rows = out.chunks_exact_mut(WIDTH).zip(a.chunks_exact(WIDTH)).zip(b.chunks_exact(WIDTH));
        for ((out, a), b) in rows {
            let values = vectors_mut::<S>(out).iter_mut().zip(vectors::<S>(a)).zip(vectors::<S>(b));
            for (((out, a), b), (fa, fb)) in values.zip(by_a.iter().zip(by_b)) {
                *out = mul_add(simd, *a, *fa, simd.mul_f32s(*b, *fb));
            }
        }
    }
}

kernel! {
    /// Adds to each row its own number.
    fn add_to_rows<'a, S>(simd; tile: &'a mut [f32], numbers: &'a [f32]) {
        for (row, number) in tile.chunks_exact_mut(WIDTH).zip(numbers) {
            let number = simd.splat_f32s(*number);
            for x in vectors_mut::<S>(row) {
                *x = simd.add_f32s(*x, number);
            }
        }
    }
}

kernel! {
    /// Adds the columns' scalar products of two tiles to `sums` (WIDTH).
    fn dot_columns<'a, S>(simd; sums: &'a mut [f32], a: &'a [f32], b: &'a [f32]) {
        let sums = vectors_mut::<S>(&mut sums[..WIDTH]);
        for (a, b) in a.chunks_exact(WIDTH).zip(b.chunks_exact(WIDTH)) {
            for ((sum, a), b) in sums.iter_mut().zip(vectors::<S>(a)).zip(vectors::<S>(b)) {
                *sum = mul_add(simd, *a, *b, *sum);
            }
        }
    }
}

kernel! {
    /// Adds the sum of each column to `sums` (WIDTH).
    fn sum_columns<'a, S>(simd; sums: &'a mut [f32], tile: &'a [f32]) {
        let sums = vectors_mut::<S>(&mut sums[..WIDTH]);
        for row in tile.chunks_exact(WIDTH) {
            for (sum, x) in sums.iter_mut().zip(vectors::<S>(row)) {
                *sum = simd.add_f32s(*sum, *x);
            }
        }
    }
}

kernel! {
    /// Softmax down each column, within groups of `group` rows.
    fn softmax_groups<'a, S>(simd; tile: &'a mut [f32], group: usize) {
        let per_row = WIDTH / S::F32_LANES;
        for rows in tile.chunks_exact_mut(group * WIDTH) {
            let rows = vectors_mut::<S>(rows);
            for column in 0..per_row {
                let mut largest = rows[column];
                for x in rows[column..].iter().step_by(per_row) {
                    largest = simd.max_f32s(largest, *x);
                }
                let mut sum = simd.splat_f32s(0.0);
                for x in rows[column..].iter_mut().step_by(per_row) {
                    *x = exp(simd, simd.sub_f32s(*x, largest));
                    sum = simd.add_f32s(sum, *x);
                }
                let scale = simd.div_f32s(simd.splat_f32s(1.0), sum);
                for x in rows[column..].iter_mut().step_by(per_row) {
                    *x = simd.mul_f32s(*x, scale);
                }
            }
        }
    }
}

kernel! {
    /// `LayerNorm2d` and GELU, in place: (channels, WIDTH), normalised down each column.
    fn norm_gelu<'a, S>(simd; tile: &'a mut [f32], gamma: &'a [f32], beta: &'a [f32], eps: f32) {
        let per_row = WIDTH / S::F32_LANES;
        let channels = gamma.len();
        let share = simd.splat_f32s(1.0 / channels as f32);
        let tile = vectors_mut::<S>(&mut tile[..channels * WIDTH]);
        for column in 0..per_row {
            let mut sum = simd.splat_f32s(0.0);
            for x in tile[column..].iter().step_by(per_row) {
                sum = simd.add_f32s(sum, *x);
            }
            let mean = simd.mul_f32s(sum, share);
            let mut squares = simd.splat_f32s(0.0);
            for x in tile[column..].iter().step_by(per_row) {
                let centred = simd.sub_f32s(*x, mean);
                squares = mul_add(simd, centred, centred, squares);
            }
            let variance = mul_add(simd, squares, share, simd.splat_f32s(eps));
            let scale = simd.div_f32s(simd.splat_f32s(1.0), simd.sqrt_f32s(variance));
            let affine = gamma.iter().zip(beta);
            for (x, (gamma, beta)) in tile[column..].iter_mut().step_by(per_row).zip(affine) {
                let normal = simd.mul_f32s(simd.sub_f32s(*x, mean), scale);
                let y = mul_add(simd, normal, simd.splat_f32s(*gamma), simd.splat_f32s(*beta));
                *x = gelu(simd, y);
            }
        }
    }
}

kernel! {
    /// GELU of `tile + add`, in place.
    fn add_gelu<'a, S>(simd; tile: &'a mut [f32], add: &'a [f32]) {
        for (x, a) in vectors_mut::<S>(tile).iter_mut().zip(vectors::<S>(add)) {
            *x = gelu(simd, simd.add_f32s(*x, *a));
        }
    }
}

/// A tile (rows, WIDTH) as (WIDTH, rows), its rows `stride` values apart.
pub fn transpose(out: &mut [f32], stride: usize, tile: &[f32]) {
    const BLOCK: usize = 16;
    for (block, rows) in tile.chunks(BLOCK * WIDTH).enumerate() {
        for (column, out) in out.chunks_mut(stride).take(WIDTH).enumerate() {
            let out = &mut out[block * BLOCK..][..rows.len() / WIDTH];
            for (to, row) in out.iter_mut().zip(rows.chunks_exact(WIDTH)) {
                *to = row[column];
            }
        }
    }
}

/// The softmax over all pixels, met tile by tile: for each row the largest score so far and the
/// sum of exponentials relative to it.
#[derive(Clone)]
pub struct RunningSoftmax {
    pub largest: Vec<f32>,
    pub total: Vec<f32>,
}

impl RunningSoftmax {
    pub fn new(rows: usize) -> Self {
        Self { largest: vec![f32::NEG_INFINITY; rows], total: vec![0.0; rows] }
    }

    /// Takes in the scores of a tile, (rows, WIDTH), each column times its factor in `scale`, and
    /// turns them into weights relative to the largest score so far. What was summed up with former
    /// weights has to be multiplied by `fade` (rows). Only the first `valid` columns count.
    pub fn step(&mut self, scores: &mut [f32], scale: &[f32], valid: usize, fade: &mut [f32]) {
        step(self, scores, scale, valid, fade);
    }
}

kernel! {
    fn step<'a, S>(
        simd; state: &'a mut RunningSoftmax, scores: &'a mut [f32], scale: &'a [f32], valid: usize,
        fade: &'a mut [f32],
    ) {
        let scale = vectors::<S>(&scale[..WIDTH]);
        let rows = scores.chunks_exact_mut(WIDTH).zip(fade);
        for ((row, fade), (largest, total)) in rows.zip(state.largest.iter_mut().zip(&mut state.total)) {
            for x in &mut row[valid..] {
                *x = f32::NEG_INFINITY;
            }
            let row = vectors_mut::<S>(row);
            let mut top = simd.splat_f32s(f32::NEG_INFINITY);
            for (x, s) in row.iter_mut().zip(scale) {
                *x = simd.mul_f32s(*x, *s);
                top = simd.max_f32s(top, *x);
            }
            let top = simd.reduce_max_f32s(top).max(*largest);
            let splat = simd.splat_f32s(top);
            let mut sum = simd.splat_f32s(0.0);
            for x in row.iter_mut() {
                *x = exp(simd, simd.sub_f32s(*x, splat));
                sum = simd.add_f32s(sum, *x);
            }
            // Before the first tile there is nothing to fade.
            *fade = if *largest == top { 1.0 } else { (*largest - top).exp() };
            *total = *total * *fade + simd.reduce_sum_f32s(sum);
            *largest = top;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    fn values(count: usize, spread: f32) -> Vec<f32> {
        (0..count).map(|i| (((i * 7919 + 31) % 997) as f32 / 997.0 - 0.5) * spread).collect()
    }

    #[test]
    fn a_running_softmax_is_the_softmax_of_all() {
        on_each_instruction_set(|| {
            let (rows, valid) = (5, [WIDTH, WIDTH, 13]);
            let tiles: Vec<Vec<f32>> = (0..3).map(|t| values(rows * WIDTH, 30.0 + 20.0 * t as f32)).collect();
            let mut softmax = RunningSoftmax::new(rows);
            let mut sums = vec![0f32; rows];
            let (mut fade, scale) = (vec![0f32; rows], vec![0.5f32; WIDTH]);
            for (tile, valid) in tiles.iter().zip(valid) {
                let mut weights = tile.clone();
                softmax.step(&mut weights, &scale, valid, &mut fade);
                for (i, sum) in sums.iter_mut().enumerate() {
                    let new: f32 = (0..valid).map(|p| weights[i * WIDTH + p] * p as f32).sum();
                    *sum = *sum * fade[i] + new;
                }
            }
            for i in 0..rows {
                let scores = || {
                    tiles.iter().zip(valid).flat_map(move |(t, v)| {
                        (0..v).map(move |p| (f64::from(t[i * WIDTH + p] * 0.5).exp(), p as f64))
                    })
                };
                let total: f64 = scores().map(|(w, _)| w).sum();
                let expected = scores().map(|(w, p)| w * p).sum::<f64>() / total;
                let found = f64::from(sums[i] / softmax.total[i]);
                assert!((found - expected).abs() < 1e-5 * expected, "{found} {expected}");
            }
        });
    }

    #[test]
    fn groups_of_rows_sum_to_one() {
        on_each_instruction_set(|| {
            let mut tile = values(6 * WIDTH, 40.0);
            let before = tile.clone();
            softmax_groups(&mut tile, 3);
            for group in 0..2 {
                for p in 0..WIDTH {
                    let at = |i: usize| (group * 3 + i) * WIDTH + p;
                    let total: f32 = (0..3).map(|i| tile[at(i)]).sum();
                    assert!((total - 1.0).abs() < 1e-6);
                    let ratio = (before[at(0)] - before[at(1)]).exp();
                    assert!((tile[at(0)] - tile[at(1)] * ratio).abs() < 1e-5);
                }
            }
        });
    }

    #[test]
    fn a_turned_tile_has_its_rows_as_columns() {
        let tile = values(21 * WIDTH, 1.0);
        let mut turned = vec![0f32; WIDTH * 23];
        transpose(&mut turned, 23, &tile);
        for (i, x) in tile.iter().enumerate() {
            assert_eq!(turned[i % WIDTH * 23 + i / WIDTH], *x);
        }
    }

    #[test]
    fn columns_are_normalised_before_the_activation() {
        on_each_instruction_set(|| {
            let channels = 7;
            let mut tile = values(channels * WIDTH, 3.0);
            let before = tile.clone();
            // Far above zero GELU changes nothing.
            norm_gelu(&mut tile, &vec![2.0; channels], &vec![20.0; channels], 0.0);
            for p in 0..WIDTH {
                let column = |v: &[f32]| (0..channels).map(|c| v[c * WIDTH + p]).collect::<Vec<_>>();
                let (x, y) = (column(&before), column(&tile));
                let mean = x.iter().sum::<f32>() / channels as f32;
                let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / channels as f32;
                for (x, y) in x.iter().zip(y) {
                    assert!(((x - mean) / variance.sqrt() * 2.0 + 20.0 - y).abs() < 1e-4);
                }
            }
        });
    }

    #[test]
    fn rows_and_columns_are_scaled_added_and_summed_one_by_one() {
        on_each_instruction_set(|| {
            let rows = 3;
            let (a, b) = (values(rows * WIDTH, 3.0), values(2 * rows * WIDTH, 5.0).split_off(rows * WIDTH));
            let (by_a, by_b) = (values(WIDTH, 2.0), values(2 * WIDTH, 2.0).split_off(WIDTH));
            let numbers = [1.0, -2.0, 0.5];
            let (mut scaled, mut blended, mut raised) = (a.clone(), vec![9.0; a.len()], a.clone());
            let (mut sums, mut dots) = (vec![1.0; WIDTH], vec![1.0; WIDTH]);
            scale_columns(&mut scaled, &by_a);
            blend(&mut blended, &a, &by_a, &b, &by_b);
            add_to_rows(&mut raised, &numbers);
            sum_columns(&mut sums, &a);
            dot_columns(&mut dots, &a, &b);
            let close = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-5);
            for p in 0..WIDTH {
                for (i, number) in numbers.iter().enumerate() {
                    let at = i * WIDTH + p;
                    close(scaled[at], a[at] * by_a[p]);
                    close(blended[at], a[at] * by_a[p] + b[at] * by_b[p]);
                    close(raised[at], a[at] + number);
                }
                let column = || (0..rows).map(|i| i * WIDTH + p);
                close(sums[p], 1.0 + column().map(|at| a[at]).sum::<f32>());
                close(dots[p], 1.0 + column().map(|at| a[at] * b[at]).sum::<f32>());
            }
        });
    }

    #[test]
    fn gelu_follows_the_sum() {
        on_each_instruction_set(|| {
            let (a, b) = (values(2 * WIDTH, 4.0), values(4 * WIDTH, 4.0).split_off(2 * WIDTH));
            let mut found = a.clone();
            add_gelu(&mut found, &b);
            let mut expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
            crate::sam::numeric::rows::gelu(&mut expected);
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
        });
    }
}
