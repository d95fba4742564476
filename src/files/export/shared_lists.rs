//! Processes that export to one folder take turns, because its photos share class lists ([`ClassList`]), and
//! check the lists afterwards.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::files::formats::Format;
use crate::files::formats::class_list::{ClassList, ListFile};
use crate::files::{FileSet, WriteError};

/// How long to wait for another process: longer than writing the masks of any photo takes.
const MAX_WAIT: Duration = Duration::from_secs(60);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The classes of each format, which have the same numbers in all folders.
pub(super) type ClassLists = HashMap<Format, ClassList>;

/// Checks that the class numbers still have the meaning that they were written with.
///
/// # Errors
/// Another program has changed their meaning.
pub(super) fn check(lists: &ClassLists) -> Result<(), WriteError> {
    check_files(lists.values().flat_map(ClassList::files))
}

fn check_files<'a>(mut files: impl Iterator<Item = &'a ListFile>) -> Result<(), WriteError> {
    let cause = "another program has written different classes at the same time, so that class numbers in \
                 the labels are wrong; export all photos again to a new folder, with one program after the \
                 other";
    match files.find(|file| !file.holds()) {
        None => Ok(()),
        Some(file) => Err(WriteError::Encoding { path: file.path().into(), cause: cause.into() }),
    }
}

/// Writes the files that `add` adds to a set; `add` returns the classes that they rely on. A lock keeps other
/// processes from writing to the `folder` at the same time; if one does so nevertheless, because not every
/// file system has locks, `add` is called again to read its changes.
///
/// # Errors
/// Those of `add` and [`FileSet::commit`]; other programs keep changing the lists.
pub(super) fn write_with_lists(
    folder: Option<&Path>,
    overwrite: bool,
    add: impl Fn(&mut FileSet) -> Result<ClassLists, WriteError>,
) -> Result<(Vec<PathBuf>, ClassLists), WriteError> {
    let _lock = folder.and_then(lock);
    let began = Instant::now();
    loop {
        let mut set = FileSet::new(overwrite);
        let mut lists = add(&mut set)?;
        let fresh = || lists.values().flat_map(ClassList::files).filter(|file| file.is_fresh());
        match fresh().find(|file| file.is_outdated()) {
            None => {
                let files = set.commit()?;
                check_files(fresh())?;
                lists.values_mut().for_each(ClassList::committed);
                return Ok((files, lists));
            }
            Some(file) if began.elapsed() > MAX_WAIT => {
                let cause = "other programs keep changing it; try again later".into();
                return Err(WriteError::Encoding { path: file.path().into(), cause });
            }
            Some(_) => {}
        }
    }
}

/// Locks a folder against other processes until the lock is dropped; `None` if that is impossible.
fn lock(folder: &Path) -> Option<File> {
    std::fs::create_dir_all(folder).ok()?;
    let file = File::open(folder).ok()?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < MAX_WAIT => std::thread::sleep(BETWEEN_TRIES),
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::formats::class_list::{lines, of_lines};

    /// Adds a class to the list in a folder, and lets `meanwhile` happen after the list was read.
    fn add(folder: &Path, class: &str, meanwhile: impl Fn(&Path)) -> Result<ClassLists, WriteError> {
        let path = folder.join("classes.txt");
        let write = |set: &mut FileSet| {
            let mut file = ListFile::read(&path, of_lines)?;
            let mut list = file.classes()?;
            meanwhile(&path);
            if list.place(class).is_none() {
                list.push(class.into(), None);
            }
            file.write(set, lines(&list))?;
            list.add_file(file);
            Ok(HashMap::from([(Format::Yolo, list)]))
        };
        write_with_lists(None, false, write).map(|(_, lists)| lists)
    }

    #[test]
    fn without_locks_a_list_that_was_changed_meanwhile_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = std::cell::Cell::new(true);
        let other = |path: &Path| {
            if first.replace(false) {
                std::fs::write(path, "\u{feff}dog\n").unwrap();
            }
        };
        let lists = add(dir.path(), "cat", other).unwrap();
        assert_eq!(lists[&Format::Yolo].names().collect::<Vec<_>>(), ["dog", "cat"]);
        let path = dir.path().join("classes.txt");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "dog\ncat\n");

        // More classes do no harm, others do.
        std::fs::write(&path, "dog\ncat\ncow\n").unwrap();
        check(&lists).unwrap();
        std::fs::write(&path, "cow\n").unwrap();
        let said = check(&lists).unwrap_err().to_string();
        assert!(said.contains("classes.txt: ") && said.contains("at the same time"), "{said}");
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_is_one_writers_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).expect("this file system has locks");
        assert!(matches!(File::open(dir.path()).unwrap().try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        File::open(dir.path()).unwrap().try_lock().unwrap();
    }
}
