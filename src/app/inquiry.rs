//! Asks the engine whatever the prompt says, and keeps the previous answer until the new one arrives.

use crate::annotation::Annotation;
use crate::document::{ClassId, Former, Prompting};
use crate::engine::{CandidateMask, Engine, JobKind, PhotoRef};
use crate::mask::PixelBox;
use crate::sam::Output;

/// The answer to a prompt.
pub(super) struct Answer {
    pub candidates: Vec<CandidateMask>,
    pub suggested: usize,
    /// Points and box that it answers.
    asked: Prompting,
    /// The part of the photo that the network saw.
    part: Option<PixelBox>,
}

struct Pending {
    number: u64,
    asked: Prompting,
    part: Option<PixelBox>,
}

/// The state of asking.
#[derive(Default)]
pub(super) struct Inquiry {
    answer: Option<Answer>,
    pending: Option<Pending>,
    /// A question that failed; asking it again at once would fail again.
    failed: Option<Prompting>,
    /// The user accepted before the answer was there.
    pub accept_when_ready: bool,
    /// The photo is done as soon as that has happened.
    pub done_when_accepted: bool,
}

/// What the network is asked does not depend on which candidate is looked at.
fn question(prompting: &Prompting) -> Prompting {
    Prompting { chosen: None, ..prompting.clone() }
}

impl Inquiry {
    /// Whether a prompt has not been asked about.
    pub fn is_new(&self, prompting: &Prompting) -> bool {
        let asked = self.pending.as_ref().map(|pending| &pending.asked);
        let newest = asked.or(self.failed.as_ref()).or(self.answer.as_ref().map(|a| &a.asked));
        !prompting.is_empty() && newest != Some(&question(prompting))
    }

    /// Asks about the prompt unless that has been done. Call it whenever the prompt may have changed.
    pub fn follow(&mut self, prompting: &Prompting, photo: PhotoRef, engine: &Engine) {
        if prompting.is_empty() {
            if self.is_pending() {
                engine.cancel(JobKind::Prompt);
            }
            return self.forget();
        }
        if !self.is_new(prompting) {
            return;
        }
        let question = question(prompting);
        self.failed = None;
        (self.accept_when_ready, self.done_when_accepted) = (false, false);
        // A certain prompt is answered by the single mask, with the candidates to choose from.
        let output = Output::advised(&question.prompt, Output::All);
        let part = photo.part;
        let number = engine.predict(photo, question.query_in(part), output);
        self.pending = Some(Pending { number, asked: question, part });
    }

    /// Drops question and answer.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes an answer in, unless a newer question has been asked.
    pub fn receive(&mut self, number: u64, candidates: Vec<CandidateMask>, suggested: usize) {
        if let Some(Pending { asked, part, .. }) = self.pending.take_if(|pending| pending.number == number) {
            self.answer = Some(Answer { candidates, suggested, asked, part });
        }
    }

    /// Gives up waiting for an answer that will not come, for instance after an error; the previous
    /// answer stays in view, but it cannot be accepted for the new prompt.
    pub fn give_up(&mut self, number: u64) {
        let Some(pending) = self.pending.take_if(|pending| pending.number == number) else {
            return;
        };
        (self.accept_when_ready, self.done_when_accepted) = (false, false);
        self.failed = Some(pending.asked);
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Index and mask of the candidate that is looked at.
    pub fn shown(&self, prompting: &Prompting) -> Option<(usize, &CandidateMask)> {
        let answer = self.answer.as_ref()?;
        let index = prompting.chosen.unwrap_or(answer.suggested);
        Some((index, answer.candidates.get(index)?))
    }

    /// The shown candidate, if it answers this prompt: what a further point starts from.
    pub fn former(&self, prompting: &Prompting) -> Option<Former> {
        let answer = self.answer.as_ref().filter(|answer| answer.asked == question(prompting))?;
        let (_, candidate) = self.shown(prompting)?;
        Some(Former { logits: candidate.low_res.clone(), part: answer.part })
    }

    /// The shown candidate, which `model` made, as a mask for the list; `None` while its answer is
    /// pending.
    pub fn acceptable(&self, prompting: &Prompting, model: Option<&str>) -> Option<Annotation<ClassId>> {
        if self.is_pending() {
            return None;
        }
        let (_, candidate) = self.shown(prompting)?;
        self.answer.as_ref().filter(|answer| answer.asked == question(prompting))?;
        Some(Annotation {
            predicted_iou: Some(candidate.predicted_iou),
            stability_score: Some(candidate.stability_score),
            model: model.map(Into::into),
            ..Annotation::new("", candidate.mask.clone())
        })
    }
}
