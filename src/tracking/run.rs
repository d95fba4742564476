//! A run over frames: which frames are visited for which objects, in which order.

use std::collections::{BTreeSet, VecDeque};

use super::tracker::Encoded;
use super::{Direction, FrameError, Frames, ObjectId, TrackError, Tracked, Tracker};
use crate::sam::Monitor;

/// How far objects are followed in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// To the end of the sequence, or its beginning.
    End,
    /// This many frames.
    Frames(usize),
    /// To the next frame with a cue of any object.
    NextCue,
}

/// The frames that objects are followed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first frame; without one, each object is followed from its own cues: forward and both ways from its
    /// first, backward from its last.
    pub from: Option<usize>,
    /// One after the other.
    pub directions: Vec<Direction>,
    pub limit: Limit,
}

impl Range {
    /// From the cues to the end.
    pub fn forward() -> Self {
        Self { from: None, directions: vec![Direction::Forward], limit: Limit::End }
    }
}

/// The result of a step.
#[derive(Debug)]
pub enum Step {
    /// A part of the work on a frame is done.
    Working,
    /// The result of an object on a frame.
    Tracked(Tracked),
    /// A frame cannot be read; the objects are followed past it.
    Unreadable { frame: usize, error: FrameError },
    /// Nothing is left.
    Done,
}

/// The work on a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Answer,
    Remember,
    Follow(Direction),
}

/// A frame, and the objects that are looked for on it.
struct Visit {
    frame: usize,
    work: Work,
    objects: VecDeque<ObjectId>,
}

/// Follows the objects of a tracker over a range of frames. Cues that are given while it runs are answered before
/// it goes on.
pub struct Run {
    range: Range,
    /// Frames to follow objects to.
    ahead: VecDeque<(usize, Direction)>,
    frames: usize,
    visit: Option<Visit>,
    fraction_of_visit: f32,
    /// Objects that need not be followed to a frame.
    done: BTreeSet<(ObjectId, usize)>,
}

impl Run {
    /// A run over a range.
    ///
    /// # Errors
    /// The sequence has no such frame.
    pub fn new(tracker: &Tracker, range: Range) -> Result<Self, TrackError> {
        if let Some(frame) = range.from.filter(|frame| *frame >= tracker.frames()) {
            return Err(TrackError::NoFrame { frame, frames: tracker.frames() });
        }
        let ahead: VecDeque<_> =
            range.directions.iter().flat_map(|direction| leg(tracker, &range, *direction)).collect();
        let frames = ahead.len();
        let (visit, done) = (None, BTreeSet::new());
        Ok(Self { range, ahead, frames, visit, fraction_of_visit: 0.0, done })
    }

    /// The same run, without following these objects to these frames, whose
    /// results exist ([`Tracker::add_prior`]).
    pub fn without(self, done: impl IntoIterator<Item = (ObjectId, usize)>) -> Self {
        Self { done: done.into_iter().collect(), ..self }
    }

    /// The frames to be followed over.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The share of the frames done, in [0, 1].
    pub fn fraction(&self) -> f32 {
        if self.frames == 0 {
            return 1.0;
        }
        let following = self.visit.as_ref().is_some_and(|visit| matches!(visit.work, Work::Follow(_)));
        let under_way = if following { 1.0 - self.fraction_of_visit } else { 0.0 };
        1.0 - ((self.ahead.len() as f32 + under_way) / self.frames as f32).clamp(0.0, 1.0)
    }

    /// Does the next part of the work: a step of the encoder, or one object on one frame.
    ///
    /// # Errors
    /// A cue extends beyond its frame, the monitor stopped the work, or the network failed. What was done stays,
    /// and the run can go on.
    pub fn step(
        &mut self,
        tracker: &mut Tracker,
        frames: &mut dyn Frames,
        monitor: &dyn Monitor,
    ) -> Result<Step, TrackError> {
        let Some(visit) = self.visit.take().or_else(|| self.next_visit(tracker)) else {
            return Ok(Step::Done);
        };
        let visit = self.visit.insert(visit);
        if visit.work != Work::Remember || tracker.has_memory() {
            match tracker.encode_step(visit.frame, frames, monitor)? {
                Encoded::Ready => {}
                Encoded::Working(fraction) => {
                    self.fraction_of_visit = fraction;
                    return Ok(Step::Working);
                }
                Encoded::Unreadable(error) => return Ok(self.unreadable(tracker, error)),
            }
        }
        let work = visit.work;
        let Some(object) = visit.objects.front().copied() else { return Ok(self.advance()) };
        let tracked = match work {
            Work::Answer => tracker.answer(object, monitor),
            Work::Remember => tracker.remember_prior(object).map(|()| None),
            Work::Follow(direction) => tracker.follow(object, direction, monitor),
        };
        // After a stop, the same object is next.
        if !tracked.as_ref().is_err_and(TrackError::is_cancelled) {
            self.advance();
        }
        Ok(tracked?.map_or(Step::Working, Step::Tracked))
    }

    /// Goes on to the next object, or to the next frame after the last one.
    fn advance(&mut self) -> Step {
        self.visit.as_mut().and_then(|visit| visit.objects.pop_front());
        if self.visit.take_if(|visit| visit.objects.is_empty()).is_some() {
            self.fraction_of_visit = 0.0;
        }
        Step::Working
    }

    fn unreadable(&mut self, tracker: &mut Tracker, error: FrameError) -> Step {
        let Some(Visit { frame, work, objects }) = self.visit.take() else { return Step::Working };
        for object in &objects {
            let Some(track) = tracker.tracks.get_mut(object) else { continue };
            match work {
                Work::Answer => drop(track.unanswered.remove(&frame)),
                Work::Remember => drop(track.priors.pop_front()),
                Work::Follow(_) => {}
            }
        }
        Step::Unreadable { frame, error }
    }

    /// Answers come first, then results of earlier runs, then the frames of the range.
    fn next_visit(&mut self, tracker: &Tracker) -> Option<Visit> {
        let tracks = &tracker.tracks;
        let unanswered = tracks.values().filter_map(|track| track.unanswered.first()).min().copied();
        if let Some(frame) = unanswered {
            let asks = tracks.iter().filter(|(_, track)| track.unanswered.contains(&frame));
            let objects = asks.map(|(object, _)| *object).collect();
            return Some(Visit { frame, work: Work::Answer, objects });
        }
        if let Some(frame) = tracks.values().find_map(|track| track.priors.front()).map(|prior| prior.frame) {
            let waits = tracks
                .iter()
                .filter(|(_, track)| track.priors.front().is_some_and(|prior| prior.frame == frame));
            let objects = waits.map(|(object, _)| *object).collect();
            return Some(Visit { frame, work: Work::Remember, objects });
        }
        while let Some((frame, direction)) = self.ahead.pop_front() {
            let objects: VecDeque<ObjectId> = tracker
                .objects()
                .filter(|object| self.is_followed(tracker, *object, frame, direction))
                .collect();
            if !objects.is_empty() {
                return Some(Visit { frame, work: Work::Follow(direction), objects });
            }
        }
        None
    }

    fn is_followed(&self, tracker: &Tracker, object: ObjectId, frame: usize, direction: Direction) -> bool {
        let Some(track) = tracker.tracks.get(&object) else { return false };
        let start = self.range.from.or_else(|| track.cue_towards(away(&self.range)));
        start.is_some_and(|start| direction.distance(frame, start).is_some())
            && !track.cues.contains_key(&frame)
            && track.leads_to(frame, direction)
            && !self.done.contains(&(object, frame))
    }
}

/// Towards which end the cue lies that objects are followed from, if no frame is given.
fn away(range: &Range) -> Direction {
    match range.directions[..] {
        [Direction::Backward] => Direction::Forward,
        _ => Direction::Backward,
    }
}

/// The frames of a range in one direction.
fn leg(tracker: &Tracker, range: &Range, direction: Direction) -> Vec<(usize, Direction)> {
    let starts = || tracker.tracks.values().filter_map(|track| track.cue_towards(away(range)));
    let first = match direction {
        Direction::Forward => starts().min(),
        Direction::Backward => starts().max(),
    };
    let Some(start) = range.from.or(first) else { return vec![] };
    // Of two directions from the same frame, the second does not visit it again.
    let again = range.from.is_some() && range.directions.first() != Some(&direction);
    let cue = |frame: &usize| {
        *frame != start && tracker.tracks.values().any(|track| track.cues.contains_key(frame))
    };
    let frames: Vec<usize> = match direction {
        Direction::Forward => (start..tracker.frames()).collect(),
        Direction::Backward => (0..=start).rev().collect(),
    };
    let count = match range.limit {
        Limit::End => frames.len(),
        Limit::Frames(count) => count.saturating_add(1),
        Limit::NextCue => frames.iter().position(cue).unwrap_or(frames.len()),
    };
    let frames = frames.into_iter().take(count).skip(usize::from(again));
    frames.map(|frame| (frame, direction)).collect()
}
