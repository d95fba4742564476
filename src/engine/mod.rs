//! The worker thread, which owns the network: requests in, events out.
//!
//! A request becomes a job (`jobs/`), which runs in steps; between them the queue (`queue.rs`) decides what
//! runs next. An error or a panic in a job becomes an event, and the worker continues. Dropping the
//! [`Engine`] never waits.
//!
//! Embeddings are stored by content, in memory and optionally in a folder; the photo that is likely to come
//! next is encoded when idle.

mod context;
mod embeddings;
mod filter_task;
mod jobs;
mod messages;
mod queue;
mod store;
mod worker;

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use context::{Context, Reporter};
pub use filter_task::{FilterTask, Filtered};
use jobs::Job;
pub use jobs::JobKind;
pub use jobs::compare::{How, Side};
pub use jobs::follow::Following;
pub use jobs::propose::Wanted;
pub use messages::{CandidateMask, Event, ModelSource, PhotoRef, ProposedMask};
use queue::{Queue, Request, Tickets};
pub use store::{ContentHash, EmbeddingFolder, EmbeddingKey, Form};

/// Handle to the worker thread. The methods that request a job are defined with the jobs.
pub struct Engine {
    requests: Sender<Request>,
    events: Receiver<Event>,
    tickets: Tickets,
}

impl Engine {
    /// Starts the worker. `wake` is called after each event, from the worker's thread.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (requests, incoming) = unbounded();
        let (event_sender, events) = unbounded();
        let reporter = Reporter::new(event_sender, Arc::new(wake));
        worker::spawn(Queue::new(incoming), Context::new(reporter));
        Self { requests, events, tickets: Tickets::default() }
    }

    /// Events since the last call, oldest first.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }

    /// Cancels a job between two steps of the network. Everything mode still reports the masks found so far.
    pub fn cancel(&self, kind: JobKind) {
        self.tickets.cancel(kind);
    }

    /// Also stores embeddings in a folder, at most `limit` bytes. [`Event::EmbeddingsKept`] reports their
    /// size, now and after each change.
    pub fn keep_embeddings(&self, folder: EmbeddingFolder, limit: u64) {
        self.send(Request::Setting(Box::new(move |context| {
            let reporter = context.reporter.clone();
            let report = move |bytes| reporter.send(Event::EmbeddingsKept { bytes });
            let source = context.loaded.as_ref().map(|loaded| &loaded.source);
            context.embeddings.keep_in(folder, limit, source, report);
        })));
    }

    /// Removes the embeddings on disk.
    pub fn clear_embeddings(&self) {
        self.send(Request::Setting(Box::new(|context| context.embeddings.clear_disk())));
    }

    /// Requests a job; returns the number of the request.
    fn submit(&self, kind: JobKind, job: impl Job + 'static) -> u64 {
        let ticket = self.tickets.issue(kind);
        let number = ticket.number;
        self.send(Request::Job(ticket, Box::new(job)));
        number
    }

    fn send(&self, request: Request) {
        // The worker outlives every panic, so the channel is open as long as the handle lives.
        if self.requests.send(request).is_err() {
            log::error!("the worker thread has stopped");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.tickets.cancel_all();
    }
}

#[cfg(test)]
mod tests;
