//! EdgeTAM's image encoder: RepViT, which only convolves.
//!
//! Follows `timm/models/repvit.py`, channels-last throughout. What the official network computes in parallel
//! branches while it is trained is one convolution here.

use serde::Deserialize;

use super::graph::{Graph, Wire};
use super::ops::{Chain, ConvStem, MapLayer, MixerBlock};
use super::{Encoder, EncoderConfig, Kind, MOST_BLOCKS, neck};
use crate::sam::config::{Config, MOST_VALUES, MOST_WIDTH, MemoryConfig, PerceiverConfig, part};
use crate::sam::error::Result;
use crate::sam::network::{Family, STRIDES};
use crate::sam::weights::TensorStore;

const PREFIX: &str = "image_encoder.trunk.body";
const STAGES: usize = 4;

/// Sizes of a RepViT.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RepVitConfig {
    /// Channels of the first stage; they double at every further stage.
    pub embed_dim: usize,
    /// Blocks of each stage.
    pub depths: Vec<usize>,
}

pub(super) const KIND: Kind = Kind {
    name: "repvit",
    default_of: None,
    from_json: |json, _| part(json).map(EncoderConfig::RepVit),
    detect,
    without_effect: &["num_batches_tracked"],
};

impl RepVitConfig {
    /// EdgeTAM's: `repvit_m1`.
    fn edge_tam() -> Self {
        Self { embed_dim: 48, depths: vec![2, 2, 14, 2] }
    }
}

impl Encoder for RepVitConfig {
    fn check(&self, side: usize) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        if self.depths.len() != STAGES || self.depths.iter().any(|n| !(1..=MOST_BLOCKS).contains(n)) {
            return fail("`depths` must have four entries, each 1 to 256 blocks");
        }
        if !self.embed_dim.is_multiple_of(2) || !(2..=MOST_WIDTH).contains(&(self.embed_dim << (STAGES - 1)))
        {
            return fail("`embed_dim` must be even, between 2 and 512");
        }
        if (side / STRIDES[0]).pow(2).saturating_mul(self.embed_dim) > MOST_VALUES {
            return fail("the network is far larger than any EdgeTAM network");
        }
        Ok(())
    }

    fn features(&self, g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
        let stages = stages(g, self, image)?;
        let features = neck::features(g, config, self.embed_dim, &stages)?;
        Ok(vec![features.embedding, features.high_res_0, features.high_res_1])
    }

    #[cfg(test)]
    fn stages(&self, g: &mut Graph, image: Wire) -> Result<(&'static str, Vec<Wire>)> {
        Ok(("stage", stages(g, self, image)?))
    }
}

/// See [`Kind::detect`]: EdgeTAM, by the channels of its first layer.
fn detect(store: &dyn TensorStore) -> Option<Result<Config, String>> {
    let config = RepVitConfig::edge_tam();
    let channels = *store.shape(&format!("{PREFIX}.stem.conv2.c.weight"))?.first()?;
    if channels != config.embed_dim {
        return Some(Err(format!("a RepViT with {channels} channels; EdgeTAM's has {}", config.embed_dim)));
    }
    let perceiver = Some(PerceiverConfig { depth: 2, num_latents: 256, num_latents_2d: 256 });
    let memory = MemoryConfig { memory_layers: 2, perceiver, ..MemoryConfig::default() };
    Some(Ok(Config { memory, ..Config::published(Family::Sam2, EncoderConfig::RepVit(config)) }))
}

/// Builds the trunk on the network input (1, 3, S, S) and returns what comes out of each stage,
/// (height, width, channels), from stride 4 to stride 32.
fn stages(g: &mut Graph, encoder: &RepVitConfig, image: Wire) -> Result<Vec<Wire>> {
    let weights = g.weights();
    let mut x = image;
    let mut outputs = vec![];
    for (stage, depth) in encoder.depths.iter().enumerate() {
        let (name, width) = (format!("{PREFIX}.stages_{stage}"), encoder.embed_dim << stage);
        let mut layers: Vec<Box<dyn MapLayer>> = vec![];
        if stage == 0 {
            let stem = ["conv1", "conv2"].map(|layer| format!("{PREFIX}.stem.{layer}"));
            layers.push(Box::new(ConvStem::load(weights, [&stem[0], &stem[1]], width)?));
        } else {
            let (name, inputs) = (format!("{name}.downsample"), width / 2);
            let before = MixerBlock::load(weights, &format!("{name}.pre_block"), inputs, false)?;
            layers.push(Box::new(before));
            layers.push(Box::new(MixerBlock::load_downsampling(weights, &name, inputs, width)?));
        }
        for i in 0..*depth {
            // Every other block, beginning with the first.
            let has_excite = i % 2 == 0;
            layers.push(Box::new(MixerBlock::load(
                weights,
                &format!("{name}.blocks.{i}"),
                width,
                has_excite,
            )?));
        }
        x = g.apply(x, &name, Chain::new(layers))?;
        outputs.push(x);
    }
    Ok(outputs)
}
