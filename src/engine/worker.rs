//! The thread: runs jobs step by step, asks the queue between the steps, and turns errors and panics into
//! events.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::context::Context;
use super::jobs::{Job, JobKind, Step};
use super::messages::{Event, PhotoRef};
use super::queue::{Next, Queue, Readiness, Request, Ticket};
use crate::sam::Error;

pub(super) fn spawn(queue: Queue, context: Context) {
    let worker = Worker { queue, context, stack: vec![] };
    let spawned = std::thread::Builder::new().name("engine".into()).spawn(move || worker.run());
    if let Err(error) = spawned {
        log::error!("the worker thread cannot be started: {error}");
    }
}

struct Running {
    ticket: Ticket,
    job: Box<dyn Job>,
}

struct Worker {
    queue: Queue,
    context: Context,
    /// Started jobs; each has overtaken the previous one, and the last one is running.
    stack: Vec<Running>,
}

impl Worker {
    fn run(mut self) {
        while let Some(next) = self.next() {
            match next {
                Next::Serve(Request::Setting(setting)) => setting(&mut self.context),
                Next::Serve(Request::Job(ticket, job)) if !ticket.is_cancelled() => {
                    self.stack.push(Running { ticket, job });
                }
                Next::Serve(Request::Job(ticket, _)) => self.cancelled(&ticket),
                Next::Continue => self.step(),
                Next::End => {
                    if let Some(ended) = self.pop() {
                        self.cancelled(&ended);
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Option<Next> {
        let running = self.stack.last();
        let (photo, context) = (running.and_then(|running| running.job.photo()), &mut self.context);
        self.queue.next(running.map(|running| running.ticket.kind), |asked| readiness(context, asked, photo))
    }

    fn step(&mut self) {
        let Some(Running { ticket, job }) = self.stack.last_mut() else { return };
        let context = &mut self.context;
        let outcome = catch_unwind(AssertUnwindSafe(|| job.step(ticket, context)));
        if matches!(outcome, Ok(Ok(Step::More))) {
            return;
        }
        let Some(ticket) = self.pop() else { return };
        match outcome {
            Ok(Ok(_)) => {}
            Ok(Err(Error::Cancelled)) => self.cancelled(&ticket),
            Ok(Err(error)) => self.failed(&ticket, error.to_string(), false),
            Err(panic) => self.failed(&ticket, format!("internal error: {}", panic_text(&*panic)), true),
        }
    }

    /// Removes the current job from the stack.
    fn pop(&mut self) -> Option<Ticket> {
        let ended = self.stack.pop()?;
        let encodes = |running: &Running| matches!(running.ticket.kind, JobKind::Encoding | JobKind::Ahead);
        if !self.stack.iter().any(encodes) {
            self.context.drop_encoding();
        }
        Some(ended.ticket)
    }

    fn cancelled(&self, ticket: &Ticket) {
        self.context.reporter.send(Event::Cancelled { job: ticket.kind, number: ticket.number });
    }

    fn failed(&self, ticket: &Ticket, message: String, panicked: bool) {
        let &Ticket { kind: job, number, .. } = ticket;
        self.context.reporter.send(Event::Failed { job, number, message, panicked });
    }
}

/// The state of a photo's embedding while a job on the photo `running` is in progress.
fn readiness(context: &mut Context, asked: &PhotoRef, running: Option<&PhotoRef>) -> Readiness {
    if context.embeddings.is_in_memory(asked) {
        return Readiness::InMemory;
    }
    let subject = context.embeddings.subject(asked);
    match running {
        Some(running) if context.embeddings.subject(running) == subject => Readiness::UnderWay,
        _ => Readiness::Missing,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
