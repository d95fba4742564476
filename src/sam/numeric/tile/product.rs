//! Products of small matrices.

use pulp::{Simd, bytemuck};

use super::GRANULE;
use crate::sam::numeric::instructions::kernel;
use crate::sam::numeric::mul_add;

/// A row-major matrix in a slice, its rows `stride` values apart.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub values: &'a [f32],
    pub stride: usize,
}

impl<'a> View<'a> {
    pub fn new(values: &'a [f32], stride: usize) -> Self {
        Self { values, stride }
    }
}

/// Where a product goes: a row-major matrix, its rows `stride` values apart.
pub struct Out<'a> {
    pub values: &'a mut [f32],
    pub stride: usize,
    /// Whether the product is added to what is there.
    pub add: bool,
}

impl<'a> Out<'a> {
    /// Replaces what is there.
    pub fn new(values: &'a mut [f32], stride: usize) -> Self {
        Self { values, stride, add: false }
    }

    /// Adds to what is there.
    pub fn adding(values: &'a mut [f32], stride: usize) -> Self {
        Self { values, stride, add: true }
    }
}

/// The left factor, (rows, depth).
#[derive(Clone, Copy)]
pub enum Left<'a> {
    /// Given as it is.
    Plain(View<'a>),
    /// Given as (depth, rows).
    Transposed(View<'a>),
}

/// (rows, depth) times (depth, columns); the columns are a multiple of [`GRANULE`].
#[derive(Clone, Copy)]
pub struct Shape {
    pub rows: usize,
    pub depth: usize,
    pub columns: usize,
}

/// Matrix product on the calling thread.
///
/// # Panics
/// If a slice is too short for the shape.
pub fn product(out: Out, left: Left, right: View, shape: Shape) {
    debug_assert!(shape.columns.is_multiple_of(GRANULE), "{} columns", shape.columns);
    run(out, left, right, shape);
}

kernel! {
    fn run<'a, S>(simd; out: Out<'a>, left: Left<'a>, right: View<'a>, shape: Shape) {
        let mut out = out;
        let mut column = 0;
        // As many accumulators as the registers hold beside the operands.
        if S::REGISTER_COUNT >= 32 {
            while column + 4 * S::F32_LANES <= shape.columns {
                strip::<S, 4>(simd, &mut out, left, right, shape, column);
                column += 4 * S::F32_LANES;
            }
        } else {
            while column + 2 * S::F32_LANES <= shape.columns {
                strip::<S, 2>(simd, &mut out, left, right, shape, column);
                column += 2 * S::F32_LANES;
            }
        }
        while column + S::F32_LANES <= shape.columns {
            strip::<S, 1>(simd, &mut out, left, right, shape, column);
            column += S::F32_LANES;
        }
    }
}

/// All rows of `V` vectors of columns.
#[inline(always)]
fn strip<S: Simd, const V: usize>(
    simd: S,
    out: &mut Out,
    left: Left,
    right: View,
    shape: Shape,
    column: usize,
) {
    let mut row = 0;
    while row < shape.rows {
        let at = (row, column);
        let rest = shape.rows - row;
        row += match rest {
            // Of few columns, more rows keep the multipliers busy; of many, eight rows would not fit.
            8.. if V == 1 => block::<S, V, 8>(simd, out, left, right, shape.depth, at),
            8 | 4 => block::<S, V, 4>(simd, out, left, right, shape.depth, at),
            6.. => block::<S, V, 6>(simd, out, left, right, shape.depth, at),
            5 => block::<S, V, 5>(simd, out, left, right, shape.depth, at),
            3 => block::<S, V, 3>(simd, out, left, right, shape.depth, at),
            2 => block::<S, V, 2>(simd, out, left, right, shape.depth, at),
            _ => block::<S, V, 1>(simd, out, left, right, shape.depth, at),
        };
    }
}

/// `R` rows of `V` vectors of columns, held in registers; returns `R`.
#[inline(always)]
fn block<S: Simd, const V: usize, const R: usize>(
    simd: S,
    out: &mut Out,
    left: Left,
    right: View,
    depth: usize,
    (row, column): (usize, usize),
) -> usize {
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    let width = V * S::F32_LANES;
    if out.add {
        for (r, sums) in sums.iter_mut().enumerate() {
            let from = &out.values[(row + r) * out.stride + column..][..width];
            sums.copy_from_slice(bytemuck::cast_slice(from));
        }
    }
    let vectors = right.values[column..].chunks(right.stride).take(depth);
    match left {
        Left::Plain(View { values, stride }) => {
            let rows: [&[f32]; R] = std::array::from_fn(|r| &values[(row + r) * stride..][..depth]);
            for (k, vectors) in vectors.enumerate() {
                step(simd, &mut sums, &std::array::from_fn(|r| rows[r][k]), &vectors[..width]);
            }
        }
        Left::Transposed(View { values, stride }) => {
            for (factors, vectors) in values[row..].chunks(stride).zip(vectors) {
                if let Some(factors) = factors.first_chunk() {
                    step(simd, &mut sums, factors, &vectors[..width]);
                }
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        let to = &mut out.values[(row + r) * out.stride + column..][..width];
        to.copy_from_slice(bytemuck::cast_slice(sums));
    }
    R
}

/// Adds the products of a column's `factors` with a row's `vectors`.
#[inline(always)]
fn step<S: Simd, const V: usize, const R: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; R],
    factors: &[f32; R],
    vectors: &[f32],
) {
    let vectors: &[S::f32s] = bytemuck::cast_slice(vectors);
    let vectors: [S::f32s; V] = std::array::from_fn(|v| vectors[v]);
    for (sums, factor) in sums.iter_mut().zip(factors) {
        let factor = simd.splat_f32s(*factor);
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            *sum = mul_add(simd, factor, vector, *sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    #[test]
    fn all_shapes_agree_with_the_definition() {
        on_each_instruction_set(|| {
            for rows in [1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 17] {
                for (depth, columns) in [(1, 16), (3, 64), (7, 80), (5, 176)] {
                    let shape = Shape { rows, depth, columns };
                    let (ls, lt, rs, os) = (depth + 1, rows + 2, columns + 3, columns + 5);
                    let value = |i: usize| ((i * 7919 + 13) % 101) as f32 - 50.0;
                    let left = |i: usize, k: usize| value(100 * i + k);
                    let plain: Vec<f32> = (0..rows * ls).map(|n| left(n / ls, n % ls)).collect();
                    let turned: Vec<f32> = (0..depth * lt).map(|n| left(n % lt, n / lt)).collect();
                    let right: Vec<f32> = (0..depth * rs).map(|n| value(n + 5)).collect();
                    let expected = |i: usize, j: usize, add: bool| {
                        let start = if add { 2.0 } else { 0.0 };
                        (0..depth).fold(start, |sum, k| sum + left(i, k) * right[k * rs + j])
                    };
                    for left in [Left::Plain(View::new(&plain, ls)), Left::Transposed(View::new(&turned, lt))]
                    {
                        for add in [false, true] {
                            let mut out = vec![2f32; rows * os];
                            product(
                                Out { values: &mut out, stride: os, add },
                                left,
                                View::new(&right, rs),
                                shape,
                            );
                            for (n, found) in out.iter().enumerate() {
                                let (i, j) = (n / os, n % os);
                                let wanted = if j < columns { expected(i, j, add) } else { 2.0 };
                                assert!((found - wanted).abs() < 1e-2, "{rows}x{depth}x{columns}: {i},{j}");
                            }
                        }
                    }
                }
            }
        });
    }
}
