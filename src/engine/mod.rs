//! The worker thread that owns the network: requests in, events out.
//!
//! A request becomes a job (`jobs/`), which is done in steps; between them the queue (`queue.rs`) says what is done
//! next. An error or a panic in a job becomes an event, and the worker goes on. Dropping the [`Engine`] never waits.
//!
//! Embeddings are kept by what they are made of, in memory and, if there is a folder for them, on
//! disk; a photo that is likely to come next is encoded while nothing else is wanted.

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
pub use messages::{CandidateMask, Event, ModelSource, PhotoRef};
use queue::{Queue, Request, Tickets};
pub use store::{ContentHash, EmbeddingFolder, EmbeddingKey, Form};

/// Handle to the worker thread. Its methods that ask for a job lie with the jobs.
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

    /// Stops a job between two steps of the network. Everything mode still reports what it found.
    pub fn cancel(&self, kind: JobKind) {
        self.tickets.cancel(kind);
    }

    /// Keeps embeddings in a folder, too, at most `limit` bytes of them. How many there are is told
    /// with [`Event::EmbeddingsKept`], now and after each change.
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

    /// Asks for a job; returns the number of the request.
    fn submit(&self, kind: JobKind, job: impl Job + 'static) -> u64 {
        let ticket = self.tickets.issue(kind);
        let number = ticket.number;
        self.send(Request::Job(ticket, Box::new(job)));
        number
    }

    fn send(&self, request: Request) {
        // The worker outlives every panic, so the channel is open as long as the handle lives.
        if self.requests.send(request).is_err() {
            log::error!("the worker thread is gone");
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
