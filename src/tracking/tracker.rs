//! The objects of a sequence, and the frame that is being looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::follower::{Follower, Image};
use super::track::{Sighting, Track};
use super::{Cue, Doubt, DoubtLimits, FrameError, Frames};
use crate::mask::Mask;
use crate::sam::memory::{Direction, Place};
use crate::sam::{self, Encoding, Monitor, Predictor};

/// The number of an object.
pub type ObjectId = crate::track::TrackId;

/// How an object came to its mask on a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It is the answer to a cue there.
    Prompted,
    Followed(Direction),
}

/// An object on a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked {
    pub object: ObjectId,
    /// Counted from 0.
    pub frame: usize,
    /// At the frame's size; empty where the object is absent.
    pub mask: Arc<Mask>,
    /// The network's estimate of the mask's IoU with the truth, about [0, 1]; 1 for a mask that was given.
    pub predicted_iou: f32,
    /// Logit of "the object is there"; `None` if the network has none.
    pub object_score: Option<f32>,
    pub origin: Origin,
    /// Signs that the mask may be wrong; none on prompted frames.
    pub doubts: Vec<Doubt>,
}

/// The result of an earlier run on a followed frame, to continue from there.
#[derive(Debug, Clone, PartialEq)]
pub struct PriorMask {
    pub frame: usize,
    pub direction: Direction,
    /// At the frame's size.
    pub mask: Arc<Mask>,
}

/// Why objects cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum TrackError {
    #[error("the sequence has {frames} frames; there is no frame {frame}, counted from 0")]
    NoFrame { frame: usize, frames: usize },
    #[error("object {object} on frame {frame}: {cause}")]
    Cue { object: ObjectId, frame: usize, cause: String },
    #[error(transparent)]
    Network(#[from] sam::Error),
}

impl TrackError {
    /// Whether the monitor stopped the work.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Network(sam::Error::Cancelled))
    }
}

/// How far the encoding of a frame is.
pub(super) enum Encoded {
    /// The fraction of the steps done, in [0, 1].
    Working(f32),
    Ready,
    Unreadable(FrameError),
}

/// Follows objects through a sequence; see [the module](super).
pub struct Tracker {
    predictor: Arc<Predictor>,
    follower: Follower,
    frames: usize,
    limits: DoubtLimits,
    pub(super) tracks: BTreeMap<ObjectId, Track>,
    /// The last encoded frame.
    current: Option<(usize, Image)>,
    encoding: Option<(usize, Encoding)>,
}

impl Tracker {
    /// A tracker for a sequence of `frames` frames, without objects. The first one of a model reads the weights of
    /// its memory.
    ///
    /// # Errors
    /// The memory's weights are incomplete.
    pub fn new(predictor: Arc<Predictor>, frames: usize) -> Result<Self, TrackError> {
        Ok(Self {
            follower: Follower::new(&predictor)?,
            predictor,
            frames,
            limits: DoubtLimits::default(),
            tracks: BTreeMap::new(),
            current: None,
            encoding: None,
        })
    }

    /// The same tracker with other limits for doubts.
    pub fn with_limits(self, limits: DoubtLimits) -> Self {
        Self { limits, ..self }
    }

    /// The number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Whether objects are followed by the network's memory, and not by prompting.
    pub fn has_memory(&self) -> bool {
        self.follower.remembers_frames()
    }

    /// The objects, in the order of their numbers.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.tracks.keys().copied()
    }

    /// The cues of an object with their frames, in order.
    pub fn cues(&self, object: ObjectId) -> impl Iterator<Item = (usize, &Cue)> {
        self.tracks.get(&object).into_iter().flat_map(|track| &track.cues).map(|(frame, cue)| (*frame, cue))
    }

    /// Says where an object is on a frame, in place of what was said before. A new number is a new object. The
    /// next run answers.
    ///
    /// # Errors
    /// The sequence has no such frame; the cue is empty.
    pub fn set_cue(&mut self, object: ObjectId, frame: usize, cue: Cue) -> Result<(), TrackError> {
        self.check_frame(frame)?;
        if cue.is_empty() {
            let cause = "the prompt is empty: give points, a box or a mask".into();
            return Err(TrackError::Cue { object, frame, cause });
        }
        let track = self.tracks.entry(object).or_default();
        track.cues.insert(frame, cue);
        track.unanswered.insert(frame);
        Ok(())
    }

    /// Takes back what was said about an object on a frame. What was followed from it remains.
    pub fn remove_cue(&mut self, object: ObjectId, frame: usize) {
        if let Some(track) = self.tracks.get_mut(&object) {
            track.remove_cue(frame);
        }
    }

    /// Forgets an object.
    pub fn remove_object(&mut self, object: ObjectId) {
        self.tracks.remove(&object);
    }

    /// Adds the result of an earlier run, to continue from there: the last few followed frames, in the order in
    /// which they were followed, are enough. The next run remembers them.
    ///
    /// # Errors
    /// The sequence has no such frame.
    pub fn add_prior(&mut self, object: ObjectId, prior: PriorMask) -> Result<(), TrackError> {
        self.check_frame(prior.frame)?;
        self.tracks.entry(object).or_default().priors.push_back(prior);
        Ok(())
    }

    /// Makes these the cues and the results of earlier runs, those of each object in the order in which they were
    /// followed. What is known of them already is not computed again.
    ///
    /// # Errors
    /// The sequence has no such frame; a cue is empty.
    pub fn update(
        &mut self,
        cues: Vec<(ObjectId, usize, Cue)>,
        priors: Vec<(ObjectId, PriorMask)>,
    ) -> Result<(), TrackError> {
        let told: BTreeSet<(ObjectId, usize)> =
            cues.iter().map(|(object, frame, _)| (*object, *frame)).collect();
        self.tracks.retain(|object, _| told.iter().any(|(other, _)| other == object));
        for (object, track) in &mut self.tracks {
            let gone: Vec<usize> =
                track.cues.keys().copied().filter(|frame| !told.contains(&(*object, *frame))).collect();
            gone.into_iter().for_each(|frame| track.remove_cue(frame));
        }
        for (object, frame, cue) in cues {
            let known = self.tracks.get(&object).and_then(|track| track.cues.get(&frame));
            if known != Some(&cue) {
                self.set_cue(object, frame, cue)?;
            }
        }
        let mut of_objects: BTreeMap<ObjectId, Vec<PriorMask>> = BTreeMap::new();
        priors.into_iter().for_each(|(object, prior)| of_objects.entry(object).or_default().push(prior));
        let objects: Vec<ObjectId> = self.objects().collect();
        for object in objects {
            let priors = of_objects.remove(&object).unwrap_or_default();
            let Some(track) = self.tracks.get_mut(&object).filter(|track| !track.remembers(&priors)) else {
                continue;
            };
            track.forget_followed();
            for prior in priors {
                self.add_prior(object, prior)?;
            }
        }
        Ok(())
    }

    /// Whether it uses this predictor.
    pub fn uses(&self, predictor: &Arc<Predictor>) -> bool {
        Arc::ptr_eq(&self.predictor, predictor)
    }

    fn check_frame(&self, frame: usize) -> Result<(), TrackError> {
        if frame < self.frames { Ok(()) } else { Err(TrackError::NoFrame { frame, frames: self.frames }) }
    }

    /// Runs the next step of encoding a frame, unless it is encoded.
    pub(super) fn encode_step(
        &mut self,
        frame: usize,
        frames: &mut dyn Frames,
        monitor: &dyn Monitor,
    ) -> Result<Encoded, TrackError> {
        if monitor.cancelled() {
            return Err(sam::Error::Cancelled.into());
        }
        if self.current.as_ref().is_some_and(|(current, _)| *current == frame) {
            return Ok(Encoded::Ready);
        }
        let mut encoding = match self.encoding.take_if(|(under_way, _)| *under_way == frame) {
            Some((_, encoding)) => encoding,
            None => match frames.frame(frame) {
                Ok(pixels) => self.follower.start_encoding(&self.predictor, &pixels)?,
                Err(error) => return Ok(Encoded::Unreadable(error)),
            },
        };
        encoding.step()?;
        if !encoding.is_done() {
            let fraction = encoding.fraction();
            self.encoding = Some((frame, encoding));
            return Ok(Encoded::Working(fraction));
        }
        let image = self.follower.image(&self.predictor, encoding.finish()?)?;
        self.current = Some((frame, image));
        Ok(Encoded::Ready)
    }

    /// Answers an object's cue on the current frame.
    pub(super) fn answer(
        &mut self,
        object: ObjectId,
        monitor: &dyn Monitor,
    ) -> Result<Option<Tracked>, TrackError> {
        let (Some((frame, image)), Some(track)) = (&self.current, self.tracks.get_mut(&object)) else {
            return Ok(None);
        };
        let at = (*frame, self.frames);
        let answer = self.follower.answer(&self.predictor, image, track, at, monitor);
        let sighting = answer.map_err(|error| match error {
            sam::Error::Prompt(cause) => {
                // It would be asked again.
                track.unanswered.remove(frame);
                TrackError::Cue { object, frame: *frame, cause }
            }
            other => other.into(),
        })?;
        let tracked = tracked(object, *frame, &sighting, Origin::Prompted, vec![]);
        track.keep_answer(*frame, sighting);
        Ok(Some(tracked))
    }

    /// Follows an object to the current frame.
    pub(super) fn follow(
        &mut self,
        object: ObjectId,
        direction: Direction,
        monitor: &dyn Monitor,
    ) -> Result<Option<Tracked>, TrackError> {
        let (Some((frame, image)), Some(track)) = (&self.current, self.tracks.get_mut(&object)) else {
            return Ok(None);
        };
        let place = Place { frame: *frame, direction, frames: self.frames };
        let sighting = self.follower.follow(&self.predictor, image, track, place, monitor)?;
        let before = track.neighbour(place).filter(|before| before.is_visible()).map(|before| &*before.mask);
        let doubts =
            self.limits.doubts(&sighting.mask, before, sighting.predicted_iou, sighting.object_score);
        let tracked = tracked(object, *frame, &sighting, Origin::Followed(direction), doubts);
        track.keep_followed(place, sighting);
        Ok(Some(tracked))
    }

    /// Remembers the result of an earlier run on a frame, which is the current one if this tracker remembers
    /// frames.
    pub(super) fn remember_prior(&mut self, object: ObjectId) -> Result<(), TrackError> {
        let Some(track) = self.tracks.get_mut(&object) else { return Ok(()) };
        let Some(PriorMask { frame, direction, mask }) = track.priors.pop_front() else { return Ok(()) };
        let image = self.current.as_ref().filter(|(current, _)| *current == frame).map(|(_, image)| image);
        let sighting = self.follower.prior(image, &mask).map_err(|error| match error {
            sam::Error::Prompt(cause) => TrackError::Cue { object, frame, cause },
            other => other.into(),
        })?;
        track.keep_followed(Place { frame, direction, frames: self.frames }, sighting);
        Ok(())
    }
}

fn tracked(
    object: ObjectId,
    frame: usize,
    sighting: &Sighting,
    origin: Origin,
    doubts: Vec<Doubt>,
) -> Tracked {
    Tracked {
        object,
        frame,
        mask: sighting.mask.clone(),
        predicted_iou: sighting.predicted_iou,
        object_score: sighting.object_score,
        origin,
        doubts,
    }
}
