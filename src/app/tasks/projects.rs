//! Reading and writing the projects of folders, and what the files next to photos say of the work on them.

use std::path::PathBuf;

use super::{Kind, Outcome, Tasks};
use crate::app::photo_list::PhotoList;
use crate::files::project::{Project, ProjectFile};
use crate::files::session::SessionFinder;

impl Tasks {
    /// Counts the masks in the files next to photos.
    pub fn count_masks(&mut self, photos: PhotoList) {
        self.spawn(Kind::Other, move || {
            let mut sessions = SessionFinder::default();
            let count = |photo: &PathBuf| Some((photo.clone(), sessions.count_masks(photo)?));
            Outcome::Counted(photos.iter().filter_map(count).collect())
        });
    }

    /// Finds the first photo whose file next to it has no masks.
    pub fn find_empty(&mut self, photos: Vec<PathBuf>) {
        self.spawn(Kind::Other, move || {
            let mut sessions = SessionFinder::default();
            let is_empty = |photo: &PathBuf| sessions.count_masks(photo).unwrap_or(0) == 0;
            Outcome::FoundEmpty(photos.into_iter().find(is_empty))
        });
    }

    /// Writes the changes of a project, if there are any, and takes those of others in.
    pub fn sync_project(&mut self, folder: PathBuf, mut file: ProjectFile, sent: Project) {
        self.spawn(Kind::Other, move || {
            let result = file.save(&sent).map(|_| file);
            Outcome::ProjectSynced { folder, sent: Box::new(sent), result }
        });
    }
}
