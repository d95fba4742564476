//! The states of photos, by which an export can be limited.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::files::photo::name_of;
use crate::files::project::{PhotoState, Project, ProjectError, ProjectFile};
use crate::files::session::Session;
use crate::files::stamped::folder_of;

/// The state of the work on a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkState {
    /// Without masks, and not marked.
    New,
    /// With masks, and not marked.
    Started,
    /// Marked for a review.
    Review,
    /// Marked as done. Without masks, the photo shows that there is nothing to find.
    Done,
}

impl WorkState {
    pub const ALL: [Self; 4] = [Self::New, Self::Started, Self::Review, Self::Done];
}

/// The saved states of photos; reads the project of each folder once.
#[derive(Debug, Default)]
pub struct WorkStates {
    projects: HashMap<PathBuf, Project>,
}

impl WorkStates {
    /// The state of a photo.
    ///
    /// # Errors
    /// The project of its folder cannot be read.
    pub fn of(&mut self, photo: &Path) -> Result<WorkState, ProjectError> {
        let folder = folder_of(photo);
        if !self.projects.contains_key(folder) {
            let project = ProjectFile::open(folder)?.content().clone();
            self.projects.insert(folder.into(), project);
        }
        let marked = self.projects.get(folder).and_then(|project| project.state(&name_of(photo)));
        Ok(match marked {
            Some(PhotoState::Done) => WorkState::Done,
            Some(PhotoState::Review) => WorkState::Review,
            None if Session::count_masks(photo).is_some_and(|count| count > 0) => WorkState::Started,
            None => WorkState::New,
        })
    }
}
