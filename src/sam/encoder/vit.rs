//! SAM 1's image encoder: a plain vision transformer that attends in windows and, in a few blocks, to
//! the whole map.
//!
//! Follows `segment_anything/modeling/image_encoder.py`, channels-last throughout.

use serde::Deserialize;
use serde_json::Value;

use super::graph::{Graph, Wire};
use super::ops::{
    Attention, AxisBias, ConvNeck, GlobalAttention, Norm, PATCH, Patches, QkvOrder, ResidualMlp,
    WindowAttention, WindowBias, Windows,
};
use super::{Encoder, EncoderConfig, Kind, MOST_BLOCKS, count_blocks};
use crate::sam::config::{Config, MOST_VALUES, MOST_WIDTH, part};
use crate::sam::error::Result;
use crate::sam::network::Family;
use crate::sam::weights::TensorStore;

const PREFIX: &str = "image_encoder";
const LAYER_NORM_EPS: f32 = 1e-6;
/// `mlp_ratio` of the official class.
const MLP_RATIO: usize = 4;

/// Sizes of a plain vision transformer, under the names of the official class.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct VitConfig {
    pub embed_dim: usize,
    /// Blocks.
    pub depth: usize,
    pub num_heads: usize,
    /// Window side in cells.
    pub window_size: usize,
    /// Indices of the blocks that attend to the whole map instead of a window.
    pub global_attn_indexes: Vec<usize>,
    /// Side of the stored position embedding, in cells.
    #[serde(default)]
    pub pos_embed_side: usize,
}

pub(super) const KIND: Kind = Kind {
    name: "vit",
    default_of: Some(Family::Sam1),
    from_json: |json, image_size| VitConfig::from_json(json, image_size).map(EncoderConfig::Vit),
    detect,
    without_effect: &[],
};

impl VitConfig {
    /// The sizes in a network's JSON; the position embedding is that of the input if nothing is said.
    fn from_json(json: &Value, image_size: usize) -> Result<Self, String> {
        let mut config: Self = part(json)?;
        if config.pos_embed_side == 0 {
            config.pos_embed_side = image_size / PATCH;
        }
        Ok(config)
    }
}

impl Encoder for VitConfig {
    fn check(&self, side: usize) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        let sizes = [self.embed_dim, self.num_heads];
        if sizes.iter().any(|n| !(1..=MOST_WIDTH).contains(n))
            || !self.embed_dim.is_multiple_of(self.num_heads)
        {
            return fail("`embed_dim` must be a multiple of `num_heads`, both between 1 and 4096");
        }
        if !(1..=MOST_BLOCKS).contains(&self.depth) || !(1..=64).contains(&self.window_size) {
            return fail("`depth` must be 1 to 256 blocks and `window_size` 1 to 64 cells");
        }
        if !(1..=256).contains(&self.pos_embed_side) {
            return fail("`pos_embed_side` must be 1 to 256 cells");
        }
        if (side / PATCH).pow(2).saturating_mul(self.embed_dim) > MOST_VALUES {
            return fail("the network is far larger than any SAM 1 network");
        }
        Ok(())
    }

    fn features(&self, g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
        let (stored, cells) = (self.pos_embed_side, config.embedding_side());
        let patches = Patches::load(g.weights(), PREFIX, self.embed_dim, stored, cells)?;
        let mut x = g.apply(image, &format!("{PREFIX}.patch_embed"), patches)?;
        for i in 0..self.depth {
            x = block(g, self, i, x, stored)?;
        }
        let neck = ConvNeck::load(g.weights(), &format!("{PREFIX}.neck"), self.embed_dim, config.d_model)?;
        Ok(vec![g.apply(x, &format!("{PREFIX}.neck"), neck)?])
    }
}

/// What distinguishes the published encoders `vit_b`, `vit_l` and `vit_h`.
const VARIANTS: [(usize, usize, usize, [usize; 4]); 3] =
    [(768, 12, 12, [2, 5, 8, 11]), (1024, 24, 16, [5, 11, 17, 23]), (1280, 32, 16, [7, 15, 23, 31])];

/// See [`Kind::detect`]. A position embedding of another size than the published one tells the side of the
/// input.
fn detect(store: &dyn TensorStore) -> Option<Result<Config, String>> {
    let &[_, cells, _, embed_dim] = store.shape(&format!("{PREFIX}.pos_embed"))? else { return None };
    let depth = count_blocks(store, &format!("{PREFIX}.blocks"));
    let matching = |v: &&(usize, usize, usize, [usize; 4])| (v.0, v.1) == (embed_dim, depth);
    let Some((.., num_heads, global)) = VARIANTS.iter().find(matching) else {
        return Some(Err(format!(
            "an encoder with {embed_dim} channels and {depth} blocks; SAM 1 has 768 and 12 (vit_b), \
             1024 and 24 (vit_l) or 1280 and 32 (vit_h); \
             a .safetensors file can give other sizes in its metadata, under `config`"
        )));
    };
    let encoder = VitConfig {
        embed_dim,
        depth,
        num_heads: *num_heads,
        window_size: 14,
        global_attn_indexes: global.to_vec(),
        pos_embed_side: cells,
    };
    let config = Config::published(Family::Sam1, EncoderConfig::Vit(encoder));
    Some(config.with_image_size(cells.saturating_mul(PATCH)))
}

/// `Block.forward` on a (height, width, channels) map; `stored` is the side of the map that the
/// weights were trained on.
fn block(g: &mut Graph, encoder: &VitConfig, index: usize, x: Wire, stored: usize) -> Result<Wire> {
    let VitConfig { embed_dim: width, num_heads: heads, window_size: window, .. } = *encoder;
    let name = |part: &str| format!("{PREFIX}.blocks.{index}.{part}");
    let weights = g.weights();
    let [rows, columns, _] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
    let norm = Norm::load(weights, &name("norm1"), width, LAYER_NORM_EPS)?;
    let attention = Attention::load(weights, norm, &name("attn"), width, heads, QkvOrder::ByKind)?;
    let bias = |stored, size| AxisBias::load(weights, &name("attn"), width / heads, stored, size);
    let x = if encoder.global_attn_indexes.contains(&index) {
        let bias = bias(stored, [rows, columns])?;
        g.apply(x, &name("attn"), GlobalAttention::new(attention, Some(bias)))?
    } else {
        let windows = Windows { map: [rows, columns], window: [window; 2] };
        let bias = WindowBias::Axes(bias(window, windows.window)?);
        g.apply(x, &name("attn"), WindowAttention::new(windows, attention, bias))?
    };
    let norm = Norm::load(weights, &name("norm2"), width, LAYER_NORM_EPS)?;
    let layers = [&name("mlp.lin1")[..], &name("mlp.lin2")];
    g.apply(x, &name("mlp"), ResidualMlp::load(weights, norm, layers, MLP_RATIO * width)?)
}
