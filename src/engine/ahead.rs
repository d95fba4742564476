//! Encoding a photo before it is asked for, without standing in anybody's way.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::embeddings::Subject;
use super::messages::{Command, Event, Job, PhotoRef, Ticket};
use super::worker::{PROGRESS_INTERVAL, Worker, cropped};
use crate::sam::{Error, Monitor};

/// A request for the photo that is being encoded ahead: it is no longer ahead, then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub ticket: Ticket,
    photo: u64,
    since: Instant,
}

impl Worker {
    /// Encodes a photo that is likely to be asked for next. Between two steps of the network,
    /// prompts are answered; any other request ends it, unless the same photo was asked for by then.
    pub(super) fn encode_ahead(&mut self, ticket: Ticket, photo: &PhotoRef) -> Result<(), Error> {
        let model = self.model()?;
        let subject = self.embeddings.subject(photo);
        if self.embeddings.find(subject, &model).is_none() {
            let watch = Yielding(Mutex::new(Host {
                worker: self,
                ticket,
                subject,
                stopped: false,
                last_report: Instant::now(),
            }));
            let encoded = model.encoded(&cropped(photo), &watch)?;
            let embedding = model.embedding(&encoded)?;
            self.embeddings.add(subject, &model, embedding, encoded);
        }
        if let Some(Claim { photo, since, .. }) = self.claim.take() {
            self.reporter.send(Event::Encoded { photo, seconds: since.elapsed().as_secs_f32() });
        }
        self.reporter.send(Event::EncodedAhead { number: ticket.number });
        Ok(())
    }
}

/// Lets others go first whenever the network asks whether to go on.
struct Yielding<'a>(Mutex<Host<'a>>);

struct Host<'a> {
    worker: &'a mut Worker,
    ticket: Ticket,
    subject: Subject,
    stopped: bool,
    last_report: Instant,
}

impl Monitor for Yielding<'_> {
    fn cancelled(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_over()
    }

    fn progress(&self, fraction: f32) {
        let mut host = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if host.worker.claim.is_some() && host.last_report.elapsed() >= PROGRESS_INTERVAL {
            host.last_report = Instant::now();
            host.worker.reporter.send(Event::Progress { job: Job::Encoding, fraction });
        }
    }
}

impl Host<'_> {
    fn is_over(&mut self) -> bool {
        while !self.stopped
            && let Ok(command) = self.worker.commands.try_recv()
        {
            match command {
                Command::Predict { ref photo, .. } if self.worker.embeddings.is_in_memory(photo) => {
                    self.worker.execute(command);
                }
                Command::Encode { ref photo, .. } if self.worker.embeddings.is_in_memory(photo) => {
                    self.worker.execute(command);
                }
                Command::Encode { ticket, ref photo }
                    if self.worker.embeddings.subject(photo) == self.subject =>
                {
                    self.worker.give_up_claim();
                    self.worker.claim = Some(Claim { ticket, photo: photo.id, since: Instant::now() });
                }
                other => {
                    self.worker.waiting.push_back(other);
                    self.stopped = self.worker.claim.is_none();
                }
            }
        }
        let ticket = self.worker.claim.map_or(self.ticket, |claim| claim.ticket);
        self.stopped || !self.worker.wanted.is_wanted(ticket)
    }
}
