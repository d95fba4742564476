//! Encode a photo once, ask it as often as you like: the interface that everything above uses.
//!
//! Follows `sam2/sam2_image_predictor.py`, and `segment_anything/predictor.py` for networks of SAM 1.
//! All coordinates are pixels of the photo; the origin is its top-left corner.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use image::RgbImage;
use tract_onnx::prelude::Tensor;

use super::config::Family;
use super::error::{Error, Result};
use super::input::{self, InputFormat, LowRes, Placement};
use super::native::Native;
use super::network::{EncoderRun, Features, Label, Map, Network, RawMasks, Token};
use super::onnx::{self, OnnxPair};
use super::plan::Monitor;
use super::weights::Weights;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};

/// Logits fed back as a prompt are limited to this, as SAM 2's predictor does.
const MASK_INPUT_LIMIT: f32 = 32.0;
/// Offset of the stability score at photo resolution (`stability_score_offset`).
pub const STABILITY_OFFSET: f32 = 1.0;
/// `dynamic_multimask_stability_delta` and `..._thresh` of the published configurations.
const DYNAMIC_DELTA: f32 = 0.05;
const DYNAMIC_THRESHOLD: f32 = 0.98;
/// Masks for an ambiguous prompt (`num_multimask_outputs`).
const CANDIDATES: usize = 3;

/// What is asked of the network: a prompt, and perhaps an earlier answer to refine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub prompt: Prompt,
    /// Logits of an earlier answer; it may be another model's.
    pub mask_input: Option<LowRes>,
}

impl From<Prompt> for Query {
    fn from(prompt: Prompt) -> Self {
        Self { prompt, mask_input: None }
    }
}

/// Checks that a prompt points at something, and that it lies on a photo of the given size.
///
/// # Errors
/// [`Error::Prompt`] says which part of it does not.
pub fn check_prompt(prompt: &Prompt, (width, height): (u32, u32)) -> Result<()> {
    if prompt.is_empty() {
        return Err(Error::Prompt("the prompt is empty: give at least a point or a box".into()));
    }
    let inside = |x: f32, y: f32| (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
    for p in &prompt.points {
        if !inside(p.x, p.y) {
            let (x, y) = (p.x, p.y);
            return Err(Error::Prompt(format!(
                "the point {x},{y} lies outside the photo, which is {width}x{height} pixels"
            )));
        }
    }
    if let Some(BoxPrompt { x0, y0, x1, y1 }) = prompt.bbox {
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

/// Which of the four masks is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// The three candidates (`multimask_output=True`): for an ambiguous prompt such as one click.
    #[default]
    Candidates,
    /// One mask (`multimask_output=False`): mask 0, with SAM 2 only if it is stable, else the best
    /// candidate; always the latter where an exported model leaves mask 0 out.
    Single,
    /// The single mask, if the model has one, then the three candidates, so that a person can
    /// choose among all.
    All,
}

/// One answer to a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The mask is where these are above 0.
    pub low_res: LowRes,
    /// The network's own estimate of the mask's IoU with the truth; in [0, 1] from SAM 2, while that
    /// of SAM 1 can lie a little outside.
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
}

impl Prediction {
    /// The mask of a candidate at the photo's size, and its stability score in [0, 1].
    pub fn mask(&self, candidate: usize) -> (Mask, f32) {
        self.mask_with(candidate, 0.0, STABILITY_OFFSET)
    }

    /// Like [`Prediction::mask`], with another threshold and stability offset (in logits).
    pub fn mask_with(&self, candidate: usize, threshold: f32, offset: f32) -> (Mask, f32) {
        self.candidates[candidate].low_res.mask(threshold, offset)
    }

    /// The logits of a candidate at the photo's size, (height, width) row-major.
    pub fn logits(&self, candidate: usize) -> Vec<f32> {
        self.candidates[candidate].low_res.in_photo()
    }
}

/// Index of the highest score, the first of equals.
fn best(scores: impl Iterator<Item = f32>) -> usize {
    scores.enumerate().fold((0, f32::NEG_INFINITY), |best, (i, s)| if s > best.1 { (i, s) } else { best }).0
}

/// What an encoder made of a photo, as plain numbers: all that has to be kept to make the
/// [`Embedding`] again.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Width and height of the photo, in pixels.
    pub photo_size: (u32, u32),
    /// In the order of the network.
    pub maps: Vec<Map>,
}

/// A photo that is being encoded, step by step; it can be left alone between any two of them.
pub struct Encoding {
    run: Box<dyn EncoderRun>,
    photo_size: (u32, u32),
}

impl Encoding {
    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.run.is_done()
    }

    /// The share of the steps that is done, in [0, 1].
    pub fn fraction(&self) -> f32 {
        self.run.fraction()
    }

    /// Does the next step, if there is one.
    ///
    /// # Errors
    /// A failure of the network.
    pub fn step(&mut self) -> Result<()> {
        self.run.step()
    }

    /// The result.
    ///
    /// # Errors
    /// Not all steps are done.
    pub fn finish(self) -> Result<Encoded> {
        Ok(Encoded { maps: self.run.finish()?, photo_size: self.photo_size })
    }
}

/// What the network knows of one photo. Immutable and cheap to clone.
#[derive(Clone)]
pub struct Embedding {
    pub(super) features: Features,
    photo_size: (u32, u32),
}

impl Embedding {
    /// Width and height of the photo, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.photo_size
    }

    /// The memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.features {
            Features::Prepared(prepared) => prepared.bytes(),
            Features::Exported(maps) => maps.iter().map(|map| map.len() * size_of::<f32>()).sum(),
        }
    }
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
        Self::open_with_side(path, None)
    }

    /// Like [`Predictor::open`], for a network input of another side than the model's own, in pixels:
    /// see [`Weights::with_image_size`].
    ///
    /// # Errors
    /// As [`Predictor::open`]; the network cannot have this side, as no exported one can.
    pub fn open_with_side(path: &Path, side: Option<usize>) -> Result<Self> {
        // Some damaged files make the ONNX reader or the graph optimiser panic.
        catch_unwind(AssertUnwindSafe(|| Self::read(path, side))).unwrap_or_else(|_| {
            let cause = "it could not be parsed".into();
            Err(Error::Format { file: path.display().to_string(), cause })
        })
    }

    /// The built-in model, for its own side of the network input or another one.
    ///
    /// # Errors
    /// The network cannot have this side.
    pub fn built_in(side: Option<usize>) -> Result<Self> {
        Self::with_side(Weights::built_in()?, side)
    }

    fn with_side(weights: Weights, side: Option<usize>) -> Result<Self> {
        let Some(side) = side.filter(|side| *side != weights.config().image_size) else {
            return Self::new(weights);
        };
        let predictor = Self::new(weights.with_image_size(side)?)?;
        Ok(Self { name: format!("{}@{side}", predictor.name), ..predictor })
    }

    fn read(path: &Path, side: Option<usize>) -> Result<Self> {
        if !onnx::is_meant(path) {
            return Self::with_side(Weights::open(path)?, side);
        }
        if let Some(side) = side {
            onnx::find_pair(path)?;
            let cause = "that of an exported model cannot be changed".into();
            return Err(Error::InputSide { file: path.display().to_string(), side, cause });
        }
        Ok(Self {
            name: path.display().to_string(),
            everything_defaults: None,
            network: Box::new(OnnxPair::open(path)?),
        })
    }

    /// The name of the model: `mobile-sam`, or the file it came from; with `@` and the side of the network
    /// input if that is not the model's own.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What photos are made into.
    pub fn input_format(&self) -> InputFormat {
        self.network.input_format()
    }

    /// The generation of Segment Anything that the network belongs to.
    pub fn family(&self) -> Family {
        self.network.family()
    }

    /// Generator parameters (JSON) that suit this model, if its weights carry some.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.everything_defaults.as_deref()
    }

    /// The files that a model consists of, of which [`Predictor::open`] takes `path`.
    ///
    /// # Errors
    /// The partner of an ONNX file is missing.
    pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
        if !onnx::is_meant(path) {
            return Ok(vec![path.to_path_buf()]);
        }
        let (encoder, decoder) = onnx::find_pair(path)?;
        Ok(vec![encoder, decoder])
    }

    /// Computes the embedding of a photo: the expensive step, once a photo.
    pub fn encode(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Embedding> {
        self.embedding(&self.encoded(photo, monitor)?)
    }

    /// The expensive part of [`Predictor::encode`], of which [`Predictor::embedding`] does the rest.
    pub fn encoded(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Encoded> {
        let mut encoding = self.start_encoding(photo)?;
        while !encoding.is_done() {
            if monitor.cancelled() {
                return Err(Error::Cancelled);
            }
            encoding.step()?;
            monitor.progress(encoding.fraction());
        }
        encoding.finish()
    }

    /// Begins what [`Predictor::encoded`] does, for callers that do other things between its steps.
    ///
    /// # Errors
    /// The photo has no pixels.
    pub fn start_encoding(&self, photo: &RgbImage) -> Result<Encoding> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(Error::Input("it has no pixels".into()));
        }
        let format = self.network.input_format();
        let values = input::network_input(photo, &format)?;
        let image = Tensor::from_shape(&[1, 3, format.side, format.side], &values)?;
        Ok(Encoding { run: self.network.start(image)?, photo_size: photo.dimensions() })
    }

    /// Shapes of the maps that [`Predictor::encoded`] gives, whatever the photo.
    pub fn encoded_shapes(&self) -> &[Vec<usize>] {
        self.network.encoded_shapes()
    }

    /// Makes an embedding of what this model encoded.
    ///
    /// # Errors
    /// Another model encoded it.
    pub fn embedding(&self, encoded: &Encoded) -> Result<Embedding> {
        Ok(Embedding { features: self.network.prepare(&encoded.maps)?, photo_size: encoded.photo_size })
    }

    /// Answers one prompt.
    ///
    /// # Errors
    /// [`Error::Prompt`] when the prompt is empty or reaches outside the photo.
    pub fn predict(
        &self,
        embedding: &Embedding,
        query: &Query,
        output: Output,
        monitor: &dyn Monitor,
    ) -> Result<Prediction> {
        check_prompt(&query.prompt, embedding.photo_size)?;
        let points = self.in_network(embedding, &query.prompt);
        let mask_input = match &query.mask_input {
            Some(logits) => Some(self.mask_input(embedding, logits)?),
            None => None,
        };
        let mask_input = mask_input.as_deref();
        let mut predictions =
            self.decode(embedding, &[points], mask_input, (output, f32::NEG_INFINITY), monitor)?;
        predictions.pop().ok_or_else(|| Error::Network("the decoder gave no answer".into()))
    }

    /// Answers many one-point prompts together; each gets its own prediction.
    ///
    /// # Errors
    /// [`Error::Prompt`] when a point lies outside the photo.
    pub fn predict_points(
        &self,
        embedding: &Embedding,
        points: &[[f32; 2]],
        output: Output,
        monitor: &dyn Monitor,
    ) -> Result<Vec<Prediction>> {
        self.predict_points_above(embedding, points, output, f32::NEG_INFINITY, monitor)
    }

    /// Like [`Predictor::predict_points`], without the candidates whose predicted IoU is not above
    /// a limit. Their masks are not even made, which spares most of the work where few are above it.
    pub fn predict_points_above(
        &self,
        embedding: &Embedding,
        points: &[[f32; 2]],
        output: Output,
        min_predicted_iou: f32,
        monitor: &dyn Monitor,
    ) -> Result<Vec<Prediction>> {
        let mut prompts = vec![];
        for &[x, y] in points {
            let point = Point { x, y, positive: true };
            let prompt = Prompt { points: vec![point], ..Prompt::default() };
            check_prompt(&prompt, embedding.photo_size)?;
            prompts.push(self.in_network(embedding, &prompt));
        }
        self.decode(embedding, &prompts, None, (output, min_predicted_iou), monitor)
    }

    /// Answers prompts with equally many tokens each.
    fn decode(
        &self,
        embedding: &Embedding,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        (output, min_iou): (Output, f32),
        monitor: &dyn Monitor,
    ) -> Result<Vec<Prediction>> {
        let wanted = |iou: &[f32]| Choice { iou, output, min_iou }.wanted();
        let raw = self.network.decode(&embedding.features, prompts, mask_input, &wanted, monitor)?;
        let placement = self.network.input_format().placement(embedding.photo_size);
        let family = self.network.family();
        let prediction = |raw: RawMasks| prediction(raw, output, min_iou, family, placement);
        Ok(raw.into_iter().map(prediction).collect())
    }

    /// The tokens of a prompt, in the order in which the network's official predictor gives them.
    fn in_network(&self, embedding: &Embedding, prompt: &Prompt) -> Vec<Token> {
        let placement = self.network.input_format().placement(embedding.photo_size);
        let scale = |x: f32, y: f32| placement.in_network([x, y]);
        let corners = prompt.bbox.iter().flat_map(|b| {
            [(scale(b.x0, b.y0), Label::BoxTopLeft), (scale(b.x1, b.y1), Label::BoxBottomRight)]
        });
        let points = prompt
            .points
            .iter()
            .map(|p| (scale(p.x, p.y), if p.positive { Label::Positive } else { Label::Negative }));
        let padding = ([0.0; 2], Label::Padding);
        match self.network.family() {
            Family::Sam1 if prompt.bbox.is_some() => points.chain(corners).collect(),
            Family::Sam1 => points.chain([padding]).collect(),
            Family::Sam2 => corners.chain(points).chain([padding]).collect(),
        }
    }

    /// Logits of a former answer as the network takes them.
    fn mask_input(&self, embedding: &Embedding, logits: &LowRes) -> Result<Vec<f32>> {
        let (found, expected) = (logits.photo_size(), embedding.photo_size);
        if found != expected {
            return Err(Error::Prompt(format!(
                "the mask prompt is that of a photo of {found:?} pixels, this one has {expected:?}"
            )));
        }
        let placed = logits.placed(&self.network.input_format().placement(embedding.photo_size));
        Ok(match self.network.family() {
            Family::Sam1 => placed.to_vec(),
            Family::Sam2 => placed.iter().map(|x| x.clamp(-MASK_INPUT_LIMIT, MASK_INPUT_LIMIT)).collect(),
        })
    }
}

/// `MaskDecoder.forward` around `predict_masks`: which masks are made and handed out.
struct Choice<'a> {
    iou: &'a [f32],
    output: Output,
    /// Masks whose predicted IoU is not above this are left out.
    min_iou: f32,
}

impl Choice<'_> {
    /// Index of the first candidate: 1 after the single mask, 0 where an exported model leaves that
    /// out.
    fn first(&self) -> usize {
        self.iou.len().saturating_sub(CANDIDATES)
    }

    fn best(&self) -> usize {
        self.first() + best(self.iou[self.first()..].iter().copied())
    }

    fn is_kept(&self, mask: &usize) -> bool {
        let left_out = self.iou[*mask] <= self.min_iou;
        !left_out
    }

    /// Masks whose logits are needed.
    fn wanted(&self) -> Vec<usize> {
        let all = match self.output {
            Output::Candidates => (self.first()..self.iou.len()).collect(),
            // Only its logits tell whether the single mask is taken.
            Output::Single if self.first() > 0 => vec![0, self.best()],
            Output::Single => vec![self.best()],
            Output::All => (0..self.iou.len()).collect::<Vec<_>>(),
        };
        let undecided = self.first() > 0 && self.output != Output::Candidates;
        let any = all.iter().any(|mask| self.is_kept(mask));
        all.into_iter().filter(|mask| self.is_kept(mask) || (undecided && any && *mask == 0)).collect()
    }

    /// The masks that are handed out and the suggested one, if the single mask is stable or not.
    fn handed_out(&self, is_stable: bool) -> (Vec<usize>, usize) {
        let single = if is_stable { 0 } else { self.best() };
        let (masks, suggested) = match self.output {
            Output::Candidates => (self.first()..self.iou.len(), self.best()),
            Output::Single => (single..single + 1, single),
            Output::All => (0..self.iou.len(), single),
        };
        let masks: Vec<usize> = masks.filter(|mask| self.is_kept(mask)).collect();
        let position = masks.iter().position(|mask| *mask == suggested);
        let suggested = position.unwrap_or_else(|| best(masks.iter().map(|mask| self.iou[*mask])));
        (masks, suggested)
    }
}

/// The masks of a prompt that are handed out.
fn prediction(
    raw: RawMasks,
    output: Output,
    min_iou: f32,
    family: Family,
    placement: Placement,
) -> Prediction {
    let choice = Choice { iou: &raw.iou, output, min_iou };
    let single = if choice.first() > 0 { raw.logits[0].as_deref() } else { None };
    let is_taken = |logits: &Vec<f32>| family == Family::Sam1 || is_stable(logits);
    let (masks, suggested) = choice.handed_out(single.is_some_and(is_taken));
    let candidate = |mask: usize| {
        let low_res = LowRes::new(raw.logits[mask].clone()?, placement).ok()?;
        Some(Candidate { low_res, predicted_iou: raw.iou[mask] })
    };
    Prediction {
        candidates: masks.into_iter().filter_map(candidate).collect(),
        suggested,
        object_score: raw.object_score,
    }
}

/// `_dynamic_multimask_via_stability`: whether a mask barely changes with the threshold.
fn is_stable(logits: &[f32]) -> bool {
    let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
    let (inner, outer) = (count(DYNAMIC_DELTA), count(-DYNAMIC_DELTA));
    outer == 0.0 || inner / outer >= DYNAMIC_THRESHOLD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(iou: &[f32], output: Output, min_iou: f32) -> Choice<'_> {
        Choice { iou, output, min_iou }
    }

    #[test]
    fn only_masks_that_may_be_handed_out_are_made() {
        let iou = [0.9, 0.2, 0.6, 0.4];
        let wanted = |output, min_iou| choice(&iou, output, min_iou).wanted();
        assert_eq!(wanted(Output::Candidates, f32::NEG_INFINITY), [1, 2, 3]);
        assert_eq!(wanted(Output::Candidates, 0.3), [2, 3]);
        assert!(wanted(Output::Candidates, 0.6).is_empty());
        assert_eq!(wanted(Output::Single, 0.7), [0]);
        assert_eq!(wanted(Output::All, 0.3), [0, 2, 3]);
        let without_single = [0.1, 0.5, 0.3];
        assert_eq!(choice(&without_single, Output::Single, 0.2).wanted(), [1]);
        // The single mask is the one to judge by, even where it cannot be handed out itself.
        assert_eq!(choice(&[0.1, 0.2, 0.6, 0.4], Output::Single, 0.5).wanted(), [0, 2]);
    }

    #[test]
    fn the_suggestion_is_among_what_is_left() {
        let iou = [0.1, 0.2, 0.6, 0.4];
        let handed_out = |output, min_iou, stable| choice(&iou, output, min_iou).handed_out(stable);
        assert_eq!(handed_out(Output::Candidates, f32::NEG_INFINITY, false), (vec![1, 2, 3], 1));
        assert_eq!(handed_out(Output::Candidates, 0.3, true), (vec![2, 3], 0));
        assert_eq!(handed_out(Output::Single, f32::NEG_INFINITY, true), (vec![0], 0));
        assert_eq!(handed_out(Output::Single, 0.3, true), (vec![], 0));
        assert_eq!(handed_out(Output::All, f32::NEG_INFINITY, true), (vec![0, 1, 2, 3], 0));
        assert_eq!(handed_out(Output::All, 0.15, true), (vec![1, 2, 3], 1));
    }
}
