//! Work that runs to its end.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, bounded};
use egui::Context;

use crate::app::texts::messages;

/// Work on a thread of its own. Dropping the handle asks it to stop; nobody waits for that.
pub(in crate::app) struct Task<T> {
    outcome: Receiver<Result<T, Panicked>>,
    stop: Arc<AtomicBool>,
}

/// The work panicked; the log says where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(messages::stopped())
    }
}

impl<T: Send + 'static> Task<T> {
    /// Starts work, which may look at the flag to learn that it is to stop. The window is repainted when it has
    /// ended.
    pub fn start(ctx: &Context, work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> Self {
        let (sender, outcome) = bounded(1);
        let (stop, ctx) = (Arc::new(AtomicBool::new(false)), ctx.clone());
        let stopped = stop.clone();
        std::thread::spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&stopped))).map_err(|_| Panicked);
            // The handle may be gone; then nobody needs the outcome.
            let _ = sender.send(outcome);
            ctx.request_repaint();
        });
        Self { outcome, stop }
    }

    /// What came of it, once; `None` while it runs.
    pub fn outcome(&self) -> Option<Result<T, Panicked>> {
        self.outcome.try_recv().ok()
    }

    /// Whether the outcome waits to be taken.
    pub fn has_ended(&self) -> bool {
        !self.outcome.is_empty()
    }
}

impl<T> Task<T> {
    /// Asks the work to stop; its outcome still comes.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_outcome_comes_once_and_a_panic_is_one() {
        let ctx = Context::default();
        let (good, bad) = (Task::start(&ctx, |_| 7), Task::<()>::start(&ctx, |_| panic!("on purpose")));
        while !good.has_ended() || !bad.has_ended() {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!((good.outcome(), good.outcome()), (Some(Ok(7)), None));
        assert_eq!(bad.outcome(), Some(Err(Panicked)));
    }

    #[test]
    fn dropping_the_handle_stops_the_work() {
        let (sender, stopped) = bounded(1);
        let task = Task::start(&Context::default(), move |stop| {
            while !stop.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).unwrap();
        });
        drop(task);
        assert_eq!(stopped.recv_timeout(Duration::from_secs(20)), Ok(()));
    }
}
