//! Encoding the next photo when idle.

use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::{Context, Stage};
use crate::engine::messages::{Event, PhotoRef};
use crate::engine::queue::Ticket;
use crate::sam::Error;

struct EncodeAhead {
    photo: PhotoRef,
}

impl Engine {
    /// Encodes a photo that is likely to be opened next, answered by [`Event::EncodedAhead`]; all other work
    /// has priority, and any request except prompts cancels it. Returns the number that its event will carry.
    pub fn encode_ahead(&self, photo: PhotoRef) -> u64 {
        self.submit(JobKind::Ahead, EncodeAhead { photo })
    }
}

impl Job for EncodeAhead {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        match context.encoding_step(ticket, &self.photo)? {
            Stage::UnderWay(_) => return Ok(Step::More),
            Stage::Known(_) => {}
            Stage::New(new) => context.keep(new),
        }
        context.reporter.send(Event::EncodedAhead { number: ticket.number });
        Ok(Step::Done)
    }
}
