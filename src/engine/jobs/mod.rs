//! The jobs of the worker, one file each: the request, the steps, and the answer.
//!
//! A new job is a file here and a [`JobKind`]; the compiler then asks for its precedence in the queue.

pub(super) mod compare;
mod encode;
mod encode_ahead;
mod everything;
pub(super) mod follow;
mod load_model;
mod predict;
pub(super) mod propose;
mod shapes;

use super::context::Context;
use super::messages::PhotoRef;
use super::queue::Ticket;
use crate::sam::Error;

/// The kinds of job; of each, only the newest request is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    Model,
    Encoding,
    /// Encoding of a photo that is not open yet.
    Ahead,
    Prompt,
    /// The preview of a prompt.
    Preview,
    Everything,
    Comparison,
    /// Proposals for a photo of a batch.
    Batch,
    /// Finding objects by their shape in another photo.
    Shapes,
    /// Following objects through a sequence.
    Following,
}

/// Whether a job has more steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    More,
    Done,
}

/// A job: its request and its progress.
pub(super) trait Job: Send {
    /// The photo whose embedding it needs.
    fn photo(&self) -> Option<&PhotoRef> {
        None
    }

    /// Runs one step of the work and reports the results. Other jobs may run before the next step.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the ticket was cancelled, or a failure; the worker reports either, and no step
    /// follows.
    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error>;
}
