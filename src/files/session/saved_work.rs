//! Adding proposals to the saved work on a photo, as the window would save it.

use std::path::Path;

use super::content::Session;
use super::file::{Opened, SessionFile};
use crate::annotation::Annotation;
use crate::document::{Document, Edit};
use crate::files::Photo;
use crate::files::project::OpenProject;

/// The saved work on a photo.
pub struct SavedWork {
    file: SessionFile,
    /// For the names of classes only: whoever opens the photo adds those that the folder does not have.
    project: OpenProject,
    pub document: Document,
    /// For the user.
    pub notices: Vec<String>,
}

impl SavedWork {
    /// Opens the work on a photo; it is empty if there is none that fits.
    pub fn open(photo: &Photo) -> Self {
        let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint);
        let mut project = OpenProject::of_photo(&photo.path);
        let (file, Opened { document, notice }) = SessionFile::open(photo, loaded, &mut project);
        Self { file, project, document: document.unwrap_or_default(), notices: notice.into_iter().collect() }
    }

    /// Adds the proposals that are not there yet, and saves; returns how many. A photo without a session gets
    /// one even without masks, as a sign that it is done.
    ///
    /// # Errors
    /// The session cannot be written anywhere. The message names the files and the causes.
    pub fn add(&mut self, proposals: Vec<Annotation>, model: &str) -> Result<usize, String> {
        let masks = self.document.missing(proposals);
        let count = masks.len();
        if count > 0 || !self.file.exists() {
            let masks = self.project.with_class_ids(masks, []);
            self.document.use_classes(self.project.classes().clone());
            self.document.apply(Edit::Import(masks));
            self.notices.extend(self.file.save(&self.document, Some(model))?);
        }
        Ok(count)
    }

    /// The file that the work is saved in.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}
