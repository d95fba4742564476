//! Models and photos as requests name them, and the events that come back.

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

impl PhotoRef {
    /// The pixels that the network is to see.
    pub(super) fn seen(&self) -> Arc<RgbImage> {
        self.part.map_or_else(|| self.pixels.clone(), |part| Arc::new(crop(&self.pixels, part)))
    }

    /// A query about the photo as one about what the network sees.
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

    /// A mask of what the network sees as one of the whole photo.
    pub(super) fn whole_mask(&self, mask: Mask) -> Mask {
        let Some(part) = self.part else { return mask };
        let (width, height) = self.pixels.dimensions();
        mask.placed(part.x0, part.y0, width, height)
    }

    /// Masks found in what the network sees, as those of the whole photo; without those that the part seems to cut.
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
    Progress { job: JobKind, fraction: f32 },
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
    /// Everything mode has done another batch; the masks are those before NMS.
    Found { number: u64, photo: u64, masks: Vec<FoundMask>, points_done: usize, points_total: usize },
    /// Everything mode has ended; [`Event::Found`] has brought the masks. `complete` is false after a cancellation.
    EverythingDone { number: u64, photo: u64, complete: bool, seconds: f32 },
    /// Both sides of a comparison have been computed, in their order.
    Compared {
        number: u64,
        photo: u64,
        masks: [Vec<FoundMask>; 2],
        comparison: Comparison,
        seconds: [f32; 2],
    },
    /// A job was cancelled, or replaced by a newer one.
    Cancelled { job: JobKind, number: u64 },
    /// A job failed; the worker goes on.
    Failed { job: JobKind, number: u64, message: String },
}
