//! Following objects through a sequence, behind all other work: a step is a step of the encoder, or one object on
//! one frame.

use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::messages::Event;
use crate::engine::queue::Ticket;
use crate::sam::Error;
use crate::tracking::{
    Cue, DoubtLimits, Frames, ObjectId, PriorMask, Range, Run, Step as Progress, TrackError, Tracker,
};

/// What is to be followed, and where.
pub struct Following {
    /// Names the sequence: what is known of it is kept for the next request.
    pub sequence: u64,
    pub frames: Box<dyn Frames + Send>,
    /// Where objects are, on any frames.
    pub cues: Vec<(ObjectId, usize, Cue)>,
    /// Results of earlier runs to go on from, in their order.
    pub priors: Vec<(ObjectId, PriorMask)>,
    pub range: Range,
    pub limits: DoubtLimits,
}

struct Follow {
    request: Option<Following>,
    begun: Option<Begun>,
}

struct Begun {
    sequence: u64,
    tracker: Tracker,
    run: Run,
    frames: Box<dyn Frames + Send>,
}

impl Engine {
    /// Follows objects, answered by an [`Event::Followed`] for each object and frame and by
    /// [`Event::FollowingDone`] at the end; other work never waits for more than a step of it. Returns the number
    /// that its events will carry.
    pub fn follow(&self, request: Following) -> u64 {
        self.submit(JobKind::Following, Follow { request: Some(request), begun: None })
    }
}

impl Job for Follow {
    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        if ticket.is_cancelled() {
            self.keep_tracker(context);
            return Err(Error::Cancelled);
        }
        if let Some(request) = self.request.take() {
            let begun = self.begun.insert(begin(request, context)?);
            let (frames, remembers) = (begun.run.frames(), begun.tracker.has_memory());
            context.reporter.send(Event::FollowingBegun { number: ticket.number, frames, remembers });
        }
        let Some(Begun { tracker, run, frames, .. }) = &mut self.begun else { return Ok(Step::Done) };
        let number = ticket.number;
        let event = match run.step(tracker, &mut **frames, ticket) {
            Ok(Progress::Working) => None,
            Ok(Progress::Tracked(tracked)) => Some(Event::Followed { number, tracked }),
            Ok(Progress::Unreadable { error, .. }) => {
                Some(Event::FollowingProblem { number, message: error.to_string() })
            }
            Ok(Progress::Done) => {
                self.keep_tracker(context);
                context.reporter.send(Event::FollowingDone { number });
                return Ok(Step::Done);
            }
            Err(error @ TrackError::Cue { .. }) => {
                Some(Event::FollowingProblem { number, message: error.to_string() })
            }
            Err(error) => {
                if error.is_cancelled() {
                    self.keep_tracker(context);
                }
                return Err(failure(error));
            }
        };
        event.into_iter().for_each(|event| context.reporter.send(event));
        context.reporter.send(Event::Progress { job: JobKind::Following, fraction: run.fraction() });
        Ok(Step::More)
    }
}

impl Follow {
    fn keep_tracker(&mut self, context: &mut Context) {
        context.tracker = self.begun.take().map(|begun| (begun.sequence, begun.tracker));
    }
}

fn begin(request: Following, context: &mut Context) -> Result<Begun, Error> {
    let Following { sequence, frames, cues, priors, range, limits } = request;
    let model = context.model()?;
    let is_same = |(of, tracker): &(u64, Tracker)| {
        *of == sequence && tracker.frames() == frames.count() && tracker.uses(&model)
    };
    let tracker = match context.tracker.take().filter(is_same) {
        Some((_, tracker)) => tracker,
        None => Tracker::new(model, frames.count()).map_err(failure)?,
    };
    let mut tracker = tracker.with_limits(limits);
    tracker.update(cues, priors).map_err(failure)?;
    let run = Run::new(&tracker, range).map_err(failure)?;
    Ok(Begun { sequence, tracker, run, frames })
}

fn failure(error: TrackError) -> Error {
    match error {
        TrackError::Network(error) => error,
        other => Error::Prompt(other.to_string()),
    }
}
