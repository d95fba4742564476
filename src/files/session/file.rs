//! The session file of one photo: its content when the photo was opened, and saving to it.

use std::path::Path;

use super::content::Session;
use super::load::{Loaded, LoadedState, SessionError};
use super::target::{Content, Moved, Place, Saved, Target};
use crate::document::Document;
use crate::files::project::OpenProject;
use crate::files::stamped::Stamp;
use crate::files::{PhotoIdentity, Rendering, name_of};

/// The saved work on a photo.
#[derive(Debug, Default)]
pub struct Opened {
    /// The work, if any fits the photo.
    pub document: Option<Document>,
    /// A notice for the user.
    pub notice: Option<String>,
}

/// The session file of a photo.
#[derive(Debug)]
pub struct SessionFile {
    pub(super) target: Target,
    /// The session that the next save starts from, for the current photo. Unknown keys are preserved.
    pub(super) base: Session,
    pub(super) exists: bool,
}

impl SessionFile {
    /// Opens the session file of a photo, which is shown like this, with the result of loading. New classes are added to the project.
    pub fn open(
        photo: &Path,
        identity: PhotoIdentity,
        rendering: Rendering,
        loaded: Result<Loaded, SessionError>,
        project: &mut OpenProject,
    ) -> (Self, Opened) {
        let name = name_of(photo);
        let fresh = || Session::fresh(photo, identity.size, identity.fingerprint);
        let (loaded, error) = match loaded {
            Ok(loaded) => (loaded, None),
            Err(error) => {
                let path = error.path().to_path_buf();
                let free = Loaded { state: LoadedState::Fresh, path, stamp: Stamp::ABSENT, others: vec![] };
                (free, Some(format!("{error}. New work on this photo is saved in a new file next to it.")))
            }
        };
        let Loaded { state, path, stamp, others } = loaded;
        let (mut base, place, exists, notice) = match state {
            LoadedState::Fresh if error.is_some() => (fresh(), Place::Beside, false, error),
            LoadedState::Fresh => (fresh(), Place::There, false, None),
            LoadedState::Found(session) => {
                let notice = format!("Showing the latest work on {name}.");
                (session, Place::There, true, Some(notice).filter(|_| !others.is_empty()))
            }
            LoadedState::PhotoChanged { session, same_size: true } => {
                let notice = format!(
                    "{name} has changed since its masks were made; check that they still fit. New work is \
                     saved in a new file next to theirs."
                );
                (session, Place::Beside, true, Some(notice))
            }
            LoadedState::PhotoChanged { same_size: false, .. } => {
                let notice = format!(
                    "The masks of {name} were made when it had a different size; new work is saved in a new \
                     file next to theirs."
                );
                (fresh(), Place::Beside, false, Some(notice))
            }
        };
        base.photo.fingerprint = identity.fingerprint;
        if !rendering.is_automatic() {
            base.rendering = rendering;
        }
        let others: Vec<String> = others.iter().map(|other| other.display().to_string()).collect();
        let left = (!others.is_empty()).then(|| format!("Not changed: {}.", others.join(", ")));
        let notices: Vec<String> = notice.into_iter().chain(left).collect();
        let notice = (!notices.is_empty()).then(|| notices.join(" "));
        let opened = Opened { document: exists.then(|| base.document(project)), notice };
        let target = Target { path, stamp, place, spare: Session::spare_path_for(photo) };
        (Self { target, base, exists }, opened)
    }

    /// The path that the session is written to.
    pub fn path(&self) -> &Path {
        &self.target.path
    }

    /// Whether the file exists.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Saves the work now: in the file, in a new file next to it if it belongs to other work, or in the
    /// user's data folder if it cannot be written; [`SessionFile::path`] is then the new path. Returns a
    /// notice for the user.
    ///
    /// # Errors
    /// It cannot be saved anywhere. The message names the files and the causes.
    pub fn save(&mut self, document: &Document, model: Option<&str>) -> Result<Option<String>, String> {
        self.write(document, model, Content::Work)
    }

    /// Like [`SessionFile::save`], without keeping the previous version: for what a run adds bit by bit.
    ///
    /// # Errors
    /// Those of [`SessionFile::save`].
    pub fn save_found(&mut self, document: &Document) -> Result<Option<String>, String> {
        self.write(document, None, Content::Found)
    }

    fn write(
        &mut self,
        document: &Document,
        model: Option<&str>,
        content: Content,
    ) -> Result<Option<String>, String> {
        let session = self.base.with_work(document, document.masks(), model);
        let saved = self.target.write(&session, content)?;
        Ok(self.saved(saved))
    }

    /// Processes the result of a save; returns a notice for the user.
    pub(super) fn saved(&mut self, Saved { path, stamp, moved }: Saved) -> Option<String> {
        let former = std::mem::replace(&mut self.target.path, path);
        (self.target.stamp, self.target.place, self.exists) = (stamp, Place::There, true);
        let now = self.target.path.display();
        moved.map(|moved| match moved {
            Moved::Changed => {
                format!("{} was changed by another program; the new work is saved as {now}", former.display())
            }
            Moved::Unwritable(error) => format!("{error}. The work is saved as {now} instead."),
        })
    }
}
