//! The sizes of a network. Everything that differs between variants is here; nothing is assumed.

use serde::Deserialize;

/// Sizes of a SAM 2 image network, as the `config` JSON in a weights file's metadata gives them.
///
/// Field names are those of the official configuration files. Fields with a default have the same
/// value in every published variant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// Side of the square network input, in pixels.
    pub image_size: usize,
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
    /// Channels of the neck, the prompts and the decoder.
    pub d_model: usize,
    /// Mean of each input channel, on [0, 1].
    pub mean: [f32; 3],
    /// Standard deviation of each input channel, on [0, 1].
    pub std: [f32; 3],
    /// Two-way blocks of the decoder.
    #[serde(default = "two")]
    pub decoder_depth: usize,
    /// Attention heads of the decoder.
    #[serde(default = "eight")]
    pub decoder_num_heads: usize,
}

fn two() -> usize {
    2
}

fn eight() -> usize {
    8
}

/// Strides of the three maps that the encoder hands to the decoder.
pub(crate) const STRIDES: [usize; 3] = [4, 8, 16];

/// Limits that keep a hostile file from asking for more memory than any real network needs; the
/// largest published one has 1024 pixels and 9 million values in its first map.
pub(super) const MOST_PIXELS: usize = 1536;
const MOST_VALUES: usize = 1 << 26;

impl Config {
    /// Reads and checks the JSON text; the error says what is wrong with it.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let config: Config = serde_json::from_str(json).map_err(|e| e.to_string())?;
        config.check()?;
        Ok(config)
    }

    /// Rejects sizes that no network can have, before anything is allocated from them.
    fn check(&self) -> Result<(), String> {
        let fail = |what: &str| Err(format!("{what} ({self:?})"));
        if self.stages.len() != 4 || self.window_spec.len() != 4 {
            return fail("`stages` and `window_spec` must have four entries");
        }
        if self.stages.iter().any(|&n| n == 0 || n > 256)
            || self.window_spec.iter().any(|w| !(2..=MOST_PIXELS).contains(w))
        {
            return fail("`stages` must be 1 to 256 blocks and `window_spec` 2 to 1536 cells");
        }
        if self.image_size < 64 || self.image_size > MOST_PIXELS || !self.image_size.is_multiple_of(32) {
            return fail("`image_size` must be a multiple of 32 between 64 and 1536");
        }
        let first_map = self.low_res_side().pow(2).saturating_mul(self.embed_dim);
        if first_map > MOST_VALUES {
            return fail("the network is far larger than any SAM 2 network");
        }
        if self.q_pool != 3 {
            return fail("`q_pool` must be 3: the decoder needs maps at strides 4, 8 and 16");
        }
        let sizes = [self.embed_dim, self.num_heads, self.d_model, self.decoder_num_heads];
        if sizes.iter().any(|&n| n == 0 || n > 4096) || self.decoder_depth == 0 {
            return fail("widths and head counts must be between 1 and 4096");
        }
        if !self.embed_dim.is_multiple_of(self.num_heads)
            || !self.d_model.is_multiple_of(2 * self.decoder_num_heads)
            || !self.d_model.is_multiple_of(8)
        {
            return fail("widths must be multiples of their head counts");
        }
        if self.window_pos_embed_bkg_spatial_size.iter().any(|&n| n == 0 || n > 256) {
            return fail("`window_pos_embed_bkg_spatial_size` must be between 1 and 256");
        }
        if self.std.iter().any(|s| !s.is_finite() || *s <= 0.0) || self.mean.iter().any(|m| !m.is_finite()) {
            return fail("`mean` and `std` must be finite, `std` above zero");
        }
        Ok(())
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

    #[test]
    fn reads_sizes_and_defaults() {
        let config = Config::from_json(MINI).unwrap();
        assert_eq!((config.low_res_side(), config.embedding_side()), (48, 12));
        assert_eq!((config.decoder_depth, config.decoder_num_heads), (2, 8));
    }

    #[test]
    fn rejects_what_no_network_can_be() {
        for (from, to) in [
            ("\"image_size\": 192", "\"image_size\": 190"),
            ("\"image_size\": 192", "\"image_size\": 19200000"),
            ("[1, 2, 3, 1]", "[1, 2, 3]"),
            ("\"d_model\": 64", "\"d_model\": 0"),
            ("\"embed_dim\": 16", "\"embed_dim\": 4096000"),
            ("\"d_model\": 64,", ""),
            ("\"std\": [0.229", "\"std\": [0"),
            ("[8, 4, 10, 5]", "[8, 4294967296, 10, 5]"),
        ] {
            assert!(Config::from_json(&MINI.replace(from, to)).is_err(), "{to}");
        }
    }
}
