//! The mask decoder in the official order, step by step.
//!
//! Follows `sam2/modeling/sam/mask_decoder.py` and `transformer.py` line by line, and returns the results of
//! `MaskDecoder.predict_masks`. It is meant for reading, and as the reference for tests of the folded decoder
//! (see [`super`]). That one computes as much as possible once per image, which pays off if many prompts use
//! the same features. If the features differ for each prompt, as in a sequence, whose frames are combined
//! with the memory of each object, use this order.
//!
//! ```
//! use tinsel::files::Photo;
//! use tinsel::sam::decoder::plain::{Inputs, PlainDecoder};
//! use tinsel::sam::prompt_encoder::PromptEncoder;
//! use tinsel::sam::{Label, Predictor, Weights};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let weights = Weights::built_in()?;
//! let (prompts, decoder) = (PromptEncoder::new(&weights)?, PlainDecoder::new(&weights)?);
//! let side = weights.config().embedding_side();
//! let photo = Photo::open("assets/samples/coffee.jpg".as_ref())?;
//! let encoded = Predictor::new(weights)?.encoded(&photo.pixels, &())?;
//! // A click, in network pixels, and the token that ends a prompt without a box.
//! let click = [([500.0, 290.0], Label::Positive), ([0.0; 2], Label::Padding)];
//! let outputs = decoder.predict_masks(&Inputs {
//!     image: &encoded.maps[0].values,
//!     image_position: &prompts.dense_position(side),
//!     high_res: None,
//!     sparse: &prompts.sparse(&click),
//!     dense: &prompts.no_mask().repeat(side * side),
//! })?;
//! assert_eq!(outputs.masks.len(), 4 * 256 * 256);
//! # Ok(())
//! # }
//! ```

mod transformer;

#[cfg(test)]
mod tests;

use rayon::prelude::*;

use self::transformer::TwoWayTransformer;
use super::PREFIX;
use super::layers::{Mlp, Norm};
use crate::sam::error::{Error, Result};
use crate::sam::network::{Family, MASKS};
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::prompt_encoder::LAYER_NORM_2D_EPS;
use crate::sam::weights::Weights;

/// Both sides of a map double in a transposed convolution: four pixels for one.
const PARTS: usize = 4;
/// Pixels that go through a layer together on one thread.
const PIXELS: usize = 512;

/// The inputs of the decoder, all row-major and channels last; d is `d_model`, cells are those of the
/// embedding.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// `image_embeddings`, (cells, d).
    pub image: &'a [f32],
    /// `image_pe`, (cells, d): [`PromptEncoder::dense_position`](crate::sam::prompt_encoder::PromptEncoder).
    pub image_position: &'a [f32],
    /// `high_res_features` at strides 4 and 8, (16 * cells, d / 8) and (4 * cells, d / 4), after `conv_s0` and
    /// `conv_s1`, as encoders here give them; of networks that have them.
    pub high_res: Option<[&'a [f32]; 2]>,
    /// `sparse_prompt_embeddings`, (tokens, d).
    pub sparse: &'a [f32],
    /// `dense_prompt_embeddings`, (cells, d).
    pub dense: &'a [f32],
}

/// The outputs of the decoder: the single mask and the three candidates, in this order.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// Logits, (4, S/4, S/4).
    pub masks: Vec<f32>,
    /// Predicted IoU of each mask, (4).
    pub iou: Vec<f32>,
    /// `mask_tokens_out`, (4, d), of which `MaskDecoder.forward` hands out some as `sam_tokens_out`.
    pub mask_tokens: Vec<f32>,
    /// `object_score_logits`, of networks that tell it.
    pub object_score: Option<f32>,
}

/// `MaskDecoder`.
pub struct PlainDecoder {
    d: usize,
    side: usize,
    /// Object score, if the network tells one, predicted IoU, masks: (tokens, d).
    output_tokens: Vec<f32>,
    transformer: TwoWayTransformer,
    upscaling: Upscaling,
    hypernetworks: Vec<Mlp>,
    iou_head: Mlp,
    iou_is_sigmoid: bool,
    object_score_head: Option<Mlp>,
}

impl PlainDecoder {
    /// Reads the decoder's weights.
    ///
    /// # Errors
    /// A tensor that is missing or has the wrong shape.
    pub fn new(weights: &Weights) -> Result<Self> {
        let (config, decoder) = (weights.config(), &weights.config().decoder);
        let d = config.d_model;
        let name = |part: &str| format!("{PREFIX}.{part}");
        let token = |part: &str, count: usize| weights.values(&name(&format!("{part}.weight")), &[count, d]);
        let mut output_tokens = if decoder.object_score { token("obj_score_token", 1)? } else { vec![] };
        output_tokens.extend(token("iou_token", 1)?);
        output_tokens.extend(token("mask_tokens", MASKS)?);
        let mlp = |part: &str, widths: &[usize]| Mlp::new(weights, &name(part), widths);
        let hypernetwork = |i: usize| mlp(&format!("output_hypernetworks_mlps.{i}"), &[d, d, d, d / 8]);
        let hidden = decoder.iou_head_hidden_dim;
        let object_score_head = || mlp("pred_obj_score_head", &[d, d, d, 1]);
        Ok(Self {
            d,
            side: config.embedding_side(),
            output_tokens,
            transformer: TwoWayTransformer::new(weights, d, decoder)?,
            upscaling: Upscaling::new(weights, d, decoder.high_res)?,
            hypernetworks: (0..MASKS).map(hypernetwork).collect::<Result<_>>()?,
            iou_head: mlp("iou_prediction_head", &[d, hidden, hidden, MASKS])?,
            iou_is_sigmoid: config.family == Family::Sam2,
            object_score_head: if decoder.object_score { Some(object_score_head()?) } else { None },
        })
    }

    /// `MaskDecoder.predict_masks`, for one prompt.
    ///
    /// # Errors
    /// [`Error::Network`] if the inputs do not fit this network.
    pub fn predict_masks(&self, inputs: &Inputs) -> Result<Outputs> {
        self.check(inputs)?;
        let d = self.d;
        let tokens = [&self.output_tokens[..], inputs.sparse].concat();
        let mut image = inputs.image.to_vec();
        rows::add(&mut image, inputs.dense);
        let (tokens, image) = self.transformer.apply(image, inputs.image_position, &tokens);
        let first_mask = self.output_tokens.len() / d - MASKS;
        let mask_tokens = tokens[first_mask * d..][..MASKS * d].to_vec();
        let iou_token = &tokens[(first_mask - 1) * d..][..d];

        let upscaled = self.upscaling.apply(&image, self.side, inputs.high_res);
        let weights: Vec<f32> = self
            .hypernetworks
            .iter()
            .zip(mask_tokens.chunks_exact(d))
            .flat_map(|(network, token)| network.apply(token))
            .collect();
        let masks = products(&weights, &upscaled, d / 8);

        let mut iou = self.iou_head.apply(iou_token);
        if self.iou_is_sigmoid {
            iou.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
        }
        let object_score = self.object_score_head.as_ref().map(|head| head.apply(&tokens[..d])[0]);
        Ok(Outputs { masks, iou, mask_tokens, object_score })
    }

    fn check(&self, inputs: &Inputs) -> Result<()> {
        let whole = self.side * self.side * self.d;
        let maps = [inputs.image, inputs.image_position, inputs.dense].map(<[f32]>::len);
        let high_res = inputs.high_res.map(|maps| maps.map(<[f32]>::len));
        let expected = self.upscaling.takes_high_res.then_some([2 * whole, whole]);
        if maps != [whole; 3] || high_res != expected || !inputs.sparse.len().is_multiple_of(self.d) {
            let sparse = inputs.sparse.len();
            return Err(Error::Network(format!(
                "the decoder takes maps of {whole} values, high-resolution maps of {expected:?} and tokens of \
                 {}; it was given {maps:?}, {high_res:?} and {sparse}",
                self.d
            )));
        }
        Ok(())
    }
}

/// The product of each mask's weights, (masks, channels), with each pixel, (pixels, channels): (masks, pixels).
fn products(weights: &[f32], pixels: &[f32], channels: usize) -> Vec<f32> {
    let masks = weights.len() / channels;
    let of_part = |pixels: &[f32]| {
        let count = pixels.len() / channels;
        let mut out = vec![0.0; masks * count];
        let pixels = Packed::from_columns(pixels, channels, count);
        multiply(weights, channels, &pixels, Start::Zero, &mut out, count);
        out
    };
    let parts: Vec<Vec<f32>> = pixels.par_chunks(PIXELS * channels).map(of_part).collect();
    let of_mask = |mask: usize| parts.iter().map(move |part| part.chunks_exact(part.len() / masks).nth(mask));
    (0..masks).flat_map(of_mask).flatten().collect::<Vec<&[f32]>>().concat()
}

/// `output_upscaling`.
struct Upscaling {
    first: TransposedConvolution,
    norm: Norm,
    second: TransposedConvolution,
    takes_high_res: bool,
}

impl Upscaling {
    fn new(weights: &Weights, d: usize, takes_high_res: bool) -> Result<Self> {
        let name = |layer: usize| format!("{PREFIX}.output_upscaling.{layer}");
        Ok(Self {
            first: TransposedConvolution::new(weights, &name(0), d, d / 4)?,
            norm: Norm::new(weights, &name(1), d / 4)?,
            second: TransposedConvolution::new(weights, &name(3), d / 4, d / 8)?,
            takes_high_res,
        })
    }

    /// (side * side, d) to (16 * side * side, d / 8).
    fn apply(&self, map: &[f32], side: usize, high_res: Option<[&[f32]; 2]>) -> Vec<f32> {
        let mut doubled = self.first.apply(map, side);
        if let Some([_, stride8]) = high_res {
            rows::add(&mut doubled, stride8);
        }
        let Norm { gamma, beta } = &self.norm;
        doubled.par_chunks_mut(PIXELS * gamma.len()).for_each(|pixels| {
            let mut normalised = vec![0.0; pixels.len()];
            rows::layer_norm(pixels, gamma, beta, LAYER_NORM_2D_EPS, &mut normalised);
            rows::gelu(&mut normalised);
            pixels.copy_from_slice(&normalised);
        });
        let mut upscaled = self.second.apply(&doubled, 2 * side);
        if let Some([stride4, _]) = high_res {
            rows::add(&mut upscaled, stride4);
        }
        upscaled.par_chunks_mut(PIXELS * gamma.len()).for_each(rows::gelu);
        upscaled
    }
}

/// `nn.ConvTranspose2d` with a kernel of 2x2 and as large a stride.
struct TransposedConvolution {
    /// (inputs, 4 * outputs): all channels of a pixel, then those of the next.
    weight: Packed,
    /// (4 * outputs)
    bias: Vec<f32>,
}

impl TransposedConvolution {
    fn new(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let kernel = weights.values(&format!("{prefix}.weight"), &[inputs, outputs, 2, 2])?;
        let bias = weights.values(&format!("{prefix}.bias"), &[outputs])?;
        let of_input = |kernel: &[f32]| {
            (0..PARTS).flat_map(|part| kernel.iter().skip(part).step_by(PARTS).copied()).collect()
        };
        let rows: Vec<Vec<f32>> = kernel.chunks_exact(outputs * PARTS).map(of_input).collect();
        let weight = Packed::from_rows(&rows.concat(), inputs, PARTS * outputs);
        Ok(Self { weight, bias: bias.repeat(PARTS) })
    }

    /// (side * side, inputs) to (2 * side * 2 * side, outputs).
    fn apply(&self, map: &[f32], side: usize) -> Vec<f32> {
        let (inputs, columns) = (self.weight.depth(), self.weight.columns());
        let (outputs, row) = (columns / PARTS, side * columns);
        let mut out = vec![0.0; side * row];
        out.par_chunks_mut(row).zip(map.par_chunks(side * inputs)).for_each(|(out, map)| {
            let mut parts = vec![0.0; row];
            multiply(map, inputs, &self.weight, Start::Bias(&self.bias), &mut parts, columns);
            for (i, values) in parts.chunks_exact(outputs).enumerate() {
                let (cell, part) = (i / PARTS, i % PARTS);
                let (y, x) = (part / 2, 2 * cell + part % 2);
                out[(y * 2 * side + x) * outputs..][..outputs].copy_from_slice(values);
            }
        });
        out
    }
}
