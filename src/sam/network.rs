//! What the predictor needs of a network, however it is made.

use std::sync::Arc;

use tract_onnx::prelude::{TValue, Tensor};

use super::config::Family;
use super::decoder::Prepared;
use super::error::{Error, Result};
use super::input::InputFormat;
use super::plan::Monitor;

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

/// The encoder's output, in the layout of the network that made it.
#[derive(Clone)]
pub(super) enum Features {
    /// Made ready for the native decoder.
    Prepared(Prepared),
    /// Outputs of an exported encoder, as the decoder's file takes them.
    Exported(Arc<[TValue]>),
}

/// What a sparse token stands for; the numbers are the official labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Stands for nothing, where the official code wants a token that says so.
    Padding = -1,
    Negative = 0,
    Positive = 1,
    BoxTopLeft = 2,
    BoxBottomRight = 3,
}

/// A labelled point in network pixels, of which a sparse token is made.
pub(super) type Token = ([f32; 2], Label);

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
    fn prepare(&self, maps: &[Map]) -> Result<Features>;
    /// Runs the decoder on prompts with equally many tokens each, in the order of the network's family.
    /// `mask_input` is (S/4, S/4) and only given for a single prompt. Masks that are not `wanted` may be
    /// left out.
    fn decode(
        &self,
        features: &Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>>;
}
