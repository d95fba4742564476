//! The newest run of everything mode, and the filters on what it found.

use crate::app::everything_run::EverythingRun;
use crate::document::{Document, Edit};
use crate::engine::{Engine, FilterTask, PhotoRef};
use crate::everything::{Filters, FoundMask, Parameters};

pub(in crate::app) struct Everything {
    run: Option<EverythingRun>,
    filter_task: FilterTask,
}

/// What the filters leave, on its way into a document.
pub(in crate::app) struct FilterChange {
    pub run: u64,
    pub photo: u64,
    pub edit: Edit,
}

impl Everything {
    pub fn new(ctx: egui::Context) -> Self {
        Self { run: None, filter_task: FilterTask::start(move || ctx.request_repaint()) }
    }

    /// Searches a photo, or its region. What is found is kept with the lowest thresholds that filters can go
    /// back to.
    pub fn start(&mut self, photo: PhotoRef, model: Option<&str>, wanted: &Parameters, engine: &Engine) {
        let searched = wanted.permissive();
        let number = engine.segment_everything(photo.clone(), searched);
        self.run = Some(EverythingRun::new(number, &photo, model, searched, wanted.into()));
    }

    /// The run on a photo, under way or ended.
    pub fn on(&self, photo: u64) -> Option<&EverythingRun> {
        self.run.as_ref().filter(|run| run.photo == photo)
    }

    /// Whether points are still being searched.
    pub fn is_searching(&self) -> bool {
        self.run.as_ref().is_some_and(EverythingRun::is_searching)
    }

    /// Whether masks are on their way into the document.
    pub fn is_pending(&self) -> bool {
        self.run.as_ref().is_some_and(EverythingRun::is_pending)
    }

    /// What the status bar says of a search under way, and the share of points done in [0, 1].
    pub fn status(&self) -> Option<(String, f32)> {
        self.run.as_ref()?.status()
    }

    pub fn set_filters(&mut self, filters: Filters) {
        if let Some(run) = &mut self.run {
            run.set_filters(filters, &mut self.filter_task);
        }
    }

    /// Puts what the filters leave into the document as soon as it is known.
    pub fn apply_filters(&mut self) {
        if let Some(run) = &mut self.run {
            run.commit(&mut self.filter_task);
        }
    }

    /// Moves the sliders to where undo or redo has put the masks.
    pub fn follow(&mut self, document: &Document) {
        let Some(sifting) = document.sifting() else { return };
        if let Some(run) = self.run.as_mut().filter(|run| run.number == sifting.run) {
            run.filters = sifting.filters;
        }
    }

    /// Takes in what a batch of points has found.
    pub fn add(&mut self, number: u64, masks: Vec<FoundMask>, points: (usize, usize)) {
        if let Some(run) = self.run.as_mut().filter(|run| run.number == number) {
            run.add(masks, points, &mut self.filter_task);
        }
    }

    /// The search has ended; returns whether it was that of the newest run.
    pub fn done(&mut self, number: u64) -> bool {
        let run = self.run.as_mut().filter(|run| run.number == number);
        run.map(|run| run.end(&mut self.filter_task)).is_some()
    }

    /// The search came to nothing; what was found before is worth keeping. Returns whether it was that of the
    /// newest run.
    pub fn ended(&mut self, number: u64) -> bool {
        let has_found = self.run.as_ref().is_some_and(|run| run.found() > 0);
        if has_found {
            return self.done(number);
        }
        self.run.take_if(|run| run.number == number).is_some()
    }

    /// Takes in what the filters leave; returns the change of a document, if one is due.
    pub fn receive(&mut self) -> Option<FilterChange> {
        let filtered = self.filter_task.newest()?;
        let run = self.run.as_mut()?;
        let edit = run.receive(filtered)?;
        Some(FilterChange { run: run.number, photo: run.photo, edit })
    }
}
