//! The mask decoder: prompt tokens and image cells look at each other twice, then the mask tokens
//! are turned into masks, predicted IoUs and an object score.
//!
//! Follows `sam2/modeling/sam/mask_decoder.py` and `transformer.py`, with the batch of prompts as
//! first axis and channels last.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ToDim;
use tract_onnx::tract_core::ops::array::MultiBroadcastTo;

use super::config::Config;
use super::error::Result;
use super::graph::{Activation, Graph, Wire};
use super::weights::Weights;

const PREFIX: &str = "sam_mask_decoder";
const LAYER_NORM_EPS: f32 = 1e-5;
const LAYER_NORM_2D_EPS: f32 = 1e-6;
/// `attention_downsample_rate`, `mlp_dim` and `iou_head_hidden_dim` of the official classes.
const CROSS_ATTENTION_DOWNSAMPLE: usize = 2;
const MLP_WIDTH: usize = 2048;
const IOU_HEAD_WIDTH: usize = 256;
/// The single mask (0) and the three candidates (1 to 3).
pub(super) const MASKS: usize = 4;
/// Object score, predicted IoU and the masks come before the prompt's own tokens.
const OUTPUT_TOKENS: usize = 2 + MASKS;

/// The sizes that a decoder graph is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    /// Prompts decoded together.
    pub prompts: usize,
    /// Sparse tokens of each prompt, the padding point included.
    pub tokens: usize,
    /// Whether the dense embedding comes from a mask (a row for each cell) or is one row.
    pub with_mask: bool,
}

/// Builds the decoder.
///
/// Inputs: embedding (cells, d), dense (cells or 1, d), sparse (prompts, tokens, d),
/// high_res_0 (S/4 squared, d/8), high_res_1 (S/8 squared, d/4).
/// Outputs: logits (prompts, 4, S/4, S/4), predicted IoU (prompts, 4), object score (prompts, 1).
/// `dense_position` is (cells, d) row-major.
pub(super) fn decoder(weights: &Weights, dense_position: &[f32], shape: Shape) -> Result<TypedModel> {
    let config = weights.config();
    let (d, side) = (config.d_model, config.embedding_side());
    let cells = side * side;
    let mut g = Graph::new(weights);
    let embedding = g.input("embedding", &[cells, d])?;
    let dense = g.input("dense", &[if shape.with_mask { cells } else { 1 }, d])?;
    let sparse = g.input("sparse", &[shape.prompts, shape.tokens, d])?;
    let high_res_0 = g.input("high_res_0", &[16 * cells, d / 8])?;
    let high_res_1 = g.input("high_res_1", &[4 * cells, d / 4])?;

    let tokens = {
        let object = g.weight(&format!("{PREFIX}.obj_score_token.weight"), &[1, d])?;
        let iou = g.weight(&format!("{PREFIX}.iou_token.weight"), &[1, d])?;
        let masks = g.weight(&format!("{PREFIX}.mask_tokens.weight"), &[MASKS, d])?;
        let own = g.concat(&[object, iou, masks], 0)?;
        let own = g.reshape(own, &[1, OUTPUT_TOKENS, d])?;
        let own = repeat(&mut g, own, shape.prompts)?;
        g.concat(&[own, sparse], 1)?
    };
    let image = g.add(embedding, dense)?;
    let image = g.reshape(image, &[1, cells, d])?;
    let image = repeat(&mut g, image, shape.prompts)?;
    let position = Tensor::from_shape(&[1, cells, d], dense_position)?;
    let position = g.constant("dense_position", position)?;

    let (tokens, image) = two_way_transformer(&mut g, config, tokens, image, position)?;

    let token = |g: &mut Graph, i: usize| -> Result<Wire> {
        let one = g.slice(tokens, 1, i, i + 1)?;
        g.reshape(one, &[shape.prompts, d])
    };
    let object = token(&mut g, 0)?;
    let object_score =
        g.mlp(object, &format!("{PREFIX}.pred_obj_score_head"), &[d, d, 1], Activation::Relu)?;
    let iou = token(&mut g, 1)?;
    let widths = [IOU_HEAD_WIDTH, IOU_HEAD_WIDTH, MASKS];
    let iou = g.mlp(iou, &format!("{PREFIX}.iou_prediction_head"), &widths, Activation::Relu)?;
    let iou = g.activation(iou, Activation::Sigmoid)?;

    let hyper = (0..MASKS)
        .map(|i| {
            let x = token(&mut g, 2 + i)?;
            let prefix = format!("{PREFIX}.output_hypernetworks_mlps.{i}");
            let x = g.mlp(x, &prefix, &[d, d, d / 8], Activation::Relu)?;
            g.reshape(x, &[shape.prompts, 1, d / 8])
        })
        .collect::<Result<Vec<_>>>()?;
    let hyper = g.concat(&hyper, 1)?;
    let pixels = upscale(&mut g, config, image, high_res_0, high_res_1)?;
    let logits = g.einsum("masks", "bmc,bpc->bmp", &[hyper, pixels])?;
    let logits = g.reshape(logits, &[shape.prompts, MASKS, 4 * side, 4 * side])?;
    g.finish(&[logits, iou, object_score])
}

/// A copy of a (1, ...) value for each prompt.
fn repeat(g: &mut Graph, x: Wire, prompts: usize) -> Result<Wire> {
    let mut shape = g.shape(x)?;
    shape[0] = prompts;
    let dims: TVec<TDim> = shape.iter().map(|n| n.to_dim()).collect();
    let name = g.model_mut().unique_name("repeat").into_owned();
    Ok(g.model_mut().wire_node(name, MultiBroadcastTo { shape: dims.into() }, &[x])?[0])
}

/// `TwoWayTransformer.forward`: tokens (prompts, tokens, d) and image (prompts, cells, d).
fn two_way_transformer(
    g: &mut Graph,
    config: &Config,
    prompt_tokens: Wire,
    image: Wire,
    position: Wire,
) -> Result<(Wire, Wire)> {
    let transformer = format!("{PREFIX}.transformer");
    let (d, heads) = (config.d_model, config.decoder_num_heads);
    let narrow = d / CROSS_ATTENTION_DOWNSAMPLE;
    let (mut tokens, mut image) = (prompt_tokens, image);
    for i in 0..config.decoder_depth {
        let layer = format!("{transformer}.layers.{i}");
        let name = |part: &str| format!("{layer}.{part}");
        let norm =
            |g: &mut Graph, x: Wire, i: usize| g.layer_norm(x, &format!("{layer}.norm{i}"), LAYER_NORM_EPS);
        let self_attention = name("self_attn");
        if i == 0 {
            // The first layer's tokens are their own position; nothing is added to themselves.
            tokens = attention(g, &self_attention, [tokens; 3], d, heads)?;
        } else {
            let placed = g.add(tokens, prompt_tokens)?;
            let mixed = attention(g, &self_attention, [placed, placed, tokens], d, heads)?;
            tokens = g.add(tokens, mixed)?;
        }
        tokens = norm(g, tokens, 1)?;

        let placed = g.add(tokens, prompt_tokens)?;
        let cells = g.add(image, position)?;
        let mixed = attention(g, &name("cross_attn_token_to_image"), [placed, cells, image], narrow, heads)?;
        tokens = g.add(tokens, mixed)?;
        tokens = norm(g, tokens, 2)?;

        let changed = g.mlp(tokens, &name("mlp"), &[MLP_WIDTH, d], Activation::Relu)?;
        tokens = g.add(tokens, changed)?;
        tokens = norm(g, tokens, 3)?;

        let placed = g.add(tokens, prompt_tokens)?;
        let mixed = attention(g, &name("cross_attn_image_to_token"), [cells, placed, tokens], narrow, heads)?;
        image = g.add(image, mixed)?;
        image = norm(g, image, 4)?;
    }
    let placed = g.add(tokens, prompt_tokens)?;
    let cells = g.add(image, position)?;
    let last = format!("{transformer}.final_attn_token_to_image");
    let mixed = attention(g, &last, [placed, cells, image], narrow, heads)?;
    tokens = g.add(tokens, mixed)?;
    tokens = g.layer_norm(tokens, &format!("{transformer}.norm_final_attn"), LAYER_NORM_EPS)?;
    Ok((tokens, image))
}

/// `Attention.forward`: queries, keys and values are projected to `width` channels and back.
fn attention(g: &mut Graph, prefix: &str, [q, k, v]: [Wire; 3], width: usize, heads: usize) -> Result<Wire> {
    let channels = *g.shape(q)?.last().unwrap_or(&0);
    let q = g.linear(q, &format!("{prefix}.q_proj"), width)?;
    let k = g.linear(k, &format!("{prefix}.k_proj"), width)?;
    let v = g.linear(v, &format!("{prefix}.v_proj"), width)?;
    let mixed = g.attention(q, k, v, heads)?;
    g.linear(mixed, &format!("{prefix}.out_proj"), channels)
}

/// `output_upscaling` with the high-resolution maps: (prompts, cells, d) to
/// (prompts, 16 * cells, d / 8).
fn upscale(g: &mut Graph, config: &Config, image: Wire, high_res_0: Wire, high_res_1: Wire) -> Result<Wire> {
    let (d, side) = (config.d_model, config.embedding_side());
    let prompts = g.shape(image)?[0];
    let name = |i: usize| format!("{PREFIX}.output_upscaling.{i}");
    let high_res_1 = g.reshape(high_res_1, &[1, 2 * side, 2 * side, d / 4])?;
    let high_res_0 = g.reshape(high_res_0, &[1, 4 * side, 4 * side, d / 8])?;
    let x = g.reshape(image, &[prompts, side, side, d])?;
    let x = g.deconv2x2(x, &name(0), d / 4)?;
    let x = g.add(x, high_res_1)?;
    let x = g.layer_norm(x, &name(1), LAYER_NORM_2D_EPS)?;
    let x = g.activation(x, Activation::Gelu)?;
    let x = g.deconv2x2(x, &name(3), d / 8)?;
    let x = g.add(x, high_res_0)?;
    let x = g.activation(x, Activation::Gelu)?;
    g.reshape(x, &[prompts, 16 * side * side, d / 8])
}
