//! The network built from named weights: the encoder's graph, the prompt encoder and the decoder.

use tract_onnx::prelude::{Tensor, TypedModel, tvec};

use super::decoder::Decoder;
use super::error::{Error, Result};
use super::graph::Graph;
use super::input::InputFormat;
use super::plan::{Monitor, Plan};
use super::predictor::{Features, Map, Network, RawMasks, Wanted};
use super::prompt::{Label, MaskEncoder, PromptEncoder};
use super::weights::Weights;
use super::{hiera, neck};

/// Encoder and decoder over one set of weights.
pub(super) struct Native {
    input_format: InputFormat,
    encoder: Plan,
    prompts: PromptEncoder,
    masks: MaskEncoder,
    decoder: Decoder,
}

impl Native {
    /// Builds and optimises the graph, and makes the decoder's weights ready.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: Weights) -> Result<Self> {
        let config = weights.config();
        let prompts = PromptEncoder::new(&weights)?;
        let masks = MaskEncoder::new(&weights)?;
        Ok(Self {
            input_format: InputFormat { side: config.image_size, mean: config.mean, std: config.std },
            encoder: Plan::new(encoder(&weights)?)?,
            decoder: Decoder::new(&weights, &prompts, &masks)?,
            prompts,
            masks,
        })
    }
}

/// The encoder's graph: (1, 3, S, S) to embedding, high_res_0 and high_res_1, channels last.
fn encoder(weights: &Weights) -> Result<TypedModel> {
    let config = weights.config();
    let mut g = Graph::new(weights);
    let image = g.input("image", &[1, 3, config.image_size, config.image_size])?;
    let stages = hiera::trunk(&mut g, config, image)?;
    let features = neck::features(&mut g, config, &stages)?;
    g.finish(&[features.embedding, features.high_res_0, features.high_res_1])
}

impl Network for Native {
    fn input_format(&self) -> InputFormat {
        self.input_format
    }

    fn encode(&self, image: Tensor, monitor: &dyn Monitor) -> Result<Vec<Map>> {
        self.encoder.run(tvec![image.into()], monitor)?.into_iter().map(Map::try_from).collect()
    }

    fn prepare(&self, maps: &[Map]) -> Result<Features> {
        let [embedding, high_res_0, high_res_1] = maps else {
            return Err(Error::Network("the encoder has other outputs than expected".into()));
        };
        let prepared = self.decoder.prepare(&embedding.values, &high_res_0.values, &high_res_1.values);
        prepared
            .map(Features::Prepared)
            .ok_or_else(|| Error::Network("the embedding was made by another model".into()))
    }

    fn decode(
        &self,
        features: &Features,
        prompts: &[Vec<([f32; 2], Label)>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>> {
        let Features::Prepared(prepared) = features else {
            return Err(Error::Network("the embedding was made by another model".into()));
        };
        let sparse: Vec<Vec<f32>> = prompts.iter().map(|points| self.prompts.sparse(points)).collect();
        let with_mask = mask_input.map(|logits| {
            self.decoder.with_mask(prepared, &self.masks.channels(logits, self.decoder.side()))
        });
        let decoded =
            self.decoder.decode(with_mask.as_ref().unwrap_or(prepared), &sparse, wanted, monitor)?;
        let raw = |decoded: super::decoder::Decoded| RawMasks {
            logits: decoded.logits.map(|logits| logits.map(Into::into)).into(),
            iou: decoded.iou.into(),
            object_score: Some(decoded.object_score),
        };
        Ok(decoded.into_iter().map(raw).collect())
    }
}
