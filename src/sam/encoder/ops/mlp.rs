//! Two linear layers with GELU between them, and the way around them; a norm before them, or none.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::function::Function;
use super::layers::{Norm, ROWS_TOGETHER, room};
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Hidden values of a row that exist at a time. A few hundred keep them in the processor's cache
/// whatever the width of the network.
const HIDDEN_TOGETHER: usize = 384;

/// `x + mlp(norm(x))` on rows, or `x + mlp(x)`.
#[derive(Debug)]
pub struct ResidualMlp {
    norm: Option<Norm>,
    parts: Vec<Part>,
    bias: Vec<f32>,
}

/// Some of the hidden values: how they come from the inputs and what they add to the outputs.
#[derive(Debug)]
struct Part {
    inward: Packed,
    inward_bias: Vec<f32>,
    outward: Packed,
}

impl ResidualMlp {
    /// The first of the `layers` goes to `hidden` values, the second back.
    pub fn load(weights: &Weights, norm: Norm, layers: [&str; 2], hidden: usize) -> Result<Self> {
        let width = norm.width();
        let layer = |i: usize, outputs: usize, inputs: usize| -> Result<(Vec<f32>, Vec<f32>)> {
            let weight = weights.values(&format!("{}.weight", layers[i]), &[outputs, inputs])?;
            Ok((weight, weights.values(&format!("{}.bias", layers[i]), &[outputs])?))
        };
        let (inward, inward_bias) = layer(0, hidden, width)?;
        let (outward, bias) = layer(1, width, hidden)?;
        Ok(Self::new(Some(norm), &inward, &inward_bias, &outward, bias))
    }

    /// Values of a row.
    pub fn width(&self) -> usize {
        self.bias.len()
    }

    /// `inward` is (hidden, width), `outward` (width, hidden), both row-major.
    pub fn new(
        norm: Option<Norm>,
        inward: &[f32],
        inward_bias: &[f32],
        outward: &[f32],
        bias: Vec<f32>,
    ) -> Self {
        let (width, hidden) = (bias.len(), inward_bias.len());
        let parts = inward_bias.chunks(HIDDEN_TOGETHER).zip((0..).step_by(HIDDEN_TOGETHER));
        let parts = parts.map(|(inward_bias, first)| {
            let count = inward_bias.len();
            let mut part = Part {
                inward: Packed::from_columns(&inward[first * width..], width, count),
                inward_bias: inward_bias.to_vec(),
                outward: Packed::default(),
            };
            part.outward.set_columns(&outward[first..], hidden, count, width);
            part
        });
        Self { parts: parts.collect(), norm, bias }
    }

    /// The rows that a thread works on, in place.
    pub fn apply(&self, rows: &mut [f32], memory: &mut [Vec<f32>; 2]) {
        let width = self.width();
        let [normed, hidden] = memory;
        let normed = room(normed, rows.len());
        match &self.norm {
            Some(norm) => norm.apply(rows, normed),
            None => normed.copy_from_slice(rows),
        }
        let mut start = Start::ResultAndBias(&self.bias);
        for part in &self.parts {
            let count = part.inward.columns();
            let hidden = room(hidden, rows.len() / width * count);
            packed::multiply(normed, width, &part.inward, Start::Bias(&part.inward_bias), hidden, count);
            rows::gelu(hidden);
            packed::multiply(hidden, count, &part.outward, start, rows, width);
            start = Start::Result;
        }
    }
}

impl Function for ResidualMlp {
    fn name(&self) -> &'static str {
        "ResidualMlp"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        ensure!(input.last() == Some(&self.width()), "rows of {} in {input:?}", self.width());
        Ok(input.to_vec())
    }

    fn eval(&self, mut input: Tensor) -> TractResult<Tensor> {
        let mut plain = input.try_as_plain_ram_mut()?;
        plain
            .as_slice_mut::<f32>()?
            .par_chunks_mut(ROWS_TOGETHER * self.width())
            .for_each_init(Default::default, |memory, rows| self.apply(rows, memory));
        Ok(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, linear_by_definition, numbers};

    #[test]
    fn the_hidden_values_may_come_in_parts() {
        let (width, hidden, rows) = (20, HIDDEN_TOGETHER + 30, ROWS_TOGETHER + 9);
        let (inward, inward_bias) = (numbers(hidden * width, 1), numbers(hidden, 2));
        let (outward, bias) = (numbers(width * hidden, 3), numbers(width, 4));
        let norm = || Norm::new(numbers(width, 5), numbers(width, 6), 1e-6);
        let x = numbers(rows * width, 7);
        let mut normed = vec![0.0; x.len()];
        norm().apply(&x, &mut normed);
        for (norm, input) in [(Some(norm()), &normed), (None, &x)] {
            let mut between = linear_by_definition(input, &inward, &inward_bias);
            rows::gelu(&mut between);
            let mut expected = linear_by_definition(&between, &outward, &bias);
            rows::add(&mut expected, &x);
            let mlp = ResidualMlp::new(norm, &inward, &inward_bias, &outward, bias.clone());
            let output = mlp.eval(Tensor::from_shape(&[rows, width], &x).unwrap()).unwrap();
            assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-3);
        }
    }
}
