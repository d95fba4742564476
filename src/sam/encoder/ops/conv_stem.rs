//! TinyViT's `PatchEmbed` and RepViT's `RepVitStem`: two 3x3 convolutions of stride 2.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::chain::MapLayer;
use super::conv::{Conv3x3, folded};
use super::layers::room;
use super::rings::Ring;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

const COLOURS: usize = 3;
/// Sides of a kernel, in pixels.
const KERNEL: usize = 3;
const STRIDE: usize = 2;
/// Numbers of a column of pixels under the kernel.
const COLUMN: usize = KERNEL * COLOURS;
/// Rows of the result that are one job for a thread.
const ROWS: usize = 8;

/// (1, 3, S, S) to (S/4, S/4, channels).
#[derive(Debug)]
pub struct ConvStem {
    /// (columns, colours, rows; channels / 2)
    first: Packed,
    first_bias: Vec<f32>,
    second: Conv3x3,
}

impl ConvStem {
    /// The two `layers`, GELU between them.
    pub fn load(weights: &Weights, layers: [&str; 2], channels: usize) -> Result<Self> {
        let layer = |i: usize, inputs: usize, outputs: usize| {
            folded(weights, layers[i], [outputs, inputs, KERNEL, KERNEL])
        };
        let (first, first_bias) = layer(0, COLOURS, channels / 2)?;
        let (second, second_bias) = layer(1, channels / 2, channels)?;
        Ok(Self::new(&first, first_bias, &second, second_bias))
    }

    /// The kernels are (outputs, inputs, 3, 3).
    fn new(first: &[f32], first_bias: Vec<f32>, second: &[f32], second_bias: Vec<f32>) -> Self {
        // From (outputs; colours, rows, columns).
        let at = |output: usize, i: usize| {
            let (column, colour, row) = (i / COLUMN, i % COLUMN / KERNEL, i % KERNEL);
            first[((output * COLOURS + colour) * KERNEL + row) * KERNEL + column]
        };
        let depth = KERNEL * COLUMN;
        let outputs = first_bias.len();
        let weights: Vec<f32> = (0..outputs).flat_map(|o| (0..depth).map(move |i| at(o, i))).collect();
        let first = Packed::from_columns(&weights, depth, outputs);
        Self { first, first_bias, second: Conv3x3::new(second, second_bias, STRIDE) }
    }

    /// Rows of the result from `first` on.
    fn rows(&self, image: &[f32], side: usize, first: usize, out: &mut [f32], memory: &mut Memory) {
        let (half, between) = (side / STRIDE, self.first.columns());
        let Memory { columns, black, hidden } = memory;
        black.resize(side, 0.0);
        hidden.restart((half + 2) * between);
        let width = half / STRIDE * self.second.outputs();
        for (y, out) in (first..).zip(out.chunks_exact_mut(width)) {
            let rows = hidden.around(STRIDE * y, half, |row, values| {
                let columns = room(columns, (side + 2) * COLUMN);
                unfold(image, side, STRIDE * row, black, columns);
                let (left, rest) = values.split_at_mut(between);
                let (middle, right) = rest.split_at_mut(half * between);
                left.fill(0.0);
                right.fill(0.0);
                let start = Start::Bias(&self.first_bias);
                packed::multiply(columns, STRIDE * COLUMN, &self.first, start, middle, between);
                rows::gelu(middle);
            });
            self.second.apply(rows, out);
        }
    }
}

#[derive(Default)]
struct Memory {
    columns: Vec<f32>,
    black: Vec<f32>,
    hidden: Ring,
}

/// The three rows around one of a (3, side, side) image, column by column, with a black column at both
/// ends: (side + 2, colours, rows). `black` is a row of zeros.
fn unfold(image: &[f32], side: usize, centre: usize, black: &[f32], out: &mut [f32]) {
    let (first, rest) = out.split_at_mut(COLUMN);
    let (middle, last) = rest.split_at_mut(side * COLUMN);
    first.fill(0.0);
    last.fill(0.0);
    let rows: [&[f32]; COLUMN] = std::array::from_fn(|i| match (centre + i % KERNEL).checked_sub(1) {
        Some(row) if row < side => &image[(i / KERNEL * side + row) * side..][..side],
        _ => &black[..side],
    });
    for (x, column) in middle.as_chunks_mut::<COLUMN>().0.iter_mut().enumerate() {
        *column = rows.map(|row| row[x]);
    }
}

impl MapLayer for ConvStem {
    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        ensure!(
            matches!(input, [1, COLOURS, height, side] if height == side && side % 4 == 0 && *side > 0),
            "a square of three colours, not {input:?}"
        );
        Ok(vec![input[2] / 4, input[2] / 4, self.second.outputs()])
    }

    fn apply(&self, input: &[f32], shape: &[usize], out: &mut [f32]) {
        let side = shape[2];
        let parts = out.par_chunks_mut(ROWS * side / 4 * self.second.outputs());
        parts.enumerate().for_each_init(Memory::default, |memory, (part, out)| {
            self.rows(input, side, part * ROWS, out, memory);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::conv::tests::convolved;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};

    #[test]
    fn it_is_two_convolutions() {
        let (side, between, outputs) = (4 * ROWS + 8, 5, 9);
        let (w1, b1) = (numbers(between * COLOURS * 9, 1), numbers(between, 2));
        let (w2, b2) = (numbers(outputs * between * 9, 3), numbers(outputs, 4));
        let image = numbers(COLOURS * side * side, 5);
        let pixels: Vec<f32> = (0..image.len()).map(|i| image[i % 3 * side * side + i / 3]).collect();
        let mut hidden = convolved(&pixels, [side, side, COLOURS], &w1, &b1, STRIDE);
        rows::gelu(&mut hidden);
        let expected = convolved(&hidden, [side / 2, side / 2, between], &w2, &b2, STRIDE);
        let stem = ConvStem::new(&w1, b1, &w2, b2);
        let shape = [1, 3, side, side];
        assert_eq!(stem.output_shape(&shape).unwrap(), [side / 4, side / 4, outputs]);
        let mut found = vec![f32::NAN; expected.len()];
        stem.apply(&image, &shape, &mut found);
        assert_close(&found, &expected, 1e-4);
    }
}
