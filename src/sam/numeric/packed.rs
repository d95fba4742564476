//! Large matrix products on one core, with the right-hand side repacked beforehand: those of the encoder.
//!
//! The left-hand side and the result stay in row-major order, so that what is done before and
//! after a product works on rows that are still in the processor's cache. Callers spread rows
//! over threads.

use std::fmt;

use pulp::{Simd, WithSimd};

use super::{dispatch, mul_add};

/// Vectors of a row of a panel, with 32 registers: with eight rows, the sums of a tile fill 24 of them.
const WIDE_PANEL: usize = 3;
/// The same with 16 registers: with six rows, sums fill twelve. A thirteenth beside a row of the panel and a factor
/// would be kept in memory, which halves the speed.
const NARROW_PANEL: usize = 2;
/// Panels begin at a cache line, so that no vector of theirs reaches into two.
const CACHE_LINE_BYTES: usize = 64;

/// The right-hand side of products, (depth, columns), cut into panels of a few vectors' width.
/// A panel holds its rows one after the other; the last one is filled up with zeros.
#[derive(Default)]
pub struct Packed {
    values: Vec<f32>,
    /// Where the first panel begins in `values`.
    start: usize,
    depth: usize,
    columns: usize,
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed({}, {})", self.depth, self.columns)
    }
}

/// Side of the squares that are transposed in registers.
const SQUARE: usize = 4;

/// Writes the columns side by side, the first `used` of them, with `stride` values from one row
/// of `out` to the next.
fn transpose(columns: [&[f32]; SQUARE], out: &mut [f32], stride: usize, used: usize) {
    let depth = columns[0].len();
    for i in (0..depth).step_by(SQUARE) {
        let square = columns.map(|column| column[i..].first_chunk::<SQUARE>());
        match square {
            [Some(a), Some(b), Some(c), Some(d)] if used == SQUARE => {
                for k in 0..SQUARE {
                    out[(i + k) * stride..][..SQUARE].copy_from_slice(&[a[k], b[k], c[k], d[k]]);
                }
            }
            _ => {
                for k in i..depth.min(i + SQUARE) {
                    out[k * stride..][..used].copy_from_slice(&columns.map(|column| column[k])[..used]);
                }
            }
        }
    }
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    Zero,
    /// One value for each column.
    Bias(&'a [f32]),
    /// What the result holds already.
    Result,
    /// What the result holds already, and one value for each column.
    ResultAndBias(&'a [f32]),
}

/// The number of columns of a panel on this processor.
fn panel_width() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            if has_many_registers::<S>() { WIDE_PANEL * S::F32_LANES } else { NARROW_PANEL * S::F32_LANES }
        }
    }
    dispatch(Lanes)
}

const fn has_many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

impl Packed {
    /// Packs a row-major (depth, columns) matrix.
    pub fn from_rows(values: &[f32], depth: usize, columns: usize) -> Self {
        let mut this = Self::default();
        this.set_rows(values, columns, depth, columns);
        this
    }

    /// Packs the transpose of a row-major (columns, depth) matrix, which is how PyTorch's
    /// `nn.Linear` keeps its weight: (outputs, inputs).
    pub fn from_columns(values: &[f32], depth: usize, columns: usize) -> Self {
        let mut this = Self::default();
        this.set_columns(values, depth, depth, columns);
        this
    }

    /// Like [`Packed::from_rows`], with `stride` values from one row to the next, in the memory
    /// that is already there.
    pub fn set_rows(&mut self, values: &[f32], stride: usize, depth: usize, columns: usize) {
        let width = panel_width();
        let panels = self.resize(depth, columns, width);
        for (panel, first) in panels.chunks_exact_mut(depth * width).zip((0..).step_by(width)) {
            let count = width.min(columns - first);
            for (out, row) in panel.chunks_exact_mut(width).zip(values.chunks(stride)) {
                out[..count].copy_from_slice(&row[first..first + count]);
                out[count..].fill(0.0);
            }
        }
    }

    /// Like [`Packed::from_columns`], with `stride` values from one column to the next, in the
    /// memory that is already there.
    pub fn set_columns(&mut self, values: &[f32], stride: usize, depth: usize, columns: usize) {
        let width = panel_width();
        let panels = self.resize(depth, columns, width);
        for (panel, first) in panels.chunks_exact_mut(depth * width).zip((0..).step_by(width)) {
            let count = width.min(columns - first);
            if count < width {
                panel.fill(0.0);
            }
            for group in (0..count).step_by(SQUARE) {
                let used = SQUARE.min(count - group);
                // Where columns run out, the last one stands in and is not stored.
                let column = |i: usize| &values[(first + group + i.min(used - 1)) * stride..][..depth];
                let columns: [&[f32]; SQUARE] = std::array::from_fn(column);
                transpose(columns, &mut panel[group..], width, used);
            }
        }
    }

    /// Makes room for panels of these sizes, whose values are then arbitrary.
    fn resize(&mut self, depth: usize, columns: usize, width: usize) -> &mut [f32] {
        let count = columns.div_ceil(width) * width * depth;
        let spare = CACHE_LINE_BYTES / size_of::<f32>();
        if self.values.len() < count + spare {
            self.values = vec![0.0; count + spare];
        }
        self.start = self.values.as_ptr().align_offset(CACHE_LINE_BYTES).min(spare);
        (self.depth, self.columns) = (depth, columns);
        &mut self.values[self.start..][..count]
    }

    /// Rows of the matrix: the values of a row on the left-hand side.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Columns of the matrix: the values of a row of the result.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// `out = start + left * right`, for as many rows as `out` has. `left` is (rows, depth) and `out`
/// (rows, columns), both row-major with `left_stride` and `out_stride` values from one row to the
/// next; the values between rows are left alone.
///
/// # Panics
/// If a slice is shorter than these sizes ask for.
pub fn multiply(
    left: &[f32],
    left_stride: usize,
    right: &Packed,
    start: Start,
    out: &mut [f32],
    out_stride: usize,
) {
    if right.columns > 0 && !out.is_empty() {
        let rows = (out.len() - right.columns) / out_stride + 1;
        dispatch(Product { left, left_stride, right, start, out, out_stride, rows });
    }
}

struct Product<'a> {
    left: &'a [f32],
    left_stride: usize,
    right: &'a Packed,
    start: Start<'a>,
    out: &'a mut [f32],
    out_stride: usize,
    rows: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if has_many_registers::<S>() {
            for (first, count) in self.panels(WIDE_PANEL * S::F32_LANES) {
                match count.div_ceil(S::F32_LANES) {
                    1 => self.panel::<S, WIDE_PANEL, 1, 8>(simd, first, count),
                    2 => self.panel::<S, WIDE_PANEL, 2, 8>(simd, first, count),
                    _ => self.panel::<S, WIDE_PANEL, WIDE_PANEL, 8>(simd, first, count),
                }
            }
        } else {
            for (first, count) in self.panels(NARROW_PANEL * S::F32_LANES) {
                match count.div_ceil(S::F32_LANES) {
                    1 => self.panel::<S, NARROW_PANEL, 1, 6>(simd, first, count),
                    _ => self.panel::<S, NARROW_PANEL, NARROW_PANEL, 6>(simd, first, count),
                }
            }
        }
    }
}

impl Product<'_> {
    /// The first column of each panel of this width, and how many there are in it.
    #[inline(always)]
    fn panels(&self, width: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.right.columns;
        (0..columns).step_by(width).map(move |first| (first, width.min(columns - first)))
    }

    /// The `count` columns of the result from column `first` on, which fill `V` of a panel's `P` vectors; `R` rows
    /// at a time, as many as there are registers for their sums.
    #[inline(always)]
    fn panel<S: Simd, const P: usize, const V: usize, const R: usize>(
        &mut self,
        simd: S,
        first: usize,
        count: usize,
    ) {
        let mut row = 0;
        while row + R <= self.rows {
            self.tile::<S, P, V, R>(simd, row, first, count);
            row += R;
        }
        if row + 4 <= self.rows {
            self.tile::<S, P, V, 4>(simd, row, first, count);
            row += 4;
        }
        if row + 2 <= self.rows {
            self.tile::<S, P, V, 2>(simd, row, first, count);
            row += 2;
        }
        if row < self.rows {
            self.tile::<S, P, V, 1>(simd, row, first, count);
        }
    }

    /// `R` rows of a panel.
    #[inline(always)]
    fn tile<S: Simd, const P: usize, const V: usize, const R: usize>(
        &mut self,
        simd: S,
        row: usize,
        first: usize,
        count: usize,
    ) {
        let Packed { values, start, depth, .. } = self.right;
        let panel = &values[start + first * depth..][..depth * P * S::F32_LANES];
        let (panel, _) = S::as_simd_f32s(panel);
        let (panel, _) = panel.as_chunks::<P>();
        let mut left: [&[f32]; R] = [&[]; R];
        for (r, left) in left.iter_mut().enumerate() {
            *left = &self.left[(row + r) * self.left_stride..][..panel.len()];
        }
        let mut sums = self.first_sums::<S, V, R>(simd, row, first, count);
        for (i, weights) in panel.iter().enumerate() {
            for r in 0..R {
                let x = simd.splat_f32s(left[r][i]);
                for v in 0..V {
                    sums[r][v] = mul_add(simd, x, weights[v], sums[r][v]);
                }
            }
        }
        for (r, sums) in sums.into_iter().enumerate() {
            let out = &mut self.out[(row + r) * self.out_stride + first..][..count];
            store(simd, out, sums);
        }
    }

    #[inline(always)]
    fn first_sums<S: Simd, const V: usize, const R: usize>(
        &self,
        simd: S,
        row: usize,
        first: usize,
        count: usize,
    ) -> [[S::f32s; V]; R] {
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        if let Start::Result | Start::ResultAndBias(_) = self.start {
            for (r, sums) in sums.iter_mut().enumerate() {
                *sums = load(simd, &self.out[(row + r) * self.out_stride + first..][..count]);
            }
        }
        if let Start::Bias(bias) | Start::ResultAndBias(bias) = self.start {
            let bias: [S::f32s; V] = load(simd, &bias[first..][..count]);
            for sums in &mut sums {
                for v in 0..V {
                    sums[v] = simd.add_f32s(sums[v], bias[v]);
                }
            }
        }
        sums
    }
}

/// The values as `V` vectors, with zeros behind them.
#[inline(always)]
fn load<S: Simd, const V: usize>(simd: S, values: &[f32]) -> [S::f32s; V] {
    if let (Some(whole), []) = (S::as_simd_f32s(values).0.first_chunk(), S::as_simd_f32s(values).1) {
        return *whole;
    }
    let mut vectors = [simd.splat_f32s(0.0); V];
    for (vector, values) in vectors.iter_mut().zip(values.chunks(S::F32_LANES)) {
        *vector = match S::as_simd_f32s(values).0 {
            [whole] => *whole,
            _ => simd.partial_load_f32s(values),
        };
    }
    vectors
}

/// Stores as many values as there is room for.
#[inline(always)]
fn store<S: Simd, const V: usize>(simd: S, out: &mut [f32], vectors: [S::f32s; V]) {
    if let (whole, []) = S::as_mut_simd_f32s(out)
        && let Some(whole) = whole.first_chunk_mut()
    {
        *whole = vectors;
        return;
    }
    for (out, vector) in out.chunks_mut(S::F32_LANES).zip(vectors) {
        match S::as_mut_simd_f32s(out) {
            ([whole], _) => *whole = vector,
            (_, part) => simd.partial_store_f32s(part, vector),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::time::Instant;

    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    #[test]
    fn products_of_any_size_with_any_start() {
        on_each_instruction_set(|| {
            for (rows, depth, columns) in [(1, 1, 1), (8, 3, 48), (23, 17, 50), (15, 96, 97), (3, 40, 16)] {
                let (left_stride, out_stride) = (depth + 5, columns + 3);
                let left = values(rows * left_stride, 1);
                let right = values(depth * columns, 2);
                let (bias, before) = (values(columns, 3), values(rows * out_stride, 4));
                let transposed: Vec<f32> =
                    (0..depth * columns).map(|i| right[i % depth * columns + i / depth]).collect();
                for packed in [
                    Packed::from_rows(&right, depth, columns),
                    Packed::from_columns(&transposed, depth, columns),
                ] {
                    assert_eq!((packed.depth(), packed.columns()), (depth, columns));
                    for (start, with_result, with_bias) in [
                        (Start::Zero, 0.0, 0.0),
                        (Start::Bias(&bias), 0.0, 1.0),
                        (Start::Result, 1.0, 0.0),
                        (Start::ResultAndBias(&bias), 1.0, 1.0),
                    ] {
                        let mut out = before.clone();
                        multiply(&left, left_stride, &packed, start, &mut out, out_stride);
                        for (i, found) in out.into_iter().enumerate() {
                            let (row, column) = (i / out_stride, i % out_stride);
                            let expected = if column < columns {
                                (0..depth)
                                    .map(|k| left[row * left_stride + k] * right[k * columns + column])
                                    .sum::<f32>()
                                    + with_result * before[i]
                                    + with_bias * bias[column]
                            } else {
                                before[i]
                            };
                            let sizes = (rows, depth, columns);
                            assert!((found - expected).abs() < 1e-4, "{sizes:?} at {row} {column}");
                        }
                    }
                }
            }
        });
    }

    #[test]
    fn packing_again_leaves_nothing_of_what_was_there() {
        on_each_instruction_set(|| {
            let mut packed = Packed::from_rows(&values(64 * 100, 5), 64, 100);
            let small = values(2 * 5, 6);
            packed.set_columns(&small, 2, 2, 5);
            let mut out = [0f32; 5];
            multiply(&[1.0, 1.0], 2, &packed, Start::Zero, &mut out, 5);
            let expected: Vec<f32> = small.chunks(2).map(|c| c[0] + c[1]).collect();
            assert_eq!(out.as_slice(), expected);
        });
    }

    /// Multiplies and adds in registers, as many times as `rounds` says; returns the number of operations.
    struct Peak {
        rounds: usize,
    }

    impl WithSimd for Peak {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> usize {
            // More than the multipliers' latency, fewer than the registers.
            const SUMS: usize = 12;
            let (factor, term) = black_box((simd.splat_f32s(0.999), simd.splat_f32s(1e-3)));
            let mut sums = [simd.splat_f32s(0.0); SUMS];
            for _ in 0..self.rounds {
                for sum in &mut sums {
                    *sum = mul_add(simd, *sum, factor, term);
                }
            }
            black_box(sums);
            2 * SUMS * S::F32_LANES * self.rounds
        }
    }

    /// The fastest of several runs, in GFLOP/s.
    fn rate(mut work: impl FnMut() -> usize) -> f64 {
        let run = |_| {
            let start = Instant::now();
            work() as f64 / start.elapsed().as_secs_f64() / 1e9
        };
        (0..20).map(run).fold(0.0, f64::max)
    }

    #[test]
    #[ignore = "prints how fast products are on each instruction set, beside what the processor can do"]
    fn rates() {
        on_each_instruction_set(|| {
            let peak = rate(|| dispatch(Peak { rounds: 1_000_000 }));
            println!("panels of {} columns, one core: {peak:.0} GFLOP/s", panel_width());
            for (rows, depth, columns) in [(128, 96, 288), (128, 384, 384), (128, 768, 3072)] {
                let (left, right) = (values(rows * depth, 1), values(depth * columns, 2));
                let packed = Packed::from_rows(&right, depth, columns);
                let mut out = vec![0.0; rows * columns];
                let found = rate(|| {
                    let times = 20;
                    (0..times).for_each(|_| {
                        multiply(black_box(&left), depth, &packed, Start::Zero, &mut out, columns)
                    });
                    2 * times * rows * depth * columns
                });
                println!("  {rows} x {depth} x {columns}: {found:.0} GFLOP/s ({:.2})", found / peak);
            }
        });
    }
}
