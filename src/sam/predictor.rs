//! The interface for all other modules: encode a photo once, then predict masks for any number of prompts.
//!
//! Follows `sam2/sam2_image_predictor.py`, and `segment_anything/predictor.py` for networks of SAM 1.
//! All coordinates are pixels of the photo; the origin is its top-left corner.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use image::RgbImage;
use tract_onnx::prelude::Tensor;

use super::error::{Error, Result};
use super::input::{self, LowRes};
use super::memory::MemoryNetwork;
use super::native::Native;
use super::network::{EncoderRun, Family, Features, InputFormat, Map, Monitor, Network, RawMasks, Token};
use super::onnx::{self, OnnxPair};
use super::prediction::{Choice, Output, Prediction};
use super::query::{MASK_INPUT_LIMIT, Query, check_prompt, tokens};
use super::weights::Weights;
use crate::prompt::{Point, Prompt};

/// The encoder's output for a photo, as plain numbers: everything needed to restore the [`Embedding`].
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Width and height of the photo, in pixels.
    pub photo_size: (u32, u32),
    /// The maps in the network's order.
    pub maps: Vec<Map>,
}

/// An encoding in progress, step by step; it can pause between steps.
pub struct Encoding {
    run: Box<dyn EncoderRun>,
    photo_size: (u32, u32),
}

impl Encoding {
    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.run.is_done()
    }

    /// The fraction of the steps done, in [0, 1].
    pub fn fraction(&self) -> f32 {
        self.run.fraction()
    }

    /// Runs the next step, if any.
    ///
    /// # Errors
    /// A failure of the network.
    pub fn step(&mut self) -> Result<()> {
        self.run.step()
    }

    /// The result.
    ///
    /// # Errors
    /// Some steps are not done.
    pub fn finish(self) -> Result<Encoded> {
        Ok(Encoded { maps: self.run.finish()?, photo_size: self.photo_size })
    }
}

/// The network's embedding of one photo. Immutable and cheap to clone.
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

    /// The memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.features.bytes()
    }
}

/// A loaded network.
pub struct Predictor {
    name: String,
    everything_defaults: Option<String>,
    network: Box<dyn Network>,
    /// Of a model that has one.
    memory: Option<Unread>,
}

/// A memory whose weights are read when they are first needed.
struct Unread {
    weights: Weights,
    network: OnceLock<Arc<MemoryNetwork>>,
}

impl Predictor {
    /// Builds the network from its weights. Takes a moment: the graphs are optimised here.
    ///
    /// # Errors
    /// A tensor that is missing or has the wrong shape.
    pub fn new(weights: Weights) -> Result<Self> {
        Ok(Self {
            name: weights.name().to_owned(),
            everything_defaults: weights.everything_defaults().map(str::to_owned),
            network: Box::new(Native::new(&weights)?),
            memory: MemoryNetwork::is_in(&weights).then(|| Unread { weights, network: OnceLock::new() }),
        })
    }

    /// Opens a model: a weights file (see [`Weights::open`]), or an ONNX pair of encoder and decoder, given
    /// by either file or their folder.
    ///
    /// # Errors
    /// Those of [`Weights::open`] and [`Predictor::new`]; an ONNX file with unexpected inputs.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with_side(path, None)
    }

    /// Like [`Predictor::open`], for a network input with a side other than the model's own, in pixels: see
    /// [`Weights::with_image_size`].
    ///
    /// # Errors
    /// Those of [`Predictor::open`]; the network does not support this side (exported models never do).
    pub fn open_with_side(path: &Path, side: Option<usize>) -> Result<Self> {
        // Some damaged files make the ONNX reader or the graph optimiser panic.
        catch_unwind(AssertUnwindSafe(|| Self::read(path, side))).unwrap_or_else(|_| {
            let cause = "it could not be parsed".into();
            Err(Error::Format { file: path.display().to_string(), cause })
        })
    }

    /// The built-in model, for its own or another side of the network input.
    ///
    /// # Errors
    /// The network does not support this side.
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
            let cause = "the input size of an exported model is fixed".into();
            return Err(Error::InputSide { file: path.display().to_string(), side, cause });
        }
        Ok(Self {
            name: path.display().to_string(),
            everything_defaults: None,
            network: Box::new(OnnxPair::open(path)?),
            memory: None,
        })
    }

    /// The name of the model: `mobile-sam` or its file; with `@` and the side of the network input if that is
    /// not the model's own.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The network input.
    pub fn input_format(&self) -> InputFormat {
        self.network.input_format()
    }

    /// The generation of Segment Anything that the network belongs to.
    pub fn family(&self) -> Family {
        self.network.family()
    }

    /// The model's own generator parameters (JSON), if its weights file has them.
    pub fn everything_defaults(&self) -> Option<&str> {
        self.everything_defaults.as_deref()
    }

    /// All files of the model that [`Predictor::open`] opens at `path`.
    ///
    /// # Errors
    /// The other file of an ONNX pair is missing.
    pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
        if !onnx::is_meant(path) {
            return Ok(vec![path.to_path_buf()]);
        }
        let (encoder, decoder) = onnx::find_pair(path)?;
        Ok(vec![encoder, decoder])
    }

    /// Computes the embedding of a photo: the expensive step, once per photo.
    pub fn encode(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Embedding> {
        self.embedding(&self.encoded(photo, monitor)?)
    }

    /// The expensive part of [`Predictor::encode`]; [`Predictor::embedding`] does the rest.
    pub fn encoded(&self, photo: &RgbImage, monitor: &dyn Monitor) -> Result<Encoded> {
        let start = Instant::now();
        let mut encoding = self.start_encoding(photo)?;
        while !encoding.is_done() {
            if monitor.cancelled() {
                return Err(Error::Cancelled);
            }
            encoding.step()?;
            monitor.progress(encoding.fraction());
        }
        log::info!("photo encoded in {:.2} s", start.elapsed().as_secs_f32());
        encoding.finish()
    }

    /// Starts [`Predictor::encoded`] for callers that do other work between its steps.
    ///
    /// # Errors
    /// The photo has no pixels.
    pub fn start_encoding(&self, photo: &RgbImage) -> Result<Encoding> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(Error::Input("it has no pixels".into()));
        }
        let format = self.network.input_format();
        self.start(&input::network_input(photo, &format)?, photo.dimensions())
    }

    /// The network that follows objects through a sequence, if the model has one: SAM 2 and EdgeTAM do. It is read at
    /// the first call.
    ///
    /// # Errors
    /// A tensor that is missing or has the wrong shape.
    pub fn memory(&self) -> Result<Option<Arc<MemoryNetwork>>> {
        let Some(Unread { weights, network }) = &self.memory else { return Ok(None) };
        if let Some(known) = network.get() {
            return Ok(Some(known.clone()));
        }
        let read = Arc::new(MemoryNetwork::new(weights)?);
        Ok(Some(network.get_or_init(|| read).clone()))
    }

    /// Whether the model has a network that follows objects through a sequence.
    pub fn remembers(&self) -> bool {
        self.memory.is_some()
    }

    /// Like [`Predictor::start_encoding`], for a frame of a sequence that [`Predictor::memory`] follows objects
    /// through: official predictors resize the frames of videos in another way than photos.
    ///
    /// # Errors
    /// The frame has no pixels.
    pub fn start_encoding_frame(&self, frame: &RgbImage) -> Result<Encoding> {
        let format = self.network.input_format();
        self.start(&input::frame_input(frame, &format)?, frame.dimensions())
    }

    fn start(&self, values: &[f32], photo_size: (u32, u32)) -> Result<Encoding> {
        let side = self.network.input_format().side;
        let image = Tensor::from_shape(&[1, 3, side, side], values)?;
        Ok(Encoding { run: self.network.start(image)?, photo_size })
    }

    /// Shapes of the maps from [`Predictor::encoded`], which do not depend on the photo.
    pub fn encoded_shapes(&self) -> &[Vec<usize>] {
        self.network.encoded_shapes()
    }

    /// Creates an embedding from this model's encoder output.
    ///
    /// # Errors
    /// The output belongs to another model.
    pub fn embedding(&self, encoded: &Encoded) -> Result<Embedding> {
        Ok(Embedding { features: self.network.prepare(&encoded.maps)?, photo_size: encoded.photo_size })
    }

    /// Predicts the masks of one prompt.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the prompt is empty or extends beyond the photo.
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
        predictions.pop().ok_or_else(|| Error::Network("the decoder returned no masks".into()))
    }

    /// Predicts the masks of many one-point prompts together; each gets its own prediction.
    ///
    /// # Errors
    /// [`Error::Prompt`] if a point lies outside the photo.
    pub fn predict_points(
        &self,
        embedding: &Embedding,
        points: &[[f32; 2]],
        output: Output,
        monitor: &dyn Monitor,
    ) -> Result<Vec<Prediction>> {
        self.predict_points_above(embedding, points, output, f32::NEG_INFINITY, monitor)
    }

    /// Like [`Predictor::predict_points`], without the candidates whose predicted IoU is not above a limit.
    /// Their masks are not computed, which saves most of the work if few are above it.
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

    /// Predicts the masks of prompts with the same number of tokens.
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

    /// Logits of a previous answer as network input.
    fn mask_input(&self, embedding: &Embedding, logits: &LowRes) -> Result<Vec<f32>> {
        let (found, expected) = (logits.photo_size(), embedding.photo_size);
        if found != expected {
            return Err(Error::Prompt(format!(
                "the mask prompt belongs to a photo of {found:?} pixels; this one has {expected:?}"
            )));
        }
        let placed = logits.placed(&self.network.input_format().placement(embedding.photo_size));
        Ok(match self.network.family() {
            Family::Sam1 => placed.to_vec(),
            Family::Sam2 => placed.iter().map(|x| x.clamp(-MASK_INPUT_LIMIT, MASK_INPUT_LIMIT)).collect(),
        })
    }
}
