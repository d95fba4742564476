//! One object of a sequence: what was said about it, and what is kept of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Cue, PriorMask};
use crate::mask::Mask;
use crate::sam::LowRes;
use crate::sam::memory::{Direction, ObjectMemory, Observation, POINTERS, Place};

/// An object on a frame.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub low_res: LowRes,
    pub mask: Arc<Mask>,
    pub predicted_iou: f32,
    /// Of networks that tell one.
    pub object_score: Option<f32>,
    /// For a network with a memory.
    pub seen: Option<Observation>,
}

impl Sighting {
    /// Whether there is anything to follow.
    pub fn is_visible(&self) -> bool {
        !self.mask.is_empty() && self.object_score.is_none_or(|score| score > 0.0)
    }
}

/// An object of a sequence.
#[derive(Default)]
pub(super) struct Track {
    pub cues: BTreeMap<usize, Cue>,
    /// Frames whose cue waits for its answer.
    pub unanswered: BTreeSet<usize>,
    /// Results of earlier runs, in the order in which they were followed.
    pub priors: VecDeque<PriorMask>,
    pub memory: ObjectMemory,
    answers: BTreeMap<usize, Sighting>,
    /// Of the last followed frames.
    recent: BTreeMap<usize, Sighting>,
    /// How the object was followed to frames.
    followed: BTreeMap<usize, Direction>,
}

impl Track {
    /// Forgets the cue of a frame and its answer.
    pub fn remove_cue(&mut self, frame: usize) {
        self.cues.remove(&frame);
        self.unanswered.remove(&frame);
        self.answers.remove(&frame);
        self.memory.forget_prompted(frame);
    }

    /// Whether these results of earlier runs, if there are any, are what was followed last.
    pub fn remembers(&self, priors: &[PriorMask]) -> bool {
        let is_kept = |prior: &PriorMask| {
            self.recent.get(&prior.frame).is_some_and(|sighting| sighting.mask == prior.mask)
        };
        !priors.is_empty() && priors.iter().all(is_kept)
    }

    /// Forgets where the object was followed to.
    pub fn forget_followed(&mut self) {
        self.priors.clear();
        self.recent.clear();
        self.followed.clear();
        self.memory.forget_followed();
    }

    /// The first or the last frame with a cue.
    pub fn cue_towards(&self, direction: Direction) -> Option<usize> {
        match direction {
            Direction::Forward => self.cues.keys().next_back().copied(),
            Direction::Backward => self.cues.keys().next().copied(),
        }
    }

    /// Whether the object can be followed to a frame: a cue before it was answered.
    pub fn leads_to(&self, frame: usize, direction: Direction) -> bool {
        self.answers.keys().any(|answered| direction.distance(frame, *answered).is_some())
    }

    /// How the object was followed to a frame, which its cue corrects.
    pub fn correction(&self, frame: usize) -> Option<Direction> {
        let corrects = self.cues.get(&frame).is_some_and(|cue| cue.corrects.is_some());
        let stated = || {
            let is_after = self.answers.range(..frame).next().is_some();
            corrects.then_some(if is_after { Direction::Forward } else { Direction::Backward })
        };
        self.followed.get(&frame).copied().or_else(stated)
    }

    /// The logits that the cue of a frame corrects.
    pub fn corrected(&self, frame: usize) -> Option<LowRes> {
        let remembered = self.recent.get(&frame).map(|sighting| sighting.low_res.clone());
        remembered.or_else(|| LowRes::of_mask(self.cues.get(&frame)?.corrects.as_deref()?).ok())
    }

    /// The object on the frame before.
    pub fn neighbour(&self, place: Place) -> Option<&Sighting> {
        let is_next = |frame: &&usize| place.direction.distance(place.frame, **frame) == Some(1);
        let of = |sightings: &'_ BTreeMap<usize, Sighting>| sightings.keys().find(is_next).copied();
        match of(&self.answers) {
            Some(frame) => self.answers.get(&frame),
            None => self.recent.get(&of(&self.recent)?),
        }
    }

    /// The object where it was visible on the way to a frame, nearest first, with the distance in frames.
    pub fn visible_before(&self, place: Place) -> Vec<(usize, &Sighting)> {
        let distance = |frame: usize| place.direction.distance(place.frame, frame).filter(|d| *d > 0);
        let all = self.answers.iter().chain(&self.recent).filter(|(_, sighting)| sighting.is_visible());
        // Where a person has said that it is not there, it has to be said where it is again.
        let gone = self.answers.iter().filter(|(_, answer)| !answer.is_visible());
        let gone = gone.filter_map(|(frame, _)| distance(*frame)).min().unwrap_or(usize::MAX);
        let mut near: Vec<_> = all
            .filter_map(|(frame, sighting)| Some((distance(*frame)?, sighting)))
            .filter(|(distance, _)| *distance < gone)
            .collect();
        near.sort_by_key(|(distance, _)| *distance);
        near
    }

    /// Keeps the answer to the cue of a frame.
    pub fn keep_answer(&mut self, frame: usize, mut sighting: Sighting) {
        self.unanswered.remove(&frame);
        if let Some(seen) = sighting.seen.take() {
            self.memory.keep_prompted(frame, &seen);
        }
        self.answers.insert(frame, sighting);
    }

    /// Keeps the object on a followed frame.
    pub fn keep_followed(&mut self, place: Place, mut sighting: Sighting) {
        if let Some(seen) = sighting.seen.take() {
            self.memory.keep_followed(place, &seen);
        }
        let is_near =
            |other: usize| place.direction.distance(place.frame, other).is_some_and(|d| d < POINTERS);
        self.recent.retain(|other, _| is_near(*other));
        self.recent.insert(place.frame, sighting);
        self.followed.insert(place.frame, place.direction);
    }
}
