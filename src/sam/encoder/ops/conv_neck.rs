//! SAM 1's neck: a 1x1 and a 3x3 convolution, each with a norm behind it.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::conv::Conv3x3;
use super::function::Function;
use super::layers::{Linear, Norm, ROWS_TOGETHER, room};
use super::rings::{Ring, padded_row};
use crate::sam::error::Result;
use crate::sam::weights::Weights;

/// Epsilon of the official `LayerNorm2d`.
const LAYER_NORM_2D_EPS: f32 = 1e-6;

/// (height, width, inputs) to (height * width, outputs).
#[derive(Debug)]
pub struct ConvNeck {
    first: Linear,
    first_norm: Norm,
    second: Conv3x3,
    second_norm: Norm,
}

impl ConvNeck {
    /// The layers `{prefix}.0` to `{prefix}.3`; the convolutions have no bias.
    pub fn load(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let name = |layer: usize| format!("{prefix}.{layer}");
        let kernel = |layer: usize, inputs: usize, side: usize| {
            weights.values(&format!("{prefix}.{layer}.weight"), &[outputs, inputs, side, side])
        };
        let norm = |layer: usize| Norm::load(weights, &name(layer), outputs, LAYER_NORM_2D_EPS);
        Ok(Self {
            first: Linear::new(&kernel(0, inputs, 1)?, vec![0.0; outputs]),
            first_norm: norm(1)?,
            second: Conv3x3::new(&kernel(2, outputs, 3)?, vec![0.0; outputs], 1),
            second_norm: norm(3)?,
        })
    }
}

impl Function for ConvNeck {
    fn name(&self) -> &'static str {
        "ConvNeck"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let inputs = self.first.inputs();
        ensure!(matches!(input, [_, _, c] if *c == inputs), "a map of {inputs} channels, not {input:?}");
        Ok(vec![input[0] * input[1], self.second.outputs()])
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        let [height, width, inputs] = input.shape()[..] else { unreachable!("checked above") };
        let view = input.view();
        let channels = self.second.outputs();
        let mut between = vec![0f32; height * width * channels];
        let rows = view.as_slice::<f32>()?.par_chunks(ROWS_TOGETHER * inputs);
        let tasks = rows.zip(between.par_chunks_mut(ROWS_TOGETHER * channels));
        tasks.for_each_init(Vec::new, |memory, (rows, out)| {
            let narrow = room(memory, out.len());
            self.first.apply(rows, narrow);
            self.first_norm.apply(narrow, out);
        });
        let mut plain = output.try_as_plain_ram_mut()?;
        let rows = plain.as_slice_mut::<f32>()?.par_chunks_mut(width * channels);
        let memory = || {
            let mut ring = Ring::default();
            ring.restart((width + 2) * channels);
            (ring, vec![0f32; width * channels])
        };
        rows.enumerate().for_each_init(memory, |(ring, mixed), (y, out)| {
            let rows = ring.around(y, height, |row, values| {
                padded_row(&between[row * width * channels..][..width * channels], channels, values);
            });
            self.second.apply(rows, mixed);
            self.second_norm.apply(mixed, out);
        });
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::conv::tests::convolved;
    use crate::sam::encoder::ops::layers::tests::{assert_close, linear_by_definition, numbers};

    #[test]
    fn it_is_its_four_layers() {
        let (height, width, inputs, outputs) = (7, 9, 5, 6);
        let (narrow, kernel) = (numbers(outputs * inputs, 1), numbers(outputs * outputs * 9, 2));
        let norm = |seed| Norm::new(numbers(outputs, seed), numbers(outputs, seed + 1), LAYER_NORM_2D_EPS);
        let zeros = vec![0.0; outputs];
        let map = numbers(height * width * inputs, 7);

        let mut between = vec![0.0; height * width * outputs];
        norm(3).apply(&linear_by_definition(&map, &narrow, &zeros), &mut between);
        let mut expected = vec![0.0; between.len()];
        norm(5).apply(&convolved(&between, [height, width, outputs], &kernel, &zeros, 1), &mut expected);

        let neck = ConvNeck {
            first: Linear::new(&narrow, zeros.clone()),
            first_norm: norm(3),
            second: Conv3x3::new(&kernel, zeros, 1),
            second_norm: norm(5),
        };
        let output = neck.eval(Tensor::from_shape(&[height, width, inputs], &map).unwrap()).unwrap();
        assert_eq!(output.shape(), [height * width, outputs]);
        assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-4);
    }
}
