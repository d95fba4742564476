//! The network from named weights: the encoder's graph, the prompt encoder and the decoder.

use std::sync::Arc;

use tract_onnx::prelude::{Tensor, tvec};

use super::decoder::{Decoded, Decoder, Prepared};
use super::encoder;
use super::error::Result;
use super::network::{
    EncoderRun, Family, Features, InputFormat, Map, Monitor, Network, RawMasks, Token, Wanted,
    foreign_embedding,
};
use super::plan::Plan;
use super::prompt_encoder::{MaskEncoder, PromptEncoder};
use super::weights::Weights;

/// Encoder and decoder over one set of weights.
pub(super) struct Native {
    family: Family,
    input_format: InputFormat,
    encoder: Plan,
    encoded_shapes: Vec<Vec<usize>>,
    prompts: PromptEncoder,
    masks: MaskEncoder,
    decoder: Decoder,
}

impl Native {
    /// Builds and optimises the graph, and prepares the decoder's weights.
    ///
    /// # Errors
    /// A tensor that is missing, has the wrong shape, or is not used by any layer.
    pub fn new(weights: &Weights) -> Result<Self> {
        let config = weights.config();
        let prompts = PromptEncoder::new(weights)?;
        let masks = MaskEncoder::new(weights)?;
        let (encoder, decoder) =
            rayon::join(|| Plan::new(encoder::graph(weights)?), || Decoder::new(weights, &prompts, &masks));
        let encoder = encoder?;
        let this = Self {
            family: config.family,
            input_format: config.input_format(),
            encoded_shapes: encoder.output_shapes()?,
            encoder,
            decoder: decoder?,
            prompts,
            masks,
        };
        weights.check_all_are_used()?;
        Ok(this)
    }
}

impl Network for Native {
    fn family(&self) -> Family {
        self.family
    }

    fn input_format(&self) -> InputFormat {
        self.input_format
    }

    fn start(&self, image: Tensor) -> Result<Box<dyn EncoderRun>> {
        Ok(Box::new(self.encoder.start(tvec![image.into()])?))
    }

    fn encoded_shapes(&self) -> &[Vec<usize>] {
        &self.encoded_shapes
    }

    fn prepare(&self, maps: &[Map]) -> Result<Arc<dyn Features>> {
        let values: Vec<&[f32]> = maps.iter().map(|map| &map.values[..]).collect();
        Ok(Arc::new(self.decoder.prepare(&values).ok_or_else(foreign_embedding)?))
    }

    fn decode(
        &self,
        features: &dyn Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>> {
        let prepared = features.of::<Prepared>()?;
        let sparse: Vec<Vec<f32>> = prompts.iter().map(|tokens| self.prompts.sparse(tokens)).collect();
        let with_mask = mask_input.map(|logits| {
            self.decoder.with_mask(prepared, &self.masks.channels(logits, self.decoder.side()))
        });
        let decoded =
            self.decoder.decode(with_mask.as_ref().unwrap_or(prepared), &sparse, wanted, monitor)?;
        let raw = |decoded: Decoded| RawMasks {
            logits: decoded.logits.map(|logits| logits.map(Into::into)).into(),
            iou: decoded.iou.into(),
            object_score: decoded.object_score,
        };
        Ok(decoded.into_iter().map(raw).collect())
    }
}
