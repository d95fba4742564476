//! What goes to the worker and what comes back.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use super::store::EmbeddingFolder;
use crate::everything::{Comparison, FoundMask, Parameters, Preset};
use crate::mask::{Mask, PixelBox};
use crate::models::Choice;
use crate::sam::weights::BUILT_IN_NAME;
use crate::sam::{Error, LowRes, Output, Predictor, Query};

/// Which model to load.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelSource {
    /// A weights file, or an exported ONNX pair, as [`Predictor::open`] takes it; the built-in model
    /// without one.
    pub file: Option<PathBuf>,
    /// Side of the network input in pixels, if it is another one than the model's own.
    pub side: Option<usize>,
}

impl ModelSource {
    /// The built-in model.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// A model in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { file: Some(path.into()), side: None }
    }

    /// What tells this model from others, as text.
    pub fn name(&self) -> String {
        let name = self.file.as_ref().map_or_else(|| BUILT_IN_NAME.into(), |path| path.display().to_string());
        Choice { name, side: self.side }.to_string()
    }

    pub(super) fn open(&self) -> Result<Predictor, Error> {
        match &self.file {
            None => Predictor::built_in(self.side),
            Some(path) => Predictor::open_with_side(path, self.side),
        }
    }
}

/// A photo, or a part of it that the network is to see larger.
#[derive(Debug, Clone)]
pub struct PhotoRef {
    /// Comes back with the answers.
    pub id: u64,
    pub pixels: Arc<RgbImage>,
    /// The part, in photo pixels. Prompts and masks are still those of the whole photo.
    pub part: Option<PixelBox>,
}

/// The kinds of job; of each, only the newest is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    Model,
    Encoding,
    /// As encoding, for a photo that is not there yet.
    Ahead,
    Prompt,
    /// As a prompt, for a place that is only pointed at.
    Preview,
    Everything,
    Comparison,
}

/// One of two results that are compared: a model, and how it segments everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub model: ModelSource,
    pub how: How,
}

/// Parameters of everything mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    /// On top of those that suit the model.
    Preset(Preset),
    Exactly(Parameters),
}

impl Job {
    /// What the job does, as a heading for messages about it.
    pub fn label(self) -> &'static str {
        match self {
            Job::Model => "Loading the model",
            Job::Encoding => "Encoding the photo",
            Job::Ahead => "Encoding the next photo",
            Job::Prompt => "Computing the mask",
            Job::Preview => "Computing the preview",
            Job::Everything => "Segmenting everything",
            Job::Comparison => "Comparing",
        }
    }
}

/// Identifies one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub job: Job,
    pub number: u64,
}

#[derive(Debug)]
pub(super) enum Command {
    LoadModel { ticket: Ticket, source: ModelSource },
    KeepEmbeddings { folder: EmbeddingFolder, limit: u64 },
    ClearEmbeddings,
    Encode { ticket: Ticket, photo: PhotoRef },
    EncodeAhead { ticket: Ticket, photo: PhotoRef },
    Predict { ticket: Ticket, photo: PhotoRef, query: Query, output: Output },
    Everything { ticket: Ticket, photo: PhotoRef, parameters: Parameters },
    Compare { ticket: Ticket, photo: PhotoRef, sides: Box<[Side; 2]> },
}

/// A candidate at the photo's size.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateMask {
    pub mask: Arc<Mask>,
    pub predicted_iou: f32,
    pub stability_score: f32,
    /// Logits to refine the mask with.
    pub low_res: LowRes,
}

/// News from the worker.
#[derive(Debug)]
pub enum Event {
    ModelLoaded {
        name: String,
        seconds: f32,
        /// Everything mode's parameters that suit the model.
        everything: Parameters,
        /// Side of the network input, in pixels.
        input_side: usize,
    },
    /// A job has got this far, in [0, 1].
    Progress { job: Job, fraction: f32 },
    /// The photo's embedding is there; `seconds` is 0 when it was still known.
    Encoded { photo: u64, seconds: f32 },
    /// The embedding of a photo that was to be encoded ahead is there.
    EncodedAhead { number: u64 },
    /// Embeddings on disk take this much.
    EmbeddingsKept { bytes: u64 },
    Predicted {
        number: u64,
        photo: u64,
        candidates: Vec<CandidateMask>,
        suggested: usize,
        object_score: Option<f32>,
        seconds: f32,
    },
    /// Everything mode has done another batch; the masks are not settled by NMS yet.
    Found { number: u64, photo: u64, masks: Vec<FoundMask>, points_done: usize, points_total: usize },
    /// Everything mode has ended; the masks are settled. `complete` is false after a cancellation.
    EverythingDone { number: u64, photo: u64, masks: Vec<FoundMask>, complete: bool, seconds: f32 },
    /// Both sides of a comparison have been computed, in their order.
    Compared {
        number: u64,
        photo: u64,
        masks: [Vec<FoundMask>; 2],
        comparison: Comparison,
        seconds: [f32; 2],
    },
    /// A job was given up because it was cancelled or a newer one came.
    Cancelled { job: Job, number: u64 },
    /// A job failed; the worker goes on.
    Failed { job: Job, number: u64, message: String },
}
