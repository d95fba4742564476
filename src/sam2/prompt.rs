//! The prompt encoder: points, boxes and a former mask as tokens and a dense embedding.
//!
//! Follows `sam2/modeling/sam/prompt_encoder.py`. Points and boxes are a handful of numbers and
//! are computed directly; the mask goes through a small graph.

use std::f32::consts::TAU;

use tract_onnx::prelude::*;

use super::config::Config;
use super::error::Result;
use super::graph::{Activation, Graph};
use super::weights::Weights;

const PREFIX: &str = "sam_prompt_encoder";
/// `mask_in_chans` of the official class.
const MASK_CHANNELS: usize = 16;
const LAYER_NORM_2D_EPS: f32 = 1e-6;

/// What a sparse token stands for; the numbers are the official labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Negative = 0,
    Positive = 1,
    BoxTopLeft = 2,
    BoxBottomRight = 3,
}

/// Embeds points and box corners.
pub(super) struct PromptEncoder {
    d_model: usize,
    image_size: f32,
    /// (2, d_model / 2)
    gaussian: Vec<f32>,
    /// One (d_model) row for each [`Label`].
    point_embeddings: Vec<Vec<f32>>,
    not_a_point: Vec<f32>,
    no_mask: Vec<f32>,
}

impl PromptEncoder {
    pub fn new(weights: &Weights) -> Result<Self> {
        let d = weights.config().d_model;
        let get = |name: &str, shape: &[usize]| weights.values(&format!("{PREFIX}.{name}"), shape);
        Ok(Self {
            d_model: d,
            image_size: weights.config().image_size as f32,
            gaussian: get("pe_layer.positional_encoding_gaussian_matrix", &[2, d / 2])?,
            point_embeddings: (0..4)
                .map(|i| get(&format!("point_embeddings.{i}.weight"), &[1, d]))
                .collect::<Result<_>>()?,
            not_a_point: get("not_a_point_embed.weight", &[1, d])?,
            no_mask: get("no_mask_embed.weight", &[1, d])?,
        })
    }

    /// Random Fourier features of a position on [0, 1], appended to `out`.
    fn push_position(&self, x: f32, y: f32, out: &mut Vec<f32>) {
        let half = self.d_model / 2;
        let (x, y) = (2.0 * x - 1.0, 2.0 * y - 1.0);
        let angle = |i: usize| TAU * (x * self.gaussian[i] + y * self.gaussian[half + i]);
        out.extend((0..half).map(|i| angle(i).sin()));
        out.extend((0..half).map(|i| angle(i).cos()));
    }

    /// The sparse tokens of one prompt, (points + 1, d_model) row-major: the given points in
    /// network pixels, then the padding point that the official code always appends.
    pub fn sparse(&self, points_in_network: &[([f32; 2], Label)]) -> Vec<f32> {
        let mut out = Vec::with_capacity((points_in_network.len() + 1) * self.d_model);
        for ([x, y], label) in points_in_network {
            let start = out.len();
            // Half a pixel moves the point to the centre of its pixel.
            self.push_position((x + 0.5) / self.image_size, (y + 0.5) / self.image_size, &mut out);
            for (value, e) in out[start..].iter_mut().zip(&self.point_embeddings[*label as usize]) {
                *value += e;
            }
        }
        out.extend_from_slice(&self.not_a_point);
        out
    }

    /// The position of every embedding cell, (cells, d_model) row-major: `get_dense_pe`.
    pub fn dense_position(&self, side: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(side * side * self.d_model);
        let centre = |i: usize| (i as f32 + 0.5) / side as f32;
        for y in 0..side {
            for x in 0..side {
                self.push_position(centre(x), centre(y), &mut out);
            }
        }
        out
    }

    /// The dense embedding of a prompt without a mask, (1, d_model): the same in every cell.
    pub fn no_mask(&self) -> &[f32] {
        &self.no_mask
    }
}

/// A graph from low-resolution logits (S/4, S/4) to the dense embedding (cells, d_model).
pub(super) fn mask_embedding(weights: &Weights, config: &Config) -> Result<TypedModel> {
    let mut g = Graph::new(weights);
    let (side, cells) = (config.low_res_side(), config.embedding_side());
    let name = |i: usize| format!("{PREFIX}.mask_downscaling.{i}");
    let logits = g.input("mask_input", &[side, side])?;
    let x = g.reshape(logits, &[side, side, 1])?;
    let x = g.conv2x2(x, &name(0), MASK_CHANNELS / 4)?;
    let x = g.layer_norm(x, &name(1), LAYER_NORM_2D_EPS)?;
    let x = g.activation(x, Activation::Gelu)?;
    let x = g.conv2x2(x, &name(3), MASK_CHANNELS)?;
    let x = g.layer_norm(x, &name(4), LAYER_NORM_2D_EPS)?;
    let x = g.activation(x, Activation::Gelu)?;
    let x = g.conv1x1(x, &name(6), config.d_model)?;
    let x = g.reshape(x, &[cells * cells, config.d_model])?;
    g.finish(&[x])
}
