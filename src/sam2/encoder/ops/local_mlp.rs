//! The second half of a TinyViT block: a convolution of each channel, then the MLP.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::conv::{Depthwise, folded};
use super::function::Function;
use super::layers::ROWS_TOGETHER;
use super::mlp::ResidualMlp;
use super::rings::{Ring, padded_row};
use crate::sam2::error::Result;
use crate::sam2::weights::Weights;

/// Rows of the map that are one job for a thread.
const ROWS: usize = 8;

/// `x + mlp(norm(x))` with x the convolved map: (height, width, channels), as large as before.
#[derive(Debug)]
pub struct LocalMlp {
    local: Depthwise,
    mlp: ResidualMlp,
}

impl LocalMlp {
    /// `{prefix}` is MobileSAM's `local_conv` layer.
    pub fn load(weights: &Weights, prefix: &str, mlp: ResidualMlp) -> Result<Self> {
        let channels = mlp.width();
        let (kernel, bias) = folded(weights, prefix, [channels, 1, 3, 3])?;
        Ok(Self { local: Depthwise::new(&kernel, bias, 1), mlp })
    }
}

impl Function for LocalMlp {
    fn name(&self) -> &'static str {
        "LocalMlp"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let channels = self.local.channels();
        ensure!(matches!(input, [_, _, c] if *c == channels), "a map of {channels} channels, not {input:?}");
        Ok(input.to_vec())
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        let [height, width, channels] = input.shape()[..] else { unreachable!("checked above") };
        let (row_length, view) = (width * channels, input.view());
        let map = view.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let parts = plain.as_slice_mut::<f32>()?.par_chunks_mut(ROWS * row_length);
        let memory = || (Ring::default(), Default::default());
        parts.enumerate().for_each_init(memory, |(ring, memory), (part, out)| {
            ring.restart((width + 2) * channels);
            for (y, out) in (part * ROWS..).zip(out.chunks_exact_mut(row_length)) {
                let rows = ring.around(y, height, |row, values| {
                    padded_row(&map[row * row_length..][..row_length], channels, values);
                });
                self.local.apply(rows, out);
            }
            out.chunks_mut(ROWS_TOGETHER * channels).for_each(|rows| self.mlp.apply(rows, memory));
        });
        Ok(output)
    }
}
