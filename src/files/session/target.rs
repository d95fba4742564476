//! Where the session of a photo is written, and what becomes of it if that is not possible there.

use std::path::PathBuf;

use super::content::Session;
use super::save::SaveError;
use crate::files::stamped::Stamp;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In place of what the stamp stands for.
    There,
    /// Beside the file, which is not touched.
    Beside,
    /// There, under the first name that is free.
    New,
}

/// What has changed since the last save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Work,
    /// What everything mode has found so far, for at least the second time: no version of its own.
    Found,
    /// Nothing but the view.
    View,
}

/// The file for the session of a photo.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub path: PathBuf,
    pub stamp: Stamp,
    pub place: Place,
    /// In the user's data folder, for when the file cannot be written.
    pub spare: Option<PathBuf>,
}

/// What was written.
pub(super) struct Saved {
    pub path: PathBuf,
    pub stamp: Stamp,
    /// Why `path` is not where it was to be.
    pub moved: Option<Moved>,
}

pub(super) enum Moved {
    /// The file had been changed by somebody else.
    Changed,
    /// The file could not be written, as this says.
    Unwritable(SaveError),
}

impl Target {
    /// Writes a session where it is to be, or, where that is not possible, in the spare place.
    ///
    /// # Errors
    /// It can be written in neither place. The message names the files and the causes.
    pub fn write(&self, session: &Session, content: Content) -> Result<Saved, String> {
        let error = match self.write_in_place(session, content) {
            Ok(saved) => return Ok(saved),
            Err(error) => error,
        };
        if content == Content::View {
            // It is no work, and whatever stands in its way will be told when there is some.
            log::warn!("{error}");
            return Ok(Saved { path: self.path.clone(), stamp: self.stamp, moved: None });
        }
        match self.spare.as_ref().map(|spare| session.save_spare(spare)) {
            Some(Ok((path, stamp))) => Ok(Saved { path, stamp, moved: Some(Moved::Unwritable(error)) }),
            Some(Err(second)) => Err(format!("{error}; {second}")),
            None => Err(error.to_string()),
        }
    }

    fn write_in_place(&self, session: &Session, content: Content) -> Result<Saved, SaveError> {
        let Self { path, stamp, place, .. } = self;
        let there = |stamp| Saved { path: path.clone(), stamp, moved: None };
        let new = |(path, stamp)| Saved { path, stamp, moved: None };
        match place {
            Place::There => {}
            Place::Beside => return session.save_as_conflict(path).map(new),
            Place::New => return session.save_in(path).map(new),
        }
        let saved = match content {
            Content::Work => session.save(path, stamp),
            Content::Found | Content::View => session.save_view(path, stamp),
        };
        match saved {
            // Where there is nothing, nothing can be destroyed.
            Err(SaveError::ChangedByOther { .. }) if path.symlink_metadata().is_err() => {
                session.save(path, &Stamp::ABSENT).map(there)
            }
            // A view is no work to keep beside that of somebody else.
            Err(SaveError::ChangedByOther { .. }) if content == Content::View => Ok(there(*stamp)),
            Err(SaveError::ChangedByOther { .. }) => {
                let (path, stamp) = session.save_as_conflict(path)?;
                Ok(Saved { path, stamp, moved: Some(Moved::Changed) })
            }
            saved => saved.map(there),
        }
    }
}
