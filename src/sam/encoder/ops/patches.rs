//! The patch embedding of a plain vision transformer, with the position embedding added.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::cubic::resized;
use super::function::Function;
use super::layers::{Linear, room};
use crate::sam::error::Result;
use crate::sam::weights::Weights;

const COLOURS: usize = 3;
/// Side of a patch, in pixels.
pub const PATCH: usize = 16;

/// (1, 3, S, S) to (S/16, S/16, channels).
#[derive(Debug)]
pub struct Patches {
    projection: Linear,
    /// (S/16, S/16, channels)
    position: Vec<f32>,
    cells: usize,
}

impl Patches {
    /// `{prefix}.patch_embed.proj`, and `{prefix}.pos_embed` of `stored` cells a side for a map of
    /// `cells` a side.
    pub fn load(
        weights: &Weights,
        prefix: &str,
        channels: usize,
        stored: usize,
        cells: usize,
    ) -> Result<Self> {
        let name = |part: &str| format!("{prefix}.{part}");
        let kernel = weights.values(&name("patch_embed.proj.weight"), &[channels, COLOURS, PATCH, PATCH])?;
        let bias = weights.values(&name("patch_embed.proj.bias"), &[channels])?;
        let position = weights.values(&name("pos_embed"), &[1, stored, stored, channels])?;
        let position = resized(&position, [stored; 2], [cells; 2]);
        Ok(Self { projection: Linear::new(&kernel, bias), position, cells })
    }
}

/// A row of patches: (S / 16, 3 * 16 * 16).
fn unfold(image: &[f32], side: usize, y: usize, out: &mut [f32]) {
    for (i, out) in out.chunks_exact_mut(PATCH).enumerate() {
        let (x, colour, row) = (i / (COLOURS * PATCH), i / PATCH % COLOURS, PATCH * y + i % PATCH);
        out.copy_from_slice(&image[(colour * side + row) * side + PATCH * x..][..PATCH]);
    }
}

impl Function for Patches {
    fn name(&self) -> &'static str {
        "Patches"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let side = self.cells * PATCH;
        ensure!(*input == [1, COLOURS, side, side], "three colours of {side} x {side}, not {input:?}");
        Ok(vec![self.cells, self.cells, self.projection.outputs()])
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let shape = self.output_shape(input.shape())?;
        let mut output = Tensor::from_shape(&shape, &self.position)?;
        let (side, view) = (input.shape()[2], input.view());
        let image = view.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let rows = plain.as_slice_mut::<f32>()?.par_chunks_mut(shape[1] * shape[2]);
        rows.enumerate().for_each_init(Vec::new, |patches, (y, out)| {
            let patches = room(patches, self.cells * self.projection.inputs());
            unfold(image, side, y, patches);
            self.projection.add(patches, out);
        });
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};

    #[test]
    fn each_cell_is_a_product_with_its_pixels() {
        let (cells, channels) = (3, 2);
        let side = cells * PATCH;
        let kernel = numbers(channels * COLOURS * PATCH * PATCH, 1);
        let (bias, position) = (numbers(channels, 2), numbers(cells * cells * channels, 3));
        let image = numbers(COLOURS * side * side, 4);
        let mut expected = vec![];
        for (i, position) in position.iter().enumerate() {
            let (y, x, channel) = (i / channels / cells, i / channels % cells, i % channels);
            let products = (0..COLOURS * PATCH * PATCH).map(|k| {
                let (colour, row, column) = (k / PATCH / PATCH, k / PATCH % PATCH, k % PATCH);
                image[(colour * side + PATCH * y + row) * side + PATCH * x + column]
                    * kernel[channel * COLOURS * PATCH * PATCH + k]
            });
            expected.push(products.sum::<f32>() + bias[channel] + position);
        }
        let patches = Patches { projection: Linear::new(&kernel, bias), position, cells };
        let output = patches.eval(Tensor::from_shape(&[1, COLOURS, side, side], &image).unwrap()).unwrap();
        assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-3);
    }
}
