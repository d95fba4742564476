//! The projects of the folders that photos were opened from: classes, states of photos, and the active class.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::app::photo_list::PhotoList;
use crate::app::tasks::Tasks;
use crate::document::{Class, ClassId};
use crate::files::project::{OpenProject, PhotoState, Project, ProjectEdit, ProjectError, ProjectFile};

/// Interval between attempts to save after a failure.
const RETRY: Duration = Duration::from_secs(20);

/// The folder of a photo.
pub(in crate::app) fn folder_of(photo: &Path) -> PathBuf {
    photo.parent().unwrap_or(Path::new("")).into()
}

#[derive(Default)]
struct Folder {
    project: OpenProject,
    /// The file is being read or written.
    is_syncing: bool,
    /// Others may have changed the file.
    is_stale: bool,
    retry: Option<Instant>,
    /// Why the last save failed.
    failure: Option<String>,
}

#[derive(Default)]
pub(in crate::app) struct Projects {
    folders: HashMap<PathBuf, Folder>,
    /// The folder of the open photo.
    current: PathBuf,
    /// The class of the next mask.
    active: Option<ClassId>,
}

impl Projects {
    /// Whether the project of a folder was read.
    pub fn knows(&self, folder: &Path) -> bool {
        self.folders.contains_key(folder)
    }

    /// Goes to the folder of a photo. `file` is its project, if it was read for the first time. Returns why that
    /// cannot be used.
    pub fn go_to(
        &mut self,
        folder: PathBuf,
        file: Option<Result<ProjectFile, ProjectError>>,
    ) -> Option<String> {
        if self.current != folder {
            self.active = None;
            self.current.clone_from(&folder);
        }
        if let Some(known) = self.folders.get_mut(&folder) {
            known.is_stale = true;
            return None;
        }
        let (project, error) = match file {
            None => (OpenProject::default(), None),
            Some(Ok(file)) => (OpenProject::new(file), None),
            Some(Err(error)) => (OpenProject::default(), Some(error.to_string())),
        };
        self.folders.insert(folder, Folder { project, ..Folder::default() });
        error
    }

    /// The project of the open photo's folder.
    pub fn project(&mut self) -> &mut OpenProject {
        &mut self.folders.entry(self.current.clone()).or_default().project
    }

    /// The project of the open photo's folder, if a photo was opened.
    pub fn current(&self) -> Option<&OpenProject> {
        Some(&self.folders.get(&self.current)?.project)
    }

    /// The project of a folder that a photo was opened from.
    pub fn of_folder(&mut self, folder: &Path) -> Option<&mut OpenProject> {
        Some(&mut self.folders.get_mut(folder)?.project)
    }

    /// The state of a photo, if the user has set one.
    pub fn state_of(&self, photo: &Path) -> Option<PhotoState> {
        let project = &self.folders.get(photo.parent().unwrap_or(Path::new("")))?.project;
        project.content().state(&photo.file_name()?.to_string_lossy())
    }

    /// How many of the photos are in a state. Looks at those that the projects name, not at the whole list.
    pub fn count(&self, photos: &PhotoList, state: PhotoState) -> usize {
        let projects = || self.folders.iter().map(|(path, folder)| (path, folder.project.content()));
        let names =
            || projects().flat_map(|(path, project)| project.photos_in(state).map(move |name| (path, name)));
        // A name that is no text stands in projects without what cannot be written.
        if names().any(|(_, name)| name.contains(char::REPLACEMENT_CHARACTER)) {
            return photos.iter().filter(|photo| self.state_of(photo) == Some(state)).count();
        }
        names().filter(|(folder, name)| photos.place_of(&folder.join(name)).is_some()).count()
    }

    /// The note about a photo; may be empty.
    pub fn note_of(&self, photo: &Path) -> &str {
        let folder = self.folders.get(photo.parent().unwrap_or(Path::new("")));
        let name = photo.file_name().unwrap_or_default().to_string_lossy();
        folder.map_or("", |folder| folder.project.content().note(&name))
    }

    /// The tags of a photo.
    pub fn tags_of(&self, photo: &Path) -> &[String] {
        let folder = self.folders.get(photo.parent().unwrap_or(Path::new("")));
        let name = photo.file_name().unwrap_or_default().to_string_lossy();
        folder.map_or(&[], |folder| folder.project.content().tags(&name))
    }

    /// A number that changes with every change of a project.
    pub fn generation(&self) -> u64 {
        self.folders.values().map(|folder| folder.project.generation()).sum()
    }

    pub fn edit(&mut self, edit: ProjectEdit) {
        self.project().edit(edit);
    }

    /// Changes the project of a folder that a photo was opened from.
    pub fn edit_of(&mut self, folder: &Path, edit: ProjectEdit) {
        if let Some(project) = self.of_folder(folder) {
            project.edit(edit);
        }
    }

    /// The class of the next mask.
    pub fn active(&self) -> Option<&Class> {
        self.current()?.classes().get(self.active?)
    }

    /// `None` for masks without a class.
    pub fn activate(&mut self, class: Option<ClassId>) {
        self.active = class;
    }

    /// Saves changes in the background, and takes those of others in. Call it in every frame.
    pub fn follow(&mut self, tasks: &mut Tasks) {
        for (path, folder) in &mut self.folders {
            let waits = folder.retry.is_some_and(|retry| Instant::now() < retry);
            let (has_changes, file) = match (folder.project.unsaved(), folder.project.file()) {
                (Some(file), _) => (true, file),
                (None, Some(file)) if folder.is_stale => (false, file),
                _ => continue,
            };
            if folder.is_syncing || (has_changes && waits) {
                continue;
            }
            tasks.sync_project(path.clone(), file.clone(), folder.project.content().clone());
            (folder.is_syncing, folder.is_stale) = (true, false);
        }
    }

    /// Whether a file is being read or written.
    pub fn is_syncing(&self) -> bool {
        self.folders.values().any(|folder| folder.is_syncing)
    }

    /// A file was read and written; `sent` went into it. Returns why that failed, once.
    pub fn synced(
        &mut self,
        path: &Path,
        sent: &Project,
        result: Result<ProjectFile, ProjectError>,
    ) -> Option<String> {
        let folder = self.folders.get_mut(path)?;
        folder.is_syncing = false;
        match result {
            Ok(file) => {
                folder.project.take_over(file, sent);
                (folder.retry, folder.failure) = (None, None);
                None
            }
            Err(error) => {
                folder.retry = Some(Instant::now() + RETRY);
                let error = error.to_string();
                let is_new = folder.failure.replace(error.clone()).as_ref() != Some(&error);
                Some(error).filter(|_| is_new)
            }
        }
    }

    /// Saves all changes now; returns the folders where that failed, and why.
    pub fn flush(&mut self) -> Vec<(String, String)> {
        let mut failed = vec![];
        for (path, folder) in &mut self.folders {
            let Some(mut file) = folder.project.unsaved().cloned() else { continue };
            let sent = folder.project.content().clone();
            match file.save(&sent) {
                Ok(_) => folder.project.take_over(file, &sent),
                Err(error) => failed.push((path.display().to_string(), error.to_string())),
            }
        }
        failed
    }

    /// What cannot be saved in its place goes to a folder chosen by the user.
    pub fn save_elsewhere(&mut self, chosen: &Path) {
        for folder in self.folders.values_mut().filter(|folder| folder.project.unsaved().is_some()) {
            if let Ok(file) = ProjectFile::open(chosen) {
                let known = file.content().clone();
                folder.project.take_over(file, &known);
            }
        }
    }
}
