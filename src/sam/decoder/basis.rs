//! The additions of attention to the image's cells, in few dimensions.
//!
//! Image-to-token attention gives every cell a mixture of the tokens' values: with heads * tokens
//! softmax weights, or equally with the d / 2 mixed values before `out_proj`. Whichever are fewer
//! are the cell's coordinates u, and each coordinate has a row of d channels, which is what the cell
//! gets a multiple of. Products of these rows with weights and with one another say all that later
//! layers have to know.

use super::Sizes;
use super::matrices::{centre_rows, scale_rows, turned};
use crate::sam::numeric::tile::{Left, Out, Shape, View, padded, product};

/// Rows of d channels for each coordinate, with the transposed rows at hand for products.
#[derive(Clone, Default)]
pub struct Basis {
    /// (coordinates, d)
    rows: Vec<f32>,
    /// (d, stride), zeros after the coordinates
    columns: Vec<f32>,
    d: usize,
}

impl Basis {
    pub fn new(rows: Vec<f32>, d: usize) -> Self {
        let count = rows.len() / d;
        let mut wide = rows.clone();
        wide.resize(padded(count) * d, 0.0);
        Self { rows, columns: turned(&wide, d), d }
    }

    /// The rows of an image-to-token attention: `out` is its `out_proj` with rows and columns
    /// swapped, (d / 2, d), `values` are the tokens', (tokens, d / 2).
    pub fn of_attention(sizes: &Sizes, out: &[f32], values: &[f32]) -> Self {
        let Sizes { d, narrow, head, heads, tokens, .. } = *sizes;
        if sizes.coordinates_are_mixed() {
            return Self::new(out.to_vec(), d);
        }
        let mut rows = vec![0f32; heads * tokens * d];
        let shape = Shape { rows: tokens, depth: head, columns: d };
        for (h, rows) in rows.chunks_exact_mut(tokens * d).enumerate() {
            let left = Left::Plain(View::new(&values[h * head..], narrow));
            product(Out::new(rows, d), left, View::new(&out[h * head * d..], d), shape);
        }
        Self::new(rows, d)
    }

    /// The coordinates of all, in this order.
    pub fn joined(parts: &[&[f32]], d: usize) -> Self {
        Self::new(parts.concat(), d)
    }

    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    fn count(&self) -> usize {
        self.rows.len() / self.d
    }

    /// Distance between the rows of [`Basis::dots`].
    pub fn stride(&self) -> usize {
        padded(self.count())
    }

    /// Scalar products of vectors (n, d) with the coordinates' rows: (n, coordinates), rows
    /// [`Basis::stride`] apart.
    pub fn dots(&self, vectors: &[f32]) -> Vec<f32> {
        let (rows, stride) = (vectors.len() / self.d, self.stride());
        let mut out = vec![0f32; rows * stride];
        let shape = Shape { rows, depth: self.d, columns: stride };
        let left = Left::Plain(View::new(vectors, self.d));
        product(Out::new(&mut out, stride), left, View::new(&self.columns, stride), shape);
        out
    }

    /// Sums of the coordinates' rows: `amounts` (n, coordinates), rows [`Basis::stride`] apart,
    /// become (n, d).
    pub fn sums(&self, amounts: &[f32]) -> Vec<f32> {
        let (rows, stride) = (amounts.len() / self.stride(), self.stride());
        let mut out = vec![0f32; rows * self.d];
        let shape = Shape { rows, depth: self.count(), columns: self.d };
        let left = Left::Plain(View::new(amounts, stride));
        product(Out::new(&mut out, self.d), left, View::new(&self.rows, self.d), shape);
        out
    }

    /// `rows @ weight`, (coordinates, outputs); `weight` is (d, outputs).
    pub fn mapped(&self, weight: &[f32]) -> Vec<f32> {
        let outputs = weight.len() / self.d;
        let mut out = vec![0f32; self.count() * outputs];
        let shape = Shape { rows: self.count(), depth: self.d, columns: outputs };
        let left = Left::Plain(View::new(&self.rows, self.d));
        product(Out::new(&mut out, outputs), left, View::new(weight, outputs), shape);
        out
    }
}

/// What layer 0's image-to-token attention adds, seen by what comes after.
pub struct First {
    /// Added before the first norm, centred.
    pub plain: Basis,
    /// The same after the first norm's channel scales, centred again.
    pub scaled: Basis,
    /// Rows that a cell's coordinates are multiplied with, [`Basis::stride`] apart: the products of
    /// `plain` with itself, those of `scaled` with itself, and those of `scaled` with the offset.
    pub lengths: Vec<f32>,
}

impl First {
    /// `out` is the centred `out_proj` (d / 2, d), `out_scaled` that after the norm's scales.
    pub fn new(sizes: &Sizes, out: &[f32], out_scaled: &[f32], offset: &[f32], values: &[f32]) -> Self {
        let plain = Basis::of_attention(sizes, out, values);
        let scaled = Basis::of_attention(sizes, out_scaled, values);
        let lengths = [plain.dots(plain.rows()), scaled.dots(scaled.rows()), scaled.dots(offset)].concat();
        Self { plain, scaled, lengths }
    }
}

/// What both attentions and the offset between them add before the second norm.
pub struct Both {
    /// The coordinates of the first attention, those of the second, and a constant one.
    pub all: Basis,
    /// For each coordinate of the second attention a row that all coordinates are multiplied with,
    /// so that the result, times the second's coordinates, is what they add to the squared length.
    pub lengths: Vec<f32>,
    /// Squared length of the offset.
    pub offset_squared: f32,
}

impl Both {
    /// `out` is the second attention's centred `out_proj`, (d / 2, d).
    pub fn new(sizes: &Sizes, first: &First, out: &[f32], offset: &[f32], values: &[f32]) -> Self {
        let second = Basis::of_attention(sizes, out, values);
        let all = Basis::joined(&[first.scaled.rows(), second.rows(), offset], sizes.d);
        let (start, end) = (first.scaled.count(), first.scaled.count() + second.count());
        let mut lengths = all.dots(second.rows());
        for row in lengths.chunks_exact_mut(all.stride()) {
            // Products of two different parts count twice in a square.
            row[..start].iter_mut().for_each(|x| *x *= 2.0);
            row[end..].iter_mut().for_each(|x| *x *= 2.0);
        }
        Self { all, lengths, offset_squared: offset.iter().map(|x| x * x).sum() }
    }
}

/// The centred rows of an `out_proj` given as (d, d / 2): (d / 2, d); and the same after the channel
/// scales of a norm.
pub fn centred_out(weight: &[f32], narrow: usize, scale: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let d = scale.len();
    let mut plain = turned(weight, narrow);
    centre_rows(&mut plain, d);
    let mut scaled = plain.clone();
    scale_rows(&mut scaled, scale);
    centre_rows(&mut scaled, d);
    (plain, scaled)
}
