//! Photos on their way into the window and out of it.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use super::photo_list::PhotoList;
use super::settings::Tool;
use super::shell::Tinsel;
use super::state::{Everything, folder_of};
use super::tasks::{Decoded, ImportTarget};
use super::texts::photos as texts;
use crate::document::Document;
use crate::engine::JobKind;
use crate::files::project::{ProjectError, ProjectFile};
use crate::files::session::{Loaded, Opened, SessionError, Work};
use crate::files::{Photo, SAMPLE_PHOTO, file_and_page, page_path};

impl Tinsel {
    pub(super) fn open_sample(&mut self) {
        let path = self.sample.path();
        self.workspace.set_photos(PhotoList::new(vec![path.clone()]));
        self.workspace.current = 0;
        let request = self.workspace.begin();
        self.tasks.open_bytes(request, path, SAMPLE_PHOTO, self.sample.is_kept());
    }

    /// A dialog over the window, in the folder of the last photo.
    pub(super) fn dialog(&self, frame: &eframe::Frame) -> rfd::FileDialog {
        let dialog = rfd::FileDialog::new().set_parent(frame);
        match &self.settings.photo_folder {
            Some(folder) => dialog.set_directory(folder),
            None => dialog,
        }
    }

    /// Opens photos and folders; pictures of masks of the open photo are imported instead, if it is given.
    pub(super) fn list(&mut self, paths: Vec<PathBuf>, open: Option<ImportTarget>) {
        let request = self.workspace.begin();
        self.workspace.asked = paths.first().cloned();
        self.tasks.list(request, paths, open);
    }

    pub(super) fn open_photo(&mut self, index: usize) {
        self.open_decoded(index, None);
    }

    /// Opens a photo that may have been read already.
    pub(super) fn open_decoded(&mut self, index: usize, decoded: Option<Decoded>) {
        let Some(path) = self.workspace.photos.get(index).cloned() else { return };
        self.workspace.go_to(index);
        let request = self.workspace.begin();
        let decoded = decoded.or_else(|| self.encoding.ahead.decoded(&path));
        let timeline = self.sequence.open.as_ref();
        let saving = || timeline?.waiting.saving_of(timeline?.frame_of(&path)?);
        let written = self.batch.saving_of(&path).or_else(saving);
        let with_project = !self.projects.knows(&folder_of(&path));
        self.tasks.open(request, path, decoded, with_project, written);
    }

    /// The page of the open photo, counted from 0, and the number of pages in its file.
    pub(super) fn page(&self) -> Option<(usize, usize)> {
        let photo = &self.workspace.open.as_ref()?.photo;
        Some((file_and_page(&photo.path).1, photo.pages))
    }

    /// The file of the open photo; the sample has none where it is not kept.
    pub(super) fn photo_file(&self) -> Option<PathBuf> {
        let path = &self.workspace.open.as_ref()?.photo.path;
        let is_file = !self.sample.is(path) || self.sample.is_kept();
        is_file.then(|| file_and_page(path).0)
    }

    /// Opens another page of the open photo's file in its place in the folder.
    pub(super) fn go_to_page(&mut self, page: usize) {
        let Some(open) = &self.workspace.open else { return };
        let path = open.photo.path.clone();
        if let Some(place) = self.workspace.replace(&path, page_path(&path, page)) {
            self.open_photo(place);
        }
    }

    /// Gives the network the pixels that the user has made of the open photo, and keeps how.
    pub(super) fn follow_picture(&mut self, ctx: &Context) {
        let is_user_done = !ctx.input(|input| input.pointer.any_down());
        let Some(open) = self.workspace.open.as_ref().filter(|_| self.picture.take_new(is_user_done)) else {
            return;
        };
        let work = work_on(open.id, &self.workspace.document, &self.everything, self.model.name());
        self.sessions.set_rendering(open.id, work, open.photo.rendering);
        self.panels.filmstrip.forget(std::slice::from_ref(&open.photo.path));
        self.engine.cancel(JobKind::Prompt);
        self.prompt.inquiry.forget();
        self.encode();
    }

    /// Encodes the open photo, or its region, ahead of the first click.
    pub(super) fn encode(&mut self) {
        // Frames that are played have nobody who would click on them.
        if self.picture.is_pending() || self.sequence.is_playing() {
            return;
        }
        if let Some(open) = self.workspace.open.as_ref().filter(|_| self.model.is_loaded()) {
            self.encoding.start(open.region_reference(), &self.engine);
        }
    }

    /// Makes the photo ready that is likely to be opened next, when idle.
    pub(super) fn look_ahead(&mut self) {
        let Some(path) = self.workspace.likely_next() else { return };
        let is_ready = self.workspace.open.as_ref().is_some_and(|open| self.encoding.is_ready(open.id));
        let is_idle = is_ready
            && !self.workspace.loading
            && !self.model.is_loading()
            && !self.prompt.inquiry.is_pending()
            && !self.comparing.is_running()
            && !self.everything.is_pending()
            && !self.sequence.is_following()
            // It would have to be encoded again.
            && self.picture.for_network().is_none();
        if is_idle && self.settings.encode_ahead {
            self.encoding.ahead.follow(path, &mut self.tasks, &self.engine);
        }
    }

    /// Puts a photo that has been read in the place of the open one, with the work saved on it.
    pub(super) fn show_photo(
        &mut self,
        photo: Photo,
        session: Option<Box<Result<Loaded, SessionError>>>,
        project: Option<Box<Result<ProjectFile, ProjectError>>>,
    ) {
        self.finish_vertices_now();
        let tracks = self.tracks_in_hand();
        self.leave_photo();
        self.workspace.loading = false;
        if !self.sample.is(&photo.path) {
            let folder = photo.path.parent().filter(|folder| folder.to_str().is_some());
            self.settings.photo_folder = folder.map(Into::into);
        }
        if let Some(asked) = self.workspace.asked.take().filter(|asked| photo.path.starts_with(asked)) {
            self.settings.recent.add(&asked);
        }
        self.engine.cancel(JobKind::Prompt);
        self.prompt.inquiry.forget();
        self.panels.leave_photo();
        let path = photo.path.clone();
        if let Some(error) = self.projects.go_to(folder_of(&path), project.map(|project| *project)) {
            self.messages.error(texts::project_unusable(&error));
        }
        if !self.workspace.show(photo) {
            self.messages.error(texts::changed_size(&path));
        }
        if let Some(open) = &self.workspace.open {
            self.picture.open(open);
        }
        self.restore(session);
        self.restore_rendering();
        // There is nothing to pick on a photo without masks; on frames of a sequence there may be in a moment.
        let has_masks = !self.workspace.document.masks().is_empty();
        if self.stage.tool == Tool::Select && !has_masks && self.sequence.open.is_none() {
            self.stage.tool = Tool::Positive;
        }
        // The same objects are worked on.
        let document = &mut self.workspace.document;
        let masks: Vec<_> =
            tracks.iter().filter_map(|track| Some(document.mask_of_track(*track)?.id)).collect();
        if !masks.is_empty() {
            document.select(masks);
        }
        self.encode();
    }

    /// Restores what was saved, unless there is newer work in this window.
    pub(super) fn restore(&mut self, session: Option<Box<Result<Loaded, SessionError>>>) {
        let (Some(session), Some(open)) = (session, &self.workspace.open) else { return };
        let has_worked = self.workspace.has_worked();
        if let Some(former) = self.workspace.former_id.filter(|_| has_worked) {
            self.sessions.rename(former, open.id, open.photo.fingerprint);
        }
        // In memory is what the file holds or will hold in a moment.
        if self.sessions.knows(open.id) {
            return self.restore_view();
        }
        let project = self.projects.project();
        let Opened { document, notice } = self.sessions.open(open.id, &open.photo, *session, project);
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

    /// Renders the open photo as its session says, if it was read before that was saved.
    fn restore_rendering(&mut self) {
        if let Some(open) = &self.workspace.open
            && let Some(rendering) = self.sessions.rendering(open.id)
            && rendering != open.photo.rendering
        {
            self.picture.set_rendering(rendering, open);
        }
    }

    /// Shows the open photo as it was left.
    fn restore_view(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        // All frames of a sequence are looked at in the same way.
        let is_frame = self.sequence.open.as_ref().is_some_and(|t| t.frame_of(&open.photo.path).is_some());
        if is_frame && self.stage.canvas.keep_view(open.id) {
            return;
        }
        if let Some(view) = self.sessions.view(open.id) {
            self.stage.canvas.restore_view(open.id, view);
        }
    }

    /// Saves changes of projects, and shows documents with their classes as they are now.
    pub(super) fn follow_projects(&mut self) {
        self.projects.follow(&mut self.tasks);
        for (path, document) in self.workspace.documents_mut() {
            let Some(project) = self.projects.of_folder(&folder_of(path)) else { continue };
            if !Arc::ptr_eq(document.classes(), project.classes()) {
                document.use_classes(project.classes().clone());
            }
        }
    }

    /// Saves the work on the open photo before another one takes its place.
    pub(super) fn leave_photo(&mut self) {
        if let Some(open) = &self.workspace.open {
            let view = self.stage.canvas.view.centre();
            let work = work_on(open.id, &self.workspace.document, &self.everything, self.model.name());
            match self.sequence.open.is_some() {
                true => self.sessions.save_now(open.id, work),
                false => self.sessions.leave(open.id, work, view),
            }
        }
    }

    /// Saves all work in the window.
    pub(super) fn save_all(&mut self) {
        self.finish_vertices_now();
        self.leave_photo();
        for (id, document) in self.workspace.closed_documents() {
            self.sessions.save_now(id, work_on(id, document, &self.everything, self.model.name()));
        }
    }

    /// Lets go of the documents of photos that were left long ago, once their work is saved. Nothing may be under
    /// way that would change them.
    pub(super) fn let_go_of_photos(&mut self) {
        if self.tasks.is_busy() || !self.after_saving.is_empty() {
            return;
        }
        let is_saved = |(_, id, document): &(PathBuf, u64, &Document)| {
            let is_free = document.prompting().is_empty() && self.everything.on(*id).is_none();
            is_free && self.sessions.is_saved(*id, work_on(*id, document, &self.everything, None))
        };
        let surplus = self.workspace.surplus().into_iter().filter(is_saved);
        let surplus: Vec<(PathBuf, u64)> = surplus.map(|(path, id, _)| (path, id)).collect();
        for (path, id) in &surplus {
            self.workspace.let_go(path);
            self.sessions.close(*id);
        }
        let paths: Vec<PathBuf> = surplus.into_iter().map(|(path, _)| path).collect();
        self.panels.filmstrip.forget(&paths);
    }

    /// Saves the work on all photos some time after its last change.
    pub(super) fn follow_work(&mut self) {
        let work = |id, document| work_on(id, document, &self.everything, self.model.name());
        if let Some(open) = &self.workspace.open {
            self.sessions.follow(open.id, work(open.id, &self.workspace.document));
        }
        for (id, document) in self.workspace.closed_documents() {
            self.sessions.follow(id, work(id, document));
        }
    }
}

/// What is to be kept of a photo.
fn work_on<'a>(
    id: u64,
    document: &'a Document,
    everything: &'a Everything,
    model: Option<&'a str>,
) -> Work<'a> {
    let run = everything.on(id).filter(|run| run.is_unfinished());
    Work { document, run: run.map(|run| run.to_keep_with(document)), model }
}
