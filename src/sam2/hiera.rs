//! The image encoder's trunk: Hiera, a transformer whose windows and width change by stage.
//!
//! Follows `sam2/modeling/backbones/hieradet.py`, channels-last throughout.

use super::config::Config;
use super::error::{Error, Result};
use super::graph::{Graph, Wire};
use super::ops::{
    Attention, GlobalAttention, Linear, Norm, PatchEmbed, ResidualMlp, WindowAttention, Windows,
};
use super::weights::Weights;

const PREFIX: &str = "image_encoder.trunk";
const LAYER_NORM_EPS: f32 = 1e-6;
/// `mlp_ratio` of the official class.
const MLP_RATIO: usize = 4;

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
fn blocks(config: &Config) -> (Vec<Block>, Vec<usize>) {
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
pub(super) fn trunk(g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
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
        let attention = Attention::load(weights, norm, &name("attn"), self.outputs, self.heads)?;
        let x = if self.window == 0 && !self.enters {
            g.apply(x, &name("attn"), GlobalAttention::new(attention))?
        } else {
            let [height, width, _] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
            let window = if self.window > 0 { [self.window; 2] } else { [height, width] };
            let windows = Windows { map: [height, width], window };
            let entry = if self.enters { Some(self.entry(weights, &windows)?) } else { None };
            g.apply(x, &name("attn"), WindowAttention::new(windows, attention, entry))?
        };
        let norm = Norm::load(weights, &name("norm2"), self.outputs, LAYER_NORM_EPS)?;
        let mlp = ResidualMlp::load(weights, norm, &name("mlp"), MLP_RATIO * self.outputs)?;
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
        let config = Weights::starter().unwrap().config().clone();
        let (blocks, ends) = blocks(&config);
        assert_eq!(ends.len(), 4);
        let first_of_second = &blocks[ends[0] + 1];
        assert_eq!(first_of_second.window, config.window_spec[0]);
        assert!(first_of_second.enters);
        assert_eq!(first_of_second.outputs, 2 * config.embed_dim);
    }
}
