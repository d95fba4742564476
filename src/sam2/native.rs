//! The network built from named weights: encoder, prompt encoder and decoders for the batch and
//! token counts that are asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::prelude::{IntoTensor, Tensor, TypedModel, tvec};

use super::decoder;
use super::error::Result;
use super::graph::Graph;
use super::input::InputFormat;
use super::plan::{Monitor, Plan};
use super::predictor::{Features, Network, RawMasks};
use super::prompt::{Label, PromptEncoder, mask_embedding};
use super::weights::Weights;
use super::{hiera, neck};

/// Prompts that go through the decoder in one run. More cost memory and, as the maps of a batch
/// leave the processor's caches, time; a run is also the step between two cancellations.
const PROMPTS_TOGETHER: usize = 8;

/// Graphs over one set of weights.
pub(super) struct Native {
    weights: Weights,
    prompts: PromptEncoder,
    dense_position: Vec<f32>,
    encoder: Plan,
    mask_embedding: Plan,
    decoders: Mutex<HashMap<decoder::Shape, Arc<Plan>>>,
}

impl Native {
    /// Builds and optimises the graphs.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: Weights) -> Result<Self> {
        let prompts = PromptEncoder::new(&weights)?;
        let this = Self {
            dense_position: prompts.dense_position(weights.config().embedding_side()),
            prompts,
            encoder: Plan::new(encoder(&weights)?)?,
            mask_embedding: Plan::new(mask_embedding(&weights, weights.config())?)?,
            decoders: Mutex::default(),
            weights,
        };
        // The first click needs this one; building it here also reports missing tensors early.
        this.decoder(decoder::Shape { prompts: 1, tokens: 2, with_mask: false })?;
        Ok(this)
    }

    /// The decoder for these sizes, built when they are first asked for.
    fn decoder(&self, shape: decoder::Shape) -> Result<Arc<Plan>> {
        let mut decoders = self.decoders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = decoders.get(&shape) {
            return Ok(plan.clone());
        }
        let model = decoder::decoder(&self.weights, &self.dense_position, shape)?;
        let plan = Arc::new(Plan::new(model)?);
        decoders.insert(shape, plan.clone());
        Ok(plan)
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
        let config = self.weights.config();
        InputFormat { side: config.image_size, mean: config.mean, std: config.std }
    }

    fn encode(&self, image: Tensor, monitor: &dyn Monitor) -> Result<Features> {
        Features::from_outputs(self.encoder.run(tvec![image.into()], monitor)?)
    }

    fn decode(
        &self,
        features: &Features,
        prompts: &[Vec<([f32; 2], Label)>],
        mask_input: Option<&[f32]>,
        monitor: &dyn Monitor,
    ) -> Result<RawMasks> {
        let config = self.weights.config();
        let (d, side) = (config.d_model, config.low_res_side());
        let dense = match mask_input {
            Some(logits) => {
                let logits = Tensor::from_shape(&[side, side], logits)?;
                self.mask_embedding.run(tvec![logits.into()], monitor)?.remove(0)
            }
            None => Tensor::from_shape(&[1, d], self.prompts.no_mask())?.into(),
        };
        let mut outputs = [vec![], vec![], vec![]];
        for prompts in prompts.chunks(PROMPTS_TOGETHER) {
            let sparse: Vec<f32> = prompts.iter().flat_map(|p| self.prompts.sparse(p)).collect();
            let tokens = sparse.len() / (prompts.len() * d);
            let with_mask = mask_input.is_some();
            let plan = self.decoder(decoder::Shape { prompts: prompts.len(), tokens, with_mask })?;
            let inputs = tvec![
                features.embedding.clone(),
                dense.clone(),
                Tensor::from_shape(&[prompts.len(), tokens, d], &sparse)?.into(),
                features.high_res_0.clone(),
                features.high_res_1.clone(),
            ];
            for (all, part) in outputs.iter_mut().zip(plan.run(inputs, monitor)?) {
                let part = part.into_tensor();
                all.extend_from_slice(part.view().as_slice::<f32>()?);
            }
        }
        let [logits, iou, object_score] = outputs;
        Ok(RawMasks { side, has_single: true, logits, iou, object_score: Some(object_score) })
    }
}
