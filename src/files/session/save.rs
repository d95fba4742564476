//! Writing a session file, without ever destroying what somebody else wrote.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::content::{Session, VERSION};
use super::{conflicts, folder_of, hash_of_path, is_there, sibling};
use crate::files::atomic::{place_new, readable};
use crate::files::names::hash_of;

/// Temporary files older than this belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(60);
/// The least time in which others who are about to replace a file will have done so.
const OTHERS_DELAY: Duration = Duration::from_millis(20);

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

    /// What a file holds now. A link to nothing holds nothing.
    fn now(path: &Path) -> std::io::Result<Self> {
        match path.metadata() {
            // A pipe might be waited for without end.
            Ok(data) if !data.is_file() => return Err(std::io::Error::other("it is no file")),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Self::ABSENT),
            Err(e) => return Err(e),
        }
        let mut file = File::open(path)?;
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
    #[error("{}: cannot be written: {cause}", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error("{}: cannot be written: its folder was renamed, removed or disconnected", path.display())]
    FolderGone { path: PathBuf },
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
    let changed = || SaveError::ChangedByOther { path: path.into() };
    let bytes = encoded(session, path)?;
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(SaveError::FolderGone { path: path.into() });
    }
    let _lock = lock(path);
    remove_abandoned(path);
    if Stamp::now(path).map_err(unwritable)? != *expected {
        return Err(changed());
    }
    let new = temporary(path, &bytes).map_err(unwritable)?.into_temp_path();
    let saved = Stamp::of(&bytes);
    let is_ours = if *expected == Stamp::ABSENT {
        match place_new(new, path) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => false,
            Err(e) => return Err(unwritable(e)),
        }
    } else {
        replace(new, path, (*expected, saved), former).map_err(unwritable)?
    };
    sync_folder(folder);
    if is_ours { Ok(saved) } else { Err(changed()) }
}

/// Saves under the first of the names under which there is nothing. `path` is for messages.
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
    format!(".tinsel-{}-", hash_of(name)).into()
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

/// Puts a temporary file in the place of another one, which becomes the former version. Returns false, and
/// leaves what is there, if somebody who does not have our lock (another user, another machine) has
/// changed it. `stamps` are those of what is to be replaced and of the new one.
pub(super) fn replace(
    new: TempPath,
    path: &Path,
    stamps: (Stamp, Stamp),
    former: Former,
) -> std::io::Result<bool> {
    let (expected, saved) = stamps;
    let began = Instant::now();
    if exchange(&new, path).is_err() {
        return replace_and_look(new, path, stamps, former, began);
    }
    // The temporary name now is that of what was replaced, whoever wrote it last.
    if Stamp::now(&new).is_ok_and(|replaced| replaced == expected) {
        if former == Former::Kept {
            keep_as_former(new, path);
        }
        return Ok(true);
    }
    let is_back = exchange(&new, path).is_ok();
    if !is_back || Stamp::now(&new).is_ok_and(|ours| ours != saved) {
        keep_beside(new, path)?;
    }
    Ok(false)
}

/// As [`replace`], where files cannot change places: what others do in the very moment is seen afterwards.
pub(super) fn replace_and_look(
    new: TempPath,
    path: &Path,
    (expected, saved): (Stamp, Stamp),
    former: Former,
    began: Instant,
) -> std::io::Result<bool> {
    let kept = copy_of(path)?;
    if Stamp::now(&kept)? != expected {
        return Ok(false);
    }
    new.persist(path).map_err(|e| e.error)?;
    if former == Former::Kept {
        keep_as_former(kept, path);
    }
    // Others who looked before need about as long as this took until they write over it.
    std::thread::sleep(OTHERS_DELAY + 2 * began.elapsed());
    Ok(Stamp::now(path)? == saved)
}

/// Lets two names change their files.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Gives what somebody else wrote a name of its own beside the session.
fn keep_beside(file: TempPath, path: &Path) -> std::io::Result<()> {
    let name = conflicts(path).find(|name| !is_there(name));
    let kept = file.keep().map_err(|e| e.error)?;
    name.map_or(Ok(()), |name| std::fs::rename(kept, name))
}

/// Lets a file be the former version. Best effort: the work itself is saved.
fn keep_as_former(file: TempPath, path: &Path) {
    if let Err(e) = file.persist(sibling(path, ".bak.json")) {
        log::warn!("{}: the former version cannot be kept: {}", path.display(), e.error);
    }
}

/// A second name for a file, or a copy where the file system knows no links.
fn copy_of(path: &Path) -> std::io::Result<TempPath> {
    let mut name = temporary_prefix(path);
    name.push("bak.tmp");
    let copy = path.with_file_name(name);
    let _ = std::fs::remove_file(&copy);
    if std::fs::hard_link(path, &copy).is_err() {
        std::fs::copy(path, &copy)?;
    }
    TempPath::try_from_path(copy)
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
