//! The models and photos of requests, and the events of the worker.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use super::jobs::JobKind;
use crate::everything::{Comparison, FoundMask, Parameters, crop};
use crate::mask::{Mask, PixelBox};
use crate::models::Choice;
use crate::prompt::BoxPrompt;
use crate::sam::weights::BUILT_IN_NAME;
use crate::sam::{Error, LowRes, Predictor, Query};
use crate::tracking::Tracked;

/// The model to load.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelSource {
    /// A weights file or an exported ONNX pair, as for [`Predictor::open`]; `None` is the built-in model.
    pub file: Option<PathBuf>,
    /// Side of the network input in pixels, if it differs from the model's own.
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

    /// The identity of the model, as text.
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

/// A photo, or a part of it that the network sees enlarged.
#[derive(Debug, Clone)]
pub struct PhotoRef {
    /// Returned with the answers.
    pub id: u64,
    pub pixels: Arc<RgbImage>,
    /// The part, in photo pixels. Prompts and masks are still those of the whole photo.
    pub part: Option<PixelBox>,
}

impl PhotoRef {
    /// The pixels that the network sees.
    pub(super) fn seen(&self) -> Arc<RgbImage> {
        self.part.map_or_else(|| self.pixels.clone(), |part| Arc::new(crop(&self.pixels, part)))
    }

    /// Converts a query about the photo to one about the pixels that the network sees.
    pub(super) fn seen_query(&self, mut query: Query) -> Query {
        let Some(part) = self.part else { return query };
        let (left, top) = (part.x0 as f32, part.y0 as f32);
        for point in &mut query.prompt.points {
            (point.x, point.y) = (point.x - left, point.y - top);
        }
        if let Some(b) = &mut query.prompt.bbox {
            *b = BoxPrompt { x0: b.x0 - left, y0: b.y0 - top, x1: b.x1 - left, y1: b.y1 - top };
        }
        query
    }

    /// Converts a mask of the pixels that the network sees to one of the whole photo.
    pub(super) fn whole_mask(&self, mask: Mask) -> Mask {
        let Some(part) = self.part else { return mask };
        let (width, height) = self.pixels.dimensions();
        mask.placed(part.x0, part.y0, width, height)
    }

    /// Converts masks found in the pixels that the network sees to masks of the whole photo, without those
    /// that the border of the part seems to cut.
    pub(super) fn whole_found(&self, found: Vec<FoundMask>) -> Vec<FoundMask> {
        let Some(part) = self.part else { return found };
        let size = self.pixels.dimensions();
        found.iter().filter_map(|found| found.in_photo(part, size)).collect()
    }
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

/// A mask proposed for a photo, at the photo's size.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedMask {
    pub mask: Arc<Mask>,
    pub predicted_iou: f32,
    pub stability_score: f32,
    /// The index of the box that it answers, if one was asked about.
    pub of_box: Option<usize>,
}

/// A message from the worker.
#[derive(Debug)]
pub enum Event {
    ModelLoaded {
        name: String,
        seconds: f32,
        /// The model's own parameters of everything mode.
        everything: Parameters,
        /// Side of the network input, in pixels.
        input_side: usize,
        /// Whether it follows objects by what it remembers of them.
        remembers: bool,
    },
    /// The progress of a job, in [0, 1].
    Progress { job: JobKind, fraction: f32 },
    /// The photo has been encoded; `seconds` is 0 if its embedding was known.
    Encoded { photo: u64, seconds: f32 },
    /// A photo has been encoded ahead.
    EncodedAhead { number: u64 },
    /// The size of the embeddings on disk has changed.
    EmbeddingsKept { bytes: u64 },
    Predicted {
        number: u64,
        photo: u64,
        candidates: Vec<CandidateMask>,
        suggested: usize,
        object_score: Option<f32>,
        seconds: f32,
    },
    /// Everything mode has done another batch; the masks are those before NMS.
    Found { number: u64, photo: u64, masks: Vec<FoundMask>, points_done: usize, points_total: usize },
    /// Everything mode has ended; its masks came with [`Event::Found`]. `complete` is false after a
    /// cancellation.
    EverythingDone { number: u64, photo: u64, complete: bool, seconds: f32 },
    /// Both sides of a comparison have been computed, in their order.
    Compared {
        number: u64,
        photo: u64,
        masks: [Vec<FoundMask>; 2],
        comparison: Comparison,
        seconds: [f32; 2],
    },
    /// The masks proposed for a photo of a batch by a model of this name; a box without an object has none.
    Proposed { number: u64, model: String, masks: Vec<ProposedMask> },
    /// Objects are about to be followed over this many frames, by the memory of the network or by their shape.
    FollowingBegun { number: u64, frames: usize, remembers: bool },
    /// An object has been followed to a frame, or its cue there answered.
    Followed { number: u64, tracked: Tracked },
    /// A frame cannot be read or a cue not be answered; the objects are followed past it.
    FollowingProblem { number: u64, message: String },
    /// The objects have been followed to the end of the range.
    FollowingDone { number: u64 },
    /// The objects have been found by their shapes, in the order of the queries; `None` for those that are not
    /// there.
    ShapesFound { number: u64, photo: u64, masks: Vec<Option<CandidateMask>>, seconds: f32 },
    /// A job was cancelled, or replaced by a newer one.
    Cancelled { job: JobKind, number: u64 },
    /// A job failed; the worker goes on. `panicked` is true for an error in the program itself.
    Failed { job: JobKind, number: u64, message: String, panicked: bool },
}
