//! The sequence whose frames are the photos of the window: its objects, the run that follows them, and the changes
//! that are made over many frames at once.

mod lanes;
mod run;
mod steps;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lanes::Lanes;
pub(in crate::app) use lanes::{Lane, SpanKind};
pub(in crate::app) use run::{FollowRun, Summary};
pub(in crate::app) use steps::{Saving, StepEdit, StepId, Steps, Waiting};

use crate::app::photo_list::PhotoList;
use crate::tracking::{Direction, Limit};

/// How far objects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Reach {
    End,
    NextPrompt,
    Frames(usize),
}

impl Reach {
    pub fn limit(self) -> Limit {
        match self {
            Self::End => Limit::End,
            Self::NextPrompt => Limit::NextCue,
            Self::Frames(count) => Limit::Frames(count),
        }
    }
}

/// Where objects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Way {
    Backward,
    Both,
    Forward,
}

impl Way {
    pub fn directions(self) -> Vec<Direction> {
        match self {
            Self::Backward => vec![Direction::Backward],
            Self::Both => vec![Direction::Forward, Direction::Backward],
            Self::Forward => vec![Direction::Forward],
        }
    }
}

/// What the window knows of the sequence that its photos are.
pub(in crate::app) struct Timeline {
    /// Names the sequence to the engine.
    pub number: u64,
    /// The list of photos that it is about.
    pub list: u64,
    pub lanes: Lanes,
    pub run: Option<FollowRun>,
    pub steps: Steps,
    pub waiting: Waiting,
    pub reach: Reach,
    /// The object that the next mask is of.
    pub chosen: Option<u32>,
    /// The moment from which frames are played, and the frame at that moment.
    pub playing: Option<(Instant, usize)>,
    frames: PhotoList,
    /// The revisions of documents whose objects are known, by frame.
    seen: BTreeMap<usize, u64>,
    /// Whether the sessions of the frames are being looked through.
    pub is_reading: bool,
}

impl Timeline {
    pub fn new(number: u64, list: u64, frames: PhotoList) -> Self {
        Self {
            number,
            list,
            lanes: Lanes::default(),
            run: None,
            steps: Steps::default(),
            waiting: Waiting::default(),
            reach: Reach::End,
            chosen: None,
            playing: None,
            frames,
            seen: BTreeMap::new(),
            is_reading: true,
        }
    }

    /// The number of frames.
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// The frame that a photo is.
    pub fn frame_of(&self, photo: &Path) -> Option<usize> {
        self.frames.place_of(photo)
    }

    pub fn path_of(&self, frame: usize) -> Option<&Path> {
        self.frames.get(frame).map(PathBuf::as_path)
    }

    /// Whether the objects of a document at this revision are to be looked at again.
    pub fn is_new(&mut self, frame: usize, revision: u64) -> bool {
        self.seen.insert(frame, revision) != Some(revision)
    }

    /// Whether anything is under way or waits to be saved.
    pub fn is_busy(&self) -> bool {
        self.is_reading || self.run.is_some() || !self.waiting.is_settled()
    }
}

/// The timeline, if the photos are a sequence.
#[derive(Default)]
pub(in crate::app) struct Sequence {
    pub open: Option<Timeline>,
    last_number: u64,
}

impl Sequence {
    /// Begins with the frames of a list of photos.
    pub fn begin(&mut self, list: u64, frames: PhotoList) {
        self.last_number += 1;
        self.open = Some(Timeline::new(self.last_number, list, frames));
    }

    pub fn is_busy(&self) -> bool {
        self.open.as_ref().is_some_and(Timeline::is_busy)
    }

    pub fn is_following(&self) -> bool {
        self.open.as_ref().is_some_and(|timeline| timeline.run.is_some())
    }

    pub fn is_playing(&self) -> bool {
        self.open.as_ref().is_some_and(|timeline| timeline.playing.is_some())
    }
}
