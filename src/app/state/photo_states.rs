//! The states of the photos of the list, and which of them the filmstrip shows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Projects;
use crate::app::photo_list::PhotoList;
use crate::files::project::{PhotoState, WorkState};

/// What the lists below were made for; they are made again when something of it has changed.
#[derive(Debug, Clone, PartialEq, Default)]
struct MadeFor {
    projects: u64,
    list: u64,
    counts: u64,
    current: usize,
    filter: Option<WorkState>,
    search: String,
}

#[derive(Default)]
pub(in crate::app) struct PhotoStates {
    /// The state to which the filmstrip is limited.
    pub filter: Option<WorkState>,
    /// Only photos with this in their name are shown.
    pub search: String,
    /// Masks in the files next to the photos, as far as they were counted.
    counts: HashMap<PathBuf, usize>,
    counted: u64,
    made_for: MadeFor,
    shown: Vec<usize>,
    done: usize,
}

impl PhotoStates {
    /// Whether some photos are not shown.
    pub fn is_filtered(&self) -> bool {
        self.filter.is_some() || !self.search.trim().is_empty()
    }

    /// Masks were counted in the files of these photos.
    pub fn count(&mut self, counts: impl IntoIterator<Item = (PathBuf, usize)>) {
        self.counts.extend(counts);
        self.counted += 1;
    }

    /// How many masks a photo has in the file next to it, if they were counted.
    pub fn count_of(&self, photo: &Path) -> Option<usize> {
        self.counts.get(photo).copied()
    }

    /// How many photos are done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The photos to be shown, if some are not: by their places in the list, and the current one always.
    pub fn shown(&self) -> Option<&[usize]> {
        self.is_filtered().then_some(&self.shown)
    }

    /// Makes the lists again if they are no longer right. `list` changes with the list of photos; `masks_in`
    /// returns how many masks a photo has in the window, if it was open.
    pub fn follow(
        &mut self,
        photos: &PhotoList,
        list: u64,
        current: usize,
        projects: &Projects,
        masks_in: &dyn Fn(&Path) -> Option<usize>,
    ) {
        let (filter, search) = (self.filter, self.search.trim().to_lowercase());
        let (projects_now, counts) = (projects.generation(), self.counted);
        let made_for = MadeFor { projects: projects_now, list, counts, current, filter, search };
        if made_for == self.made_for {
            return;
        }
        if (made_for.projects, made_for.list) != (self.made_for.projects, self.made_for.list) {
            self.done = projects.count(photos, PhotoState::Done);
        }
        let is_shown = |(place, path): &(usize, &PathBuf)| {
            let masks = || masks_in(path).or(self.count_of(path)).unwrap_or(0);
            let name = || path.file_name().unwrap_or_default().to_string_lossy();
            let is_found = has(&name(), &made_for.search);
            let has_state =
                filter.is_none_or(|state| WorkState::new(projects.state_of(path), masks()) == state);
            *place == current || (is_found && has_state)
        };
        self.shown = match self.is_filtered() {
            true => photos.iter().enumerate().filter(is_shown).map(|(place, _)| place).collect(),
            false => vec![],
        };
        self.made_for = made_for;
    }
}

/// Whether a text contains another one, which is in lower case, whatever the case.
fn has(text: &str, searched: &str) -> bool {
    // Without new memory for each of a hundred thousand names.
    match text.is_ascii() {
        _ if searched.is_empty() => true,
        true => {
            text.as_bytes().windows(searched.len()).any(|part| part.eq_ignore_ascii_case(searched.as_bytes()))
        }
        false => text.to_lowercase().contains(searched),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::project::ProjectEdit;

    #[test]
    fn names_are_searched_whatever_their_case() {
        assert!(has("A Cup.JPG", "cup.j") && has("ÄPFEL.jpg", "äpfel") && has("ab", "ab"));
        assert!(!has("A Cup.JPG", "cups") && !has("a", "ä") && !has("a", "ab"));
    }

    #[test]
    fn the_photos_of_the_list_that_are_done_are_counted() {
        let list = |photos: &[&str]| PhotoList::new(photos.iter().map(PathBuf::from).collect());
        let mut projects = Projects::default();
        projects.go_to("folder".into(), None);
        for name in ["a.jpg", "c.jpg", "gone.jpg"] {
            projects.edit(ProjectEdit::SetState(name.into(), Some(PhotoState::Done)));
        }
        projects.edit(ProjectEdit::SetState("b.jpg".into(), Some(PhotoState::Review)));
        let photos = list(&["folder/a.jpg", "folder/b.jpg", "folder/c.jpg", "other/a.jpg"]);
        assert_eq!(projects.count(&photos, PhotoState::Done), 2);
        projects.edit(ProjectEdit::SetState("no \u{fffd} text.jpg".into(), Some(PhotoState::Done)));
        assert_eq!(projects.count(&photos, PhotoState::Done), 2);
        assert_eq!(projects.count(&list(&["b.jpg"]), PhotoState::Done), 0);
    }

    #[test]
    fn the_strip_shows_what_is_searched_and_the_current_photo() {
        let photos = ["a cup.jpg", "b.jpg", "c Cup.jpg", "d.jpg"].map(PathBuf::from).to_vec();
        let photos = PhotoList::new(photos);
        let mut states = PhotoStates::default();
        let projects = Projects::default();
        let shown = |states: &mut PhotoStates, current| {
            states.follow(&photos, 1, current, &projects, &|path| path.starts_with("d.jpg").then_some(3));
            states.shown().map(<[usize]>::to_vec)
        };
        assert_eq!(shown(&mut states, 1), None);
        states.search = "cup ".into();
        assert_eq!(shown(&mut states, 1), Some(vec![0, 1, 2]));
        states.search.clear();
        states.filter = Some(WorkState::Started);
        assert_eq!(shown(&mut states, 0), Some(vec![0, 3]));
        states.count([(PathBuf::from("b.jpg"), 1)]);
        assert_eq!(shown(&mut states, 0), Some(vec![0, 1, 3]));
        states.filter = Some(WorkState::New);
        assert_eq!(shown(&mut states, 0), Some(vec![0, 2]));
    }
}
