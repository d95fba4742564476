//! The session file of one photo: what it held when the photo was opened, and saving to it.

use std::path::Path;

use super::content::Session;
use super::load::{Loaded, LoadedState, SessionError};
use super::target::{Content, Moved, Place, Saved, Target};
use crate::document::Document;
use crate::files::Photo;
use crate::files::stamped::Stamp;

/// What was kept about a photo.
#[derive(Debug, Default)]
pub struct Opened {
    /// The work, if there is some that fits the photo.
    pub document: Option<Document>,
    /// What the user should know.
    pub notice: Option<String>,
}

/// The session file of a photo.
#[derive(Debug)]
pub struct SessionFile {
    pub(super) target: Target,
    /// What the next save starts from: what was read, about the photo as it is now. Keys that this program does
    /// not know go back into the file.
    pub(super) base: Session,
    pub(super) exists: bool,
}

impl SessionFile {
    /// Takes what was kept about a photo.
    pub fn open(photo: &Photo, loaded: Result<Loaded, SessionError>) -> (Self, Opened) {
        let name = photo.file_name();
        let fresh = || Session::new(name.clone(), photo.pixels.dimensions(), photo.fingerprint);
        let (loaded, error) = match loaded {
            Ok(loaded) => (loaded, None),
            Err(error) => {
                let path = error.path().to_path_buf();
                let free = Loaded { state: LoadedState::Fresh, path, stamp: Stamp::ABSENT, others: vec![] };
                (free, Some(format!("{error}. New work on this photo is saved beside it.")))
            }
        };
        let Loaded { state, path, stamp, others } = loaded;
        let (mut base, place, exists, notice) = match state {
            LoadedState::Fresh if error.is_some() => (fresh(), Place::Beside, false, error),
            LoadedState::Fresh => (fresh(), Place::There, false, None),
            LoadedState::Found(session) => {
                let notice = format!("The newest work on {name} is used.");
                (session, Place::There, true, Some(notice).filter(|_| !others.is_empty()))
            }
            LoadedState::PhotoChanged { session, same_size: true } => {
                let notice = format!(
                    "{name} has changed since its masks were made; look whether they still fit. New work is \
                     saved beside them."
                );
                (session, Place::Beside, true, Some(notice))
            }
            LoadedState::PhotoChanged { same_size: false, .. } => {
                let notice = format!(
                    "The masks of {name} were made when it had another size; new work is saved beside them."
                );
                (fresh(), Place::Beside, false, Some(notice))
            }
        };
        base.photo.fingerprint = photo.fingerprint;
        let others: Vec<String> = others.iter().map(|other| other.display().to_string()).collect();
        let left = (!others.is_empty()).then(|| format!("Left as it is: {}.", others.join(", ")));
        let notices: Vec<String> = notice.into_iter().chain(left).collect();
        let notice = (!notices.is_empty()).then(|| notices.join(" "));
        let opened = Opened { document: exists.then(|| base.document()), notice };
        let target = Target { path, stamp, place, spare: Session::spare_path_for(&photo.path) };
        (Self { target, base, exists }, opened)
    }

    /// Where the session is written.
    pub fn path(&self) -> &Path {
        &self.target.path
    }

    /// Whether there is such a file.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Saves the work now: in the file, beside it where it holds something else, or in the user's data folder
    /// where it cannot be written; [`SessionFile::path`] then says where. Returns what the user should know.
    ///
    /// # Errors
    /// It can be saved nowhere. The message names the files and the causes.
    pub fn save(&mut self, document: &Document, model: Option<&str>) -> Result<Option<String>, String> {
        let session = self.base.with_work(document, document.masks(), model);
        let saved = self.target.write(&session, Content::Work)?;
        Ok(self.saved(saved))
    }

    /// Notes what was written; returns what the user should know.
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
