//! Batches over the photos of the folder: what to do next, and where the results go.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::batch_question::BatchQuestion;
use super::messages::first_few;
use super::models;
use super::shell::Tinsel;
use super::state::{BatchPhoto, BatchWork, Results};
use super::tasks::{OpenedBoxes, Prepared, SavedProposals, Selection};
use super::texts::{batch as texts, messages};
use crate::annotation::{Annotation, Proposal};
use crate::engine::{JobKind, PhotoRef, ProposedMask, Wanted};
use crate::files::drawing::largest_first;
use crate::files::import::Imported;
use crate::files::name_of;

impl Tinsel {
    /// Begins a batch over the photos of the window, unless one is running.
    pub(super) fn start_batch(&mut self, work: BatchWork) {
        if self.batch.is_running() {
            return self.messages.news(texts::running());
        }
        let photos = self.workspace.photos.clone();
        let masks: HashMap<PathBuf, usize> = self
            .workspace
            .paths()
            .filter_map(|path| Some((path.clone(), self.workspace.masks_of(path)?)))
            .collect();
        self.tasks.select_for_batch(photos, masks, work);
    }

    /// The photos of a batch are known.
    pub(super) fn batch_selected(&mut self, Selection { work, photos, skipped }: Selection) {
        if self.batch.is_running() {
            return self.messages.news(texts::running());
        }
        let skipped = if matches!(work, BatchWork::Everything { .. }) { skipped } else { 0 };
        match photos.is_empty() {
            true => self.messages.news(texts::ended(0, 0, skipped, 0)),
            false => self.batch.start(photos, work),
        }
    }

    pub(super) fn stop_batch(&mut self) {
        self.batch.stop();
        self.engine.cancel(JobKind::Batch);
    }

    /// Does what is next: reads a photo, adds proposals to a photo, or reports the end.
    pub(super) fn follow_batch(&mut self) {
        if !self.batch.is_running() {
            return;
        }
        self.add_proposals();
        if let Some(results) = self.batch.receive() {
            return self.report_batch(results);
        }
        if self.model.is_loaded()
            && !self.model.is_loading()
            && let Some((path, work)) = self.batch.next()
        {
            self.tasks.prepare(path, work);
        }
    }

    /// A photo of the batch has been read, or why not.
    pub(super) fn batch_prepared(&mut self, prepared: Result<Prepared, String>) {
        let Prepared { photo, problems } = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return self.batch.failed(error),
        };
        problems.into_iter().for_each(|problem| self.batch.tell(problem));
        let Some(mut photo) = photo else { return self.batch.skip() };
        let (path, size) = (&photo.photo.path, photo.photo.pixels.dimensions());
        let id = self.workspace.id_at(path, size);
        // The document may be ahead of the file.
        if let Some(document) = id.and_then(|id| self.workspace.document_of(id)) {
            let count = photo.boxes.len();
            photo.boxes.retain(|wanted| !document.has_mask_of(wanted.bbox));
            if count > 0 && photo.boxes.is_empty() {
                return self.batch.skip();
            }
        }
        let Some(work) = self.batch.work().cloned() else { return };
        let engine = &self.engine;
        self.batch.asked(photo, |BatchPhoto { photo, boxes }| {
            let wanted = match work {
                BatchWork::Everything { how, .. } => Wanted::Everything(how),
                BatchWork::Boxes { .. } => Wanted::Boxes(boxes.iter().map(|wanted| wanted.bbox).collect()),
            };
            // The answer is found again by its number.
            engine.propose(PhotoRef { id: 0, pixels: photo.pixels.clone(), part: None }, wanted)
        });
    }

    /// The network has made masks for a photo of the batch.
    pub(super) fn batch_answered(&mut self, number: u64, model: &str, masks: Vec<ProposedMask>) {
        let model = models::display_name(model, &self.settings.models_url);
        let name = model.clone();
        let mut without_object = None;
        self.batch.answered(number, model, |photo| {
            let failed = photo.boxes.len().saturating_sub(masks.len());
            without_object = (failed > 0).then(|| texts::no_object(&name_of(&photo.photo.path), failed));
            annotated(photo, masks, &name)
        });
        without_object.into_iter().for_each(|problem| self.batch.tell(problem));
    }

    /// The network has failed at a photo of the batch; the next one may be better.
    pub(super) fn batch_failed(&mut self, number: u64, message: &str) {
        let path = self.batch.path().map(name_of);
        if self.batch.ended(number) {
            let name = path.unwrap_or_default();
            self.batch.tell(messages::failed(&name, message));
        }
    }

    /// Adds proposals to the work on their photo: in the window if it is there, else in its session.
    fn add_proposals(&mut self) {
        let Some((photo, proposals, model)) = self.batch.proposals() else { return };
        let path = &photo.path;
        // What is being opened has been read already, or is about to be.
        if self.workspace.is_opening(path) {
            return;
        }
        if let Some(id) = self.workspace.id_at(path, photo.pixels.dimensions()) {
            let masks = self.workspace.document_with(id).map(|document| document.missing(proposals.to_vec()));
            let imported = Imported { masks: masks.unwrap_or_default(), ..Imported::default() };
            let (count, _) = self.add_masks(id, imported);
            return self.batch.done(count);
        }
        if self.workspace.paths().any(|known| known == path) {
            let problem = texts::changed(&name_of(path));
            return self.batch.failed(problem);
        }
        let end = self.tasks.save_proposals(photo.clone(), proposals.to_vec(), model.to_owned());
        self.batch.saving(end);
    }

    /// Proposals were added to the session of a photo.
    pub(super) fn proposals_saved(&mut self, path: &Path, result: Result<SavedProposals, String>) {
        self.panels.filmstrip.forget(&[path.to_path_buf()]);
        match result {
            Ok(SavedProposals { new, masks, notices }) => {
                self.photo_states.count([(path.to_path_buf(), masks)]);
                notices.into_iter().for_each(|notice| self.batch.tell(notice));
                self.batch.done(new);
            }
            Err(error) => self.batch.failed(error),
        }
    }

    fn report_batch(&mut self, results: Results) {
        let Results { photos, masks, skipped, problems, remaining } = results;
        let text = texts::ended(masks, photos, skipped, remaining);
        match problems.is_empty() {
            true => self.messages.news(text),
            false => self.messages.error(texts::with_problems(&text, &first_few(problems))),
        }
    }

    /// Files with boxes have been read; asks what to do with them.
    pub(super) fn boxes_opened(&mut self, opened: Result<Option<OpenedBoxes>, String>) {
        match opened {
            Ok(None) => {}
            Ok(Some(boxes)) if boxes.covered == 0 => self.messages.error(texts::none_covered()),
            Ok(Some(boxes)) => self.batch_question = Some(BatchQuestion::boxes(boxes)),
            Err(error) => self.messages.error(error),
        }
    }
}

/// The network's answer as proposals, the largest at the bottom.
fn annotated(photo: &BatchPhoto, masks: Vec<ProposedMask>, model: &str) -> Vec<Annotation> {
    let annotation = |proposed: ProposedMask| {
        let ProposedMask { mask, predicted_iou, stability_score, of_box } = proposed;
        match of_box.and_then(|index| photo.boxes.get(index)) {
            Some(wanted) => wanted.proposal(mask, [predicted_iou, stability_score], model),
            None => Annotation {
                predicted_iou: Some(predicted_iou),
                stability_score: Some(stability_score),
                model: Some(model.into()),
                proposal: Some(Proposal::default()),
                ..Annotation::new("", mask)
            },
        }
    };
    let mut proposals: Vec<Annotation> = masks.into_iter().map(annotation).collect();
    largest_first(&mut proposals);
    proposals
}
