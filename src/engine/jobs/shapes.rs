//! Finding objects whose shape in another photo is known: a step is one object.

use std::sync::Arc;
use std::time::Instant;

use super::encode::embedding;
use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::messages::{CandidateMask, Event, PhotoRef};
use crate::engine::queue::Ticket;
use crate::sam::{Embedding, Error, Output, Query};

struct FindShapes {
    photo: PhotoRef,
    queries: Vec<Query>,
    begun: Option<(Instant, Embedding)>,
    found: Vec<Option<CandidateMask>>,
}

impl Engine {
    /// Requests the best mask of each query, answered by [`Event::ShapesFound`]; clicks are answered between
    /// two of them. Returns the number that its events will carry.
    pub fn find_shapes(&self, photo: PhotoRef, queries: Vec<Query>) -> u64 {
        self.submit(JobKind::Shapes, FindShapes { photo, queries, begun: None, found: vec![] })
    }
}

impl Job for FindShapes {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        let Some((start, embedding)) = &self.begun else {
            let start = Instant::now();
            self.begun = Some((start, embedding(ticket, context, &self.photo)?));
            return Ok(Step::More);
        };
        if let Some(query) = self.queries.get(self.found.len()) {
            let query = self.photo.seen_query(query.clone());
            let prediction = context.model()?.predict(embedding, &query, Output::Single, ticket)?;
            // A network that judges whether the object is there may find that it is not.
            let is_there = prediction.object_score.is_none_or(|score| score > 0.0);
            let best = prediction.candidates.get(prediction.suggested).filter(|_| is_there);
            let found = best.map(|candidate| {
                let (mask, stability_score) = prediction.mask(prediction.suggested);
                let (predicted_iou, low_res) = (candidate.predicted_iou, candidate.low_res.clone());
                let mask = Arc::new(self.photo.whole_mask(mask));
                CandidateMask { mask, predicted_iou, stability_score, low_res }
            });
            self.found.push(found);
            let fraction = self.found.len() as f32 / self.queries.len() as f32;
            context.reporter.send(Event::Progress { job: JobKind::Shapes, fraction });
            return Ok(Step::More);
        }
        context.reporter.send(Event::ShapesFound {
            number: ticket.number,
            photo: self.photo.id,
            masks: std::mem::take(&mut self.found),
            seconds: start.elapsed().as_secs_f32(),
        });
        Ok(Step::Done)
    }
}
