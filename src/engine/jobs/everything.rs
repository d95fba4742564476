//! Everything mode: a step is a batch of points.

use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use super::encode::embedding;
use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::messages::{Event, PhotoRef};
use crate::engine::queue::Ticket;
use crate::everything::{Parameters, Search};
use crate::sam::{Embedding, Error, Predictor};

struct SegmentEverything {
    photo: PhotoRef,
    parameters: Parameters,
    begun: Option<Begun>,
}

struct Begun {
    start: Instant,
    model: Arc<Predictor>,
    seen: Arc<RgbImage>,
    embedding: Embedding,
    search: Search,
}

impl Engine {
    /// Starts everything mode, answered by [`Event::Found`] after each batch of points and
    /// [`Event::EverythingDone`]; prompts are answered between the batches. Returns the number that its events will
    /// carry.
    pub fn segment_everything(&self, photo: PhotoRef, parameters: Parameters) -> u64 {
        self.submit(JobKind::Everything, SegmentEverything { photo, parameters, begun: None })
    }
}

impl Job for SegmentEverything {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        let Some(Begun { start, model, seen, embedding, search }) = &mut self.begun else {
            self.begun = Some(self.begin(ticket, context)?);
            return Ok(Step::More);
        };
        let (number, photo) = (ticket.number, self.photo.id);
        let complete = match search.step(model, seen, embedding, ticket) {
            Ok(Some(batch)) => {
                let (points_done, points_total) = (batch.points_done, batch.points_total);
                let masks = self.photo.whole_found(batch.found);
                context.reporter.send(Event::Found { number, photo, masks, points_done, points_total });
                return Ok(Step::More);
            }
            Ok(None) => true,
            Err(Error::Cancelled) => false,
            Err(error) => return Err(error),
        };
        let seconds = start.elapsed().as_secs_f32();
        context.reporter.send(Event::EverythingDone { number, photo, complete, seconds });
        Ok(Step::Done)
    }
}

impl SegmentEverything {
    fn begin(&self, ticket: &Ticket, context: &mut Context) -> Result<Begun, Error> {
        let start = Instant::now();
        let embedding = embedding(ticket, context, &self.photo)?;
        let seen = self.photo.seen();
        let search = Search::new(seen.dimensions(), &self.parameters)?;
        Ok(Begun { start, model: context.model()?, seen, embedding, search })
    }
}
