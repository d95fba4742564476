//! Writing a session file without ever destroying the work of others.

use std::path::{Path, PathBuf};

use super::content::{Session, VERSION};
use crate::files::stamped::{self, Former, NotWritten, Stamp};

/// Why a session was not saved. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error(
        "{}: was changed by another program in the meantime and is not overwritten; save under another name, \
         or open the photo again to see the changes",
        path.display()
    )]
    ChangedByOther { path: PathBuf },
    #[error("{}: cannot be written: {cause}", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error("{}: cannot be written: its folder was renamed, removed or disconnected", path.display())]
    FolderGone { path: PathBuf },
    #[error("{}: cannot be saved: {cause}", path.display())]
    Invalid { path: PathBuf, cause: String },
}

pub(super) fn save(
    session: &Session,
    path: &Path,
    expected: &Stamp,
    former: Former,
) -> Result<Stamp, SaveError> {
    let bytes = encoded(session, path)?;
    stamped::write(&bytes, path, expected, former).map_err(|error| match error {
        NotWritten::Changed => SaveError::ChangedByOther { path: path.into() },
        NotWritten::FolderGone => SaveError::FolderGone { path: path.into() },
        NotWritten::Failed(cause) => SaveError::Unwritable { path: path.into(), cause },
    })
}

/// Saves under the first free name. `path` is used in messages.
pub(super) fn save_new(
    session: &Session,
    path: &Path,
    names: impl Iterator<Item = PathBuf>,
) -> Result<(PathBuf, Stamp), SaveError> {
    for name in names {
        match save(session, &name, &Stamp::ABSENT, Former::Kept) {
            Ok(stamp) => return Ok((name, stamp)),
            Err(SaveError::ChangedByOther { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let cause = "too many conflicting versions exist; delete those you do not need".into();
    Err(SaveError::Invalid { path: path.into(), cause })
}

fn encoded(session: &Session, path: &Path) -> Result<Vec<u8>, SaveError> {
    let invalid = |cause| SaveError::Invalid { path: path.into(), cause };
    session.check().map_err(invalid)?;
    if session.version() != VERSION {
        return Err(invalid(format!("format version {} cannot be written", session.version())));
    }
    let mut bytes = serde_json::to_vec(session).map_err(|e| invalid(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
