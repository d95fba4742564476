//! Files are written completely or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tempfile::{Builder, PathPersistError, TempDir, TempPath};

use super::regular;

/// Why nothing was written. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{}: already exists and was not changed", path.display())]
    Exists { path: PathBuf },
    #[error("{}: cannot be written: {cause}; choose a folder that you can write to", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error("{}: cannot be written: {cause}", path.display())]
    Encoding { path: PathBuf, cause: String },
}

/// A set of files that appear together: all are written to temporary files next to their targets first, and
/// only get their names if everything succeeded.
pub struct FileSet {
    overwrite: bool,
    pending: Vec<Pending>,
    /// By target folder.
    stagings: BTreeMap<PathBuf, Staging>,
}

/// A file that is written but does not have its final name yet.
struct Pending {
    /// Closed, because a system limits open files to a few hundred.
    file: TempPath,
    path: PathBuf,
    replace: bool,
}

impl FileSet {
    /// An empty set; `overwrite` allows it to replace existing files.
    pub fn new(overwrite: bool) -> Self {
        Self { overwrite, pending: vec![], stagings: BTreeMap::new() }
    }

    /// Checks in advance whether a file can be written.
    ///
    /// # Errors
    /// The file already exists, is a folder, a device or a pipe, or its folder is not a folder.
    pub fn check(&self, path: &Path) -> Result<(), WriteError> {
        refuse_what_is_no_file(path)?;
        if folder_of(path).exists() && !folder_of(path).is_dir() {
            let cause = std::io::Error::other("its folder is a file");
            return Err(WriteError::Unwritable { path: path.into(), cause });
        }
        if !self.overwrite && path.exists() {
            return Err(WriteError::Exists { path: path.into() });
        }
        Ok(())
    }

    /// Writes the content of a file, under a temporary name for now.
    ///
    /// # Errors
    /// Those of [`FileSet::check`]; the disk is full; the content cannot be encoded.
    pub(super) fn add(
        &mut self,
        path: &Path,
        content: impl FnOnce(&mut dyn WriteSeek) -> Result<(), String>,
    ) -> Result<(), WriteError> {
        self.check(path)?;
        self.write(path, self.overwrite, content)
    }

    /// Like [`FileSet::add`], for text.
    ///
    /// # Errors
    /// Those of [`FileSet::add`].
    pub(super) fn add_text(&mut self, path: &Path, text: &str) -> Result<(), WriteError> {
        self.add(path, |out| out.write_all(text.as_bytes()).map_err(|e| e.to_string()))
    }

    /// Like `FileSet::add`, for a JSON value.
    ///
    /// # Errors
    /// Those of `FileSet::add`.
    pub fn add_json(&mut self, path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
        self.add(path, |out| serde_json::to_writer(out, value).map_err(|e| e.to_string()))
    }

    /// Like [`FileSet::add`], for text that extends the existing file, which is replaced in any case.
    ///
    /// # Errors
    /// Those of [`FileSet::add`], except [`WriteError::Exists`].
    pub(super) fn add_shared(&mut self, path: &Path, text: &str) -> Result<(), WriteError> {
        self.write(path, true, |out| out.write_all(text.as_bytes()).map_err(|e| e.to_string()))
    }

    fn write(
        &mut self,
        path: &Path,
        replace: bool,
        content: impl FnOnce(&mut dyn WriteSeek) -> Result<(), String>,
    ) -> Result<(), WriteError> {
        let unwritable = |cause| WriteError::Unwritable { path: path.into(), cause };
        refuse_what_is_no_file(path)?;
        let staging = self.staging(folder_of(path)).map_err(unwritable)?;
        let mut file =
            readable(&mut Builder::new()).tempfile_in(staging.folder.path()).map_err(unwritable)?;
        let mut buffered = BufWriter::new(file.as_file_mut());
        content(&mut buffered).map_err(|cause| WriteError::Encoding { path: path.into(), cause })?;
        buffered.flush().map_err(unwritable)?;
        drop(buffered);
        file.as_file().sync_all().map_err(unwritable)?;
        self.pending.push(Pending { file: file.into_temp_path(), path: path.into(), replace });
        Ok(())
    }

    /// The staging folder for a target folder; both are created.
    fn staging(&mut self, folder: &Path) -> std::io::Result<&Staging> {
        if !self.stagings.contains_key(folder) {
            std::fs::create_dir_all(folder)?;
            Staging::sweep_once(folder);
            self.stagings.insert(folder.into(), Staging::new(folder)?);
        }
        Ok(&self.stagings[folder])
    }

    /// Gives the files their names and returns the names.
    ///
    /// # Errors
    /// A file has appeared in the meantime, or the folder has become read-only. New files are removed again;
    /// files to be replaced have their old or new content, but are never half-written.
    pub fn commit(self) -> Result<Vec<PathBuf>, WriteError> {
        let mut written: Vec<PathBuf> = vec![];
        let mut new: Vec<PathBuf> = vec![];
        for Pending { file, path, replace } in self.pending {
            let placed =
                if replace { file.persist(&path).map_err(|e| e.error) } else { place_new(file, &path) };
            if let Err(cause) = placed {
                // Best effort; the error below is what matters.
                new.iter().for_each(|file| drop(std::fs::remove_file(file)));
                return Err(match cause.kind() {
                    ErrorKind::AlreadyExists => WriteError::Exists { path },
                    _ => WriteError::Unwritable { path, cause },
                });
            }
            if !replace {
                new.push(path.clone());
            }
            written.push(path);
        }
        Ok(written)
    }
}

/// Renaming would replace a device by a file.
fn refuse_what_is_no_file(path: &Path) -> Result<(), WriteError> {
    let kind = path.metadata().ok().and_then(|data| regular::other_kind(&data));
    let Some(kind) = kind else { return Ok(()) };
    Err(WriteError::Unwritable { path: path.into(), cause: std::io::Error::other(format!("it is {kind}")) })
}

/// A folder for temporary files. It is locked while in use, so that others can recognise the leftovers of a
/// killed process.
struct Staging {
    folder: TempDir,
    /// Held, not read.
    _lock: File,
}

/// The prefix of staging folders, and the name of their lock file.
const STAGING: &str = ".tinsel-";
const LOCK: &str = "lock";

impl Staging {
    fn new(folder: &Path) -> std::io::Result<Self> {
        loop {
            let folder = Builder::new().prefix(STAGING).tempdir_in(folder)?;
            let path = folder.path().join(LOCK);
            // Until the lock is held, another process may take the folder for abandoned and remove it.
            let lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                lock => lock?,
            };
            // Without locks nobody can hold this one, and nothing is cleaned up.
            let is_swept = matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) || !path.exists();
            if !is_swept {
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Removes the leftovers of killed processes in a folder, the first time that this process works there.
    fn sweep_once(folder: &Path) {
        static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
        if SWEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.into()) {
            Self::sweep(folder);
        }
    }

    /// Best effort: leftovers do no harm.
    fn sweep(folder: &Path) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in
            entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(STAGING.as_bytes()))
        {
            let staging = entry.path();
            match OpenOptions::new().write(true).open(staging.join(LOCK)) {
                Ok(lock) if lock.try_lock().is_ok() => drop(std::fs::remove_dir_all(&staging)),
                Ok(_) => {}
                // Only removes an empty folder.
                Err(_) => drop(std::fs::remove_dir(&staging)),
            }
        }
    }
}

/// Gives a temporary file its name if that name is free.
///
/// # Errors
/// The name is taken ([`ErrorKind::AlreadyExists`]), even if by a broken link, or the file cannot be renamed.
/// The temporary file is then removed.
pub(super) fn place_new(file: TempPath, path: &Path) -> std::io::Result<()> {
    place_new_by(|file, path: &Path| file.persist_noclobber(path), file, path)
}

/// Like [`place_new`]; `persist_noclobber` is passed in because a file system may not support it.
fn place_new_by(
    persist_noclobber: impl Fn(TempPath, &Path) -> Result<(), PathPersistError>,
    file: TempPath,
    path: &Path,
) -> std::io::Result<()> {
    let Err(refused) = persist_noclobber(file, path) else { return Ok(()) };
    match path.symlink_metadata() {
        Ok(_) => Err(ErrorKind::AlreadyExists.into()),
        // Some file systems support neither links nor a rename that never replaces.
        Err(e) if e.kind() == ErrorKind::NotFound => refused.path.persist(path).map_err(|e| e.error),
        Err(_) => Err(refused.error),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Temporary files are private; a result should be as readable as any other new file, according to the user's
/// umask.
#[cfg(unix)]
pub(super) fn readable<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
pub(super) fn readable<'a, 'b>(builder: &'a mut Builder<'b, 'b>) -> &'a mut Builder<'b, 'b> {
    builder
}

/// The traits that an encoder needs from a file.
pub(super) trait WriteSeek: Write + std::io::Seek {}

impl<T: Write + std::io::Seek> WriteSeek for T {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &'static str) -> impl FnOnce(&mut dyn WriteSeek) -> Result<(), String> {
        move |out| out.write_all(text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn nothing_appears_when_one_file_fails() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = FileSet::new(false);
        files.add(&dir.path().join("a.txt"), text("a")).unwrap();
        files.add(&dir.path().join("b.txt"), |_| Err("no".into())).unwrap_err();
        drop(files);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_process_has_left_is_removed_and_the_work_of_others_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut others = FileSet::new(false);
        others.add(&dir.path().join("theirs.txt"), text("theirs")).unwrap();
        let abandoned = dir.path().join(".tinsel-abandoned");
        std::fs::create_dir(&abandoned).unwrap();
        std::fs::create_dir(dir.path().join(".tinsel-empty")).unwrap();
        ["lock", "half"].iter().for_each(|name| std::fs::write(abandoned.join(name), name).unwrap());
        Staging::sweep(dir.path());
        let mut files = FileSet::new(false);
        files.add(&dir.path().join("ours.txt"), text("ours")).unwrap();
        files.commit().unwrap();
        others.commit().unwrap();
        let entries = std::fs::read_dir(dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["ours.txt", "theirs.txt"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_device_or_a_pipe_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut files = FileSet::new(true);
        for (path, kind) in [(&*pipe, "a pipe"), (Path::new("/dev/null"), "a device")] {
            let errors = [files.check(path), files.add(path, text("a")), files.add_shared(path, "a")];
            for error in errors.map(|result| result.unwrap_err().to_string()) {
                assert!(error.contains(kind), "{error}");
            }
        }
        assert_eq!(files.commit().unwrap(), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_plain_rename_will_do_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        let place = |content: &str| {
            let file = tempfile::NamedTempFile::new_in(dir.path()).unwrap().into_temp_path();
            std::fs::write(&file, content).unwrap();
            let unsupported = |path, _: &Path| {
                Err(PathPersistError { error: std::io::ErrorKind::InvalidInput.into(), path })
            };
            place_new_by(unsupported, file, &path)
        };
        place("one").unwrap();
        assert_eq!(place("two").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "something temporary is left");
    }

    #[test]
    fn files_are_not_kept_open_until_all_are_written() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = FileSet::new(false);
        (0..300).for_each(|i| files.add(&dir.path().join(format!("{i}.txt")), text("a")).unwrap());
        if cfg!(target_os = "linux") {
            let open = std::fs::read_dir("/proc/self/fd").unwrap().count();
            assert!(open < 250, "{open} files are open");
        }
        assert_eq!(files.commit().unwrap().len(), 300);
    }

    #[test]
    fn an_existing_file_is_kept_unless_overwriting_is_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/a.txt");
        let write = |overwrite, content| {
            let mut files = FileSet::new(overwrite);
            files.add(&path, text(content))?;
            files.commit()
        };
        assert_eq!(write(false, "one").unwrap(), std::slice::from_ref(&path));
        assert!(matches!(write(false, "two"), Err(WriteError::Exists { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        write(true, "three").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
    }
}
