//! The target of a session, and the alternatives if it cannot be written there.

use std::path::PathBuf;

use super::content::Session;
use super::save::SaveError;
use crate::files::stamped::Stamp;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Replace the content that the stamp stands for.
    There,
    /// Write a new file next to this one, which is not changed.
    Beside,
    /// Write a new file at the path, or under the first free name.
    New,
}

/// The changes since the last save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Work,
    /// Further masks of a run, which need no previous version.
    Found,
    /// Only the view.
    View,
}

/// The file for the session of a photo.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub path: PathBuf,
    pub stamp: Stamp,
    pub place: Place,
    /// The alternative in the user's data folder, if the file cannot be written.
    pub spare: Option<PathBuf>,
}

/// What was written.
pub(super) struct Saved {
    pub path: PathBuf,
    pub stamp: Stamp,
    /// Why `path` is not the expected one.
    pub moved: Option<Moved>,
}

pub(super) enum Moved {
    /// The file was changed by another program.
    Changed,
    /// The file could not be written, for this reason.
    Unwritable(SaveError),
}

impl Target {
    /// Writes a session to its file, or to the alternative if that fails.
    ///
    /// # Errors
    /// Neither can be written. The message names the files and the causes.
    pub fn write(&self, session: &Session, content: Content) -> Result<Saved, String> {
        let error = match self.write_in_place(session, content) {
            Ok(saved) => return Ok(saved),
            Err(error) => error,
        };
        if content == Content::View {
            // The view is not work; the problem will be reported when there is work to save.
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
            // A missing file cannot be destroyed.
            Err(SaveError::ChangedByOther { .. }) if path.symlink_metadata().is_err() => {
                session.save(path, &Stamp::ABSENT).map(there)
            }
            // A view is not worth a conflicting version.
            Err(SaveError::ChangedByOther { .. }) if content == Content::View => Ok(there(*stamp)),
            Err(SaveError::ChangedByOther { .. }) => {
                let (path, stamp) = session.save_as_conflict(path)?;
                Ok(Saved { path, stamp, moved: Some(Moved::Changed) })
            }
            saved => saved.map(there),
        }
    }
}
