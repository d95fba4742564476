//! How far the work on photos is, as saved.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{PhotoState, Project, ProjectError, ProjectFile};
use crate::files::photo::name_of;
use crate::files::session::Session;
use crate::files::stamped::folder_of;

/// How far the work on a photo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkState {
    /// Without masks.
    New,
    /// With masks.
    Started,
    /// Set by the user. A photo that is done without masks shows that there is nothing to find.
    Set(PhotoState),
}

impl WorkState {
    /// In the order of the work.
    pub const ALL: [Self; 4] =
        [Self::New, Self::Started, Self::Set(PhotoState::Review), Self::Set(PhotoState::Done)];

    /// `masks` is their number.
    pub fn new(set: Option<PhotoState>, masks: usize) -> Self {
        match (set, masks) {
            (Some(state), _) => Self::Set(state),
            (None, 0) => Self::New,
            (None, _) => Self::Started,
        }
    }
}

/// The saved states and tags of photos; reads the project of each folder once.
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
        let marked = self.project(photo)?.and_then(|project| project.state(&name_of(photo)));
        // Counting reads the session.
        let masks = if marked.is_some() { 0 } else { Session::count_masks(photo).unwrap_or(0) };
        Ok(WorkState::new(marked, masks))
    }

    /// The tags of a photo.
    ///
    /// # Errors
    /// The project of its folder cannot be read.
    pub fn tags(&mut self, photo: &Path) -> Result<&[String], ProjectError> {
        Ok(self.project(photo)?.map_or(&[], |project| project.tags(&name_of(photo))))
    }

    fn project(&mut self, photo: &Path) -> Result<Option<&Project>, ProjectError> {
        let folder = folder_of(photo);
        if !self.projects.contains_key(folder) {
            let project = ProjectFile::open(folder)?.content().clone();
            self.projects.insert(folder.into(), project);
        }
        Ok(self.projects.get(folder))
    }
}
