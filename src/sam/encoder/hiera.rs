//! The image encoder's trunk: Hiera, a transformer whose windows and width change by stage.
//!
//! Follows `sam2/modeling/backbones/hieradet.py`, channels-last throughout.

use serde::Deserialize;

use super::graph::{Graph, Wire};
use super::ops::{
    Attention, GlobalAttention, Linear, Norm, PatchEmbed, QkvOrder, ResidualMlp, WindowAttention, WindowBias,
    Windows,
};
use super::{Encoder, EncoderConfig, Kind, MOST_BLOCKS, count_blocks, neck};
use crate::sam::config::{Config, MOST_PIXELS, MOST_VALUES, MOST_WIDTH, part};
use crate::sam::error::{Error, Result};
use crate::sam::network::{Family, STRIDES};
use crate::sam::weights::{TensorStore, Weights};

const PREFIX: &str = "image_encoder.trunk";
const LAYER_NORM_EPS: f32 = 1e-6;
/// `mlp_ratio` of the official class.
const MLP_RATIO: usize = 4;
/// Sizes of a Hiera, under the names of the official configuration files.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct HieraConfig {
    /// Channels of the first stage; they double at every further stage.
    pub embed_dim: usize,
    /// Attention heads of the first stage; they double at every further stage.
    pub num_heads: usize,
    /// Blocks in each of the four stages.
    pub stages: Vec<usize>,
    /// Indices of the blocks that attend to the whole map instead of a window.
    pub global_att_blocks: Vec<usize>,
    /// Window side of each stage, in cells.
    pub window_spec: Vec<usize>,
    /// Number of stage changes at which the queries are pooled 2x2.
    pub q_pool: usize,
    /// Height and width of the stored `pos_embed`.
    pub window_pos_embed_bkg_spatial_size: [usize; 2],
}

pub(super) const KIND: Kind = Kind {
    name: "hiera",
    default_of: Some(Family::Sam2),
    from_json: |json, _| part(json).map(EncoderConfig::Hiera),
    detect,
    without_effect: &[],
};

impl Encoder for HieraConfig {
    fn check(&self, side: usize) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        if self.stages.len() != 4 || self.window_spec.len() != 4 {
            return fail("`stages` and `window_spec` must have four entries");
        }
        if self.stages.iter().any(|&n| n == 0 || n > MOST_BLOCKS)
            || self.window_spec.iter().any(|w| !(2..=MOST_PIXELS).contains(w))
        {
            return fail("`stages` must be 1 to 256 blocks and `window_spec` 2 to 1536 cells");
        }
        if (side / STRIDES[0]).pow(2).saturating_mul(self.embed_dim) > MOST_VALUES {
            return fail("the network is far larger than any SAM 2 network");
        }
        if self.q_pool != 3 {
            return fail("`q_pool` must be 3: the decoder needs maps at strides 4, 8 and 16");
        }
        if [self.embed_dim, self.num_heads].iter().any(|&n| n == 0 || n > MOST_WIDTH)
            || !self.embed_dim.is_multiple_of(self.num_heads)
        {
            return fail("`embed_dim` must be a multiple of `num_heads`, both between 1 and 4096");
        }
        if self.window_pos_embed_bkg_spatial_size.iter().any(|&n| n == 0 || n > 256) {
            return fail("`window_pos_embed_bkg_spatial_size` must be between 1 and 256");
        }
        Ok(())
    }

    fn features(&self, g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
        let stages = trunk(g, self, image)?;
        let features = neck::features(g, config, self.embed_dim, &stages)?;
        Ok(vec![features.embedding, features.high_res_0, features.high_res_1])
    }

    #[cfg(test)]
    fn stages(&self, g: &mut Graph, image: Wire) -> Result<(&'static str, Vec<Wire>)> {
        Ok(("trunk", trunk(g, self, image)?))
    }
}

/// What distinguishes a published Hiera; the other sizes are the same in all of them.
struct Variant {
    embed_dim: usize,
    num_heads: usize,
    stages: [usize; 4],
    global_att_blocks: [usize; 3],
    window_spec: [usize; 4],
    background: usize,
}

/// The sizes in the official configurations `sam2_hiera_t`, `_s`, `_b+` and `_l`, which SAM 2 and
/// SAM 2.1 share.
const VARIANTS: [Variant; 4] = [
    Variant {
        embed_dim: 96,
        num_heads: 1,
        stages: [1, 2, 7, 2],
        global_att_blocks: [5, 7, 9],
        window_spec: [8, 4, 14, 7],
        background: 7,
    },
    Variant {
        embed_dim: 96,
        num_heads: 1,
        stages: [1, 2, 11, 2],
        global_att_blocks: [7, 10, 13],
        window_spec: [8, 4, 14, 7],
        background: 7,
    },
    Variant {
        embed_dim: 112,
        num_heads: 2,
        stages: [2, 3, 16, 3],
        global_att_blocks: [12, 16, 20],
        window_spec: [8, 4, 14, 7],
        background: 14,
    },
    Variant {
        embed_dim: 144,
        num_heads: 2,
        stages: [2, 6, 36, 4],
        global_att_blocks: [23, 33, 43],
        window_spec: [8, 4, 16, 8],
        background: 7,
    },
];

/// See [`Kind::detect`].
fn detect(store: &dyn TensorStore) -> Option<Result<Config, String>> {
    let embed_dim = *store.shape(&format!("{PREFIX}.patch_embed.proj.weight"))?.first()?;
    let blocks = count_blocks(store, &format!("{PREFIX}.blocks"));
    let matching = |v: &&Variant| v.embed_dim == embed_dim && v.stages.iter().sum::<usize>() == blocks;
    let Some(variant) = VARIANTS.iter().find(matching) else {
        return Some(Err(format!(
            "an encoder with {embed_dim} channels and {blocks} blocks; SAM 2 has 96 and 12 (tiny), \
             96 and 16 (small), 112 and 24 (base+) or 144 and 48 (large); \
             a .safetensors file can give other sizes in its metadata, under `config`"
        )));
    };
    let encoder = HieraConfig {
        embed_dim,
        num_heads: variant.num_heads,
        stages: variant.stages.to_vec(),
        global_att_blocks: variant.global_att_blocks.to_vec(),
        window_spec: variant.window_spec.to_vec(),
        q_pool: 3,
        window_pos_embed_bkg_spatial_size: [variant.background; 2],
    };
    Some(Ok(Config::published(Family::Sam2, EncoderConfig::Hiera(encoder))))
}

/// What distinguishes one block from the next.
struct Block {
    prefix: String,
    inputs: usize,
    outputs: usize,
    heads: usize,
    /// Window side in cells; 0 attends to the whole map.
    window: usize,
    /// Begins a stage: queries are pooled 2x2, which halves the map.
    enters: bool,
}

/// The blocks in order, and the index of the last block of each stage.
fn blocks(config: &HieraConfig) -> (Vec<Block>, Vec<usize>) {
    let ends: Vec<usize> = config
        .stages
        .iter()
        .scan(0, |sum, n| {
            *sum += n;
            Some(*sum - 1)
        })
        .collect();
    let (mut stage, mut width, mut heads) = (0, config.embed_dim, config.num_heads);
    let blocks = (0..=ends[ends.len() - 1])
        .map(|i| {
            // The official loop reads the window before it enters the next stage, so that the
            // first block of a stage still has the former stage's window.
            let window = if config.global_att_blocks.contains(&i) { 0 } else { config.window_spec[stage] };
            let inputs = width;
            let enters = i > 0 && ends.contains(&(i - 1));
            if enters {
                stage += 1;
                width *= 2;
                heads *= 2;
            }
            Block { prefix: format!("{PREFIX}.blocks.{i}"), inputs, outputs: width, heads, window, enters }
        })
        .collect();
    (blocks, ends)
}

/// Builds the trunk on the network input (1, 3, S, S) and returns the last map of each stage,
/// (height, width, channels), from stride 4 to stride 32.
fn trunk(g: &mut Graph, config: &HieraConfig, image: Wire) -> Result<Vec<Wire>> {
    let background = config.window_pos_embed_bkg_spatial_size;
    let embed = PatchEmbed::load(g.weights(), PREFIX, config.embed_dim, background, config.window_spec[0])?;
    let mut x = g.apply(image, &format!("{PREFIX}.patch_embed"), embed)?;
    let (blocks, ends) = blocks(config);
    let mut stages = vec![];
    for (i, block) in blocks.iter().enumerate() {
        x = block.wire(g, x)?;
        if ends.contains(&i) {
            stages.push(x);
        }
    }
    Ok(stages)
}

impl Block {
    /// `MultiScaleBlock.forward` on a (height, width, channels) map: two steps, each with its
    /// norm and the way around it.
    fn wire(&self, g: &mut Graph, x: Wire) -> Result<Wire> {
        let name = |part: &str| format!("{}.{part}", self.prefix);
        let weights = g.weights();
        let norm = Norm::load(weights, &name("norm1"), self.inputs, LAYER_NORM_EPS)?;
        let attention =
            Attention::load(weights, norm, &name("attn"), self.outputs, self.heads, QkvOrder::ByKind)?;
        let x = if self.window == 0 && !self.enters {
            g.apply(x, &name("attn"), GlobalAttention::new(attention, None))?
        } else {
            let [height, width, _] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
            let window = if self.window > 0 { [self.window; 2] } else { [height, width] };
            let windows = Windows { map: [height, width], window };
            let attention = if self.enters {
                WindowAttention::at_entry(windows, attention, self.entry(weights, &windows)?)
            } else {
                WindowAttention::new(windows, attention, WindowBias::None)
            };
            g.apply(x, &name("attn"), attention)?
        };
        let norm = Norm::load(weights, &name("norm2"), self.outputs, LAYER_NORM_EPS)?;
        let mlp = ResidualMlp::load(
            weights,
            norm,
            [&name("mlp.layers.0"), &name("mlp.layers.1")],
            MLP_RATIO * self.outputs,
        )?;
        g.apply(x, &name("mlp"), mlp)
    }

    /// The way around the attention of a stage's first block.
    fn entry(&self, weights: &Weights, windows: &Windows) -> Result<Linear> {
        if windows.map.iter().chain(&windows.window).any(|side| side % 2 > 0) {
            let cause = format!("{} cannot pool 2x2 in {windows:?}", self.prefix);
            return Err(Error::Network(cause));
        }
        Linear::load(weights, &format!("{}.proj", self.prefix), self.inputs, self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lag_one_block_behind_the_stages() {
        let [tiny, ..] = &VARIANTS;
        let config = HieraConfig {
            embed_dim: tiny.embed_dim,
            num_heads: tiny.num_heads,
            stages: tiny.stages.to_vec(),
            global_att_blocks: tiny.global_att_blocks.to_vec(),
            window_spec: tiny.window_spec.to_vec(),
            q_pool: 3,
            window_pos_embed_bkg_spatial_size: [tiny.background; 2],
        };
        let (blocks, ends) = blocks(&config);
        assert_eq!(ends.len(), 4);
        let first_of_second = &blocks[ends[0] + 1];
        assert_eq!(first_of_second.window, config.window_spec[0]);
        assert!(first_of_second.enters);
        assert_eq!(first_of_second.outputs, 2 * config.embed_dim);
    }
}
