//! Small files of Tinsel that several windows, people and machines may write, replaced without ever
//! destroying the work of others: a [`Stamp`] is the content that the writer expects.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::atomic::{place_new, readable};
use super::names::hash_of;

/// Temporary files older than this are abandoned.
const ABANDONED: Duration = Duration::from_secs(60);
/// The time within which a process that is about to replace a file has done so.
const OTHERS_DELAY: Duration = Duration::from_millis(20);
/// The most conflicting versions.
const MAX_CONFLICTS: u32 = 1000;

/// The content of a file when it was read or written: its hash, or its absence.
///
/// Only loading and saving create stamps, so that a file that could not be read cannot be overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<[u8; 32]>);

impl Stamp {
    /// The absence of a file.
    pub const ABSENT: Self = Self(None);

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Some(Sha256::digest(bytes).into()))
    }

    /// The current content of a file. A broken link counts as absent.
    fn now(path: &Path) -> std::io::Result<Self> {
        match path.metadata() {
            // A pipe could block forever.
            Ok(data) if !data.is_file() => return Err(std::io::Error::other("it is not a file")),
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

/// What to do with the replaced file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Former {
    Kept,
    Dropped,
}

/// Why a file was not written; it is not changed then.
#[derive(Debug)]
pub(super) enum NotWritten {
    /// Its content is not the expected one.
    Changed,
    FolderGone,
    Failed(std::io::Error),
}

/// Replaces the content that `expected` stands for.
///
/// # Errors
/// See [`NotWritten`].
pub(super) fn write(
    bytes: &[u8],
    path: &Path,
    expected: &Stamp,
    former: Former,
) -> Result<Stamp, NotWritten> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(NotWritten::FolderGone);
    }
    let _lock = lock(path);
    remove_abandoned(path);
    if Stamp::now(path).map_err(NotWritten::Failed)? != *expected {
        return Err(NotWritten::Changed);
    }
    let new = temporary(path, bytes).map_err(NotWritten::Failed)?.into_temp_path();
    let saved = Stamp::of(bytes);
    let is_ours = if *expected == Stamp::ABSENT {
        match place_new(new, path) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => false,
            Err(e) => return Err(NotWritten::Failed(e)),
        }
    } else {
        replace(new, path, (*expected, saved), former).map_err(NotWritten::Failed)?
    };
    sync_folder(folder);
    if is_ours { Ok(saved) } else { Err(NotWritten::Changed) }
}

/// The prefix of temporary files for this file: short, because the photo's name may already have the greatest
/// length.
fn temporary_prefix(path: &Path) -> OsString {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    format!(".tinsel-{}-", hash_of(name)).into()
}

/// A complete temporary file next to the target, with the permissions of the file that it replaces.
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

/// Replaces a file by a temporary one; the replaced file becomes the previous version. Returns false and
/// changes nothing if a process outside our lock (another user, another machine) has changed the file.
/// `stamps` are those of the expected and of the new content.
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
    // The temporary name now belongs to the replaced file, whoever wrote it last.
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

/// Like [`replace`], if files cannot be exchanged: simultaneous changes of others are detected afterwards.
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
    // Processes that checked before this one need about as long as this took to overwrite the file.
    std::thread::sleep(OTHERS_DELAY + 2 * began.elapsed());
    Ok(Stamp::now(path)? == saved)
}

/// Exchanges the files of two names.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Moves the work of others to a new name next to the session.
fn keep_beside(file: TempPath, path: &Path) -> std::io::Result<()> {
    let name = conflicts(path).find(|name| !is_there(name));
    let kept = file.keep().map_err(|e| e.error)?;
    name.map_or(Ok(()), |name| std::fs::rename(kept, name))
}

/// Turns a file into the previous version. Best effort: the work itself is saved.
fn keep_as_former(file: TempPath, path: &Path) {
    if let Err(e) = file.persist(sibling(path, ".bak.json")) {
        log::warn!("{}: the previous version cannot be kept: {}", path.display(), e.error);
    }
}

/// A second name for a file, or a copy if the file system has no links.
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

/// Keeps other processes on this machine from saving the same file until dropped. `None` if that is
/// impossible; the stamp is compared in any case.
fn lock(path: &Path) -> Option<File> {
    let folder = dirs::cache_dir()?.join("tinsel").join("locks");
    std::fs::create_dir_all(&folder).ok()?;
    let file = File::create(folder.join(hash_of_path(path))).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Removes leftovers of a process that was killed while saving this session.
fn remove_abandoned(path: &Path) {
    let prefix = temporary_prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && age().is_some_and(|age| age > ABANDONED)
        {
            // Best effort: it does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is taken, even if by a broken link.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The file for the n-th conflicting version, from the session file or that of another such version.
pub(super) fn conflict(path: &Path, n: u32) -> PathBuf {
    path.with_extension("").with_extension(format!("tinsel-conflict-{n}.json"))
}

/// The files for conflicting versions, from the session file or that of another such version.
pub(super) fn conflicts(path: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=MAX_CONFLICTS).map(move |n| conflict(path, n))
}

/// `NAME.EXT` to `NAME.EXTsuffix`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}

/// `NAME.json` to `NAMEending`.
pub(super) fn sibling(path: &Path, ending: &str) -> PathBuf {
    with_suffix(&path.with_extension(""), ending)
}

pub(super) fn hash_of_path(path: &Path) -> String {
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    let absolute = absolute.unwrap_or_else(|_| path.to_path_buf());
    hash_of(absolute.as_os_str().as_encoded_bytes())
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether files can be created in a folder; tries it without leaving a trace.
pub(super) fn is_writable(folder: &Path) -> bool {
    tempfile::tempfile_in(folder).is_ok()
}
