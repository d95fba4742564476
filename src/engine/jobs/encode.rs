//! Encoding a photo before its first prompt.

use std::time::{Duration, Instant};

use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::{Context, Stage};
use crate::engine::messages::{Event, PhotoRef};
use crate::engine::queue::Ticket;
use crate::sam::{Embedding, Error};

/// Progress is reported at most this often: where the processor draws the window, each report takes time from the
/// network.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

struct Encode {
    photo: PhotoRef,
    /// Start time and time of the last progress report, after the first step.
    times: Option<(Instant, Instant)>,
}

impl Engine {
    /// Encodes a photo before its first prompt, answered by [`Event::Encoded`]. Another photo's encoding is
    /// cancelled; an unfinished one of the same photo is continued.
    /// Returns the number that an [`Event::Cancelled`] or [`Event::Failed`] will carry.
    pub fn encode(&self, photo: PhotoRef) -> u64 {
        self.submit(JobKind::Encoding, Encode { photo, times: None })
    }
}

impl Job for Encode {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        Ok(if self.advance(ticket, context)?.is_some() { Step::Done } else { Step::More })
    }
}

impl Encode {
    /// Does a step; returns the embedding after the last one.
    fn advance(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Option<Embedding>, Error> {
        let (start, last_report) = self.times.get_or_insert_with(|| (Instant::now(), Instant::now()));
        let photo = self.photo.id;
        match context.encoding_step(ticket, &self.photo)? {
            Stage::Known(embedding) => {
                context.reporter.send(Event::Encoded { photo, seconds: 0.0 });
                Ok(Some(embedding))
            }
            Stage::UnderWay(fraction) => {
                if last_report.elapsed() >= PROGRESS_INTERVAL {
                    *last_report = Instant::now();
                    context.reporter.send(Event::Progress { job: JobKind::Encoding, fraction });
                }
                Ok(None)
            }
            Stage::New(new) => {
                let embedding = new.embedding.clone();
                log::info!("photo {photo} encoded in {:.2} s", start.elapsed().as_secs_f32());
                // First, so that the report of the writing thread comes after it.
                context.reporter.send(Event::Encoded { photo, seconds: start.elapsed().as_secs_f32() });
                context.keep(new);
                Ok(Some(embedding))
            }
        }
    }
}

/// The embedding of a photo for another job, computed without pause if it does not exist.
///
/// # Errors
/// The ticket was cancelled, or a failure of the network.
pub(super) fn embedding(
    ticket: &Ticket,
    context: &mut Context,
    photo: &PhotoRef,
) -> Result<Embedding, Error> {
    let mut encode = Encode { photo: photo.clone(), times: None };
    loop {
        if let Some(embedding) = encode.advance(ticket, context)? {
            return Ok(embedding);
        }
    }
}
