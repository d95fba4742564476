//! What the predictor needs of a network, however it is made: the trait, and the types that pass
//! through it. Everything else in this folder stands on this module.

use std::any::Any;
use std::sync::Arc;

use serde::Deserialize;
use tract_onnx::prelude::{TValue, Tensor};

use super::error::{Error, Result};

/// The generation of Segment Anything that a network belongs to. It decides how photos and prompts
/// are given to the network and how its answers are read.
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
    /// How its networks take photos of any shape.
    pub fn fit(self) -> Fit {
        match self {
            Family::Sam1 => Fit::Pad,
            Family::Sam2 => Fit::Stretch,
        }
    }
}

/// How a photo of any shape becomes a square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Both sides become those of the square; the aspect ratio is not kept. Values are interpolated as
    /// they are. (SAM 2)
    Stretch,
    /// The longer side becomes that of the square, and zeros fill the rest at the right or the bottom.
    /// Values are rounded to 8 bits, as Pillow does. (SAM 1)
    Pad,
}

/// What a network takes: a square of this side, in pixels, normalised with these figures on [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputFormat {
    pub side: usize,
    pub mean: [f32; 3],
    pub std: [f32; 3],
    pub fit: Fit,
}

/// Strides of the three maps that the encoder hands to the decoder, in network pixels.
pub(super) const STRIDES: [usize; 3] = [4, 8, 16];

/// Masks for an ambiguous prompt (`num_multimask_outputs`).
pub(super) const CANDIDATES: usize = 3;
/// All masks that a decoder makes (`num_mask_tokens`): the single one, then the candidates.
pub(super) const MASKS: usize = 1 + CANDIDATES;

/// Watches a job: is asked between the steps whether to go on, and told how far it is.
pub trait Monitor: Sync {
    /// Whether the job should stop as soon as it can.
    fn cancelled(&self) -> bool {
        false
    }
    /// The share of the job that is done, in [0, 1].
    fn progress(&self, _fraction: f32) {}
}

/// Never cancels and takes no notice of progress.
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

/// The encoder's output, in the layout of the network that made it, which alone looks into it.
pub(super) trait Features: Any + Send + Sync {
    /// The memory it takes, in bytes.
    fn bytes(&self) -> usize;
}

impl dyn Features {
    /// The layout that a network makes.
    ///
    /// # Errors
    /// Another network made it.
    pub fn of<T: Features>(&self) -> Result<&T> {
        (self as &dyn Any).downcast_ref().ok_or_else(foreign_embedding)
    }
}

/// What a sparse token stands for; the numbers are the official labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Stands for nothing, where the official code wants a token that says so.
    Padding = -1,
    Negative = 0,
    Positive = 1,
    BoxTopLeft = 2,
    BoxBottomRight = 3,
}

/// A labelled point in network pixels, of which a sparse token is made.
pub type Token = ([f32; 2], Label);

/// Tells, of a prompt's predicted IoUs, which of its masks to make.
pub(super) type Wanted<'a> = &'a (dyn Fn(&[f32]) -> Vec<usize> + Sync);

/// The decoder's masks for one prompt.
pub(super) struct RawMasks {
    /// (side, side) for each mask that was made.
    pub logits: Vec<Option<Arc<Vec<f32>>>>,
    /// For each mask.
    pub iou: Vec<f32>,
    /// If the network tells it.
    pub object_score: Option<f32>,
}

/// What a network answers when it gets an embedding that it has not made.
pub(super) fn foreign_embedding() -> Error {
    Error::Network("the embedding was made by another model".into())
}

/// An encoder that is being run, step by step; it can be left alone between any two of them.
pub(super) trait EncoderRun: Send {
    /// Whether all steps are done.
    fn is_done(&self) -> bool;
    /// The share of the steps that is done, in [0, 1].
    fn fraction(&self) -> f32;
    /// Does the next step, if there is one.
    fn step(&mut self) -> Result<()>;
    /// The encoder's outputs.
    ///
    /// # Errors
    /// Not all steps are done.
    fn finish(self: Box<Self>) -> Result<Vec<Map>>;
}

/// A network that encodes photos and answers prompts.
pub(super) trait Network: Send + Sync {
    /// Whose rules it follows.
    fn family(&self) -> Family;
    /// What the photo has to be made into.
    fn input_format(&self) -> InputFormat;
    /// Begins to run the encoder on an input (1, 3, S, S).
    fn start(&self, image: Tensor) -> Result<Box<dyn EncoderRun>>;
    /// Shapes of what [`EncoderRun::finish`] gives.
    fn encoded_shapes(&self) -> &[Vec<usize>];
    /// Makes the encoder's outputs ready for the decoder.
    ///
    /// # Errors
    /// They have other shapes than this network's.
    fn prepare(&self, maps: &[Map]) -> Result<Arc<dyn Features>>;
    /// Runs the decoder on prompts with equally many tokens each, in the order of the network's family.
    /// `mask_input` is (S/4, S/4) and only given for a single prompt. Masks that are not `wanted` may be
    /// left out.
    fn decode(
        &self,
        features: &dyn Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>>;
}
