//! Image encoders: from the network input to the maps for the decoder.
//!
//! An encoder is a module here, with its sizes, their check, the published networks that have it and its
//! graph, and an entry in [`EncoderConfig`] and `KINDS`. Nothing outside this folder distinguishes them.

mod graph;
pub(super) mod hiera;
mod neck;
mod ops;
pub(super) mod repvit;
pub(super) mod tiny_vit;
pub(super) mod vit;

use serde::Deserialize;
use serde_json::Value;
use tract_onnx::prelude::TypedModel;

use self::graph::{Graph, Wire};
use self::hiera::HieraConfig;
use self::repvit::RepVitConfig;
use self::tiny_vit::TinyVitConfig;
use self::vit::VitConfig;
use super::config::{Config, part};
use super::error::Result;
use super::network::Family;
use super::weights::{TensorStore, Weights};

/// Which encoder a network has, and its sizes.
#[derive(Debug, Clone, PartialEq)]
pub enum EncoderConfig {
    /// SAM 2's.
    Hiera(HieraConfig),
    /// SAM 1's plain vision transformer.
    Vit(VitConfig),
    /// MobileSAM's.
    TinyVit(TinyVitConfig),
    /// EdgeTAM's.
    RepVit(RepVitConfig),
}

impl EncoderConfig {
    fn encoder(&self) -> &dyn Encoder {
        match self {
            Self::Hiera(config) => config,
            Self::Vit(config) => config,
            Self::TinyVit(config) => config,
            Self::RepVit(config) => config,
        }
    }

    /// The sizes in a network's JSON, `encoder` telling which; a family's first encoder without it.
    pub fn from_json(json: &Value, family: Family, image_size: usize) -> Result<Self, String> {
        let name = part::<Choice>(json)?.encoder;
        let is_meant = |kind: &&Kind| match &name {
            Some(name) => kind.name == name,
            None => kind.default_of == Some(family),
        };
        let Some(kind) = KINDS.iter().find(is_meant) else {
            let names = KINDS.map(|kind| kind.name).join(", ");
            return Err(format!("`encoder` is {name:?}; it must be one of {names}"));
        };
        (kind.from_json)(json, image_size)
    }

    /// Rejects sizes that no encoder can have for an input of `side` pixels.
    pub fn check(&self, side: usize) -> Result<(), String> {
        self.encoder().check(side)
    }
}

/// What the sizes of an encoder say.
trait Encoder {
    /// See [`EncoderConfig::check`].
    fn check(&self, side: usize) -> Result<(), String>;

    /// Builds the graph from the input to the maps that the decoder takes; see [`graph()`].
    fn features(&self, g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>>;

    /// What comes out of each stage, and what the reference files call it.
    #[cfg(test)]
    fn stages(&self, _g: &mut Graph, _image: Wire) -> Result<(&'static str, Vec<Wire>)> {
        Ok(("stage", vec![]))
    }
}

/// How an encoder is known from what a file says.
struct Kind {
    /// `encoder` in a network's JSON.
    name: &'static str,
    /// The family whose networks have this encoder when their JSON names none.
    default_of: Option<Family>,
    /// Reads the sizes in a network's JSON, for an input of so many pixels a side.
    from_json: fn(&Value, usize) -> Result<EncoderConfig, String>,
    /// The published network that these tensors belong to, if they are those of this encoder; the error says
    /// why it is none.
    detect: fn(&dyn TensorStore) -> Option<Result<Config, String>>,
    /// Parts of the names of tensors that its files carry and that change nothing.
    without_effect: &'static [&'static str],
}

/// All encoders, in the order in which they are looked for.
const KINDS: [Kind; 4] = [hiera::KIND, vit::KIND, tiny_vit::KIND, repvit::KIND];

/// What a network's JSON says of its encoder.
#[derive(Deserialize)]
struct Choice {
    encoder: Option<String>,
}

/// More blocks than any network has; counting ends here whatever the file holds.
const MOST_BLOCKS: usize = 256;

/// Transformer blocks `{prefix}.0`, `{prefix}.1` and so on that these tensors have.
fn count_blocks(store: &dyn TensorStore, prefix: &str) -> usize {
    let is_block = |i: &usize| store.shape(&format!("{prefix}.{i}.norm1.weight")).is_some();
    (0..MOST_BLOCKS).take_while(is_block).count()
}

/// The published network that these tensors belong to. The error says why it is none.
pub(super) fn detect(store: &dyn TensorStore) -> Result<Config, String> {
    let none = || {
        "it contains no image encoder of Segment Anything; SAM 1, MobileSAM, SAM 2, SAM 2.1 and EdgeTAM are \
         supported"
            .into()
    };
    KINDS.iter().find_map(|kind| (kind.detect)(store)).unwrap_or_else(|| Err(none()))
}

/// Whether a tensor of this name changes nothing in any encoder.
pub(super) fn is_without_effect(name: &str) -> bool {
    KINDS.iter().flat_map(|kind| kind.without_effect).any(|part| name.contains(part))
}

/// The graph from (1, 3, S, S) to the maps that the decoder takes, channels last: the embedding, and
/// where the network has them the high-resolution maps at strides 4 and 8.
pub(super) fn graph(weights: &Weights) -> Result<TypedModel> {
    let config = weights.config();
    let mut g = Graph::new(weights);
    let image = g.input("image", &[1, 3, config.image_size, config.image_size])?;
    let features = config.encoder.encoder().features(&mut g, config, image)?;
    g.finish(&features)
}

#[cfg(test)]
pub(super) mod tests {
    use tract_onnx::prelude::{Tensor, tvec};

    use super::*;
    use crate::sam::plan::Plan;
    use crate::sam::weights::StoreError;

    /// What comes out of each stage for a network input, with its name in the reference files.
    pub fn stages(weights: &Weights, image: &[f32]) -> Vec<(String, Vec<f32>)> {
        let config = weights.config();
        let mut g = Graph::new(weights);
        let shape = [1, 3, config.image_size, config.image_size];
        let input = g.input("image", &shape).unwrap();
        let encoder = config.encoder.encoder();
        let (name, mut wires) = encoder.stages(&mut g, input).unwrap();
        let mut names: Vec<String> = (0..wires.len()).map(|i| format!("{name}_{i}")).collect();
        let outputs = ["embedding", "high_res_0", "high_res_1"].map(str::to_owned);
        let features = encoder.features(&mut g, config, input).unwrap();
        names.extend(outputs.into_iter().take(features.len()));
        wires.extend(features);
        let plan = Plan::new(g.finish(&wires).unwrap()).unwrap();
        let image = Tensor::from_shape(&shape, image).unwrap();
        let found = plan.run(tvec![image.into()], &()).unwrap();
        let values = found.iter().map(|value| value.view().as_slice::<f32>().unwrap().to_vec());
        names.into_iter().zip(values).collect()
    }

    /// Tensors without values.
    struct Shapes(Vec<(String, Vec<usize>)>);

    impl Shapes {
        fn new<'a>(tensors: impl IntoIterator<Item = (&'a str, &'a [usize])>) -> Self {
            Self(tensors.into_iter().map(|(name, shape)| (name.to_owned(), shape.to_vec())).collect())
        }

        fn with_blocks(mut self, prefix: &str, count: usize) -> Self {
            self.0.extend((0..count).map(|i| (format!("{prefix}.{i}.norm1.weight"), vec![1])));
            self
        }
    }

    impl TensorStore for Shapes {
        fn metadata(&self, _: &str) -> Option<&str> {
            None
        }

        fn names(&self) -> Vec<String> {
            self.0.iter().map(|(name, _)| name.clone()).collect()
        }

        fn shape(&self, name: &str) -> Option<&[usize]> {
            self.0.iter().find(|(known, _)| known == name).map(|(_, shape)| &shape[..])
        }

        fn to_f32(&self, _: &str) -> Result<Vec<f32>, StoreError> {
            Err(StoreError::Format("nothing"))
        }
    }

    fn hiera(channels: usize, blocks: usize) -> Shapes {
        Shapes::new([("image_encoder.trunk.patch_embed.proj.weight", &[channels, 3, 7, 7][..])])
            .with_blocks("image_encoder.trunk.blocks", blocks)
    }

    fn vit(channels: usize, blocks: usize, side: usize) -> Shapes {
        Shapes::new([("image_encoder.pos_embed", &[1, side, side, channels][..])])
            .with_blocks("image_encoder.blocks", blocks)
    }

    #[test]
    fn channels_and_blocks_tell_the_networks_apart() {
        for (channels, blocks, global) in [(96, 12, 5), (96, 16, 7), (112, 24, 12), (144, 48, 23)] {
            let config = detect(&hiera(channels, blocks)).unwrap();
            let EncoderConfig::Hiera(encoder) = &config.encoder else { panic!("{config:?}") };
            assert_eq!(encoder.global_att_blocks[0], global);
            assert_eq!((config.image_size, config.d_model, config.family), (1024, 256, Family::Sam2));
        }
        for (channels, blocks, global) in [(768, 12, 2), (1024, 24, 5), (1280, 32, 7)] {
            let config = detect(&vit(channels, blocks, 64)).unwrap();
            let EncoderConfig::Vit(encoder) = &config.encoder else { panic!("{config:?}") };
            assert_eq!(encoder.global_attn_indexes[0], global);
            assert_eq!((config.image_size, config.family), (1024, Family::Sam1));
        }
        assert_eq!(detect(&vit(768, 12, 16)).unwrap().image_size, 256);
        let error = detect(&hiera(96, 13)).unwrap_err();
        assert!(error.contains("96 channels and 13 blocks"), "{error}");
        let error = detect(&vit(768, 13, 64)).unwrap_err();
        assert!(error.contains("768 channels and 13 blocks"), "{error}");
        let error = detect(&Shapes::new([("weight", &[1][..])])).unwrap_err();
        assert!(error.contains("no image encoder"), "{error}");
    }

    #[test]
    fn mobile_sam_is_known_by_its_first_layer() {
        let first = |channels: usize| {
            Shapes(vec![(
                "image_encoder.layers.0.blocks.0.conv1.c.weight".into(),
                vec![4 * channels, channels, 1, 1],
            )])
        };
        let config = detect(&first(64)).unwrap();
        assert!(matches!(config.encoder, EncoderConfig::TinyVit(_)));
        assert!(detect(&first(96)).unwrap_err().contains("96 channels"));
    }

    #[test]
    fn edge_tam_is_known_by_its_stem() {
        let stem = |channels: usize| {
            Shapes(vec![(
                "image_encoder.trunk.body.stem.conv2.c.weight".into(),
                vec![channels, channels / 2, 3, 3],
            )])
        };
        let config = detect(&stem(48)).unwrap();
        assert!(matches!(config.encoder, EncoderConfig::RepVit(_)));
        assert_eq!((config.family, config.memory.memory_layers), (Family::Sam2, 2));
        assert_eq!(config.memory.perceiver.unwrap().num_latents, 256);
        assert!(detect(&stem(64)).unwrap_err().contains("64 channels"));
    }
}
