//! MobileSAM's image encoder: TinyViT, convolutions first, then attention in windows.
//!
//! Follows `mobile_sam/modeling/tiny_vit_sam.py`, channels-last throughout.

use serde::Deserialize;

use super::graph::{Graph, Wire};
use super::ops::{
    Around, Attention, Chain, ConvNeck, ConvStem, DistanceBias, LocalMlp, MapLayer, MbConv, Norm, QkvOrder,
    ResidualMlp, WindowAttention, Windows,
};
use super::{Encoder, EncoderConfig, Kind, MOST_BLOCKS};
use crate::sam::config::{Config, MOST_VALUES, MOST_WIDTH, part};
use crate::sam::error::Result;
use crate::sam::network::{Family, STRIDES};
use crate::sam::weights::{TensorStore, Weights};

const PREFIX: &str = "image_encoder";
/// Epsilon of `nn.LayerNorm`, which the official class leaves as it is.
const LAYER_NORM_EPS: f32 = 1e-5;
/// `mlp_ratio` and `mbconv_expand_ratio` of the official class.
const EXPANSION: usize = 4;
/// Layers; the first one convolves, the others attend.
const LAYERS: usize = 4;

/// Sizes of a TinyViT, under the names of the official class.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TinyVitConfig {
    /// Channels of each layer.
    pub embed_dims: Vec<usize>,
    /// Blocks of each layer.
    pub depths: Vec<usize>,
    /// Attention heads of each layer; the first one has none to use them.
    pub num_heads: Vec<usize>,
    /// Window side of each layer, in cells.
    pub window_sizes: Vec<usize>,
}

pub(super) const KIND: Kind = Kind {
    name: "tiny_vit",
    default_of: None,
    from_json: |json, _| part(json).map(EncoderConfig::TinyVit),
    detect,
    // The classifier, counters, and tables that are computed.
    without_effect: &[
        "image_encoder.head.",
        "image_encoder.norm_head.",
        "num_batches_tracked",
        "attention_bias_idxs",
    ],
};

impl TinyVitConfig {
    /// MobileSAM's.
    fn mobile_sam() -> Self {
        Self {
            embed_dims: vec![64, 128, 160, 320],
            depths: vec![2, 2, 6, 2],
            num_heads: vec![2, 4, 5, 10],
            window_sizes: vec![7, 7, 14, 7],
        }
    }
}

impl Encoder for TinyVitConfig {
    fn check(&self, side: usize) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        let lists = [&self.embed_dims, &self.depths, &self.num_heads, &self.window_sizes];
        if lists.iter().any(|list| list.len() != LAYERS) {
            return fail("`embed_dims`, `depths`, `num_heads` and `window_sizes` must have four entries");
        }
        if self.depths.iter().any(|n| !(1..=MOST_BLOCKS).contains(n))
            || self.window_sizes.iter().any(|n| !(1..=64).contains(n))
        {
            return fail("`depths` must be 1 to 256 blocks and `window_sizes` 1 to 64 cells");
        }
        let divides = |(width, heads): (&usize, &usize)| *heads > 0 && width.is_multiple_of(*heads);
        if self.embed_dims.iter().any(|n| !(2..=MOST_WIDTH).contains(n))
            || !self.embed_dims.iter().zip(&self.num_heads).all(divides)
            || !self.embed_dims[0].is_multiple_of(2)
        {
            return fail("`embed_dims` must be multiples of `num_heads`, both between 1 and 4096");
        }
        // For each head the biases of all pairs of cells in a window are written out.
        let pairs = |i: usize| self.depths[i] * self.num_heads[i] * self.window_sizes[i].pow(4);
        if (side / STRIDES[0]).pow(2).saturating_mul(self.embed_dims[0]) > MOST_VALUES
            || (0..LAYERS).map(pairs).sum::<usize>() > MOST_VALUES
        {
            return fail("the network is far larger than any MobileSAM network");
        }
        Ok(())
    }

    fn features(&self, g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
        let last = layers(g, self, image)?[LAYERS - 1];
        let (name, width) = (format!("{PREFIX}.neck"), self.embed_dims[LAYERS - 1]);
        let neck = ConvNeck::load(g.weights(), &name, width, config.d_model)?;
        Ok(vec![g.apply(last, &name, neck)?])
    }

    #[cfg(test)]
    fn stages(&self, g: &mut Graph, image: Wire) -> Result<(&'static str, Vec<Wire>)> {
        Ok(("stage", layers(g, self, image)?))
    }
}

/// See [`Kind::detect`]: MobileSAM, by the channels of its first layer.
fn detect(store: &dyn TensorStore) -> Option<Result<Config, String>> {
    let config = TinyVitConfig::mobile_sam();
    let channels = *store.shape(&format!("{PREFIX}.layers.0.blocks.0.conv1.c.weight"))?.get(1)?;
    if channels != config.embed_dims[0] {
        return Some(Err(format!(
            "a TinyViT with {channels} channels; MobileSAM's has {}",
            config.embed_dims[0]
        )));
    }
    Some(Ok(Config::published(Family::Sam1, EncoderConfig::TinyVit(config))))
}

/// Builds the trunk on the network input (1, 3, S, S) and returns what comes out of each layer.
fn layers(g: &mut Graph, encoder: &TinyVitConfig, image: Wire) -> Result<Vec<Wire>> {
    let weights = g.weights();
    let stem = ["0", "2"].map(|layer| format!("{PREFIX}.patch_embed.seq.{layer}"));
    let stem = ConvStem::load(weights, [&stem[0], &stem[1]], encoder.embed_dims[0])?;
    let mut first: Vec<Box<dyn MapLayer>> = vec![Box::new(stem)];
    for i in 0..encoder.depths[0] {
        let (name, width) = (format!("{PREFIX}.layers.0.blocks.{i}"), encoder.embed_dims[0]);
        let channels = [width, EXPANSION * width, width];
        first.push(Box::new(MbConv::load(weights, &name, channels, 1, Around::Residual)?));
    }
    first.push(Box::new(downsample(weights, encoder, 0)?));
    let mut x = g.apply(image, &format!("{PREFIX}.layers.0"), Chain::new(first))?;
    let mut outputs = vec![x];
    for layer in 1..LAYERS {
        let prefix = format!("{PREFIX}.layers.{layer}");
        for i in 0..encoder.depths[layer] {
            x = block(g, &format!("{prefix}.blocks.{i}"), x, encoder, layer)?;
        }
        if layer + 1 < LAYERS {
            let merging = Chain::new(vec![Box::new(downsample(weights, encoder, layer)?)]);
            x = g.apply(x, &format!("{prefix}.downsample"), merging)?;
        }
        outputs.push(x);
    }
    Ok(outputs)
}

/// `PatchMerging` behind a layer.
fn downsample(weights: &Weights, encoder: &TinyVitConfig, layer: usize) -> Result<MbConv> {
    let (width, next) = (encoder.embed_dims[layer], encoder.embed_dims[layer + 1]);
    // The last layer's map is as large as the one before, so that the stride ends at 16.
    let stride = if layer + 2 == LAYERS { 1 } else { 2 };
    let name = format!("{PREFIX}.layers.{layer}.downsample");
    MbConv::load(weights, &name, [width, next, next], stride, Around::Nothing)
}

/// `TinyViTBlock.forward` on a (height, width, channels) map.
fn block(g: &mut Graph, prefix: &str, x: Wire, encoder: &TinyVitConfig, layer: usize) -> Result<Wire> {
    let (width, heads) = (encoder.embed_dims[layer], encoder.num_heads[layer]);
    let name = |part: &str| format!("{prefix}.{part}");
    let weights = g.weights();
    let [rows, columns, _] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
    let windows = Windows { map: [rows, columns], window: [encoder.window_sizes[layer]; 2] };
    let norm = Norm::load(weights, &name("attn.norm"), width, LAYER_NORM_EPS)?;
    let attention = Attention::load(weights, norm, &name("attn"), width, heads, QkvOrder::ByHead)?;
    let bias = DistanceBias::load(weights, &name("attn"), heads, &windows)?;
    let x = g.apply(x, &name("attn"), WindowAttention::filled_before_norm(windows, attention, bias))?;
    let norm = Norm::load(weights, &name("mlp.norm"), width, LAYER_NORM_EPS)?;
    let layers = [&name("mlp.fc1")[..], &name("mlp.fc2")];
    let mlp = ResidualMlp::load(weights, norm, layers, EXPANSION * width)?;
    g.apply(x, &name("mlp"), LocalMlp::load(weights, &name("local_conv"), mlp)?)
}
