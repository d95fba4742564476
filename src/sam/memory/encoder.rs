//! The memory encoder: a frame and the mask on it as one map, or as what a perceiver condenses it to.
//!
//! Follows `sam2/modeling/memory_encoder.py` and `_encode_new_memory` in `sam2_base.py`.

use rayon::prelude::*;

use super::{Dense, Perceiver};
use crate::sam::config::MemoryConfig;
use crate::sam::decoder::layers::Norm;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::prompt_encoder::LAYER_NORM_2D_EPS;
use crate::sam::weights::Weights;

/// Masks enter as shares times this plus the next (`sigmoid_scale_for_mem_enc`, `sigmoid_bias_for_mem_enc`).
const MASK_SCALE: f32 = 20.0;
const MASK_BIAS: f32 = -10.0;
/// Side of the kernels that halve the mask, and of those that mix cells.
const HALVING: usize = 3;
const MIXING: usize = 7;
const HALVINGS: usize = 4;
const MIXERS: usize = 2;

/// What is remembered of an object on a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory(pub(super) Vec<f32>);

impl Memory {
    /// (tokens, mem_dim): the cells of the embedding, or the latents of a [`Perceiver`].
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}

/// Where a mask comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskSource {
    /// Points or a box on this frame: what is inside is certain.
    Prompt,
    /// The network, or a mask that was given.
    Logits,
}

/// `MemoryEncoder`.
pub struct MemoryEncoder {
    side: usize,
    halvings: Vec<Halving>,
    last: Dense,
    pix_feat_proj: Dense,
    mixers: Vec<Mixer>,
    out_proj: Dense,
    /// `no_obj_embed_spatial`, (mem_dim); SAM 2.0 and EdgeTAM have none.
    no_object: Option<Vec<f32>>,
    /// Only EdgeTAM has one.
    perceiver: Option<Perceiver>,
}

impl MemoryEncoder {
    /// Reads its weights.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for; an input side that
    /// [`Perceiver::new`] refuses.
    pub fn new(weights: &Weights, config: MemoryConfig) -> Result<Self> {
        let d = weights.config().d_model;
        let name = |part: &str| format!("memory_encoder.{part}");
        let widths: Vec<usize> = (0..=HALVINGS).map(|i| 4usize.pow(i as u32)).collect();
        let halving = |i: usize| Halving::new(weights, 3 * i, widths[i], widths[i + 1]);
        let mixer = |i: usize| Mixer::new(weights, &name(&format!("fuser.layers.{i}")), d);
        let no_object = "no_obj_embed_spatial";
        let has_no_object = weights.has(no_object);
        Ok(Self {
            side: weights.config().embedding_side(),
            halvings: (0..HALVINGS).map(halving).collect::<Result<_>>()?,
            last: Dense::convolution(weights, &name("mask_downsampler.encoder.12"), widths[HALVINGS], d)?,
            pix_feat_proj: Dense::convolution(weights, &name("pix_feat_proj"), d, d)?,
            mixers: (0..MIXERS).map(mixer).collect::<Result<_>>()?,
            out_proj: Dense::convolution(weights, &name("out_proj"), d, config.mem_dim)?,
            no_object: has_no_object.then(|| weights.values(no_object, &[1, config.mem_dim])).transpose()?,
            perceiver: config
                .perceiver
                .map(|perceiver| Perceiver::new(weights, perceiver, config.mem_dim))
                .transpose()?,
        })
    }

    /// Remembers a mask, logits at the input's size (S, S), on a frame's embedding (cells, d) without
    /// `no_mem_embed`. `is_there` is whether the object score is above 0.
    pub fn encode(&self, embedding: &[f32], logits: &[f32], source: MaskSource, is_there: bool) -> Memory {
        let share = |x: &f32| match source {
            MaskSource::Prompt => f32::from(*x > 0.0),
            MaskSource::Logits => 1.0 / (1.0 + (-x).exp()),
        };
        let mut mask: Vec<f32> = logits.par_iter().map(|x| share(x) * MASK_SCALE + MASK_BIAS).collect();
        let mut side = self.side << HALVINGS;
        for halving in &self.halvings {
            mask = halving.apply(&mask, side);
            side /= 2;
        }
        let mut map = self.pix_feat_proj.apply(embedding);
        rows::add(&mut map, &self.last.apply(&mask));
        for mixer in &self.mixers {
            map = mixer.apply(&map, self.side);
        }
        let mut memory = self.out_proj.apply(&map);
        if let Some(no_object) = self.no_object.as_ref().filter(|_| !is_there) {
            memory.chunks_exact_mut(no_object.len()).for_each(|cell| rows::add(cell, no_object));
        }
        Memory(match &self.perceiver {
            Some(perceiver) => perceiver.condense(&memory),
            None => memory,
        })
    }
}

/// A convolution that halves a map, `LayerNorm2d` and GELU.
struct Halving {
    /// (cells of the kernel * inputs, outputs)
    weight: Packed,
    bias: Vec<f32>,
    norm: Norm,
    inputs: usize,
}

impl Halving {
    /// The layers `mask_downsampler.encoder.{first}` and the one after it.
    fn new(weights: &Weights, first: usize, inputs: usize, outputs: usize) -> Result<Self> {
        let name = |layer: usize| format!("memory_encoder.mask_downsampler.encoder.{layer}");
        let kernel =
            weights.values(&format!("{}.weight", name(first)), &[outputs, inputs, HALVING, HALVING])?;
        let cells = HALVING * HALVING;
        // The channels of a cell lie together in maps, and so in a kernel's row.
        let row = |kernel: &[f32]| -> Vec<f32> {
            (0..cells).flat_map(|cell| kernel.iter().skip(cell).step_by(cells)).copied().collect()
        };
        let kernels: Vec<f32> = kernel.chunks_exact(cells * inputs).flat_map(row).collect();
        Ok(Self {
            weight: Packed::from_columns(&kernels, cells * inputs, outputs),
            bias: weights.values(&format!("{}.bias", name(first)), &[outputs])?,
            norm: Norm::new(weights, &name(first + 1), outputs)?,
            inputs,
        })
    }

    /// (side * side, inputs) to (side / 2 * side / 2, outputs).
    fn apply(&self, map: &[f32], side: usize) -> Vec<f32> {
        let (inputs, outputs, half) = (self.inputs, self.bias.len(), side / 2);
        let depth = self.weight.depth();
        let mut out = vec![0.0; half * half * outputs];
        out.par_chunks_mut(half * outputs).enumerate().for_each(|(y, out)| {
            let mut patches = vec![0.0; half * depth];
            for (x, patch) in patches.chunks_exact_mut(depth).enumerate() {
                for (cell, values) in patch.chunks_exact_mut(inputs).enumerate() {
                    let (dx, dy) = (cell % HALVING, cell / HALVING);
                    // Outside the map there are zeros.
                    let (Some(x), Some(y)) = ((2 * x + dx).checked_sub(1), (2 * y + dy).checked_sub(1))
                    else {
                        continue;
                    };
                    if x < side && y < side {
                        values.copy_from_slice(&map[(y * side + x) * inputs..][..inputs]);
                    }
                }
            }
            let mut row = vec![0.0; half * outputs];
            multiply(&patches, depth, &self.weight, Start::Bias(&self.bias), &mut row, outputs);
            rows::layer_norm(&row, &self.norm.gamma, &self.norm.beta, LAYER_NORM_2D_EPS, out);
            rows::gelu(out);
        });
        out
    }
}

/// `CXBlock`: a convolution of each channel by itself, then an MLP of each cell.
struct Mixer {
    /// (cells of the kernel, d)
    kernel: Vec<f32>,
    bias: Vec<f32>,
    norm: Norm,
    pwconv1: Dense,
    pwconv2: Dense,
    gamma: Vec<f32>,
}

impl Mixer {
    fn new(weights: &Weights, prefix: &str, d: usize) -> Result<Self> {
        let kernel = weights.values(&format!("{prefix}.dwconv.weight"), &[d, 1, MIXING, MIXING])?;
        let cells = MIXING * MIXING;
        Ok(Self {
            kernel: (0..cells).flat_map(|cell| kernel.iter().skip(cell).step_by(cells)).copied().collect(),
            bias: weights.values(&format!("{prefix}.dwconv.bias"), &[d])?,
            norm: Norm::new(weights, &format!("{prefix}.norm"), d)?,
            pwconv1: Dense::new(weights, &format!("{prefix}.pwconv1"), d, 4 * d)?,
            pwconv2: Dense::new(weights, &format!("{prefix}.pwconv2"), 4 * d, d)?,
            gamma: weights.values(&format!("{prefix}.gamma"), &[d])?,
        })
    }

    /// A map (side * side, d) after the block.
    fn apply(&self, map: &[f32], side: usize) -> Vec<f32> {
        let d = self.bias.len();
        let mut out = map.to_vec();
        out.par_chunks_mut(side * d).enumerate().for_each(|(y, row)| {
            let mixed = self.mixed(map, side, y);
            let mut normalised = vec![0.0; mixed.len()];
            rows::layer_norm(&mixed, &self.norm.gamma, &self.norm.beta, LAYER_NORM_2D_EPS, &mut normalised);
            let mut hidden = self.pwconv1.rows(&normalised);
            rows::gelu(&mut hidden);
            let change = self.pwconv2.rows(&hidden);
            for (cell, change) in row.chunks_exact_mut(d).zip(change.chunks_exact(d)) {
                for ((value, change), gamma) in cell.iter_mut().zip(change).zip(&self.gamma) {
                    *value += gamma * change;
                }
            }
        });
        out
    }

    /// A row of the map after the convolution.
    fn mixed(&self, map: &[f32], side: usize, y: usize) -> Vec<f32> {
        let d = self.bias.len();
        let mut row = self.bias.repeat(side);
        for (cell, kernel) in self.kernel.chunks_exact(d).enumerate() {
            let Some(from_y) = (y + cell / MIXING).checked_sub(MIXING / 2).filter(|y| *y < side) else {
                continue;
            };
            // Cells of this row that see one of that row, and the first one they see.
            let shift = cell % MIXING;
            let (first, from) = ((MIXING / 2).saturating_sub(shift), shift.saturating_sub(MIXING / 2));
            let sums = row.get_mut(first * d..).unwrap_or_default();
            let values = &map[from_y * side * d..][..side * d];
            rows::add_products(sums, values.get(from * d..).unwrap_or_default(), kernel);
        }
        row
    }
}
