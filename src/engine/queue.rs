//! The order of work: which request replaces, overtakes or cancels which.
//!
//! - Only the newest request of each kind of job counts: [`Tickets`] cancels the previous one, whether it is
//!   waiting or running. A cancelled request is reported as such and does nothing.
//! - Requests are served in order of arrival. Between two steps of a job, [`precedence`] decides which of
//!   them are served before the job continues, and whether it continues at all.
//! - Settings are applied immediately.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, TryRecvError};

use super::context::Context;
use super::jobs::{Job, JobKind};
use super::messages::PhotoRef;
use crate::sam::Monitor;

/// Identifies a request and tells whether its answer is still wanted.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub kind: JobKind,
    pub number: u64,
    cancelled: Arc<AtomicBool>,
}

impl Ticket {
    /// Whether the request was cancelled or replaced by a newer one of its kind.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Monitor for Ticket {
    fn cancelled(&self) -> bool {
        self.is_cancelled()
    }
}

/// Issues tickets; only the newest of each kind is valid.
#[derive(Default)]
pub(super) struct Tickets(Mutex<Issued>);

#[derive(Default)]
struct Issued {
    newest: HashMap<JobKind, Ticket>,
    last_number: u64,
}

impl Tickets {
    /// A new ticket; the previous one of this kind is cancelled.
    pub fn issue(&self, kind: JobKind) -> Ticket {
        let mut issued = self.lock();
        issued.last_number += 1;
        let ticket = Ticket { kind, number: issued.last_number, cancelled: Arc::default() };
        if let Some(former) = issued.newest.insert(kind, ticket.clone()) {
            former.cancel();
        }
        ticket
    }

    /// Cancels the newest ticket of a kind.
    pub fn cancel(&self, kind: JobKind) {
        if let Some(ticket) = self.lock().newest.remove(&kind) {
            ticket.cancel();
        }
    }

    /// Cancels all tickets.
    pub fn cancel_all(&self) {
        self.lock().newest.drain().for_each(|(_, ticket)| ticket.cancel());
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change of the context that takes almost no time.
pub(super) type Setting = Box<dyn FnOnce(&mut Context) + Send>;

/// A request to the worker.
pub(super) enum Request {
    Job(Ticket, Box<dyn Job>),
    Setting(Setting),
}

/// What the worker does next.
pub(super) enum Next {
    /// Serve this request before the current job continues.
    Serve(Request),
    /// Run the next step of the current job.
    Continue,
    /// Cancel the current job.
    End,
}

/// The state of the embedding that a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    InMemory,
    /// The current job is encoding the same photo.
    UnderWay,
    /// It does not exist, or none is needed.
    Missing,
}

/// The effect of a request on the current job.
#[derive(Debug, PartialEq, Eq)]
enum Precedence {
    /// The request is served between two steps of the job.
    Overtakes,
    Waits,
    /// The job is cancelled.
    Ends,
}

/// The effect of a request of the kind `asked` on a job of the kind `running`.
fn precedence(running: JobKind, asked: JobKind, readiness: Readiness) -> Precedence {
    use JobKind::{
        Ahead, Batch, Comparison, Encoding, Everything, Following, Model, Preview, Prompt, Shapes,
    };
    let is_click = matches!(asked, Prompt | Preview | Encoding);
    let needs_no_encoding = match readiness {
        Readiness::InMemory => is_click,
        // It continues the encoding.
        Readiness::UnderWay => asked == Encoding,
        Readiness::Missing => false,
    };
    match running {
        // They take a single step.
        Model | Prompt | Preview => Precedence::Waits,
        Encoding if needs_no_encoding => Precedence::Overtakes,
        Encoding => Precedence::Waits,
        // Nobody waits for it: it only runs when idle.
        Ahead if needs_no_encoding => Precedence::Overtakes,
        Ahead if matches!(asked, Batch | Following) => Precedence::Waits,
        Ahead => Precedence::Ends,
        // They take so long that a click may interrupt them with an encoding.
        Everything | Comparison | Shapes if is_click => Precedence::Overtakes,
        Everything | Comparison | Shapes => Precedence::Waits,
        // They run behind whatever the user does.
        Batch | Following if matches!(asked, Batch | Following) => Precedence::Waits,
        Batch | Following => Precedence::Overtakes,
    }
}

/// Pending requests.
pub(super) struct Queue {
    incoming: Receiver<Request>,
    waiting: VecDeque<Request>,
}

impl Queue {
    pub fn new(incoming: Receiver<Request>) -> Self {
        Self { incoming, waiting: VecDeque::new() }
    }

    /// What to do next while a job of the kind `running` is in progress; without a job, waits for a request.
    /// `None` if the handle was dropped.
    pub fn next(
        &mut self,
        running: Option<JobKind>,
        mut readiness: impl FnMut(&PhotoRef) -> Readiness,
    ) -> Option<Next> {
        self.receive(running.is_none())?;
        let Some(running) = running else { return self.waiting.pop_front().map(Next::Serve) };
        let mut position = 0;
        while let Some(request) = self.waiting.get(position) {
            let precedence = match request {
                Request::Setting(_) => Precedence::Overtakes,
                Request::Job(ticket, _) if ticket.is_cancelled() => Precedence::Overtakes,
                Request::Job(ticket, job) => {
                    precedence(running, ticket.kind, job.photo().map_or(Readiness::Missing, &mut readiness))
                }
            };
            match precedence {
                Precedence::Overtakes => return self.waiting.remove(position).map(Next::Serve),
                Precedence::Ends => return Some(Next::End),
                Precedence::Waits => position += 1,
            }
        }
        Some(Next::Continue)
    }

    /// Collects new requests; `None` if the handle was dropped.
    fn receive(&mut self, may_wait: bool) -> Option<()> {
        if may_wait && self.waiting.is_empty() {
            self.waiting.push_back(self.incoming.recv().ok()?);
        }
        loop {
            match self.incoming.try_recv() {
                Ok(request) => self.waiting.push_back(request),
                Err(TryRecvError::Empty) => return Some(()),
                Err(TryRecvError::Disconnected) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::jobs::Step;
    use crate::sam::Error;

    const KINDS: [JobKind; 10] = [
        JobKind::Model,
        JobKind::Encoding,
        JobKind::Ahead,
        JobKind::Prompt,
        JobKind::Preview,
        JobKind::Everything,
        JobKind::Comparison,
        JobKind::Batch,
        JobKind::Following,
        JobKind::Shapes,
    ];

    struct About(PhotoRef);

    impl About {
        fn photo(id: u64) -> Self {
            Self(PhotoRef { id, pixels: Arc::default(), part: None })
        }
    }

    impl Job for About {
        fn photo(&self) -> Option<&PhotoRef> {
            Some(&self.0)
        }

        fn step(&mut self, _: &Ticket, _: &mut Context) -> Result<Step, Error> {
            Ok(Step::Done)
        }
    }

    /// What to do next while a job is under way, after these requests: kinds and photos, of which 1 is in memory and
    /// 2 is being encoded.
    fn next(running: JobKind, asked: &[(JobKind, u64)]) -> String {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let tickets = Tickets::default();
        for (kind, photo) in asked {
            let request = Request::Job(tickets.issue(*kind), Box::new(About::photo(*photo)));
            sender.send(request).unwrap();
        }
        let readiness = |photo: &PhotoRef| match photo.id {
            1 => Readiness::InMemory,
            2 => Readiness::UnderWay,
            _ => Readiness::Missing,
        };
        match Queue::new(receiver).next(Some(running), readiness) {
            Some(Next::Serve(Request::Job(ticket, _))) => format!("{:?} {}", ticket.kind, ticket.number),
            Some(Next::Serve(Request::Setting(_))) => "setting".into(),
            Some(Next::Continue) => "continue".into(),
            Some(Next::End) => "end".into(),
            None => "closed".into(),
        }
    }

    #[test]
    fn clicks_overtake_everything_mode_and_all_else_waits_for_it() {
        use JobKind::{Ahead, Comparison, Encoding, Everything, Model, Preview, Prompt};
        for running in [Everything, Comparison] {
            assert_eq!(next(running, &[(Model, 3), (Ahead, 3), (Prompt, 3)]), "Prompt 3");
            assert_eq!(next(running, &[(Preview, 1), (Encoding, 3)]), "Preview 1");
            assert_eq!(next(running, &[(Model, 3), (Ahead, 3)]), "continue");
        }
    }

    #[test]
    fn encoding_ahead_ends_for_all_that_cannot_be_answered_at_once() {
        use JobKind::{Ahead, Encoding, Everything, Preview, Prompt};
        assert_eq!(next(Ahead, &[(Prompt, 1), (Everything, 1)]), "Prompt 1");
        assert_eq!(next(Ahead, &[(Encoding, 2)]), "Encoding 1", "it takes over");
        assert_eq!(next(Ahead, &[(Preview, 2)]), "end");
        assert_eq!(next(Ahead, &[(Everything, 1), (Prompt, 1)]), "end");
        assert_eq!(next(Encoding, &[(Everything, 1), (Prompt, 3), (Preview, 1)]), "Preview 3");
        assert_eq!(next(Encoding, &[(Encoding, 3)]), "continue", "the old one ends by its ticket");
    }

    #[test]
    fn batches_and_following_run_behind_everything_else() {
        const BEHIND: [JobKind; 2] = [JobKind::Batch, JobKind::Following];
        for behind in BEHIND {
            for kind in KINDS.into_iter().filter(|kind| !BEHIND.contains(kind)) {
                assert_eq!(next(behind, &[(kind, 3)]), format!("{kind:?} 1"));
                assert_eq!(next(kind, &[(behind, 1)]), "continue");
            }
            assert_eq!(next(behind, &BEHIND.map(|kind| (kind, 1))), "continue");
        }
    }

    #[test]
    fn nothing_overtakes_what_takes_a_single_step() {
        for running in [JobKind::Model, JobKind::Prompt, JobKind::Preview] {
            let all = KINDS.map(|kind| (kind, 1));
            assert_eq!(next(running, &all), "continue");
        }
    }

    #[test]
    fn of_each_kind_the_newest_counts() {
        let tickets = Tickets::default();
        let [first, other, second] =
            [JobKind::Prompt, JobKind::Preview, JobKind::Prompt].map(|kind| tickets.issue(kind));
        assert_eq!([&first, &other, &second].map(Ticket::is_cancelled), [true, false, false]);
        tickets.cancel(JobKind::Prompt);
        assert_eq!([&other, &second].map(Ticket::is_cancelled), [false, true]);
        tickets.cancel_all();
        assert!(other.is_cancelled());
        assert_eq!(next(JobKind::Model, &[(JobKind::Everything, 1); 2]), "Everything 1", "to be reported");
    }

    #[test]
    fn settings_wait_for_nothing_and_a_closed_queue_ends() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut queue = Queue::new(receiver);
        let waits = Request::Job(Tickets::default().issue(JobKind::Model), Box::new(About::photo(1)));
        sender.send(waits).unwrap();
        sender.send(Request::Setting(Box::new(|_| {}))).unwrap();
        let mut next = |running| queue.next(running, |_| Readiness::Missing);
        assert!(matches!(next(Some(JobKind::Everything)), Some(Next::Serve(Request::Setting(_)))));
        assert!(matches!(next(Some(JobKind::Everything)), Some(Next::Continue)));
        assert!(matches!(next(None), Some(Next::Serve(Request::Job(..)))));
        drop(sender);
        assert!(next(None).is_none());
    }
}
