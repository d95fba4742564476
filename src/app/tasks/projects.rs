//! Reading and writing the projects of folders.

use std::path::PathBuf;

use super::{Kind, Outcome, Tasks};
use crate::files::project::{Project, ProjectFile};

impl Tasks {
    /// Writes the changes of a project, if there are any, and takes those of others in.
    pub fn sync_project(&mut self, folder: PathBuf, mut file: ProjectFile, sent: Project) {
        self.spawn(Kind::Other, move || {
            let result = file.save(&sent).map(|_| file);
            Outcome::ProjectSynced { folder, sent: Box::new(sent), result }
        });
    }
}
