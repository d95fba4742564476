//! TinyViT's `PatchEmbed`: two 3x3 convolutions of stride 2.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::conv::{Conv3x3, folded};
use super::function::Function;
use super::rings::Ring;
use crate::sam2::error::Result;
use crate::sam2::simd;
use crate::sam2::weights::Weights;

const COLOURS: usize = 3;
const STRIDE: usize = 2;
/// Rows of the result that are one job for a thread.
const ROWS: usize = 8;

/// (1, 3, S, S) to (S/4, S/4, channels).
#[derive(Debug)]
pub struct ConvStem {
    first: Conv3x3,
    second: Conv3x3,
}

impl ConvStem {
    /// The layers `{prefix}.seq.0` and `{prefix}.seq.2`, GELU between them.
    pub fn load(weights: &Weights, prefix: &str, channels: usize) -> Result<Self> {
        let layer = |name: &str, inputs: usize, outputs: usize| -> Result<Conv3x3> {
            let (kernel, bias) = folded(weights, &format!("{prefix}.seq.{name}"), [outputs, inputs, 3, 3])?;
            Ok(Conv3x3::new(&kernel, bias, STRIDE))
        };
        Ok(Self { first: layer("0", COLOURS, channels / 2)?, second: layer("2", channels / 2, channels)? })
    }

    /// Rows of the result from `first` on.
    fn apply(
        &self,
        image: &[f32],
        side: usize,
        first: usize,
        out: &mut [f32],
        [pixels, hidden]: &mut [Ring; 2],
    ) {
        let (half, between) = (side / STRIDE, self.first.outputs());
        pixels.restart((side + 2) * COLOURS);
        hidden.restart((half + 2) * between);
        let width = half / STRIDE * self.second.outputs();
        for (y, out) in (first..).zip(out.chunks_exact_mut(width)) {
            let rows = hidden.around(STRIDE * y, half, |row, values| {
                let rows =
                    pixels.around(STRIDE * row, side, |row, values| interleave(image, side, row, values));
                let (left, rest) = values.split_at_mut(between);
                let (middle, right) = rest.split_at_mut(half * between);
                left.fill(0.0);
                right.fill(0.0);
                self.first.apply(rows, middle);
                simd::gelu(middle);
            });
            self.second.apply(rows, out);
        }
    }
}

/// A row of a (3, side, side) image with its colours side by side, a black pixel at both ends.
fn interleave(image: &[f32], side: usize, row: usize, out: &mut [f32]) {
    out.fill(0.0);
    for (colour, plane) in image.chunks_exact(side * side).enumerate() {
        let pixels = out[COLOURS + colour..].iter_mut().step_by(COLOURS);
        pixels.zip(&plane[row * side..][..side]).for_each(|(to, x)| *to = *x);
    }
}

impl Function for ConvStem {
    fn name(&self) -> &'static str {
        "ConvStem"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        ensure!(
            matches!(input, [1, COLOURS, height, side] if height == side && side % 4 == 0 && *side > 0),
            "a square of three colours, not {input:?}"
        );
        Ok(vec![input[2] / 4, input[2] / 4, self.second.outputs()])
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let shape = self.output_shape(input.shape())?;
        let mut output = Tensor::zero::<f32>(&shape)?;
        let (side, view) = (input.shape()[2], input.view());
        let image = view.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let parts = plain.as_slice_mut::<f32>()?.par_chunks_mut(ROWS * shape[1] * shape[2]);
        parts.enumerate().for_each_init(Default::default, |rings, (part, out)| {
            self.apply(image, side, part * ROWS, out, rings);
        });
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam2::encoder::ops::conv::tests::convolved;
    use crate::sam2::encoder::ops::layers::tests::{assert_close, numbers};

    #[test]
    fn it_is_two_convolutions() {
        let (side, between, outputs) = (4 * ROWS + 8, 5, 9);
        let (w1, b1) = (numbers(between * COLOURS * 9, 1), numbers(between, 2));
        let (w2, b2) = (numbers(outputs * between * 9, 3), numbers(outputs, 4));
        let image = numbers(COLOURS * side * side, 5);
        let pixels: Vec<f32> = (0..image.len()).map(|i| image[i % 3 * side * side + i / 3]).collect();
        let mut hidden = convolved(&pixels, [side, side, COLOURS], &w1, &b1, STRIDE);
        simd::gelu(&mut hidden);
        let expected = convolved(&hidden, [side / 2, side / 2, between], &w2, &b2, STRIDE);
        let stem = ConvStem { first: Conv3x3::new(&w1, b1, STRIDE), second: Conv3x3::new(&w2, b2, STRIDE) };
        let output = stem.eval(Tensor::from_shape(&[1, 3, side, side], &image).unwrap()).unwrap();
        assert_eq!(output.shape(), [side / 4, side / 4, outputs]);
        assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-4);
    }
}
