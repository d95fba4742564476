//! Planning exports and writing them.

use std::sync::Arc;

use super::{Kind, Outcome, Tasks};
use crate::app::export_task::{ExportJob, Progress};
use crate::app::sequence_export::SequenceExport;

impl Tasks {
    /// Finds out what an export would do.
    pub fn plan_export(&mut self, job: ExportJob) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let own = progress.clone();
        self.spawn(Kind::PlanningExport, move || Outcome::Planned(job.plan(&own)));
        progress
    }

    pub fn export_sequence(&mut self, job: SequenceExport) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let (own, ctx) = (progress.clone(), self.ctx.clone());
        self.spawn(Kind::Exporting, move || {
            let result = job.write(&own, || ctx.request_repaint());
            Outcome::ExportedSequence { folder: job.folder, result }
        });
        progress
    }

    pub fn export(&mut self, job: ExportJob) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let (own, ctx) = (progress.clone(), self.ctx.clone());
        self.spawn(Kind::Exporting, move || {
            let result = job.write(&own, || ctx.request_repaint());
            Outcome::Exported { folder: job.folder, result }
        });
        progress
    }
}
