//! The download of a model.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use egui::Context;

use super::task::{Panicked, Task};
use crate::models::{DownloadError, Entry, Options, Progress, Store, download};

/// A download under way.
pub(in crate::app) struct Download {
    pub entry: &'static Entry,
    progress: Arc<Mutex<Option<Progress>>>,
    task: Task<Result<PathBuf, DownloadError>>,
}

impl Download {
    pub fn start(entry: &'static Entry, store: Store, ctx: &Context) -> Self {
        let progress = Arc::<Mutex<Option<Progress>>>::default();
        let (newest, waker) = (progress.clone(), ctx.clone());
        let task = Task::start(ctx, move |stop| {
            let mut report = |now| {
                *newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
                waker.request_repaint();
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            download(&store, entry, &Options::default(), &mut report)
        });
        Self { entry, progress, task }
    }

    /// How far it is; `None` before the first bytes.
    pub fn progress(&self) -> Option<Progress> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops it; what has arrived is kept, and the next download resumes from there.
    pub fn stop(&self) {
        self.task.stop();
    }

    /// The file, or why there is none; once, when it has ended.
    pub fn outcome(&self) -> Option<Result<Result<PathBuf, DownloadError>, Panicked>> {
        self.task.outcome()
    }
}
