//! The worker thread that owns the network: commands in, events out.
//!
//! The newest request wins: a newer prompt replaces one that waits or runs, another photo cancels
//! the encoding of the former one. An error or a panic in a job becomes an event, and the worker
//! goes on. Dropping the [`Engine`] never waits.
//!
//! Embeddings are kept by what they are made of, in memory and, if there is a folder for them, on
//! disk; a photo that is likely to come next is encoded while nothing else is wanted.

mod ahead;
mod embeddings;
mod messages;
mod sieve;
mod store;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, unbounded};

pub use messages::{CandidateMask, Event, How, Job, ModelSource, PhotoRef, Side};
use messages::{Command, Ticket};
pub use sieve::{Sieve, Sifted};
pub use store::{ContentHash, EmbeddingFolder, EmbeddingKey, Form};

use crate::everything::Parameters;
use crate::sam::{Output, Query};

/// What of each kind is still wanted; the worker's jobs look here between steps.
#[derive(Default)]
struct Wanted {
    model: AtomicU64,
    encoding: AtomicU64,
    ahead: AtomicU64,
    prompt: AtomicU64,
    preview: AtomicU64,
    everything: AtomicU64,
    comparison: AtomicU64,
    closing: AtomicBool,
}

impl Wanted {
    fn of(&self, job: Job) -> &AtomicU64 {
        match job {
            Job::Model => &self.model,
            Job::Encoding => &self.encoding,
            Job::Ahead => &self.ahead,
            Job::Prompt => &self.prompt,
            Job::Preview => &self.preview,
            Job::Everything => &self.everything,
            Job::Comparison => &self.comparison,
        }
    }

    fn is_wanted(&self, ticket: Ticket) -> bool {
        !self.closing.load(Ordering::Relaxed) && self.of(ticket.job).load(Ordering::Relaxed) == ticket.number
    }
}

/// Handle to the worker thread.
pub struct Engine {
    commands: Sender<Command>,
    events: Receiver<Event>,
    wanted: Arc<Wanted>,
    last_ticket: AtomicU64,
}

impl Engine {
    /// Starts the worker. `wake` is called after each event, from the worker's thread.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (commands, command_receiver) = unbounded();
        let (event_sender, events) = unbounded();
        let wanted = Arc::new(Wanted::default());
        worker::spawn(command_receiver, event_sender, wanted.clone(), Arc::new(wake));
        Self { commands, events, wanted, last_ticket: AtomicU64::new(0) }
    }

    /// Events since the last call, oldest first.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }

    /// Loads another model; embeddings of the former one are dropped.
    /// Returns the number that an [`Event::Cancelled`] or [`Event::Failed`] will carry.
    pub fn load_model(&self, source: ModelSource) -> u64 {
        let ticket = self.ticket(Job::Model);
        self.send(Command::LoadModel { ticket, source });
        ticket.number
    }

    /// Encodes a photo ahead of its first prompt. Another photo's encoding is cancelled.
    /// Returns the number that an [`Event::Cancelled`] or [`Event::Failed`] will carry.
    pub fn encode(&self, photo: PhotoRef) -> u64 {
        let ticket = self.ticket(Job::Encoding);
        self.send(Command::Encode { ticket, photo });
        ticket.number
    }

    /// Encodes a photo that is likely to be asked for next; all other work goes first, and anything
    /// but prompts ends it. Returns the number that its event will carry.
    pub fn encode_ahead(&self, photo: PhotoRef) -> u64 {
        let ticket = self.ticket(Job::Ahead);
        self.send(Command::EncodeAhead { ticket, photo });
        ticket.number
    }

    /// Keeps embeddings in a folder, too, at most `limit` bytes of them. How many there are is told
    /// with [`Event::EmbeddingsKept`], now and after each change.
    pub fn keep_embeddings(&self, folder: EmbeddingFolder, limit: u64) {
        self.send(Command::KeepEmbeddings { folder, limit });
    }

    /// Removes the embeddings on disk.
    pub fn clear_embeddings(&self) {
        self.send(Command::ClearEmbeddings);
    }

    /// Asks for the masks of a prompt; an earlier prompt still waiting or running is given up.
    /// Returns the number that the answer will carry.
    pub fn predict(&self, photo: PhotoRef, query: Query, output: Output) -> u64 {
        let ticket = self.ticket(Job::Prompt);
        self.send(Command::Predict { ticket, photo, query, output });
        ticket.number
    }

    /// As [`Engine::predict`], beside it: a newer preview replaces an older one only.
    pub fn preview(&self, photo: PhotoRef, query: Query, output: Output) -> u64 {
        let ticket = self.ticket(Job::Preview);
        self.send(Command::Predict { ticket, photo, query, output });
        ticket.number
    }

    /// Starts everything mode; prompts are answered between its batches. Returns the number that
    /// its events will carry.
    pub fn segment_everything(&self, photo: PhotoRef, parameters: Parameters) -> u64 {
        let ticket = self.ticket(Job::Everything);
        self.send(Command::Everything { ticket, photo, parameters });
        ticket.number
    }

    /// Segments everything in a whole photo in two ways and compares the results; prompts are answered between
    /// batches. Returns the number that its events will carry.
    pub fn compare(&self, photo: PhotoRef, sides: [Side; 2]) -> u64 {
        let ticket = self.ticket(Job::Comparison);
        let photo = PhotoRef { part: None, ..photo };
        self.send(Command::Compare { ticket, photo, sides: Box::new(sides) });
        ticket.number
    }

    /// Stops a job between two steps of the network. Everything mode still reports what it found.
    pub fn cancel(&self, job: Job) {
        self.wanted.of(job).store(self.next_number(), Ordering::Relaxed);
    }

    fn ticket(&self, job: Job) -> Ticket {
        let number = self.next_number();
        self.wanted.of(job).store(number, Ordering::Relaxed);
        Ticket { job, number }
    }

    fn next_number(&self) -> u64 {
        self.last_ticket.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn send(&self, command: Command) {
        // The worker outlives every panic, so the channel is open as long as the handle lives.
        if self.commands.send(command).is_err() {
            log::error!("the worker thread is gone");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.wanted.closing.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
