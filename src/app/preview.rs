//! The mask that a click would give, shown while the pointer rests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

use crate::document::Prompting;
use crate::engine::{CandidateMask, Engine, JobKind, PhotoRef};
use crate::mask::Mask;
use crate::prompt::Point;
use crate::sam::Output;

/// The pointer rests when it has not moved for this long.
const REST: Duration = Duration::from_millis(60);

struct Answer {
    asked: Prompting,
    /// From the smallest to the largest, with their places in the network's answer.
    by_area: Vec<(usize, CandidateMask)>,
    suggested: usize,
}

/// What is asked about the place under the pointer, and the answer.
#[derive(Default)]
pub(super) struct Preview {
    /// The prompt that a click would make, and since when it has been the same.
    resting: Option<(Prompting, Instant)>,
    pending: Option<(u64, Prompting)>,
    answer: Option<Answer>,
    /// A question that came to nothing; asking it again at once would do so again.
    failed: Option<Prompting>,
    /// How many candidates away from the suggested one, by size.
    steps: usize,
    alt_was_down: bool,
}

impl Preview {
    /// Follows the pointer: `question` is the prompt that a click would make now, if one is to be
    /// previewed.
    pub fn follow(&mut self, question: Option<Prompting>, photo: PhotoRef, engine: &Engine, ctx: &Context) {
        let alt = ctx.input(|i| i.modifiers.alt);
        if alt && !self.alt_was_down {
            self.steps += 1;
        }
        self.alt_was_down = alt;
        let Some(question) = question else { return self.forget(engine) };
        let since = match &self.resting {
            Some((resting, since)) if *resting == question => *since,
            _ => {
                self.resting = Some((question.clone(), Instant::now()));
                Instant::now()
            }
        };
        let asked = self.pending.as_ref().map(|(_, asked)| asked).or(self.answer.as_ref().map(|a| &a.asked));
        if asked == Some(&question) || self.failed.as_ref() == Some(&question) {
            return;
        }
        if since.elapsed() < REST {
            return ctx.request_repaint_after(REST);
        }
        let output = Output::advised(&question.prompt, Output::All);
        let prompt = question.query_in(photo.part);
        let number = engine.preview(photo, prompt, output);
        self.pending = Some((number, question));
    }

    /// Drops question and answer.
    pub fn forget(&mut self, engine: &Engine) {
        if self.pending.take().is_some() {
            engine.cancel(JobKind::Preview);
        }
        (self.resting, self.answer, self.failed, self.steps) = (None, None, None, 0);
    }

    /// Whether the answer of this number is on its way.
    pub fn is_waiting_for(&self, number: u64) -> bool {
        self.pending.as_ref().is_some_and(|(pending, _)| *pending == number)
    }

    /// Takes an answer in, unless the pointer has moved on.
    pub fn receive(&mut self, number: u64, candidates: Vec<CandidateMask>, suggested: usize) {
        let Some((_, asked)) = self.pending.take_if(|(pending, _)| *pending == number) else { return };
        let mut by_area: Vec<(usize, CandidateMask)> = candidates.into_iter().enumerate().collect();
        by_area.sort_by_key(|(_, candidate)| candidate.mask.area());
        self.steps = 0;
        self.answer = Some(Answer { asked, by_area, suggested });
    }

    /// The question came to nothing.
    pub fn give_up(&mut self, number: u64) {
        if let Some((_, asked)) = self.pending.take_if(|(pending, _)| *pending == number) {
            self.failed = Some(asked);
        }
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    fn shown(&self) -> Option<&(usize, CandidateMask)> {
        let answer = self.answer.as_ref()?;
        let suggested = answer.by_area.iter().position(|(i, _)| *i == answer.suggested)?;
        answer.by_area.get((suggested + self.steps) % answer.by_area.len())
    }

    /// The mask to be shown.
    pub fn mask(&self) -> Option<&Arc<Mask>> {
        self.shown().map(|(_, candidate)| &candidate.mask).filter(|mask| !mask.is_empty())
    }

    /// The candidate that was picked with Alt, if a click at `point` gives the mask that is shown.
    pub fn picked(&self, point: Point) -> Option<usize> {
        let answer = self.answer.as_ref().filter(|_| self.steps > 0)?;
        let last = answer.asked.prompt.points.last()?;
        let near = (last.x - point.x).hypot(last.y - point.y) < 1.0 && last.positive == point.positive;
        self.shown().filter(|_| near).map(|(index, _)| *index)
    }
}
