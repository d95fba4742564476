//! What the network is asked about the prompt and about the place under the pointer.

use crate::app::inquiry::Inquiry;
use crate::app::preview::Preview;
use crate::engine::Engine;

#[derive(Default)]
pub(in crate::app) struct PromptQueries {
    /// About the prompt.
    pub inquiry: Inquiry,
    /// About what a click would give.
    pub preview: Preview,
}

/// Who an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Asker {
    Inquiry,
    Preview,
}

impl PromptQueries {
    /// Who asked the question of this number, or one that was replaced by another.
    pub fn asker(&self, number: u64) -> Asker {
        if self.preview.is_waiting_for(number) { Asker::Preview } else { Asker::Inquiry }
    }

    /// Drops all questions and answers.
    pub fn forget(&mut self, engine: &Engine) {
        self.inquiry.forget();
        self.preview.forget(engine);
    }
}
