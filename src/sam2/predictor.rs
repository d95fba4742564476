//! Encode a photo once, ask it as often as you like: the interface that everything above uses.
//!
//! Follows `sam2/sam2_image_predictor.py`. All coordinates are pixels of the photo; the origin is
//! its top-left corner.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use image::RgbImage;
use tract_onnx::prelude::{TValue, TVec, Tensor};

use super::error::{Error, Result};
use super::input::{self, InputFormat};
use super::native::Native;
use super::onnx::{self, OnnxPair};
use super::plan::Monitor;
use super::prompt::Label;
use super::weights::Weights;
use crate::mask::Mask;

/// Logits fed back as a prompt are limited to this, as the official predictor does.
const MASK_INPUT_LIMIT: f32 = 32.0;
/// Offset of the stability score at photo resolution (`stability_score_offset`).
pub const STABILITY_OFFSET: f32 = 1.0;
/// `dynamic_multimask_stability_delta` and `..._thresh` of the published configurations.
const DYNAMIC_DELTA: f32 = 0.05;
const DYNAMIC_THRESHOLD: f32 = 0.98;
/// Masks for an ambiguous prompt (`num_multimask_outputs`).
const CANDIDATES: usize = 3;

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
    /// One mask (`multimask_output=False`): mask 0 if it is stable, else the best candidate; always
    /// the latter where an exported model leaves mask 0 out.
    Single,
    /// The single mask, if the model has one, then the three candidates, so that a person can
    /// choose among all.
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
    /// Logit of "there is something here"; above 0 means yes. Exported models do not tell it.
    pub object_score: Option<f32>,
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
    pub(super) features: Features,
    photo_size: (u32, u32),
}

/// The encoder's output, in the layout of the network that made it.
#[derive(Clone)]
pub(super) struct Features {
    pub embedding: TValue,
    pub high_res_0: TValue,
    pub high_res_1: TValue,
}

impl Embedding {
    /// Width and height of the photo, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.photo_size
    }
}

impl Features {
    /// Takes an encoder's outputs in the order of the fields.
    pub fn from_outputs(outputs: TVec<TValue>) -> Result<Self> {
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().ok_or_else(|| Error::Network("too few outputs".into()));
        Ok(Self { embedding: next()?, high_res_0: next()?, high_res_1: next()? })
    }
}

/// What the predictor needs of a network, however it is made.
pub(super) trait Network: Send + Sync {
    /// What the photo has to be made into.
    fn input_format(&self) -> InputFormat;
    /// Runs the encoder on an input (1, 3, S, S).
    fn encode(&self, image: Tensor, monitor: &dyn Monitor) -> Result<Features>;
    /// Runs the decoder on prompts with equally many points each, box corners first, in network
    /// pixels. `mask_input` is (S/4, S/4) and only given for a single prompt.
    fn decode(
        &self,
        features: &Features,
        prompts: &[Vec<([f32; 2], Label)>],
        mask_input: Option<&[f32]>,
        monitor: &dyn Monitor,
    ) -> Result<RawMasks>;
}

/// A loaded network.
pub struct Predictor {
    name: String,
    everything_defaults: Option<String>,
    network: Box<dyn Network>,
}

impl Predictor {
    /// Builds the network from its weights. Takes a moment: the graphs are optimised here.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: Weights) -> Result<Self> {
        Ok(Self {
            name: weights.name().to_owned(),
            everything_defaults: weights.everything_defaults().map(str::to_owned),
            network: Box::new(Native::new(weights)?),
        })
    }

    /// Opens a model: a weights file (see [`Weights::open`]), or an encoder and decoder exported to
    /// ONNX, of which either file or their folder is given.
    ///
    /// # Errors
    /// As [`Weights::open`] and [`Predictor::new`]; an ONNX file with other inputs than expected.
    pub fn open(path: &Path) -> Result<Self> {
        // Some damaged files make the ONNX reader or the graph optimiser panic.
        catch_unwind(AssertUnwindSafe(|| Self::read(path))).unwrap_or_else(|_| {
            let cause = "it could not be made sense of".into();
            Err(Error::Format { file: path.display().to_string(), cause })
        })
    }

    fn read(path: &Path) -> Result<Self> {
        if !onnx::is_meant(path) {
            return Self::new(Weights::open(path)?);
        }
        Ok(Self {
            name: path.display().to_string(),
            everything_defaults: None,
            network: Box::new(OnnxPair::open(path)?),
        })
    }

    /// The name of the model: `starter`, or the file it came from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Side of the low-resolution logits, S/4.
    pub fn low_res_side(&self) -> usize {
        self.network.input_format().low_res_side()
    }

    /// Generator parameters (JSON) that suit this model, if its weights carry some.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.everything_defaults.as_deref()
    }

    /// Computes the embedding of a photo: the expensive step, once a photo.
    pub fn encode(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Embedding> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(Error::Input("it has no pixels".into()));
        }
        let format = self.network.input_format();
        let values = input::network_input(photo, &format)?;
        let image = Tensor::from_shape(&[1, 3, format.side, format.side], &values)?;
        let features = self.network.encode(image, monitor)?;
        Ok(Embedding { features, photo_size: photo.dimensions() })
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
        let points = self.in_network(embedding, prompt);
        let mask_input = match &prompt.mask_input {
            Some(logits) => Some(self.mask_input(logits)?),
            None => None,
        };
        let raw = self.network.decode(&embedding.features, &[points], mask_input.as_deref(), monitor)?;
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
        let mut prompts = vec![];
        for &[x, y] in points {
            let point = Point { x, y, positive: true };
            let prompt = Prompt { points: vec![point], ..Prompt::default() };
            prompt.check(embedding.photo_size)?;
            prompts.push(self.in_network(embedding, &prompt));
        }
        let raw = self.network.decode(&embedding.features, &prompts, None, monitor)?;
        Ok((0..points.len()).map(|i| raw.prediction(i, output, embedding.photo_size)).collect())
    }

    /// The points of a prompt in network pixels, box corners first.
    fn in_network(&self, embedding: &Embedding, prompt: &Prompt) -> Vec<([f32; 2], Label)> {
        let side = self.network.input_format().side as f32;
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

    /// Logits of a former answer as the network takes them.
    fn mask_input(&self, logits: &[f32]) -> Result<Vec<f32>> {
        let side = self.network.input_format().low_res_side();
        if logits.len() != side * side {
            return Err(Error::Prompt(format!(
                "the mask prompt has {} values, this model needs {side}x{side}",
                logits.len()
            )));
        }
        Ok(logits.iter().map(|x| x.clamp(-MASK_INPUT_LIMIT, MASK_INPUT_LIMIT)).collect())
    }
}

/// The decoder's masks for each of a batch of prompts.
pub(super) struct RawMasks {
    /// Side of the logits.
    pub side: usize,
    /// Whether the single mask comes before the three candidates; exported models leave it out.
    pub has_single: bool,
    /// (prompts, masks, side, side)
    pub logits: Vec<f32>,
    /// (prompts, masks)
    pub iou: Vec<f32>,
    /// (prompts), if the network tells it.
    pub object_score: Option<Vec<f32>>,
}

impl RawMasks {
    fn masks(&self) -> usize {
        CANDIDATES + usize::from(self.has_single)
    }

    /// `MaskDecoder.forward` after `predict_masks`: which masks are handed out.
    fn prediction(&self, prompt: usize, output: Output, photo_size: (u32, u32)) -> Prediction {
        let masks = self.masks();
        let iou = &self.iou[prompt * masks..][..masks];
        let first = masks - CANDIDATES;
        let best = first + best(iou[first..].iter().copied());
        let single = if self.has_single && self.is_stable(prompt) { 0 } else { best };
        let (chosen, suggested) = match output {
            Output::Candidates => (first..masks, best - first),
            Output::Single => (single..single + 1, 0),
            Output::All => (0..masks, single),
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
            object_score: self.object_score.as_ref().map(|scores| scores[prompt]),
            low_res_side: self.side,
            photo_size,
        }
    }

    fn logits(&self, prompt: usize, mask: usize) -> &[f32] {
        let size = self.side * self.side;
        &self.logits[(prompt * self.masks() + mask) * size..][..size]
    }

    /// `_dynamic_multimask_via_stability`: whether mask 0 barely changes with the threshold.
    fn is_stable(&self, prompt: usize) -> bool {
        let logits = self.logits(prompt, 0);
        let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
        let (inner, outer) = (count(DYNAMIC_DELTA), count(-DYNAMIC_DELTA));
        outer == 0.0 || inner / outer >= DYNAMIC_THRESHOLD
    }
}
