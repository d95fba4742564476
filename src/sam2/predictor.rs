//! Encode a photo once, ask it as often as you like: the interface that everything above uses.
//!
//! Follows `sam2/sam2_image_predictor.py`. All coordinates are pixels of the photo; the origin is
//! its top-left corner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;
use tract_onnx::prelude::{IntoTensor, TValue, Tensor, TypedModel, tvec};

use super::config::Config;
use super::decoder::{self, MASKS};
use super::error::{Error, Result};
use super::graph::Graph;
use super::plan::{Monitor, Plan};
use super::prompt::{Label, PromptEncoder, mask_embedding};
use super::weights::Weights;
use super::{hiera, input, neck};
use crate::mask::Mask;

/// Logits fed back as a prompt are limited to this, as the official predictor does.
const MASK_INPUT_LIMIT: f32 = 32.0;
/// Offset of the stability score at photo resolution (`stability_score_offset`).
pub const STABILITY_OFFSET: f32 = 1.0;
/// `dynamic_multimask_stability_delta` and `..._thresh` of the published configurations.
const DYNAMIC_DELTA: f32 = 0.05;
const DYNAMIC_THRESHOLD: f32 = 0.98;

/// A click: where, and whether it is on the wanted thing.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Point {
    pub x: f32,
    pub y: f32,
    pub positive: bool,
}

/// A corner-to-corner box, `x0 < x1` and `y0 < y1`.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BoxPrompt {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl BoxPrompt {
    /// The box spanned by two corners in any order.
    pub fn spanning(a: [f32; 2], b: [f32; 2]) -> Self {
        Self { x0: a[0].min(b[0]), y0: a[1].min(b[1]), x1: a[0].max(b[0]), y1: a[1].max(b[1]) }
    }
}

/// What is asked of the network: any mixture of points, a box and a former answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompt {
    pub points: Vec<Point>,
    pub bbox: Option<BoxPrompt>,
    /// Low-resolution logits of a former answer to refine, (S/4, S/4) row-major.
    pub mask_input: Option<Arc<Vec<f32>>>,
}

impl Prompt {
    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.bbox.is_none() && self.mask_input.is_none()
    }

    /// Checks that everything lies on a photo of the given size.
    pub fn check(&self, (width, height): (u32, u32)) -> Result<()> {
        if self.is_empty() {
            return Err(Error::Prompt("the prompt is empty: give at least a point or a box".into()));
        }
        let inside = |x: f32, y: f32| (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
        for p in &self.points {
            if !inside(p.x, p.y) {
                let (x, y) = (p.x, p.y);
                return Err(Error::Prompt(format!(
                    "the point {x},{y} lies outside the photo, which is {width}x{height} pixels"
                )));
            }
        }
        if let Some(BoxPrompt { x0, y0, x1, y1 }) = self.bbox {
            if !inside(x0, y0) || !inside(x1, y1) {
                return Err(Error::Prompt(format!(
                    "the box {x0},{y0},{x1},{y1} reaches outside the photo, which is {width}x{height} pixels"
                )));
            }
            if x1 <= x0 || y1 <= y0 {
                return Err(Error::Prompt(format!(
                    "the box {x0},{y0},{x1},{y1} is empty: give its top-left corner first, then its bottom-right one"
                )));
            }
        }
        Ok(())
    }
}

/// Which of the four masks is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// The three candidates (`multimask_output=True`): for an ambiguous prompt such as one click.
    #[default]
    Candidates,
    /// One mask (`multimask_output=False`): mask 0 if it is stable, else the best candidate.
    Single,
    /// The single mask, then the three candidates, so that a person can choose among all.
    All,
}

/// One answer to a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Logits, (S/4, S/4) row-major; the mask is where they are above 0.
    pub low_res: Arc<Vec<f32>>,
    /// The network's own estimate of the mask's IoU with the truth, in [0, 1].
    pub predicted_iou: f32,
}

/// All answers to one prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    pub candidates: Vec<Candidate>,
    /// Index of the candidate that the official predictor would hand out: of three candidates the
    /// one with the best predicted IoU, else the choice of [`Output::Single`].
    pub suggested: usize,
    /// Logit of "there is something here"; above 0 means yes.
    pub object_score: f32,
    low_res_side: usize,
    photo_size: (u32, u32),
}

impl Prediction {
    /// The mask of a candidate at the photo's size, and its stability score in [0, 1].
    pub fn mask(&self, candidate: usize) -> (Mask, f32) {
        self.mask_with(candidate, 0.0, STABILITY_OFFSET)
    }

    /// Like [`Prediction::mask`], with another threshold and stability offset (in logits).
    pub fn mask_with(&self, candidate: usize, threshold: f32, offset: f32) -> (Mask, f32) {
        let low_res = &self.candidates[candidate].low_res;
        input::mask_in_photo(low_res, self.low_res_side, self.photo_size, threshold, offset)
    }

    /// The logits of a candidate at the photo's size, (height, width) row-major.
    pub fn logits(&self, candidate: usize) -> Vec<f32> {
        let low_res = &self.candidates[candidate].low_res;
        input::logits_in_photo(low_res, self.low_res_side, self.photo_size)
    }
}

/// Index of the highest score, the first of equals.
fn best(scores: impl Iterator<Item = f32>) -> usize {
    scores.enumerate().fold((0, f32::NEG_INFINITY), |best, (i, s)| if s > best.1 { (i, s) } else { best }).0
}

/// What the network knows of one photo. Immutable and cheap to clone.
#[derive(Clone)]
pub struct Embedding {
    /// (cells, d_model)
    embedding: TValue,
    high_res_0: TValue,
    high_res_1: TValue,
    photo_size: (u32, u32),
}

impl Embedding {
    /// Width and height of the photo, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.photo_size
    }
}

/// A loaded network.
pub struct Predictor {
    weights: Weights,
    prompts: PromptEncoder,
    dense_position: Vec<f32>,
    encoder: Plan,
    mask_embedding: Plan,
    decoders: Mutex<HashMap<decoder::Shape, Arc<Plan>>>,
}

impl Predictor {
    /// Builds the network from its weights. Takes a moment: the graphs are optimised here.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: Weights) -> Result<Self> {
        let prompts = PromptEncoder::new(&weights)?;
        let dense_position = prompts.dense_position(weights.config().embedding_side());
        let this = Self {
            prompts,
            dense_position,
            encoder: Plan::new(encoder(&weights)?)?,
            mask_embedding: Plan::new(mask_embedding(&weights, weights.config())?)?,
            decoders: Mutex::default(),
            weights,
        };
        // The first click needs this one; building it here also reports missing tensors early.
        this.decoder(decoder::Shape { prompts: 1, tokens: 2, with_mask: false })?;
        Ok(this)
    }

    /// The name of the weights: `starter`, or the file they came from.
    pub fn name(&self) -> &str {
        self.weights.name()
    }

    /// The sizes of the network.
    pub fn config(&self) -> &Config {
        self.weights.config()
    }

    /// Generator parameters (JSON) that suit this model, if its weights carry some.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.weights.everything_defaults()
    }

    /// Computes the embedding of a photo: the expensive step, once a photo.
    pub fn encode(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Embedding> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(Error::Input("it has no pixels".into()));
        }
        let side = self.config().image_size;
        let values = input::network_input(photo, self.config())?;
        let image = Tensor::from_shape(&[1, 3, side, side], &values)?;
        let mut outputs = self.encoder.run(tvec![image.into()], monitor)?.into_iter();
        let mut next = || outputs.next().ok_or_else(|| Error::Network("too few outputs".into()));
        Ok(Embedding {
            embedding: next()?,
            high_res_0: next()?,
            high_res_1: next()?,
            photo_size: photo.dimensions(),
        })
    }

    /// Answers one prompt.
    ///
    /// # Errors
    /// [`Error::Prompt`] when the prompt is empty or reaches outside the photo.
    pub fn predict(
        &self,
        embedding: &Embedding,
        prompt: &Prompt,
        output: Output,
        monitor: &dyn Monitor,
    ) -> Result<Prediction> {
        prompt.check(embedding.photo_size)?;
        let sparse = self.prompts.sparse(&self.in_network(embedding, prompt));
        let dense = match &prompt.mask_input {
            Some(logits) => Some(self.embed_mask(logits, monitor)?),
            None => None,
        };
        let raw = self.decode(embedding, sparse, 1, dense, monitor)?;
        Ok(raw.prediction(0, output, embedding.photo_size))
    }

    /// Answers many one-point prompts together; each gets its own prediction.
    pub fn predict_points(
        &self,
        embedding: &Embedding,
        points: &[[f32; 2]],
        output: Output,
        monitor: &dyn Monitor,
    ) -> Result<Vec<Prediction>> {
        let mut sparse = vec![];
        for &[x, y] in points {
            let point = Point { x, y, positive: true };
            let prompt = Prompt { points: vec![point], ..Prompt::default() };
            prompt.check(embedding.photo_size)?;
            sparse.extend(self.prompts.sparse(&self.in_network(embedding, &prompt)));
        }
        let raw = self.decode(embedding, sparse, points.len(), None, monitor)?;
        Ok((0..points.len()).map(|i| raw.prediction(i, output, embedding.photo_size)).collect())
    }

    /// The points of a prompt in network pixels, box corners first.
    fn in_network(&self, embedding: &Embedding, prompt: &Prompt) -> Vec<([f32; 2], Label)> {
        let side = self.config().image_size as f32;
        let (width, height) = embedding.photo_size;
        let scale = |x: f32, y: f32| [x / width as f32 * side, y / height as f32 * side];
        let corners = prompt.bbox.iter().flat_map(|b| {
            [(scale(b.x0, b.y0), Label::BoxTopLeft), (scale(b.x1, b.y1), Label::BoxBottomRight)]
        });
        let points = prompt
            .points
            .iter()
            .map(|p| (scale(p.x, p.y), if p.positive { Label::Positive } else { Label::Negative }));
        corners.chain(points).collect()
    }

    fn embed_mask(&self, logits: &[f32], monitor: &dyn Monitor) -> Result<TValue> {
        let side = self.config().low_res_side();
        if logits.len() != side * side {
            return Err(Error::Prompt(format!(
                "the mask prompt has {} values, this model needs {side}x{side}",
                logits.len()
            )));
        }
        let clamped: Vec<f32> = logits.iter().map(|x| x.clamp(-MASK_INPUT_LIMIT, MASK_INPUT_LIMIT)).collect();
        let input = Tensor::from_shape(&[side, side], &clamped)?;
        Ok(self.mask_embedding.run(tvec![input.into()], monitor)?.remove(0))
    }

    fn decode(
        &self,
        embedding: &Embedding,
        sparse: Vec<f32>,
        prompts: usize,
        dense: Option<TValue>,
        monitor: &dyn Monitor,
    ) -> Result<RawMasks> {
        let d = self.config().d_model;
        let tokens = sparse.len() / (prompts * d);
        let plan = self.decoder(decoder::Shape { prompts, tokens, with_mask: dense.is_some() })?;
        let dense = match dense {
            Some(dense) => dense,
            None => Tensor::from_shape(&[1, d], self.prompts.no_mask())?.into(),
        };
        let inputs = tvec![
            embedding.embedding.clone(),
            dense,
            Tensor::from_shape(&[prompts, tokens, d], &sparse)?.into(),
            embedding.high_res_0.clone(),
            embedding.high_res_1.clone(),
        ];
        let outputs = plan.run(inputs, monitor)?;
        let values = |i: usize| -> Result<Vec<f32>> {
            Ok(outputs[i].clone().into_tensor().view().as_slice::<f32>()?.to_vec())
        };
        Ok(RawMasks {
            side: self.config().low_res_side(),
            logits: values(0)?,
            iou: values(1)?,
            object_score: values(2)?,
        })
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

/// The encoder's graph: (1, 3, S, S) to embedding, high_res_0 and high_res_1.
fn encoder(weights: &Weights) -> Result<TypedModel> {
    let config = weights.config();
    let mut g = Graph::new(weights);
    let image = g.input("image", &[1, 3, config.image_size, config.image_size])?;
    let stages = hiera::trunk(&mut g, config, image)?;
    let pyramid = neck::pyramid(&mut g, config, &stages)?;
    let features = neck::features(&mut g, config, pyramid)?;
    g.finish(&[features.embedding, features.high_res_0, features.high_res_1])
}

/// The decoder's four masks for each of a batch of prompts.
struct RawMasks {
    side: usize,
    /// (prompts, 4, side, side)
    logits: Vec<f32>,
    /// (prompts, 4)
    iou: Vec<f32>,
    /// (prompts, 1)
    object_score: Vec<f32>,
}

impl RawMasks {
    /// `MaskDecoder.forward` after `predict_masks`: which masks are handed out.
    fn prediction(&self, prompt: usize, output: Output, photo_size: (u32, u32)) -> Prediction {
        let iou = &self.iou[prompt * MASKS..][..MASKS];
        let best = 1 + best(iou[1..].iter().copied());
        let single = if self.is_stable(prompt) { 0 } else { best };
        let (chosen, suggested) = match output {
            Output::Candidates => (1..MASKS, best - 1),
            Output::Single => (single..single + 1, 0),
            Output::All => (0..MASKS, single),
        };
        let candidates = chosen
            .map(|mask| Candidate {
                low_res: Arc::new(self.logits(prompt, mask).to_vec()),
                predicted_iou: iou[mask],
            })
            .collect();
        Prediction {
            candidates,
            suggested,
            object_score: self.object_score[prompt],
            low_res_side: self.side,
            photo_size,
        }
    }

    fn logits(&self, prompt: usize, mask: usize) -> &[f32] {
        let size = self.side * self.side;
        &self.logits[(prompt * MASKS + mask) * size..][..size]
    }

    /// `_dynamic_multimask_via_stability`: whether mask 0 barely changes with the threshold.
    fn is_stable(&self, prompt: usize) -> bool {
        let logits = self.logits(prompt, 0);
        let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
        let (inner, outer) = (count(DYNAMIC_DELTA), count(-DYNAMIC_DELTA));
        outer == 0.0 || inner / outer >= DYNAMIC_THRESHOLD
    }
}
