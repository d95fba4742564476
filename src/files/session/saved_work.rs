//! Adding proposals and followed objects to the saved work on a photo, as the window would save it.

use std::path::Path;

use super::content::Session;
use super::file::{Opened, SessionFile};
use crate::annotation::Annotation;
use crate::document::{Document, Edit, TrackChange, TrackEdit};
use crate::files::project::OpenProject;
use crate::files::{Photo, PhotoError, PhotoIdentity, Rendering};

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
        Self::open_as(&photo.path, photo.identity(), photo.rendering)
    }

    /// Like [`SavedWork::open`], for a photo that need not be decoded.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn of(photo: &Path) -> Result<Self, PhotoError> {
        Ok(Self::open_as(photo, PhotoIdentity::of(photo)?, Rendering::default()))
    }

    fn open_as(photo: &Path, identity: PhotoIdentity, rendering: Rendering) -> Self {
        let loaded = Session::load(photo, identity.size, identity.fingerprint);
        let mut project = OpenProject::of_photo(photo);
        let (file, Opened { document, notice }) =
            SessionFile::open(photo, identity, rendering, loaded, &mut project);
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

    /// Changes the objects of a sequence, and saves if that changes anything. Returns the changes that each edit has
    /// made.
    ///
    /// # Errors
    /// The session cannot be written anywhere. The message names the files and the causes.
    pub fn change_tracks(&mut self, edits: &[&TrackEdit]) -> Result<Vec<Vec<TrackChange>>, String> {
        let named = edits.iter().flat_map(|edit| edit.classes()).map(|name| (name, None));
        self.project.adopt_all(named, self.project.content().revision());
        self.document.use_classes(self.project.classes().clone());
        let size = (self.file.base.photo.width, self.file.base.photo.height);
        if edits.iter().any(|edit| !edit.fits(size)) {
            let (name, (width, height)) = (&self.file.base.photo.name, size);
            self.notices.push(format!("{name} has {width}x{height} pixels, which the masks do not fit"));
        }
        let change = |edit: &&TrackEdit| match edit.fits(size) {
            true => self.document.change_tracks(edit),
            false => vec![],
        };
        let changes: Vec<_> = edits.iter().map(change).collect();
        if changes.iter().any(|changes| !changes.is_empty()) {
            // Only what was followed comes bit by bit.
            let is_followed = edits.iter().all(|edit| matches!(edit, TrackEdit::Follow(_)));
            let notice = match is_followed {
                true => self.file.save_found(&self.document)?,
                false => self.file.save(&self.document, None)?,
            };
            self.notices.extend(notice);
        }
        Ok(changes)
    }

    /// The file that the work is saved in.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}
