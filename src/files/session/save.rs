//! Writing a session file, without ever destroying what somebody else wrote.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::content::{Session, VERSION};
use super::{MAX_CONFLICTS, conflict, folder_of, hash_of_path, sibling};
use crate::files::atomic::readable;

/// Temporary files older than this belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(60);

/// What a session file held when it was read or written: its hash, or that there was none.
///
/// Comes from loading and saving only, so that what could not be read cannot be saved over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<[u8; 32]>);

impl Stamp {
    /// That there is no file.
    pub const ABSENT: Self = Self(None);

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Some(Sha256::digest(bytes).into()))
    }

    /// What a file holds now.
    fn now(path: &Path) -> std::io::Result<Self> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Self::ABSENT),
            Err(e) => return Err(e),
        };
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match std::io::Read::read(&mut file, &mut buffer)? {
                0 => return Ok(Self(Some(hash.finalize().into()))),
                n => hash.update(&buffer[..n]),
            }
        }
    }
}

/// Why a session was not saved. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error(
        "{}: was changed by another program meanwhile and is left as it is; save under another name, \
         or open the photo again to see the changes",
        path.display()
    )]
    ChangedByOther { path: PathBuf },
    #[error("{}: cannot be written: {cause}; the work is not saved", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error("{}: cannot be saved: {cause}", path.display())]
    Invalid { path: PathBuf, cause: String },
}

/// What becomes of the file that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Former {
    Kept,
    Dropped,
}

pub(super) fn save(
    session: &Session,
    path: &Path,
    expected: &Stamp,
    former: Former,
) -> Result<Stamp, SaveError> {
    let unwritable = |cause| SaveError::Unwritable { path: path.into(), cause };
    let bytes = encoded(session, path)?;
    let folder = folder_of(path);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let _lock = lock(path);
    remove_abandoned(path);
    if Stamp::now(path).map_err(unwritable)? != *expected {
        return Err(SaveError::ChangedByOther { path: path.into() });
    }
    let new = temporary(path, &bytes).map_err(unwritable)?;
    if *expected == Stamp::ABSENT {
        let placed = new.persist_noclobber(path);
        placed.map_err(|e| match e.error.kind() {
            ErrorKind::AlreadyExists => SaveError::ChangedByOther { path: path.into() },
            _ => SaveError::Unwritable { path: path.into(), cause: e.error },
        })?;
    } else {
        if former == Former::Kept {
            keep_former(path).map_err(unwritable)?;
        }
        new.persist(path).map_err(|e| SaveError::Unwritable { path: path.into(), cause: e.error })?;
    }
    sync_folder(folder);
    Ok(Stamp::of(&bytes))
}

pub(super) fn save_as_conflict(session: &Session, path: &Path) -> Result<(PathBuf, Stamp), SaveError> {
    for n in 1..=MAX_CONFLICTS {
        let candidate = conflict(path, n);
        match save(session, &candidate, &Stamp::ABSENT, Former::Kept) {
            Ok(stamp) => return Ok((candidate, stamp)),
            Err(SaveError::ChangedByOther { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let cause = "there are too many conflicting versions already; delete those you do not need".into();
    Err(SaveError::Invalid { path: path.into(), cause })
}

fn encoded(session: &Session, path: &Path) -> Result<Vec<u8>, SaveError> {
    let invalid = |cause| SaveError::Invalid { path: path.into(), cause };
    session.check().map_err(invalid)?;
    if session.version() != VERSION {
        return Err(invalid(format!("version {} of the format cannot be written", session.version())));
    }
    let mut bytes = serde_json::to_vec(session).map_err(|e| invalid(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What the names of temporary files for this one begin with: short, because the photo's name may be as
/// long as a name can be.
fn temporary_prefix(path: &Path) -> OsString {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let hash: String = Sha256::digest(name).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!(".tinsel-{hash}-").into()
}

/// A complete temporary file beside the target, with the permissions of what it replaces.
fn temporary(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let prefix = temporary_prefix(path);
    let mut builder = tempfile::Builder::new();
    let mut file = readable(builder.prefix(&prefix).suffix(".tmp")).tempfile_in(folder_of(path))?;
    let mut buffered = BufWriter::new(file.as_file_mut());
    buffered.write_all(bytes)?;
    buffered.flush()?;
    drop(buffered);
    if let Ok(former) = path.metadata() {
        // Best effort: a file system without permissions is no reason to lose the work.
        drop(file.as_file().set_permissions(former.permissions()));
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Keeps the present file under the name for the former one; `path` is there all the time.
fn keep_former(path: &Path) -> std::io::Result<()> {
    let former = sibling(path, ".bak.json");
    let mut name = temporary_prefix(path);
    name.push("bak.tmp");
    let link = path.with_file_name(name);
    let _ = std::fs::remove_file(&link);
    if std::fs::hard_link(path, &link).is_err() {
        // Not every file system knows links.
        std::fs::copy(path, &link)?;
    }
    std::fs::rename(&link, &former)
}

/// Makes the new name survive a power failure.
fn sync_folder(folder: &Path) {
    // Best effort: some systems cannot open a folder, and the content is safe in any case.
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Keeps other processes on this machine from saving the same file until it is dropped. `None`
/// where that is not possible; the stamp is compared in any case.
fn lock(path: &Path) -> Option<File> {
    let folder = dirs::cache_dir()?.join("tinsel").join("locks");
    std::fs::create_dir_all(&folder).ok()?;
    let file = File::create(folder.join(hash_of_path(path))).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Removes what a process left that was killed while it saved this session.
fn remove_abandoned(path: &Path) {
    let prefix = temporary_prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && age().is_some_and(|age| age > ABANDONED)
        {
            // Best effort: it is in nobody's way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
