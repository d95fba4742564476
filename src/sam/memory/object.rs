//! What is remembered of one object of a sequence.
//!
//! Follows `output_dict` in `sam2/sam2_video_predictor.py` and the choice from it in
//! `_prepare_memory_conditioned_features`. Unlike there, frames that can no longer matter are forgotten.

use std::collections::BTreeMap;

use super::{MEMORIES, Memory, Observation, POINTERS};

/// The order in which frames are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Forward,
    Backward,
}

impl Direction {
    /// How many frames `other` was followed before `frame`; `None` if it comes after it.
    pub fn distance(self, frame: usize, other: usize) -> Option<usize> {
        match self {
            Self::Forward => frame.checked_sub(other),
            Self::Backward => other.checked_sub(frame),
        }
    }
}

/// A frame of a sequence and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the frame, from 0.
    pub frame: usize,
    pub direction: Direction,
    /// The length of the sequence, in frames.
    pub frames: usize,
}

/// The memory of a frame and the pointer of the object on it.
#[derive(Debug, Clone)]
struct Kept {
    memory: Memory,
    pointer: Vec<f32>,
}

impl Kept {
    fn new(seen: &Observation) -> Self {
        Self { memory: seen.memory.clone(), pointer: seen.pointer.clone() }
    }

    fn bytes(&self) -> usize {
        size_of_val(self.memory.values()) + size_of_val(&self.pointer[..])
    }
}

/// What is remembered of an object: all prompted frames, and as many of the last followed ones as have pointers
/// that matter. Of these only the nearest [`MEMORIES`] - 1 are looked at; the others are kept because a person
/// may correct one of the last frames.
#[derive(Debug, Clone, Default)]
pub struct ObjectMemory {
    prompted: BTreeMap<usize, Kept>,
    followed: BTreeMap<usize, Kept>,
}

/// What matters for a place.
pub(super) struct Recalled<'a> {
    pub prompted: Vec<&'a Memory>,
    /// With their distance.
    pub followed: Vec<(usize, &'a Memory)>,
    /// With their distance.
    pub pointers: Vec<(f32, &'a [f32])>,
}

impl ObjectMemory {
    /// Whether anything is remembered that an object can be followed from.
    pub fn is_prompted(&self) -> bool {
        !self.prompted.is_empty()
    }

    /// Keeps a prompted frame, whatever was remembered of it.
    pub fn keep_prompted(&mut self, frame: usize, seen: &Observation) {
        self.followed.remove(&frame);
        self.prompted.insert(frame, Kept::new(seen));
    }

    /// Forgets that a frame was prompted.
    pub fn forget_prompted(&mut self, frame: usize) {
        self.prompted.remove(&frame);
    }

    /// Forgets all followed frames.
    pub fn forget_followed(&mut self) {
        self.followed.clear();
    }

    /// Keeps a followed frame, and forgets those that it leaves too far behind.
    pub fn keep_followed(&mut self, place: Place, seen: &Observation) {
        // Those ahead are of another run and will be followed again.
        let matters =
            |other: usize| place.direction.distance(place.frame, other).is_some_and(|d| d < POINTERS);
        self.followed.retain(|other, _| matters(*other));
        self.followed.insert(place.frame, Kept::new(seen));
    }

    /// The memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.prompted.values().chain(self.followed.values()).map(Kept::bytes).sum()
    }

    pub(super) fn recall(&self, place: Place) -> Recalled<'_> {
        let distance = |other: &usize| place.direction.distance(place.frame, *other);
        let before = |(other, kept)| Some((distance(other).filter(|distance| *distance > 0)?, kept));
        let followed: Vec<(usize, &Kept)> = self.followed.iter().filter_map(before).collect();
        let within = |limit: usize| followed.iter().filter(move |(distance, _)| *distance < limit);
        // Pointers of prompted frames only of the past.
        let of_prompted = self
            .prompted
            .iter()
            .filter_map(|(other, kept)| Some((distance(other)? as f32, &kept.pointer[..])));
        let of_followed =
            within(POINTERS.min(place.frames)).map(|(distance, kept)| (*distance as f32, &kept.pointer[..]));
        Recalled {
            prompted: self.prompted.values().map(|kept| &kept.memory).collect(),
            followed: within(MEMORIES).map(|(distance, kept)| (*distance, &kept.memory)).collect(),
            pointers: of_prompted.chain(of_followed).collect(),
        }
    }
}
