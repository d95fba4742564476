//! The review of proposals, photo by photo.

use std::collections::HashSet;
use std::path::PathBuf;

use egui::{Context, Rect, Vec2, pos2};

use super::shell::Tinsel;
use super::state::{Place, ReviewPhoto};
use super::texts::review as texts;
use crate::document::{Edit, MaskId};

/// How much of the surroundings is shown with a proposal on each side: a share of its size, and photo pixels.
const SURROUNDINGS: f32 = 0.5;
const MIN_SURROUNDINGS: f32 = 30.0;

impl Tinsel {
    /// Begins a review of the proposals of all photos in the window, or ends it.
    pub(super) fn toggle_review(&mut self) {
        if self.review.is_running() {
            return self.end_review();
        }
        let in_window: HashSet<PathBuf> = self.workspace.paths().cloned().collect();
        self.tasks.find_proposals(self.workspace.photos.clone(), in_window);
    }

    /// The proposals of the photos that are not in the window are known.
    pub(super) fn start_review(&mut self, mut photos: Vec<ReviewPhoto>) {
        if self.review.is_running() {
            return;
        }
        let in_window = self.workspace.documents().filter_map(|(path, document)| {
            let proposals = document.proposals();
            let certainty = proposals.first()?.annotation.certainty();
            Some(ReviewPhoto { path: path.clone(), certainty, proposals: proposals.len() })
        });
        let in_window: Vec<ReviewPhoto> = in_window.collect();
        photos.retain(|photo| in_window.iter().all(|known| known.path != photo.path));
        let is_listed = |photo: &ReviewPhoto| self.workspace.photos.place_of(&photo.path).is_some();
        photos.extend(in_window.into_iter().filter(is_listed));
        if photos.is_empty() {
            return self.messages.news(texts::nothing());
        }
        self.review.start(photos);
        self.next_review_photo();
    }

    /// Goes on to the next photo with proposals; without one, the review ends.
    pub(super) fn next_review_photo(&mut self) {
        while let Some(path) = self.review.next_photo(&self.workspace.document) {
            if self.open_review_photo(&path) {
                return;
            }
        }
        self.end_review();
    }

    /// Opens the photo that the review is at; returns false if it is no longer in the window.
    fn open_review_photo(&mut self, path: &PathBuf) -> bool {
        if self.workspace.open.as_ref().is_some_and(|open| open.photo.path == *path) {
            return true;
        }
        let index = self.workspace.photos.place_of(path);
        index.map(|index| self.open_photo(index)).is_some()
    }

    /// Goes back to where the review is, after a look at another photo.
    pub(super) fn continue_review(&mut self) {
        if let Some(path) = self.review.target().map(PathBuf::from)
            && !self.open_review_photo(&path)
        {
            self.next_review_photo();
        }
    }

    /// A photo cannot be opened; the review does not wait for it.
    pub(super) fn skip_unreadable_photo(&mut self) {
        let opening = self.workspace.photos.get(self.workspace.current);
        if opening.is_some_and(|path| self.review.is_at(path)) {
            self.next_review_photo();
        }
    }

    /// Shows the next proposal once the previous one is decided.
    pub(super) fn follow_review(&mut self, ctx: &Context) {
        let Some(photo) = self.reviewed_photo() else { return };
        if !self.stage.canvas.shows(photo) {
            // It has not been drawn yet, and would forget what it is to show.
            return ctx.request_repaint();
        }
        if self.review.arrive() {
            self.workspace.document.undo();
        }
        if !self.workspace.document.prompting().is_empty() {
            return;
        }
        match self.review.follow(photo, &self.workspace.document) {
            Place::Same => {}
            Place::Next(id) => {
                self.workspace.document.select([id]);
                self.show_with_surroundings(id);
                ctx.request_repaint();
            }
            Place::End => self.next_review_photo(),
        }
    }

    /// The id of the open photo, if the review is there.
    fn reviewed_photo(&self) -> Option<u64> {
        let open = self.workspace.open.as_ref().filter(|_| !self.workspace.loading)?;
        self.review.is_at(&open.photo.path).then_some(open.id)
    }

    /// The proposal that is to be decided.
    pub(super) fn reviewed(&self) -> Option<MaskId> {
        self.review.current(self.reviewed_photo()?)
    }

    pub(super) fn accept_proposal(&mut self) {
        if let Some(id) = self.reviewed() {
            self.workspace.document.apply(Edit::AcceptProposals(vec![id]));
        }
    }

    pub(super) fn reject_proposal(&mut self) {
        let Some(id) = self.reviewed() else { return };
        if self.workspace.document.mask(id).is_some_and(|item| item.locked) {
            return self.messages.news(super::texts::messages::locked());
        }
        self.workspace.document.apply(Edit::Delete(vec![id]));
    }

    /// Whether undo leads back to a previous photo of the review.
    pub(super) fn can_undo_review(&self) -> bool {
        let project = self.projects.current().and_then(|project| project.next_undo());
        let project = project.map(|(_, moment)| moment);
        self.reviewed_photo().is_some() && self.review.can_go_back(&self.workspace.document, project)
    }

    pub(super) fn undo_review(&mut self) {
        if let Some(path) = self.review.go_back() {
            self.open_review_photo(&path);
        }
    }

    fn end_review(&mut self) {
        let workspace = &self.workspace;
        if let Some(count) = self.review.end(|id| workspace.document_with(id)) {
            self.messages.news(texts::ended(count));
        }
    }

    fn show_with_surroundings(&mut self, id: MaskId) {
        let bbox = self.workspace.document.mask(id).and_then(|item| item.annotation.mask.bbox());
        if let Some(b) = bbox {
            let corner = |x: u32, y: u32| pos2(x as f32, y as f32);
            let area = Rect::from_min_max(corner(b.x0, b.y0), corner(b.x1, b.y1));
            self.stage
                .canvas
                .view
                .show(area.expand2(area.size() * SURROUNDINGS + Vec2::splat(MIN_SURROUNDINGS)));
        }
    }
}
