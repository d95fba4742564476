//! Encode a photo once, ask it as often as you like: the interface that everything above uses.
//!
//! Follows `sam2/sam2_image_predictor.py`, and `segment_anything/predictor.py` for networks of SAM 1.
//! All coordinates are pixels of the photo; the origin is its top-left corner.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;
use tract_onnx::prelude::Tensor;

use super::error::{Error, Result};
use super::input::{self, LowRes};
use super::native::Native;
use super::network::{EncoderRun, Family, Features, InputFormat, Map, Monitor, Network, RawMasks, Token};
use super::onnx::{self, OnnxPair};
use super::prediction::{Choice, Output, Prediction};
use super::query::{Query, check_prompt, tokens};
use super::weights::Weights;
use crate::prompt::{Point, Prompt};

/// Logits fed back as a prompt are limited to this, as SAM 2's predictor does.
const MASK_INPUT_LIMIT: f32 = 32.0;

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
    pub(super) features: Arc<dyn Features>,
    photo_size: (u32, u32),
}

impl Embedding {
    /// Width and height of the photo, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.photo_size
    }

    /// The memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.features.bytes()
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
        let points = self.tokens(embedding, &query.prompt);
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
            prompts.push(self.tokens(embedding, &prompt));
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
        let raw = self.network.decode(&*embedding.features, prompts, mask_input, &wanted, monitor)?;
        let placement = self.network.input_format().placement(embedding.photo_size);
        let family = self.network.family();
        let prediction = |raw: RawMasks| Prediction::new(raw, output, min_iou, family, placement);
        Ok(raw.into_iter().map(prediction).collect())
    }

    fn tokens(&self, embedding: &Embedding, prompt: &Prompt) -> Vec<Token> {
        let placement = self.network.input_format().placement(embedding.photo_size);
        tokens(prompt, self.network.family(), &placement)
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
