//! Going through the photos of a folder by the state of the work on them.

use std::path::{Path, PathBuf};

use super::shell::Tinsel;
use super::texts::states as texts;
use crate::files::project::{PhotoState, ProjectEdit};

impl Tinsel {
    /// The next photo that the filmstrip shows in a direction, 1 or -1.
    pub(super) fn neighbour(&self, step: isize) -> Option<usize> {
        let (current, count) = (self.workspace.current, self.workspace.photos.len());
        match self.photo_states.shown() {
            Some(shown) => {
                let place = shown.iter().position(|place| *place == current)?;
                shown.get(place.checked_add_signed(step)?).copied()
            }
            None => current.checked_add_signed(step).filter(|next| *next < count),
        }
    }

    pub(super) fn open_neighbour(&mut self, step: isize) {
        if let Some(next) = self.neighbour(step) {
            self.open_photo(next);
        }
    }

    /// The state of the open photo, if the user has set one.
    pub(super) fn state_of_open(&self) -> Option<PhotoState> {
        self.projects.state_of(&self.workspace.open.as_ref()?.photo.path)
    }

    pub(super) fn set_state_of_open(&mut self, state: Option<PhotoState>) {
        if let Some(open) = &self.workspace.open {
            self.projects.edit(ProjectEdit::SetState(open.photo.file_name(), state));
        }
    }

    /// Accepts the mask in progress, marks the open photo as done, and goes to the next one that is not.
    pub(super) fn mark_done(&mut self) {
        if !self.document().prompting().is_empty() {
            self.accept();
            // It goes on when the mask is there. If there is none, the user has been told.
            self.prompt.inquiry.done_when_accepted = self.prompt.inquiry.accept_when_ready;
            if !self.document().prompting().is_empty() {
                return;
            }
        }
        self.set_state_of_open(Some(PhotoState::Done));
        let next = self.after_current().find(|index| self.state_at(*index) != Some(PhotoState::Done));
        match next {
            Some(next) => self.open_photo(next),
            None if self.workspace.photos.len() > 1 => self.messages.news(texts::all_done()),
            None => {}
        }
    }

    pub(super) fn open_next_to_review(&mut self) {
        let next = self.after_current().find(|index| self.state_at(*index) == Some(PhotoState::Review));
        match next {
            Some(next) => self.open_photo(next),
            None => self.messages.news(texts::none_to_review()),
        }
    }

    /// Looks for the next photo without masks in the background, since files have to be read for it.
    pub(super) fn find_empty_photo(&mut self) {
        let is_candidate = |index: &usize| {
            let masks = self.workspace.masks_of(&self.workspace.photos[*index]);
            self.state_at(*index) != Some(PhotoState::Done) && masks.is_none_or(|masks| masks == 0)
        };
        let candidates = self.after_current().filter(is_candidate);
        let candidates: Vec<PathBuf> = candidates.map(|index| self.workspace.photos[index].clone()).collect();
        self.tasks.find_empty(candidates);
    }

    /// Opens the photo that was found to have no masks.
    pub(super) fn open_empty(&mut self, photo: Option<PathBuf>) {
        let index = photo.and_then(|photo| self.workspace.photos.place_of(&photo));
        match index {
            Some(index) => self.open_photo(index),
            None => self.messages.news(texts::none_empty()),
        }
    }

    /// The other photos, from the next one to the previous one.
    fn after_current(&self) -> impl Iterator<Item = usize> {
        let (current, count) = (self.workspace.current, self.workspace.photos.len());
        (current + 1..count).chain(0..current.min(count))
    }

    fn state_at(&self, index: usize) -> Option<PhotoState> {
        self.projects.state_of(&self.workspace.photos[index])
    }

    /// Opens the window for the note about a photo and its tags.
    pub(super) fn edit_note(&mut self, photo: &Path) {
        let note = self.projects.note_of(photo).to_owned();
        let tags = self.projects.tags_of(photo);
        self.panels.note.open(photo.into(), note, tags);
    }

    /// Keeps the list of states up to date.
    pub(super) fn follow_states(&mut self) {
        let workspace = &self.workspace;
        let masks_in = |path: &Path| workspace.masks_of(path);
        self.photo_states.follow(
            &workspace.photos,
            workspace.list,
            workspace.current,
            &self.projects,
            &masks_in,
        );
    }

    /// Counts the masks of the photos in the list, for their states.
    pub(super) fn count_masks(&mut self) {
        self.tasks.count_masks(self.workspace.photos.clone());
    }
}
