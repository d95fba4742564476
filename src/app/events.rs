//! What the engine, the tasks, the sessions and a download report, received at the beginning of a frame.

use std::path::PathBuf;
use std::sync::Arc;

use super::export_task::Written;
use super::import_question::ImportQuestion;
use super::messages::first_few;
use super::models;
use super::sequence_export::{Ended, Failure};
use super::settings::Tool;
use super::shell::Tinsel;
use super::state::{Asker, FilterChange};
use super::tasks::{Kind, Outcome};
use super::texts::{self, jobs, messages};
use crate::document::{Edit, MaskItem};
use crate::engine::{CandidateMask, Event, JobKind, ModelSource};
use crate::files::WriteError;

impl Tinsel {
    pub(super) fn receive(&mut self) {
        let events: Vec<Event> = self.engine.events().collect();
        events.into_iter().for_each(|event| self.receive_event(event));
        while let Some(outcome) = self.tasks.next() {
            self.receive_outcome(outcome);
        }
        self.picture.receive(self.workspace.open.as_mut());
        let warnings = self.last_save.receive(&mut self.sessions);
        warnings.into_iter().for_each(|warning| self.messages.error(warning));
        self.panels.recent.receive();
        self.follow_work();
        self.let_go_of_photos();
        self.continue_after_saving();
        self.follow_batch();
        self.follow_sequence();
        if let Some(change) = self.everything.receive() {
            self.receive_filtered(change);
        }
        match self.model.choice.receive() {
            Some(Ok(file)) => self.load_model(ModelSource::file(file)),
            Some(Err(error)) => self.messages.error(error),
            None => {}
        }
    }

    /// Puts what the filters of a run leave into its document.
    fn receive_filtered(&mut self, FilterChange { run, photo, edit }: FilterChange) {
        let Some(document) = self.workspace.document_of(photo) else { return };
        let first = document.sifting().is_none_or(|sifting| sifting.run != run);
        document.apply(edit);
        let found = !document.masks().is_empty();
        let shown = self.workspace.open.as_ref().is_some_and(|open| open.id == photo);
        if first && !found {
            self.messages.news(texts::everything::no_mask_passed());
        } else if first && shown && self.workspace.document.prompting().is_empty() {
            self.stage.tool = Tool::Select;
        }
    }

    fn receive_event(&mut self, event: Event) {
        match event {
            Event::ModelLoaded { name, seconds, everything, input_side, remembers } => {
                self.model.remembers = remembers;
                self.timing = texts::status::model_loaded(seconds);
                self.model.loaded(&name, input_side, everything, &mut self.settings);
                self.comparing.offer(&models::to_remember(&name));
                self.prompt.inquiry.forget();
                self.encoding.ahead.forget_encoding();
                self.encode();
            }
            Event::Progress { job: JobKind::Encoding, fraction } => self.encoding.progress(fraction),
            Event::Progress { job: JobKind::Comparison, fraction } => {
                self.encoding.end();
                self.comparing.progress(fraction);
            }
            Event::Progress { job: JobKind::Batch, fraction } => self.batch.progress(fraction),
            Event::Progress { job: JobKind::Shapes, fraction } => {
                self.encoding.end();
                self.clipboard.progress(fraction);
            }
            Event::Progress { job: JobKind::Following, fraction } => self.following_progress(fraction),
            Event::Progress { .. } => {}
            Event::ShapesFound { number, photo, masks, seconds } => {
                self.timing = texts::status::mask_computed(seconds);
                self.encoding.end();
                self.shapes_found(number, photo, masks);
            }
            Event::FollowingBegun { number, frames, .. } => self.following_begun(number, frames),
            Event::Followed { number, tracked } => self.followed(number, tracked),
            Event::FollowingProblem { number, message } => self.following_problem(number, message),
            Event::FollowingDone { number } => self.following_ended(number, true),
            Event::Proposed { number, model, masks } => self.batch_answered(number, &model, masks),
            Event::Failed { job: JobKind::Batch, number, message, .. } => self.batch_failed(number, &message),
            Event::Compared { number, photo, masks, comparison, seconds } => {
                self.encoding.end();
                let ctx = self.tasks.ctx();
                self.comparing.receive(ctx, (number, photo), masks, &comparison, seconds);
                if self.workspace.open.as_ref().is_some_and(|open| open.id != photo) {
                    self.messages.news(messages::comparison_ready());
                }
            }
            Event::Encoded { photo, seconds } => {
                self.encoding.encoded(photo);
                if seconds > 0.0 {
                    self.timing = texts::status::photo_encoded(seconds);
                }
            }
            Event::EncodedAhead { number } => self.encoding.ahead.encoded(number),
            Event::Cancelled { job: JobKind::Ahead, number } => self.encoding.ahead.interrupted(number),
            // Opening the photo will say why.
            Event::Failed { job: JobKind::Ahead, number, .. } => self.encoding.ahead.failed(number),
            Event::EmbeddingsKept { bytes } => self.encoding.kept(bytes),
            Event::Predicted { number, candidates, suggested, seconds, .. } => {
                match self.prompt.asker(number) {
                    Asker::Preview => self.prompt.preview.receive(number, candidates, suggested),
                    Asker::Inquiry => self.receive_answer(number, candidates, suggested, seconds),
                }
            }
            Event::Found { number, masks, points_done, points_total, .. } => {
                self.encoding.end();
                self.everything.add(number, masks, (points_done, points_total));
            }
            Event::EverythingDone { number, complete, seconds, .. } => {
                if self.everything.done(number) {
                    self.timing = texts::everything::ended(complete, seconds);
                }
            }
            // The pointer has moved on, or the prompt itself will report what is wrong.
            Event::Cancelled { job: JobKind::Preview, number }
            | Event::Failed { job: JobKind::Preview, number, .. } => {
                self.prompt.preview.give_up(number);
            }
            Event::Cancelled { job, number } => self.ended(job, number),
            Event::Failed { job, number, message, panicked } => {
                self.ended(job, number);
                let message = messages::failed(jobs::job(job), &message);
                match panicked {
                    true => self.messages.internal_error(message),
                    false => self.messages.error(message),
                }
            }
        }
    }

    /// Takes in the answer to the prompt.
    fn receive_answer(
        &mut self,
        number: u64,
        candidates: Vec<CandidateMask>,
        suggested: usize,
        seconds: f32,
    ) {
        self.timing = texts::status::mask_computed(seconds);
        self.encoding.end();
        let inquiry = &mut self.prompt.inquiry;
        inquiry.receive(number, candidates, suggested);
        if inquiry.accept_when_ready && !inquiry.is_pending() {
            let is_done = inquiry.done_when_accepted;
            self.accept();
            if is_done {
                self.mark_done();
            }
        }
    }

    /// Reports what was exported.
    fn exported(&mut self, folder: PathBuf, result: Result<Written, WriteError>) {
        self.export.ended(result.is_ok());
        let written = match result {
            Ok(written) => written,
            Err(error) => return self.messages.error(error.to_string()),
        };
        let Written { files, photos, .. } = written;
        let text = match (&written.file, files) {
            _ if written.cancelled => texts::export::cancelled(files, photos, &folder),
            (Some(file), 1) => texts::export::saved_file(file),
            _ if photos > 1 => texts::export::saved_files_of(files, photos, &folder),
            _ => texts::export::saved_files(files, &folder),
        };
        self.messages.written(text, written.file.unwrap_or_else(|| folder.clone()));
        if !written.problems.is_empty() {
            self.messages.error(texts::export::skipped(&first_few(written.problems)));
        }
        // Settings are kept as text, which not every path is.
        self.settings.export_folder = folder.to_str().is_some().then_some(folder);
    }

    /// Reports what was exported of a sequence.
    fn sequence_exported(&mut self, folder: PathBuf, result: Result<Ended, Failure>) {
        self.sequence_export.ended(&result);
        match result {
            Ok(Ended::Written { files, objects }) => {
                self.messages.written(texts::sequence::exported(objects, files, &folder), folder.clone());
                // Settings are kept as text, which not every path is.
                self.settings.export_folder = folder.to_str().is_some().then_some(folder);
            }
            Ok(Ended::NoObjects) => self.messages.news(texts::sequence::nothing_to_export()),
            Ok(Ended::Cancelled) => self.messages.news(texts::sequence::cancelled()),
            // The window says so, and what to do.
            Err(Failure::Exists(_)) => {}
            Err(Failure::Other(error)) => self.messages.error(error),
        }
    }

    /// Tidies up after a job that came to nothing, unless a newer one of its kind is under way.
    fn ended(&mut self, job: JobKind, number: u64) {
        match job {
            // A failed model leaves the previous one in place; without one the built-in serves.
            JobKind::Model => {
                if self.model.ended(number) {
                    self.load_model(ModelSource::built_in());
                }
            }
            JobKind::Encoding => self.encoding.ended(number),
            JobKind::Prompt => {
                self.prompt.inquiry.give_up(number);
                // The photo may have been encoded for this prompt's sake.
                if !self.prompt.inquiry.is_pending() {
                    self.encoding.end();
                }
            }
            JobKind::Preview | JobKind::Ahead => {}
            JobKind::Batch => drop(self.batch.ended(number)),
            JobKind::Following => self.following_ended(number, false),
            JobKind::Comparison => {
                self.comparing.give_up(number);
                self.encoding.end();
            }
            JobKind::Shapes => {
                self.clipboard.give_up(number);
                self.encoding.end();
            }
            JobKind::Everything => {
                if self.everything.ended(number) {
                    self.encoding.end();
                }
            }
        }
    }

    fn receive_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Picked(paths) if paths.is_empty() => {}
            Outcome::Picked(paths) => self.list(paths, None),
            Outcome::PickedModel(path) => {
                if let Some(path) = path {
                    self.load_model(ModelSource::file(path));
                }
            }
            Outcome::PickedComparedModel(side, file) => {
                if let Some(file) = file {
                    self.comparing.choose(side, &file);
                }
            }
            Outcome::PickedExportFolder(folder) => match folder {
                Some(folder) if self.sequence_export.open => self.sequence_export.folder = folder,
                Some(folder) => self.export.folder = folder,
                None => {}
            },
            Outcome::PickedSplitList(None) => {}
            Outcome::PickedSplitList(Some(Ok((file, list)))) => self.export.photo_choices.assign(file, list),
            Outcome::PickedSplitList(Some(Err(error))) => self.messages.error(error.to_string()),
            Outcome::Listed { request, photos, first, decoded, problems, masks } => {
                masks.into_iter().for_each(|(photo, imported)| self.imported(photo, imported));
                if !self.workspace.is_newest(request) {
                    return;
                }
                self.workspace.loading = false;
                problems.into_iter().for_each(|p| self.messages.error(p));
                if !photos.is_empty() {
                    self.workspace.set_photos(photos);
                    self.count_masks();
                    self.open_decoded(first, decoded);
                } else if self.workspace.asked.take().is_some() {
                    self.panels.recent.check(&self.settings.recent);
                }
            }
            Outcome::Decoded { path, decoded } => self.encoding.ahead.receive(&path, decoded),
            Outcome::Opened { request, .. } if !self.workspace.is_newest(request) => {}
            Outcome::Opened { result: Ok(photo), session, project, .. } => {
                self.show_photo(photo, session, project);
            }
            Outcome::ReadClasses(None) => {}
            Outcome::ReadClasses(Some(Ok(classes))) => self.import_classes(classes),
            Outcome::ReadClasses(Some(Err(error))) => self.messages.error(error),
            Outcome::Counted(counts) => self.photo_states.count(counts),
            Outcome::FoundEmpty(photo) => self.open_empty(photo),
            Outcome::ProjectSynced { folder, sent, result } => {
                if let Some(error) = self.projects.synced(&folder, &sent, result) {
                    self.messages.error(texts::photos::project_not_saved(&error));
                }
            }
            Outcome::Opened { result: Err(error), .. } => {
                self.workspace.loading = false;
                self.skip_unreadable_photo();
                match self.workspace.open {
                    Some(_) => self.messages.error(error.to_string()),
                    None => self.workspace.unreadable = Some(error.to_string()),
                }
            }
            Outcome::PickedSavingFolder(folder) => {
                if let Some(folder) = folder {
                    self.save_unsaved_in(&folder);
                }
            }
            Outcome::Planned(plan) => self.export.planned(plan),
            Outcome::Exported { folder, result } => self.exported(folder, result),
            Outcome::ShownInFolder(shown) => {
                if let Err(error) = shown {
                    self.messages.error(error);
                }
            }
            Outcome::ExportedSequence { folder, result } => self.sequence_exported(folder, result),
            Outcome::PickedMasks(file) => {
                if let Some(file) = file {
                    self.import_file(file);
                }
            }
            Outcome::HasMasksOf { file, photos } => {
                self.import_question = Some(ImportQuestion { file, photos });
            }
            Outcome::Imported { result: Err(error), .. } => self.messages.error(error.to_string()),
            Outcome::Imported { photo, result: Ok(imported) } => {
                self.imported(photo, imported);
            }
            Outcome::ReadAll(Ok((found, problems))) => {
                // Now, because photos may have been opened since it was asked for.
                let in_window = self.workspace.paths().cloned().collect();
                self.tasks.import_all(found, problems, in_window);
            }
            Outcome::ReadAll(Err(error)) | Outcome::ImportedAll(Err(error)) => self.messages.error(error),
            Outcome::ImportedAll(Ok((dataset, problems))) => self.import_dataset(dataset, problems),
            Outcome::Selected(selection) => self.batch_selected(selection),
            Outcome::Prepared(prepared) => self.batch_prepared(prepared),
            Outcome::SavedProposals { path, result } => self.proposals_saved(&path, result),
            Outcome::OpenedBoxes(opened) => self.boxes_opened(opened),
            Outcome::DroppedMasks(files) => files.into_iter().for_each(|file| self.import_file(file)),
            Outcome::FoundProposals(photos) => self.start_review(photos),
            Outcome::FoundTracks(found) => self.tracks_found(found),
            Outcome::FollowPrepared { step, start } => self.follow_prepared(step, start),
            Outcome::SavedTracks { number, frames } => self.tracks_saved(number, frames),
            Outcome::Copied(picture) => {
                self.tasks.ctx().copy_image(picture);
                self.messages.news(messages::copied());
            }
            Outcome::VerticesTraced { mask, polygon } => self.stage.vertices.traced(mask, polygon),
            Outcome::VerticesFilled { mask, filled } => self.vertices_filled(&mask, filled),
            Outcome::Fitted { photo, masks } => self.pasted(photo, masks),
            Outcome::Reshaped { photo, of, reshape } => {
                let Some(document) = self.workspace.document_of(photo) else { return };
                let is_same = |item: &Arc<MaskItem>| {
                    document
                        .mask(item.id)
                        .is_some_and(|now| Arc::ptr_eq(&now.annotation.mask, &item.annotation.mask))
                };
                let is_locked = of.iter().any(|item| item.locked);
                if reshape.is_empty() && is_locked {
                    self.messages.news(messages::one_selected_locked());
                } else if of.iter().all(is_same) {
                    document.apply(Edit::Reshape(reshape));
                } else {
                    self.messages.news(messages::masks_changed());
                }
            }
            Outcome::Saved(None) => {}
            Outcome::Saved(Some(Ok(file))) => {
                self.messages.written(texts::export::saved_file(&file), file);
            }
            Outcome::Saved(Some(Err(error))) => self.messages.error(error.to_string()),
            Outcome::Broken(kind, panicked) => {
                match kind {
                    Kind::Opening => self.workspace.loading = false,
                    Kind::PlanningExport => self.export.planned(None),
                    Kind::Exporting => {
                        self.export.ended(false);
                        self.sequence_export.ended(&Err(Failure::Other(String::new())));
                    }
                    Kind::SavingTracks => self.saving_tracks_broke(),
                    Kind::Preparing | Kind::SavingProposals => {
                        return self.batch.failed(panicked.to_string());
                    }
                    Kind::Dialog | Kind::Importing | Kind::FileManager | Kind::Other => {}
                }
                self.messages.internal_error(panicked.to_string());
            }
        }
    }
}
