//! Small files of ours that several windows, people and machines may write, replaced without ever destroying
//! what somebody else wrote: a [`Stamp`] says what the writer believes to be there.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::atomic::{place_new, readable};
use super::names::hash_of;

/// Temporary files older than this belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(60);
/// The least time in which others who are about to replace a file will have done so.
const OTHERS_DELAY: Duration = Duration::from_millis(20);
/// Names for conflicting versions are given up after this many.
const MAX_CONFLICTS: u32 = 1000;

/// What a file held when it was read or written: its hash, or that there was none.
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

/// What becomes of the file that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Former {
    Kept,
    Dropped,
}

/// Why a file was not written; it is what it was before then.
#[derive(Debug)]
pub(super) enum NotWritten {
    /// It does not hold what was expected.
    Changed,
    FolderGone,
    Failed(std::io::Error),
}

/// Writes a file in place of what `expected` stands for.
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

/// Whether there is something under a name, be it a link to nothing.
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

/// Whether a file can be made in a folder; asks by making one, which leaves no trace.
pub(super) fn is_writable(folder: &Path) -> bool {
    tempfile::tempfile_in(folder).is_ok()
}
