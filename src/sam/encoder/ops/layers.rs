//! The layers that larger functions are made of, on rows of float32.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;

use super::function::Function;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Rows that one thread takes through a chain of layers at a time: few enough to stay in the
/// processor's cache, enough to use each weight that is read from memory many times.
pub const ROWS_TOGETHER: usize = 128;

/// PyTorch's `nn.Linear`, or a 1x1 convolution on a channels-last map.
#[derive(Debug)]
pub struct Linear {
    weight: Packed,
    bias: Vec<f32>,
}

impl Linear {
    /// `weight` is (outputs, inputs) row-major; `bias` has one value for each output.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let (inputs, outputs) = (weight.len() / bias.len(), bias.len());
        Self { weight: Packed::from_columns(weight, inputs, outputs), bias }
    }

    /// `{prefix}.weight` (outputs, inputs) and `{prefix}.bias` (outputs).
    pub fn load(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let weight = weights.values(&format!("{prefix}.weight"), &[outputs, inputs])?;
        Ok(Self::new(&weight, weights.values(&format!("{prefix}.bias"), &[outputs])?))
    }

    pub fn inputs(&self) -> usize {
        self.weight.depth()
    }

    pub fn outputs(&self) -> usize {
        self.weight.columns()
    }

    /// (rows, inputs) to (rows, outputs).
    pub fn apply(&self, rows: &[f32], out: &mut [f32]) {
        packed::multiply(rows, self.inputs(), &self.weight, Start::Bias(&self.bias), out, self.outputs());
    }

    /// Like [`Linear::apply`], added to what `out` holds.
    pub fn add(&self, rows: &[f32], out: &mut [f32]) {
        packed::multiply(
            rows,
            self.inputs(),
            &self.weight,
            Start::ResultAndBias(&self.bias),
            out,
            self.outputs(),
        );
    }
}

/// On the last axis: (..., inputs) to (..., outputs).
impl Function for Linear {
    fn name(&self) -> &'static str {
        "Linear"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let mut shape = input.to_vec();
        match shape.last_mut() {
            Some(last) if *last == self.inputs() => *last = self.outputs(),
            last => bail!("{} values a row, but the last axis has {last:?}", self.inputs()),
        }
        Ok(shape)
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        let view = input.view();
        let rows = view.as_slice::<f32>()?.par_chunks(ROWS_TOGETHER * self.inputs());
        let mut plain = output.try_as_plain_ram_mut()?;
        let out = plain.as_slice_mut::<f32>()?.par_chunks_mut(ROWS_TOGETHER * self.outputs());
        rows.zip(out).for_each(|(rows, out)| self.apply(rows, out));
        Ok(output)
    }
}

/// Layer norm over rows.
#[derive(Debug)]
pub struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
    eps: f32,
}

impl Norm {
    /// `gamma` and `beta` have one value for each of a row's.
    pub fn new(gamma: Vec<f32>, beta: Vec<f32>, eps: f32) -> Self {
        Self { gamma, beta, eps }
    }

    /// `{prefix}.weight` and `{prefix}.bias`, both (width).
    pub fn load(weights: &Weights, prefix: &str, width: usize, eps: f32) -> Result<Self> {
        let gamma = weights.values(&format!("{prefix}.weight"), &[width])?;
        Ok(Self::new(gamma, weights.values(&format!("{prefix}.bias"), &[width])?, eps))
    }

    pub fn width(&self) -> usize {
        self.gamma.len()
    }

    /// (rows, width) to (rows, width).
    pub fn apply(&self, rows: &[f32], out: &mut [f32]) {
        rows::layer_norm(rows, &self.gamma, &self.beta, self.eps, out);
    }
}

/// `count` values to write to, in memory that was used before if there is enough. What they hold
/// is arbitrary.
pub fn room(memory: &mut Vec<f32>, count: usize) -> &mut [f32] {
    if memory.len() < count {
        *memory = vec![0.0; count];
    }
    &mut memory[..count]
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Numbers between -1 and 1 without a visible pattern.
    pub fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    /// `nn.Linear` by its definition.
    pub fn linear_by_definition(rows: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
        let inputs = weight.len() / bias.len();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        rows.chunks(inputs)
            .flat_map(|row| {
                weight.chunks(inputs).zip(bias).map(move |(weight, bias)| dot(row, weight) + bias)
            })
            .collect()
    }

    pub fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
        assert_eq!(found.len(), expected.len());
        for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() <= tolerance, "at {i}: {found}, not {expected}");
        }
    }

    #[test]
    fn rows_are_spread_over_threads_and_the_last_axis_changes() {
        let (weight, bias) = (numbers(7 * 11, 1), numbers(7, 2));
        let linear = Linear::new(&weight, bias.clone());
        let rows = numbers(29 * 13 * 11, 3);
        let input = Tensor::from_shape(&[29, 13, 11], &rows).unwrap();
        let output = linear.eval(input).unwrap();
        assert_eq!(output.shape(), [29, 13, 7]);
        let expected = linear_by_definition(&rows, &weight, &bias);
        assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-5);
        assert!(linear.output_shape(&[29, 13]).is_err());
    }
}
