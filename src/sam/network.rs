//! The trait that networks implement for the predictor, and its types. Everything else in this folder depends
//! on this module.

use std::any::Any;
use std::sync::Arc;

use serde::Deserialize;
use tract_onnx::prelude::{TValue, Tensor};

use super::error::{Error, Result};

/// The generation of Segment Anything that a network belongs to. It decides how photos and prompts are passed
/// to the network and how its outputs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Segment Anything (2023) and MobileSAM.
    Sam1,
    /// SAM 2 and SAM 2.1.
    #[default]
    Sam2,
}

impl Family {
    /// How its networks fit photos into a square.
    pub fn fit(self) -> Fit {
        match self {
            Family::Sam1 => Fit::Pad,
            Family::Sam2 => Fit::Stretch,
        }
    }
}

/// How a photo is fitted into a square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Stretched to the square, without keeping the aspect ratio. Values are interpolated without rounding.
    /// (SAM 2)
    Stretch,
    /// Scaled to fit the square, with zeros as padding at the right or bottom. Values are rounded to 8 bits,
    /// as in Pillow. (SAM 1)
    Pad,
}

/// The network input: a square of this side, in pixels, normalised with these values on [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputFormat {
    pub side: usize,
    pub mean: [f32; 3],
    pub std: [f32; 3],
    pub fit: Fit,
}

/// Strides of the three maps that the encoder passes to the decoder, in network pixels.
pub(super) const STRIDES: [usize; 3] = [4, 8, 16];

/// Masks for an ambiguous prompt (`num_multimask_outputs`).
pub(super) const CANDIDATES: usize = 3;
/// All masks of a decoder (`num_mask_tokens`): the single mask, then the candidates.
pub(super) const MASKS: usize = 1 + CANDIDATES;

/// Monitors a job: can cancel it between steps, and receives its progress.
pub trait Monitor: Sync {
    /// Whether the job should stop as soon as it can.
    fn cancelled(&self) -> bool {
        false
    }
    /// The fraction of the job done, in [0, 1].
    fn progress(&self, _fraction: f32) {}
}

/// Never cancels and ignores progress.
impl Monitor for () {}

/// An output of the encoder, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl TryFrom<TValue> for Map {
    type Error = Error;

    fn try_from(value: TValue) -> Result<Self> {
        Ok(Self { shape: value.shape().to_vec(), values: value.view().as_slice::<f32>()?.to_vec() })
    }
}

/// The encoder's output, in the layout of the network that made it. Only that network reads it.
pub(super) trait Features: Any + Send + Sync {
    /// The memory that it takes, in bytes.
    fn bytes(&self) -> usize;
}

impl dyn Features {
    /// The content in a network's layout.
    ///
    /// # Errors
    /// It belongs to another network.
    pub fn of<T: Features>(&self) -> Result<&T> {
        (self as &dyn Any).downcast_ref().ok_or_else(foreign_embedding)
    }
}

/// The meaning of a sparse token; the numbers are the official labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// No point; the official code needs a token for it.
    Padding = -1,
    Negative = 0,
    Positive = 1,
    BoxTopLeft = 2,
    BoxBottomRight = 3,
}

/// A labelled point in network pixels, the input of a sparse token.
pub type Token = ([f32; 2], Label);

/// Selects the masks to compute by a prompt's predicted IoUs.
pub(super) type Wanted<'a> = &'a (dyn Fn(&[f32]) -> Vec<usize> + Sync);

/// The decoder's masks for one prompt.
pub(super) struct RawMasks {
    /// (side, side) for each computed mask.
    pub logits: Vec<Option<Arc<Vec<f32>>>>,
    /// For each mask.
    pub iou: Vec<f32>,
    /// If the network predicts it.
    pub object_score: Option<f32>,
}

/// The error for an embedding of another network.
pub(super) fn foreign_embedding() -> Error {
    Error::Network("the embedding belongs to another model".into())
}

/// A run of the encoder, step by step; it can pause between steps.
pub(super) trait EncoderRun: Send {
    /// Whether all steps are done.
    fn is_done(&self) -> bool;
    /// The fraction of the steps done, in [0, 1].
    fn fraction(&self) -> f32;
    /// Runs the next step, if any.
    fn step(&mut self) -> Result<()>;
    /// The encoder's outputs.
    ///
    /// # Errors
    /// Some steps are not done.
    fn finish(self: Box<Self>) -> Result<Vec<Map>>;
}

/// A network that encodes photos and answers prompts.
pub(super) trait Network: Send + Sync {
    /// The family whose rules it follows.
    fn family(&self) -> Family;
    /// The network input.
    fn input_format(&self) -> InputFormat;
    /// Starts the encoder on an input (1, 3, S, S).
    fn start(&self, image: Tensor) -> Result<Box<dyn EncoderRun>>;
    /// Shapes of the maps from [`EncoderRun::finish`].
    fn encoded_shapes(&self) -> &[Vec<usize>];
    /// Prepares the encoder's outputs for the decoder.
    ///
    /// # Errors
    /// Their shapes are not those of this network.
    fn prepare(&self, maps: &[Map]) -> Result<Arc<dyn Features>>;
    /// Runs the decoder on prompts with the same number of tokens, in the order of the network's family.
    /// `mask_input` is (S/4, S/4) and only given for a single prompt. Masks that are not `wanted` may be
    /// omitted.
    fn decode(
        &self,
        features: &dyn Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>>;
}
