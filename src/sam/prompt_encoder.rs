//! The prompt encoder: points, boxes and a previous mask as tokens and a dense embedding.
//!
//! Follows `sam2/modeling/sam/prompt_encoder.py`.

use std::f32::consts::TAU;

use rayon::prelude::*;

use super::error::Result;
use super::network::{Label, Token};
use super::numeric::tile::{Left, Out, Shape, View, WIDTH, add_to_rows, norm_gelu, product, transpose};
use super::weights::Weights;

const PREFIX: &str = "sam_prompt_encoder";
/// `mask_in_chans` of the official class.
pub(super) const MASK_CHANNELS: usize = 16;
/// Pixels that a 2x2 convolution of stride 2 makes one of.
const TAPS: usize = 4;
/// Epsilon of the official `LayerNorm2d`.
pub(super) const LAYER_NORM_2D_EPS: f32 = 1e-6;

/// Embeds points and box corners.
pub struct PromptEncoder {
    d_model: usize,
    image_size: f32,
    /// (2, d_model / 2)
    gaussian: Vec<f32>,
    /// One (d_model) row for each [`Label`] that is no padding.
    point_embeddings: Vec<Vec<f32>>,
    not_a_point: Vec<f32>,
    no_mask: Vec<f32>,
}

impl PromptEncoder {
    /// Reads the weights.
    ///
    /// # Errors
    /// A tensor that is missing or has the wrong shape.
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

    /// The sparse tokens of one prompt, (tokens, d_model) row-major.
    pub fn sparse(&self, tokens: &[Token]) -> Vec<f32> {
        let mut out = Vec::with_capacity(tokens.len() * self.d_model);
        for ([x, y], label) in tokens {
            let embedding = match label {
                Label::Padding => {
                    out.extend_from_slice(&self.not_a_point);
                    continue;
                }
                Label::Negative | Label::Positive | Label::BoxTopLeft | Label::BoxBottomRight => {
                    &self.point_embeddings[*label as usize]
                }
            };
            let start = out.len();
            // Half a pixel moves the point to the centre of its pixel.
            self.push_position((x + 0.5) / self.image_size, (y + 0.5) / self.image_size, &mut out);
            out[start..].iter_mut().zip(embedding).for_each(|(value, e)| *value += e);
        }
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

/// A 2x2 convolution of stride 2, `LayerNorm2d` and GELU on tiles of (taps * inputs, WIDTH).
struct Downscale {
    /// (outputs, taps * inputs)
    weight: Vec<f32>,
    bias: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl Downscale {
    /// The layers `mask_downscaling.{first}` and the one after it.
    fn new(weights: &Weights, first: usize, inputs: usize, outputs: usize) -> Result<Self> {
        let get = |layer: usize, what: &str, shape: &[usize]| {
            weights.values(&format!("{PREFIX}.mask_downscaling.{layer}.{what}"), shape)
        };
        let kernel = get(first, "weight", &[outputs, inputs, 2, 2])?;
        let of_output = |kernel: &[f32]| -> Vec<f32> {
            (0..TAPS).flat_map(|tap| kernel.iter().skip(tap).step_by(TAPS)).copied().collect()
        };
        Ok(Self {
            weight: kernel.chunks_exact(inputs * TAPS).flat_map(of_output).collect(),
            bias: get(first, "bias", &[outputs])?,
            gamma: get(first + 1, "weight", &[outputs])?,
            beta: get(first + 1, "bias", &[outputs])?,
        })
    }

    /// (taps * inputs, WIDTH) to (outputs, WIDTH).
    fn apply(&self, taps: &[f32], out: &mut [f32]) {
        let depth = taps.len() / WIDTH;
        let shape = Shape { rows: self.bias.len(), depth, columns: WIDTH };
        let left = Left::Plain(View::new(&self.weight, depth));
        product(Out::new(out, WIDTH), left, View::new(taps, WIDTH), shape);
        add_to_rows(out, &self.bias);
        norm_gelu(out, &self.gamma, &self.beta, LAYER_NORM_2D_EPS);
    }
}

/// Embeds the low-resolution logits of a previous answer.
pub struct MaskEncoder {
    first: Downscale,
    second: Downscale,
    projection: Vec<f32>,
    projection_bias: Vec<f32>,
}

impl MaskEncoder {
    /// Reads the weights.
    ///
    /// # Errors
    /// Those of [`PromptEncoder::new`].
    pub fn new(weights: &Weights) -> Result<Self> {
        let d = weights.config().d_model;
        let last = format!("{PREFIX}.mask_downscaling.6");
        Ok(Self {
            first: Downscale::new(weights, 0, 1, MASK_CHANNELS / TAPS)?,
            second: Downscale::new(weights, 3, MASK_CHANNELS / TAPS, MASK_CHANNELS)?,
            projection: weights.values(&format!("{last}.weight"), &[d, MASK_CHANNELS, 1, 1])?,
            projection_bias: weights.values(&format!("{last}.bias"), &[d])?,
        })
    }

    /// The last layer, which takes a cell's channels to the dense embedding: weights
    /// (d_model, [`MASK_CHANNELS`]) and bias.
    pub(super) fn projection(&self) -> (&[f32], &[f32]) {
        (&self.projection, &self.projection_bias)
    }

    /// The dense embedding of a mask, (cells, d_model) row-major. `logits` are (4 * side, 4 * side) for an
    /// embedding of `side` cells.
    pub fn dense(&self, logits: &[f32], side: usize) -> Vec<f32> {
        let d = self.projection_bias.len();
        let of_tile = |channels: &Vec<f32>| {
            let mut tile: Vec<f32> = self.projection_bias.iter().flat_map(|bias| [*bias; WIDTH]).collect();
            let shape = Shape { rows: d, depth: MASK_CHANNELS, columns: WIDTH };
            let left = Left::Plain(View::new(&self.projection, MASK_CHANNELS));
            product(Out::adding(&mut tile, WIDTH), left, View::new(channels, WIDTH), shape);
            let mut cells = vec![0f32; tile.len()];
            transpose(&mut cells, d, &tile);
            cells
        };
        let mut dense: Vec<f32> = self.channels(logits, side).iter().flat_map(of_tile).collect();
        dense.truncate(side * side * d);
        dense
    }

    /// What the last layer takes, for each [`WIDTH`] cells ([`MASK_CHANNELS`], WIDTH). `logits` are
    /// (4 * side, 4 * side) for an embedding of `side` cells.
    pub(super) fn channels(&self, logits: &[f32], side: usize) -> Vec<Vec<f32>> {
        let cells = side * side;
        let tile = |first: usize| {
            let mut halfway = vec![0f32; MASK_CHANNELS * WIDTH];
            for (outer, out) in halfway.chunks_exact_mut(MASK_CHANNELS / TAPS * WIDTH).enumerate() {
                let mut taps = [0f32; TAPS * WIDTH];
                for (inner, row) in taps.chunks_exact_mut(WIDTH).enumerate() {
                    let dx = 2 * (outer % 2) + inner % 2;
                    let dy = 2 * (outer / 2) + inner / 2;
                    for (tap, cell) in row.iter_mut().zip(first..cells) {
                        *tap = logits[(4 * (cell / side) + dy) * 4 * side + 4 * (cell % side) + dx];
                    }
                }
                self.first.apply(&taps, out);
            }
            let mut out = vec![0f32; MASK_CHANNELS * WIDTH];
            self.second.apply(&halfway, &mut out);
            out
        };
        (0..cells).into_par_iter().step_by(WIDTH).map(tile).collect()
    }
}
