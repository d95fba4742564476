//! The sizes of a network: everything that differs between networks.

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::encoder::EncoderConfig;
use super::network::{Family, InputFormat, STRIDES};

/// Sizes of a network, as the `config` JSON in a weights file's metadata gives them.
///
/// Names follow the official configuration files. Fields with a default are the same in every published
/// network of the family.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub family: Family,
    /// Side of the square network input, in pixels.
    pub image_size: usize,
    /// Mean of each input channel, on [0, 1].
    pub mean: [f32; 3],
    /// Standard deviation of each input channel, on [0, 1].
    pub std: [f32; 3],
    /// Channels of the embedding, the prompts and the decoder.
    pub d_model: usize,
    pub decoder: DecoderConfig,
    pub encoder: EncoderConfig,
    /// Of the memory that follows objects, if the weights have one.
    pub memory: MemoryConfig,
}

/// Sizes of a mask decoder, and its two switches.
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderConfig {
    /// Two-way blocks.
    pub depth: usize,
    /// Attention heads.
    pub num_heads: usize,
    /// Hidden values of the blocks' MLPs.
    pub mlp_dim: usize,
    /// Hidden values of the head that predicts the IoU.
    pub iou_head_hidden_dim: usize,
    /// Whether maps at strides 4 and 8 are added while masks are upscaled.
    pub high_res: bool,
    /// Whether a token predicts if there is an object at all.
    pub object_score: bool,
}

impl DecoderConfig {
    /// The decoder of all published networks of a family.
    pub fn published(family: Family) -> Self {
        let is_sam2 = family == Family::Sam2;
        Self {
            depth: 2,
            num_heads: 8,
            mlp_dim: 2048,
            iou_head_hidden_dim: 256,
            high_res: is_sam2,
            object_score: is_sam2,
        }
    }
}

/// Sizes of the memory, those of SAM 2's networks unless a file says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MemoryConfig {
    /// Channels of a memory.
    pub mem_dim: usize,
    /// Layers of the memory attention.
    pub memory_layers: usize,
    /// Hidden values of its MLPs.
    pub memory_ffn: usize,
    /// What condenses a memory, if anything does.
    pub perceiver: Option<PerceiverConfig>,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self { mem_dim: 64, memory_layers: 4, memory_ffn: 2048, perceiver: None }
    }
}

/// Sizes of the perceiver that condenses a memory to a few latents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PerceiverConfig {
    /// Layers.
    pub depth: usize,
    /// Latents that look at the whole map.
    pub num_latents: usize,
    /// Latents that look at a window each: a square number, whose root divides the side of the map.
    pub num_latents_2d: usize,
}

impl MemoryConfig {
    /// Rejects sizes that no memory can have.
    fn check(&self) -> Result<(), &'static str> {
        let sizes = [self.mem_dim, self.memory_layers, self.memory_ffn];
        if sizes.iter().any(|&n| n == 0 || n > MOST_WIDTH) {
            return Err("`mem_dim`, `memory_layers` and `memory_ffn` must be between 1 and 4096");
        }
        let Some(perceiver) = self.perceiver else { return Ok(()) };
        let sizes = [perceiver.depth, perceiver.num_latents, perceiver.num_latents_2d];
        if sizes.iter().any(|&n| n == 0 || n > MOST_WIDTH)
            || perceiver.num_latents_2d.isqrt().pow(2) != perceiver.num_latents_2d
        {
            return Err(
                "the sizes of `perceiver` must be between 1 and 4096, `num_latents_2d` a square number",
            );
        }
        Ok(())
    }
}

/// The mean of the photos that all published networks were trained on, on [0, 1].
pub(super) const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// Their standard deviation.
pub(super) const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// Every input side is a multiple of this: the deepest map of any encoder has stride 32.
const SIDE_STEP: usize = 32;
/// Input sides that a network can have, in pixels.
const SIDES: RangeInclusive<usize> = 64..=MOST_PIXELS;

/// Limits that keep a hostile file from requesting more memory than any real network needs; the largest
/// published one has 1024 pixels and 9 million values in its first map.
pub(super) const MOST_PIXELS: usize = 1536;
pub(super) const MOST_VALUES: usize = 1 << 26;
pub(super) const MOST_WIDTH: usize = 4096;

/// What the JSON says of all networks alike.
#[derive(Deserialize)]
struct Common {
    #[serde(default)]
    family: Family,
    image_size: usize,
    #[serde(default = "mean")]
    mean: [f32; 3],
    #[serde(default = "std")]
    std: [f32; 3],
    d_model: usize,
    decoder_depth: Option<usize>,
    decoder_num_heads: Option<usize>,
    #[serde(alias = "decoder_mlp_dim")]
    mlp_dim: Option<usize>,
    iou_head_hidden_dim: Option<usize>,
    use_high_res_features_in_sam: Option<bool>,
    pred_obj_scores: Option<bool>,
}

fn mean() -> [f32; 3] {
    MEAN
}

fn std() -> [f32; 3] {
    STD
}

impl Common {
    fn decoder(&self) -> DecoderConfig {
        let published = DecoderConfig::published(self.family);
        // `segment_anything` makes this head as wide as the embedding, SAM 2 always the same.
        let iou_head = if self.family == Family::Sam1 { self.d_model } else { published.iou_head_hidden_dim };
        DecoderConfig {
            depth: self.decoder_depth.unwrap_or(published.depth),
            num_heads: self.decoder_num_heads.unwrap_or(published.num_heads),
            mlp_dim: self.mlp_dim.unwrap_or(published.mlp_dim),
            iou_head_hidden_dim: self.iou_head_hidden_dim.unwrap_or(iou_head),
            high_res: self.use_high_res_features_in_sam.unwrap_or(published.high_res),
            object_score: self.pred_obj_scores.unwrap_or(published.object_score),
        }
    }
}

/// A part of the JSON; the error says what is wrong with it.
pub(super) fn part<T: DeserializeOwned>(json: &Value) -> Result<T, String> {
    T::deserialize(json).map_err(|e| e.to_string())
}

impl Config {
    /// Reads and checks the JSON text; the error says what is wrong with it.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let json: Value = serde_json::from_str(json).map_err(|e| e.to_string())?;
        let common: Common = part(&json)?;
        let config = Config {
            family: common.family,
            image_size: common.image_size,
            mean: common.mean,
            std: common.std,
            d_model: common.d_model,
            decoder: common.decoder(),
            encoder: EncoderConfig::from_json(&json, common.family, common.image_size)?,
            memory: part(&json)?,
        };
        config.check()?;
        Ok(config)
    }

    /// A published network of 1024 pixels with this encoder.
    pub(super) fn published(family: Family, encoder: EncoderConfig) -> Self {
        Self {
            family,
            image_size: 1024,
            mean: MEAN,
            std: STD,
            d_model: 256,
            decoder: DecoderConfig::published(family),
            encoder,
            memory: MemoryConfig::default(),
        }
    }

    /// The same network for another input side.
    ///
    /// # Errors
    /// The network does not support this side, with the reason.
    pub fn with_image_size(mut self, side: usize) -> Result<Self, String> {
        if !SIDES.contains(&side) || !side.is_multiple_of(SIDE_STEP) {
            return Err(format!(
                "it must be a multiple of {SIDE_STEP} between {} and {}, such as 512",
                SIDES.start(),
                SIDES.end()
            ));
        }
        self.image_size = side;
        self.check()?;
        Ok(self)
    }

    /// Rejects impossible sizes before anything is allocated from them.
    fn check(&self) -> Result<(), String> {
        let fail = |what: &str| Err(format!("{what} ({self:?})"));
        if !SIDES.contains(&self.image_size) || !self.image_size.is_multiple_of(SIDE_STEP) {
            return fail("`image_size` must be a multiple of 32 between 64 and 1536");
        }
        let DecoderConfig { depth, num_heads, mlp_dim, iou_head_hidden_dim, .. } = self.decoder;
        let sizes = [self.d_model, num_heads, mlp_dim, iou_head_hidden_dim];
        if sizes.iter().any(|&n| n == 0 || n > MOST_WIDTH) || depth == 0 {
            return fail("widths and head counts must be between 1 and 4096");
        }
        if !self.d_model.is_multiple_of(2 * num_heads) || !self.d_model.is_multiple_of(8) {
            return fail("widths must be multiples of their head counts");
        }
        if self.std.iter().any(|s| !s.is_finite() || *s <= 0.0) || self.mean.iter().any(|m| !m.is_finite()) {
            return fail("`mean` and `std` must be finite, `std` above zero");
        }
        self.memory.check().or_else(fail)?;
        self.encoder.check(self.image_size).or_else(|what| fail(&what))
    }

    /// The network input.
    pub fn input_format(&self) -> InputFormat {
        InputFormat { side: self.image_size, mean: self.mean, std: self.std, fit: self.family.fit() }
    }

    /// Side of the low-resolution logits, in cells: a quarter of the input's.
    pub fn low_res_side(&self) -> usize {
        self.image_size / STRIDES[0]
    }

    /// Side of the embedding, in cells: a sixteenth of the input's.
    pub fn embedding_side(&self) -> usize {
        self.image_size / STRIDES[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINI: &str = r#"{"image_size": 192, "embed_dim": 16, "num_heads": 1,
        "stages": [1, 2, 3, 1], "global_att_blocks": [4], "window_spec": [8, 4, 10, 5],
        "q_pool": 3, "window_pos_embed_bkg_spatial_size": [5, 5], "d_model": 64,
        "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}"#;
    const MINI_VIT: &str = r#"{"family": "sam1", "image_size": 192, "embed_dim": 32, "depth": 4,
        "num_heads": 2, "window_size": 5, "global_attn_indexes": [1, 3], "d_model": 64, "mlp_dim": 96}"#;
    const MINI_TINY_VIT: &str = r#"{"family": "sam1", "encoder": "tiny_vit", "image_size": 192,
        "embed_dims": [16, 32, 48, 64], "depths": [1, 2, 2, 1], "num_heads": [1, 2, 3, 4],
        "window_sizes": [7, 7, 14, 7], "d_model": 64}"#;

    #[test]
    fn reads_sizes_and_defaults() {
        let config = Config::from_json(MINI).unwrap();
        assert_eq!((config.low_res_side(), config.embedding_side()), (48, 12));
        assert_eq!(config.decoder, DecoderConfig::published(Family::Sam2));
        let config = Config::from_json(MINI_VIT).unwrap();
        assert_eq!((config.family, config.decoder.mlp_dim), (Family::Sam1, 96));
        assert_eq!((config.decoder.iou_head_hidden_dim, config.decoder.high_res), (64, false));
        assert!(matches!(config.encoder, EncoderConfig::Vit(_)));
        let config = Config::from_json(MINI_TINY_VIT).unwrap();
        assert!(matches!(config.encoder, EncoderConfig::TinyVit(_)));
    }

    #[test]
    fn another_input_side_is_checked() {
        let config = Config::from_json(MINI).unwrap();
        assert_eq!(config.clone().with_image_size(256).unwrap().embedding_side(), 16);
        assert!(config.clone().with_image_size(250).is_err());
        assert!(config.with_image_size(0).is_err());
    }

    #[test]
    fn rejects_what_no_network_can_be() {
        for (of, from, to) in [
            (MINI, "\"image_size\": 192", "\"image_size\": 190"),
            (MINI, "\"image_size\": 192", "\"image_size\": 19200000"),
            (MINI, "[1, 2, 3, 1]", "[1, 2, 3]"),
            (MINI, "\"d_model\": 64", "\"d_model\": 0"),
            (MINI, "\"embed_dim\": 16", "\"embed_dim\": 4096000"),
            (MINI, "\"d_model\": 64,", ""),
            (MINI, "\"std\": [0.229", "\"std\": [0"),
            (MINI, "[8, 4, 10, 5]", "[8, 4294967296, 10, 5]"),
            (MINI, "\"image_size\"", "\"encoder\": \"unknown\", \"image_size\""),
            (MINI_VIT, "\"depth\": 4", "\"depth\": 0"),
            (MINI_VIT, "\"depth\": 4", "\"depth\": 40000000"),
            (MINI_VIT, "\"num_heads\": 2", "\"num_heads\": 3"),
            (MINI_VIT, "\"window_size\": 5", "\"window_size\": 0"),
            (MINI_TINY_VIT, "[16, 32, 48, 64]", "[16, 32, 48]"),
            (MINI_TINY_VIT, "[16, 32, 48, 64]", "[16, 33, 48, 64]"),
            (MINI_TINY_VIT, "[7, 7, 14, 7]", "[7, 7, 0, 7]"),
            (MINI_TINY_VIT, "[1, 2, 2, 1]", "[1, 2, 200000000, 1]"),
            (MINI_TINY_VIT, "[7, 7, 14, 7]", "[7, 7, 64, 7]"),
        ] {
            assert!(Config::from_json(&of.replace(from, to)).is_err(), "{to}");
        }
    }
}
