//! A run that follows objects: how far it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::StepId;
use crate::annotation::Annotation;
use crate::track::TrackId;
use crate::tracking::Range;

/// Objects on their way through the frames.
pub(in crate::app) struct FollowRun {
    pub step: StepId,
    pub range: Range,
    /// `None` while its prompts are being read.
    pub number: Option<u64>,
    /// What the masks of each object get: name, class and colour.
    pub looks: BTreeMap<TrackId, Annotation>,
    /// The model's name, for the masks.
    pub model: Option<String>,
    /// It is to end, and has not yet.
    pub is_stopped: bool,
    pub summary: Summary,
    frames: usize,
    begun: Option<Instant>,
    fraction: f32,
}

/// What has come of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::app) struct Summary {
    pub objects: usize,
    pub frames: BTreeSet<usize>,
    pub doubtful: BTreeSet<usize>,
    pub problems: Vec<String>,
}

impl FollowRun {
    pub fn new(step: StepId, range: Range, objects: usize) -> Self {
        let summary = Summary { objects, ..Summary::default() };
        Self {
            step,
            range,
            number: None,
            looks: BTreeMap::new(),
            model: None,
            is_stopped: false,
            summary,
            frames: 0,
            begun: None,
            fraction: 0.0,
        }
    }

    /// The network has begun, with this many frames before it.
    pub fn begin(&mut self, frames: usize) {
        (self.frames, self.begun) = (frames, Some(Instant::now()));
    }

    pub fn progress(&mut self, fraction: f32) {
        self.fraction = fraction;
    }

    /// How many frames are done, and of how many.
    pub fn done(&self) -> (usize, usize) {
        ((self.fraction * self.frames as f32) as usize, self.frames)
    }

    /// The share that is done, in [0, 1].
    pub fn fraction(&self) -> f32 {
        self.fraction
    }

    /// The time that a frame takes, and the time left, once they can be told.
    pub fn times(&self) -> Option<(Duration, Duration)> {
        let spent = self.begun?.elapsed();
        let done = self.fraction * self.frames as f32;
        let of_frame = (done >= 1.0).then(|| spent.div_f32(done))?;
        Some((of_frame, of_frame.mul_f32((self.frames as f32 - done).max(0.0))))
    }
}
