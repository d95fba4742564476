//! Predicting the masks of a prompt, for clicks and for the preview.

use std::sync::Arc;
use std::time::Instant;

use super::encode::embedding;
use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::messages::{CandidateMask, Event, PhotoRef};
use crate::engine::queue::Ticket;
use crate::sam::{Error, Output, Prediction, Query};

struct Predict {
    photo: PhotoRef,
    query: Query,
    output: Output,
}

impl Engine {
    /// Requests the masks of a prompt, answered by [`Event::Predicted`]; an earlier prompt that is waiting or
    /// running is cancelled. Returns the number that the answer will carry.
    pub fn predict(&self, photo: PhotoRef, query: Query, output: Output) -> u64 {
        self.submit(JobKind::Prompt, Predict { photo, query, output })
    }

    /// Like [`Engine::predict`], but independent of it: a newer preview only replaces an older one, and a
    /// photo without an embedding gets no preview.
    pub fn preview(&self, photo: PhotoRef, query: Query, output: Output) -> u64 {
        self.submit(JobKind::Preview, Predict { photo, query, output })
    }
}

impl Job for Predict {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        // A preview is not worth encoding a photo.
        if ticket.kind == JobKind::Preview && !context.embeddings.is_in_memory(&self.photo) {
            return Err(Error::Cancelled);
        }
        let embedding = embedding(ticket, context, &self.photo)?;
        let start = Instant::now();
        let query = self.photo.seen_query(self.query.clone());
        let prediction = context.model()?.predict(&embedding, &query, self.output, ticket)?;
        context.reporter.send(Event::Predicted {
            number: ticket.number,
            photo: self.photo.id,
            candidates: self.candidates(&prediction),
            suggested: prediction.suggested,
            object_score: prediction.object_score,
            seconds: start.elapsed().as_secs_f32(),
        });
        Ok(Step::Done)
    }
}

impl Predict {
    fn candidates(&self, prediction: &Prediction) -> Vec<CandidateMask> {
        let candidate = |i: usize| {
            let (mask, stability_score) = prediction.mask(i);
            let mask = Arc::new(self.photo.whole_mask(mask));
            let predicted_iou = prediction.candidates[i].predicted_iou;
            let low_res = prediction.candidates[i].low_res.clone();
            CandidateMask { mask, predicted_iou, stability_score, low_res }
        };
        (0..prediction.candidates.len()).map(candidate).collect()
    }
}
