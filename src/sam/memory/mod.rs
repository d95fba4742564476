//! SAM 2's memory: what an object looked like on other frames of a sequence, and how it changes what the
//! decoder sees of the next.
//!
//! Follows `sam2/modeling/sam2_base.py`, `memory_attention.py` and `memory_encoder.py`. Maps are channels-last,
//! row-major: (cells, channels), where cells are those of the embedding.
//!
//! [`MemoryNetwork`] answers prompts on a frame and follows objects to the next. A followed frame goes through
//! [`MemoryAttention::condition`], whose result takes the place of the embedding in the
//! [plain decoder](super::decoder::plain); the mask that comes out becomes a [`Memory`] by
//! [`MemoryEncoder::encode`], and the token of the mask a pointer by [`Pointers::pointer`].
//!
//! SAM 2.0 differs from 2.1 by two tensors that it lacks: the time of pointers, and what is added to the memory
//! of a frame on which the object is absent. EdgeTAM is like SAM 2.0, with a [`Perceiver`] behind the memory
//! encoder, which condenses a memory to a few tokens.

mod attention;
mod cross_attention;
mod encoder;
mod network;
mod object;
mod perceiver;
mod pointers;
mod position;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub use attention::{FrameStart, MemoryAttention, Remembered};
pub use encoder::{MaskSource, Memory, MemoryEncoder};
pub use network::{Frame, MemoryNetwork, Observation};
pub use object::{Direction, ObjectMemory, Place};
pub use perceiver::Perceiver;
pub use pointers::Pointers;

use super::config::MemoryConfig;
use super::error::Result;
use super::numeric::packed::{Packed, Start, multiply};
use super::weights::Weights;

/// Frames of which the spatial memory is kept for an object, the current one included (`num_maskmem`).
pub const MEMORIES: usize = 7;
/// Pointers that are kept for an object (`max_obj_ptrs_in_encoder`).
pub const POINTERS: usize = 16;

/// Rows that go through a layer together on one thread.
const ROWS: usize = 64;

/// Where the tokens of a memory lie: some nowhere, then those of a square map, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    nowhere: usize,
    /// Of the map, in tokens.
    side: usize,
}

impl Layout {
    /// For an embedding of `cells` a side.
    fn new(config: MemoryConfig, cells: usize) -> Self {
        match config.perceiver {
            Some(perceiver) => {
                Self { nowhere: perceiver.num_latents, side: perceiver.num_latents_2d.isqrt() }
            }
            None => Self { nowhere: 0, side: cells },
        }
    }
}

/// `nn.Linear`, or a convolution of one cell, for many rows.
struct Dense {
    weight: Packed,
    bias: Vec<f32>,
}

impl Dense {
    /// Reads `{prefix}.weight` and `{prefix}.bias` of a linear layer.
    fn new(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        Self::read(weights, prefix, &[outputs, inputs])
    }

    /// The same of a convolution whose kernel has one cell.
    fn convolution(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        Self::read(weights, prefix, &[outputs, inputs, 1, 1])
    }

    fn read(weights: &Weights, prefix: &str, shape: &[usize]) -> Result<Self> {
        let weight = weights.values(&format!("{prefix}.weight"), shape)?;
        let bias = weights.values(&format!("{prefix}.bias"), &shape[..1])?;
        Ok(Self { weight: Packed::from_columns(&weight, shape[1], shape[0]), bias })
    }

    /// A linear layer without a bias; `weight` is (outputs, inputs).
    fn without_bias(weight: &[f32], inputs: usize) -> Self {
        let outputs = weight.len() / inputs;
        Self { weight: Packed::from_columns(weight, inputs, outputs), bias: vec![0.0; outputs] }
    }

    /// Two linear layers with nothing between them as one: (d, inputs), then (d, d).
    fn joined(weights: &Weights, [first, second]: [&str; 2], inputs: usize, d: usize) -> Result<Self> {
        let first_weight = weights.values(&format!("{first}.weight"), &[d, inputs])?;
        let first_bias = weights.values(&format!("{first}.bias"), &[d])?;
        let second_weight = weights.values(&format!("{second}.weight"), &[d, d])?;
        let mut bias = weights.values(&format!("{second}.bias"), &[d])?;
        let mut weight = vec![0.0; d * inputs];
        let right = Packed::from_rows(&first_weight, d, inputs);
        multiply(&second_weight, d, &right, Start::Zero, &mut weight, inputs);
        multiply(&first_bias, d, &Packed::from_columns(&second_weight, d, d), Start::Result, &mut bias, d);
        Ok(Self { weight: Packed::from_columns(&weight, inputs, d), bias })
    }

    /// (rows, inputs) to (rows, outputs), on all threads.
    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let (inputs, outputs) = (self.weight.depth(), self.weight.columns());
        let mut out = vec![0.0; x.len() / inputs * outputs];
        let chunks = out.par_chunks_mut(ROWS * outputs).zip(x.par_chunks(ROWS * inputs));
        chunks.for_each(|(out, x)| multiply(x, inputs, &self.weight, Start::Bias(&self.bias), out, outputs));
        out
    }

    /// The same on this thread.
    fn rows(&self, x: &[f32]) -> Vec<f32> {
        let (inputs, outputs) = (self.weight.depth(), self.weight.columns());
        let mut out = vec![0.0; x.len() / inputs * outputs];
        multiply(x, inputs, &self.weight, Start::Bias(&self.bias), &mut out, outputs);
        out
    }

    /// Adds the same to `out`, (rows, outputs).
    fn add_rows(&self, x: &[f32], out: &mut [f32]) {
        let (inputs, outputs) = (self.weight.depth(), self.weight.columns());
        multiply(x, inputs, &self.weight, Start::ResultAndBias(&self.bias), out, outputs);
    }
}
