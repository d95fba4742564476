//! What the worker, the background tasks and a download report.

use std::path::PathBuf;
use std::sync::Arc;

use super::Tinsel;
use crate::app::background::{Dataset, Outcome, Task};
use crate::app::everything_run::EverythingRun;
use crate::app::export_task::Written;
use crate::app::import_question::ImportQuestion;
use crate::app::models;
use crate::app::settings::Tool;
use crate::document::{Document, Edit, MaskItem};
use crate::engine::{Event, Filtered, JobKind, ModelSource};
use crate::files::WriteError;
use crate::files::import::{Imported, Problem};
use crate::files::session::{Loaded, Opened, SessionError, Work};
use crate::models::DownloadError;

impl Tinsel {
    pub(super) fn receive(&mut self) {
        let events: Vec<Event> = self.engine.events().collect();
        events.into_iter().for_each(|event| self.receive_event(event));
        while let Some(outcome) = self.background.next() {
            self.receive_outcome(outcome);
        }
        let notices = self.sessions.receive();
        notices.into_iter().for_each(|notice| self.messages.error(notice));
        let work = |id, document| work_on(id, document, self.run.as_ref(), self.model.as_deref());
        if let Some(open) = &self.workspace.open {
            self.sessions.follow(open.id, work(open.id, &self.workspace.document));
        }
        for (id, document) in self.workspace.left_documents() {
            self.sessions.follow(id, work(id, document));
        }
        self.go_on_after_saving();
        if let Some(filtered) = self.filter_task.newest() {
            self.receive_filtered(filtered);
        }
        match self.models.receive() {
            Some(Ok(file)) => self.load_model(ModelSource::file(file)),
            Some(Err(DownloadError::Cancelled)) | None => {}
            Some(Err(error)) => self.messages.error(error.to_string()),
        }
    }

    fn receive_filtered(&mut self, filtered: Filtered) {
        let Some(run) = &mut self.run else { return };
        let (number, photo) = (run.number, run.photo);
        let Some(edit) = run.receive(filtered) else { return };
        let Some(document) = self.workspace.document_of(photo) else { return };
        let first = document.sifting().is_none_or(|sifting| sifting.run != number);
        document.apply(edit);
        let found = !document.masks().is_empty();
        let shown = self.workspace.open.as_ref().is_some_and(|open| open.id == photo);
        if first && !found {
            self.messages.news("No mask passed the filters. Relax them in the list of masks.");
        } else if first && shown && self.workspace.document.prompting().is_empty() {
            self.tool = Tool::Select;
        }
    }

    fn receive_event(&mut self, event: Event) {
        match event {
            Event::ModelLoaded { name, seconds, everything, input_side } => {
                self.timing = format!("Model loaded in {seconds:.1} s");
                self.settings.model = Some(models::to_remember(&name));
                self.loading_model = false;
                self.models.loaded(&models::to_remember(&name), input_side);
                self.model = Some(models::display_name(&name, &self.settings.models_url));
                self.parameters = (everything, everything);
                self.comparing.offer(&models::to_remember(&name));
                self.inquiry.forget();
                self.ahead.forget_encoding();
                self.encode();
            }
            Event::Progress { job: JobKind::Encoding, fraction } => self.encoding = Some(fraction),
            Event::Progress { job: JobKind::Comparison, fraction } => {
                self.encoding = None;
                self.comparing.progress(fraction);
            }
            Event::Progress { .. } => {}
            Event::Compared { number, photo, masks, comparison, seconds } => {
                self.encoding = None;
                let ctx = self.background.ctx();
                self.comparing.receive(ctx, (number, photo), masks, &comparison, seconds);
                if self.workspace.open.as_ref().is_some_and(|open| open.id != photo) {
                    self.messages.news("The comparison is ready. Go back to its photo to see it.");
                }
            }
            Event::Encoded { photo, seconds } => {
                self.encoding = None;
                self.encoded_photo = Some(photo);
                if seconds > 0.0 {
                    self.timing = format!("Photo encoded in {seconds:.2} s");
                }
            }
            Event::EncodedAhead { number } => self.ahead.encoded(number),
            Event::Cancelled { job: JobKind::Ahead, number } => self.ahead.interrupted(number),
            // Opening the photo will tell.
            Event::Failed { job: JobKind::Ahead, number, .. } => self.ahead.failed(number),
            Event::EmbeddingsKept { bytes } => self.embeddings_kept = Some(bytes),
            Event::Predicted { number, ref candidates, suggested, .. }
                if self.preview.receive(number, candidates, suggested) => {}
            Event::Predicted { number, candidates, suggested, seconds, .. } => {
                self.timing = format!("Mask in {:.0} ms", seconds * 1000.0);
                self.encoding = None;
                self.inquiry.receive(number, candidates, suggested);
                if self.inquiry.accept_when_ready && !self.inquiry.is_pending() {
                    self.accept();
                }
            }
            Event::Found { number, masks, points_done, points_total, .. } => {
                self.encoding = None;
                if let Some(run) = self.run.as_mut().filter(|run| run.number == number) {
                    run.add(masks, (points_done, points_total), &mut self.filter_task);
                }
            }
            Event::EverythingDone { number, complete, seconds, .. } => {
                if let Some(run) = self.run.as_mut().filter(|run| run.number == number) {
                    run.end(&mut self.filter_task);
                    let ending =
                        if complete { "" } else { "; it was cancelled, what had been found is kept" };
                    self.timing = format!("Everything segmented in {seconds:.1} s{ending}");
                }
            }
            // The pointer has moved on, or the prompt itself will tell what is wrong.
            Event::Cancelled { job: JobKind::Preview, number }
            | Event::Failed { job: JobKind::Preview, number, .. } => {
                self.preview.give_up(number);
            }
            Event::Cancelled { job, number } => self.ended(job, number),
            Event::Failed { job, number, message } => {
                self.ended(job, number);
                self.messages.error(format!("{}: {message}", job.label()));
            }
        }
    }

    /// Tells how an import has ended.
    fn tell_imported(&mut self, word: String, problems: Vec<Problem>) {
        if problems.is_empty() {
            return self.messages.news(word);
        }
        let problems = problems.iter().map(|p| format!("{}: {}", p.place, p.what)).collect();
        self.messages.error(format!("{word}; left out or changed: {}", told(problems)));
    }

    /// Adds masks from a file to a photo in the window, and tells about them.
    fn imported(&mut self, photo: u64, imported: Imported) {
        let (masks, problems) = self.take_in(photo, imported);
        self.tell_imported(format!("{masks} masks imported"), problems);
    }

    /// Adds masks of several photos to those in the window, and tells about them and the others.
    fn take_in_all(&mut self, dataset: Dataset, mut problems: Vec<Problem>) {
        let Dataset { here, photos: elsewhere, mut masks } = dataset;
        let mut photos = elsewhere.len();
        self.filmstrip.forget(&elsewhere);
        for item in here {
            match self.workspace.id_at(&item.path, item.identity.size) {
                Some(id) => {
                    let (count, more) = self.take_in(id, item.imported);
                    masks += count;
                    photos += 1;
                    problems.extend(more);
                }
                None => problems.push(Problem {
                    place: item.path.display().to_string(),
                    what: "has changed meanwhile; left out".into(),
                }),
            }
        }
        self.tell_imported(format!("{masks} masks of {photos} photos imported"), problems);
    }

    /// Adds masks from a file, as one step of undo; returns how many, and what was left out.
    fn take_in(&mut self, photo: u64, imported: Imported) -> (usize, Vec<Problem>) {
        let count = imported.masks.len();
        if let Some(document) = self.workspace.document_of(photo) {
            document.apply(Edit::Import { masks: imported.masks, classes: imported.classes });
        }
        (count, imported.problems)
    }

    /// Brings back what was saved, unless there is newer work in this window.
    fn restore(&mut self, session: Option<Box<Result<Loaded, SessionError>>>) {
        let (Some(session), Some(open)) = (session, &self.workspace.open) else { return };
        let has_worked = self.workspace.has_worked();
        if let Some(former) = self.workspace.former_id.filter(|_| has_worked) {
            self.sessions.rename(former, open.id, open.photo.fingerprint);
        }
        // In memory is what the file holds or will hold in a moment.
        if self.sessions.knows(open.id) {
            return self.restore_view();
        }
        let Opened { document, notice } = self.sessions.open(open.id, &open.photo, *session);
        if let Some(notice) = notice {
            self.messages.error(notice);
        }
        if has_worked {
            return self.sessions.set_aside(open.id);
        }
        if let Some(document) = document {
            self.workspace.document = document;
        }
        self.restore_view();
    }

    /// Shows the open photo as it was left.
    fn restore_view(&mut self) {
        if let Some(open) = &self.workspace.open
            && let Some(view) = self.sessions.view(open.id)
        {
            self.canvas.restore_view(open.id, view);
        }
    }

    /// Saves the work on the open photo before another one takes its place.
    pub(super) fn leave_photo(&mut self) {
        if let Some(open) = &self.workspace.open {
            let view = self.canvas.view.centre();
            let work = work_on(open.id, &self.workspace.document, self.run.as_ref(), self.model.as_deref());
            self.sessions.leave(open.id, work, view);
        }
    }

    /// Tells what was exported.
    fn exported(&mut self, folder: PathBuf, result: Result<Written, WriteError>) {
        self.export.ended(result.is_ok());
        let written = match result {
            Ok(written) => written,
            Err(error) => return self.messages.error(error.to_string()),
        };
        let Written { files, photos, .. } = written;
        self.messages.news(match (&written.file, files) {
            _ if written.cancelled => {
                format!("Cancelled; {files} files about {photos} photos were written to {}", folder.display())
            }
            (Some(file), 1) => format!("Written: {}", file.display()),
            _ if photos > 1 => format!("{files} files about {photos} photos written to {}", folder.display()),
            _ => format!("{files} files written to {}", folder.display()),
        });
        if !written.problems.is_empty() {
            let left_out = told(written.problems);
            self.messages.error(format!("Photos that were left out: {left_out}"));
        }
        // Settings are kept as text, which not every path is.
        self.settings.export_folder = folder.to_str().is_some().then_some(folder);
    }

    /// Saves all work in the window.
    pub(super) fn save_all(&mut self) {
        self.leave_photo();
        for (id, document) in self.workspace.left_documents() {
            self.sessions.save_now(id, work_on(id, document, self.run.as_ref(), self.model.as_deref()));
        }
    }

    /// Tidies up after a job that came to nothing, unless a newer one of its kind is under way.
    fn ended(&mut self, job: JobKind, number: u64) {
        match job {
            // A failed model leaves the former one in place; without one the built-in serves.
            JobKind::Model if self.model_number != number => {}
            JobKind::Model if self.model.is_none() => self.load_model(ModelSource::built_in()),
            JobKind::Model => self.loading_model = false,
            JobKind::Encoding => {
                if self.encoding_number == number {
                    self.encoding = None;
                }
            }
            JobKind::Prompt => {
                self.inquiry.give_up(number);
                // The photo may have been encoded for this prompt's sake.
                if !self.inquiry.is_pending() {
                    self.encoding = None;
                }
            }
            JobKind::Preview | JobKind::Ahead => {}
            JobKind::Comparison => {
                self.comparing.give_up(number);
                self.encoding = None;
            }
            JobKind::Everything => {
                let Some(run) = self.run.as_mut().filter(|run| run.number == number) else { return };
                self.encoding = None;
                // What was found before the failure is worth keeping.
                if run.found() > 0 {
                    run.end(&mut self.filter_task);
                } else {
                    self.run = None;
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
            Outcome::PickedExportFolder(folder) => {
                if let Some(folder) = folder {
                    self.export.folder = folder;
                }
            }
            Outcome::Listed { request, photos, first, problems, masks } => {
                masks.into_iter().for_each(|(photo, imported)| self.imported(photo, imported));
                if request != self.workspace.request {
                    return;
                }
                self.workspace.loading = false;
                problems.into_iter().for_each(|p| self.messages.error(p));
                if !photos.is_empty() {
                    self.workspace.photos = photos;
                    self.open_photo(first);
                }
            }
            Outcome::Decoded { path, decoded } => self.ahead.receive(&path, decoded),
            Outcome::Opened { request, .. } if request != self.workspace.request => {}
            Outcome::Opened { result: Ok(photo), session, .. } => {
                self.leave_photo();
                self.workspace.loading = false;
                if !self.is_sample(&photo.path) {
                    self.settings.photo_folder = photo.path.parent().map(Into::into);
                }
                self.engine.cancel(JobKind::Prompt);
                self.inquiry.forget();
                self.mask_list.leave_photo();
                self.classes.leave_photo();
                let path = photo.path.clone();
                if !self.workspace.show(photo) {
                    let path = path.display();
                    self.messages
                        .error(format!("{path}: has another size than before; its masks start anew"));
                }
                self.restore(session);
                self.encode();
            }
            Outcome::Opened { result: Err(error), .. } => {
                self.workspace.loading = false;
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
                self.background.import_all(found, problems, in_window);
            }
            Outcome::ReadAll(Err(error)) | Outcome::ImportedAll(Err(error)) => self.messages.error(error),
            Outcome::ImportedAll(Ok((dataset, problems))) => self.take_in_all(dataset, problems),
            Outcome::Copied(picture) => {
                self.background.ctx().copy_image(picture);
                self.messages.news("Copied to the clipboard.");
            }
            Outcome::Reshaped { photo, of, reshape } => {
                let Some(document) = self.workspace.document_of(photo) else { return };
                let is_same = |item: &Arc<MaskItem>| {
                    document
                        .mask(item.id)
                        .is_some_and(|now| Arc::ptr_eq(&now.annotation.mask, &item.annotation.mask))
                };
                let is_locked = of.iter().any(|item| item.locked);
                if reshape.is_empty() && is_locked {
                    self.messages.news("A selected mask is locked. Unlock it first.");
                } else if of.iter().all(is_same) {
                    document.apply(Edit::Reshape(reshape));
                } else {
                    self.messages.news("The masks have changed meanwhile; please do it again.");
                }
            }
            Outcome::Saved(None) => {}
            Outcome::Saved(Some(Ok(file))) => self.messages.news(format!("Written: {}", file.display())),
            Outcome::Saved(Some(Err(error))) => self.messages.error(error.to_string()),
            Outcome::Broken(task) => {
                match task {
                    Task::Opening => self.workspace.loading = false,
                    Task::PlanningExport => self.export.planned(None),
                    Task::Exporting => self.export.ended(false),
                    Task::Dialog | Task::Importing | Task::Other => {}
                }
                self.messages.error("An internal error stopped what was being done.");
            }
        }
    }
}

/// What is to be kept of a photo.
fn work_on<'a>(
    id: u64,
    document: &'a Document,
    run: Option<&'a EverythingRun>,
    model: Option<&'a str>,
) -> Work<'a> {
    let run = run.filter(|run| run.photo == id && run.is_unfinished());
    Work { document, run: run.map(|run| run.to_keep_with(document)), model }
}

/// The first of several problems, and how many there are besides.
fn told(mut problems: Vec<String>) -> String {
    const MOST: usize = 5;
    let more = problems.len().saturating_sub(MOST);
    problems.truncate(MOST);
    if more > 0 {
        problems.push(format!("and {more} more"));
    }
    problems.join("; ")
}
