//! The feature pyramid between trunk and decoder.
//!
//! Follows `FpnNeck` and the end of `SAM2Base.forward_image` and `SAM2ImagePredictor.set_image`.

use tract_onnx::prelude::{SpecialOps, tvec};
use tract_onnx::tract_core::internal::ToDim;
use tract_onnx::tract_core::ops::array::MultiBroadcastTo;

use super::config::Config;
use super::error::Result;
use super::graph::{Graph, Wire};

/// The maps of the pyramid at strides 4, 8 and 16, (height, width, d_model).
///
/// The trunk's deepest map (stride 32) only flows top-down into stride 16 and is then dropped
/// (`scalp` 1); strides 4 and 8 are lateral only (`fpn_top_down_levels` 2 and 3).
pub(super) fn pyramid(g: &mut Graph, config: &Config, stages: &[Wire]) -> Result<[Wire; 3]> {
    let lateral = |g: &mut Graph, level: usize| {
        let name = format!("image_encoder.neck.convs.{}.conv", stages.len() - 1 - level);
        g.conv1x1(stages[level], &name, config.d_model)
    };
    let deepest = lateral(g, 3)?;
    let level2 = lateral(g, 2)?;
    let above = upsample_nearest2x(g, deepest)?;
    let level2 = g.add(level2, above)?;
    Ok([lateral(g, 0)?, lateral(g, 1)?, level2])
}

/// What the decoder takes from the pyramid.
pub(super) struct ImageFeatures {
    /// (S/16 * S/16, d_model), `no_mem_embed` added.
    pub embedding: Wire,
    /// (S/4 * S/4, d_model / 8)
    pub high_res_0: Wire,
    /// (S/8 * S/8, d_model / 4)
    pub high_res_1: Wire,
}

/// Projects the pyramid to the decoder's inputs.
pub(super) fn features(g: &mut Graph, config: &Config, pyramid: [Wire; 3]) -> Result<ImageFeatures> {
    let d = config.d_model;
    let flat = |g: &mut Graph, x: Wire| -> Result<Wire> {
        let [h, w, c] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
        g.reshape(x, &[h * w, c])
    };
    let high_res_0 = g.conv1x1(pyramid[0], "sam_mask_decoder.conv_s0", d / 8)?;
    let high_res_1 = g.conv1x1(pyramid[1], "sam_mask_decoder.conv_s1", d / 4)?;
    // A single picture has no memory of former frames; the network was trained with this in its place.
    let no_memory = g.weight("no_mem_embed", &[1, 1, d])?;
    let embedding = g.add(pyramid[2], no_memory)?;
    Ok(ImageFeatures {
        embedding: flat(g, embedding)?,
        high_res_0: flat(g, high_res_0)?,
        high_res_1: flat(g, high_res_1)?,
    })
}

fn upsample_nearest2x(g: &mut Graph, x: Wire) -> Result<Wire> {
    let [h, w, c] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
    let cells = g.reshape(x, &[h, 1, w, 1, c])?;
    let shape = tvec![h.to_dim(), 2.to_dim(), w.to_dim(), 2.to_dim(), c.to_dim()];
    let doubled = MultiBroadcastTo { shape: shape.into() };
    let wide = g.model_mut().wire_node("image_encoder.neck.top_down", doubled, &[cells])?[0];
    g.reshape(wide, &[2 * h, 2 * w, c])
}
