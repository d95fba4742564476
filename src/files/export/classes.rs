//! Lists of classes that all photos of a folder share.
//!
//! The number of a class is its place in the list, and labels written before rely on it: a list
//! that is there already is extended at its end and never reordered. Processes that export into one folder take
//! turns ([`write_with_lists`]), and look afterwards whether all has gone well.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Format, UNCLASSED};
use crate::annotation::Annotation;
use crate::files::{FileSet, WriteError};

/// Larger files are no lists of classes.
const MAX_BYTES: u64 = 4 << 20;
/// How long another process may keep a folder to itself: longer than any takes to write the masks of a photo.
const MAX_WAIT: Duration = Duration::from_secs(60);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The name of a mask's class on one line; those without have a common one.
pub(super) fn class_of(item: &Annotation) -> String {
    let name = item.class.as_deref().unwrap_or(UNCLASSED);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { UNCLASSED.into() } else { name }
}

/// The classes of each format, so that they have the same numbers in all folders.
pub(super) type ClassLists = HashMap<Format, ClassList>;

/// What messages call the lists of classes that were written before one.
pub(super) const FOLDERS_BEFORE: &str = "the folders before";

/// Classes in the order of their numbers, and the files that hold them.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassList {
    /// Names and colours (`#rrggbb`), where these are known.
    entries: Vec<(String, Option<String>)>,
    /// The first place of each name.
    places: HashMap<String, usize>,
    files: Vec<ListFile>,
}

impl FromIterator<(String, Option<String>)> for ClassList {
    fn from_iter<I: IntoIterator<Item = (String, Option<String>)>>(entries: I) -> Self {
        let mut list = Self::default();
        entries.into_iter().for_each(|(name, colour)| list.push(name, colour));
        list
    }
}

impl ClassList {
    /// A list of which no colours are known.
    pub fn uncoloured(names: impl IntoIterator<Item = String>) -> Self {
        names.into_iter().map(|name| (name, None)).collect()
    }

    pub fn push(&mut self, name: String, colour: Option<String>) {
        self.places.entry(name.clone()).or_insert(self.entries.len());
        self.entries.push((name, colour));
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn entries(&self) -> &[(String, Option<String>)] {
        &self.entries
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// Where a class is in the list.
    pub fn place(&self, class: &str) -> Option<usize> {
        self.places.get(class).copied()
    }

    /// Appends the classes of masks that the list does not have yet, with the colour of their first mask.
    pub fn extend(&mut self, masks: &[Annotation]) {
        for item in masks {
            let name = class_of(item);
            if self.place(&name).is_none() {
                let [r, g, b] = item.shown_colour();
                self.push(name, Some(format!("#{r:02x}{g:02x}{b:02x}")));
            }
        }
    }

    /// The place of a mask's class, which the list has ([`ClassList::extend`]).
    pub fn place_of(&self, item: &Annotation) -> usize {
        self.place(&class_of(item)).unwrap_or(0)
    }

    /// Joins the list with that of a file. `of_list` says where this list is from.
    ///
    /// # Errors
    /// A number is that of different classes in the two, so that labels would change their meaning.
    pub fn go_on_with(&mut self, there: Self, file: &Path, of_list: &str) -> Result<(), WriteError> {
        if let Some((known, other)) = self.names().zip(there.names()).find(|(a, b)| a != b) {
            let cause = format!(
                "its class {} has the number that {} has in {of_list}; make the lists agree, or choose another folder",
                quoted(other),
                quoted(known)
            );
            return Err(WriteError::Encoding { path: file.into(), cause });
        }
        let files = std::mem::take(&mut self.files);
        let more = self.entries.drain(..).skip(there.len());
        *self = there.entries.into_iter().chain(more).collect();
        self.files = files;
        Ok(())
    }

    /// Remembers the file that holds the list in a folder.
    pub fn keep(&mut self, file: ListFile) {
        self.files.retain(|other| other.path != file.path);
        self.files.push(file);
    }
}

/// A file with classes that all photos in a folder share.
#[derive(Debug, Clone)]
pub(super) struct ListFile {
    path: PathBuf,
    parse: fn(&str) -> Result<ClassList, String>,
    /// As it was read; `None` if there was none.
    before: Option<String>,
    /// As it is to be.
    after: Option<String>,
    /// Whether it was read for files that have not got their names yet.
    is_fresh: bool,
}

impl ListFile {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// It is no text, or too large.
    pub fn read(path: &Path, parse: fn(&str) -> Result<ClassList, String>) -> Result<Self, WriteError> {
        let text = read(path)?;
        Ok(Self { path: path.into(), parse, before: text.clone(), after: text, is_fresh: true })
    }

    /// The text that was read.
    pub fn text(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// The classes that were read.
    ///
    /// # Errors
    /// The text is no list of classes.
    pub fn classes(&self) -> Result<ClassList, WriteError> {
        (self.parse)(self.text().unwrap_or_default()).map_err(|cause| unreadable(&self.path, &cause))
    }

    /// Adds the file with a new text to a set.
    ///
    /// # Errors
    /// See [`FileSet::check`].
    pub fn write(&mut self, set: &mut FileSet, text: String) -> Result<(), WriteError> {
        set.add_shared(&self.path, &text)?;
        self.after = Some(text);
        Ok(())
    }

    /// Whether the file is still what was read.
    fn is_as_before(&self) -> bool {
        read(&self.path).is_ok_and(|text| text == self.before)
    }

    /// Whether the file still gives the classes the numbers that were written.
    fn holds(&self) -> bool {
        let Ok(now) = read(&self.path) else { return false };
        let classes = |text: &Option<String>| (self.parse)(text.as_deref().unwrap_or_default());
        now == self.after
            || classes(&now).is_ok_and(|now| {
                classes(&self.after).is_ok_and(|ours| {
                    ours.len() <= now.len() && ours.names().zip(now.names()).all(|(a, b)| a == b)
                })
            })
    }
}

/// Tells that other programs have given the numbers of classes another meaning since they were written.
///
/// # Errors
/// They have.
pub(super) fn check(lists: &ClassLists) -> Result<(), WriteError> {
    check_files(lists.values().flat_map(|list| &list.files))
}

fn check_files<'a>(mut files: impl Iterator<Item = &'a ListFile>) -> Result<(), WriteError> {
    let cause = "another program has written other classes there at the same time, so that numbers in the labels are \
                 wrong; export all photos again to a new folder, by one program after the other";
    match files.find(|file| !file.holds()) {
        None => Ok(()),
        Some(file) => Err(WriteError::Encoding { path: file.path.clone(), cause: cause.into() }),
    }
}

/// Gives files their names that `add` adds to a set, with the classes that it returns. No other process does so in
/// the `folder` meanwhile; if one does all the same, because not every file system has locks, it is done again with
/// what that one has written.
///
/// # Errors
/// As `add` and [`FileSet::commit`]; other programs do not leave the lists alone.
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
        let fresh = || lists.values().flat_map(|list| &list.files).filter(|file| file.is_fresh);
        match fresh().find(|file| file.after != file.before && !file.is_as_before()) {
            None => {
                let files = set.commit()?;
                check_files(fresh())?;
                lists.values_mut().flat_map(|list| &mut list.files).for_each(|file| file.is_fresh = false);
                return Ok((files, lists));
            }
            Some(file) if began.elapsed() > MAX_WAIT => {
                let cause = "other programs change it all the time; try again later".into();
                return Err(WriteError::Encoding { path: file.path.clone(), cause });
            }
            Some(_) => {}
        }
    }
}

/// Keeps a folder to this process, until the lock is dropped. `None` where that cannot be done.
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

/// The text of a shared file without its byte order mark; `None` if there is none.
fn read(path: &Path) -> Result<Option<String>, WriteError> {
    match path.metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() > MAX_BYTES => return Err(unreadable(path, "it is too large")),
        Ok(metadata) if !metadata.is_file() => return Err(unreadable(path, "it is no file")),
        _ => {}
    }
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e.to_string()))?;
    Ok(Some(text.strip_prefix('\u{feff}').map(Into::into).unwrap_or(text)))
}

fn unreadable(path: &Path, cause: &str) -> WriteError {
    let cause = format!("the list of classes there cannot be read ({cause}); choose another folder");
    WriteError::Encoding { path: path.into(), cause }
}

/// A list with a name on each line.
pub(super) fn of_lines(text: &str) -> Result<ClassList, String> {
    Ok(ClassList::uncoloured(text.trim_end().lines().map(|line| line.trim_end().to_owned())))
}

/// One name on each line.
pub(super) fn lines(list: &ClassList) -> String {
    list.names().map(|name| format!("{name}\n")).collect()
}

/// Text in quotes, as both YAML and JSON read it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Replaces the block under a key at the left border of a YAML text, or appends it.
pub(super) fn with_block(text: &str, key: &str, block: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start =
        lines.iter().position(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let start = start.unwrap_or(lines.len());
    let end = lines.get(start).map_or(start, |first| start + 1 + lines_of_value(first, &lines[start + 1..]));
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    whole(&lines[..start]) + block + &whole(&lines[end..])
}

/// How many of the lines after the first one of a value belong to it, too.
fn lines_of_value(first: &str, after: &[&str]) -> usize {
    // A list in brackets may go over several lines.
    let opened =
        |line: &str| line.matches(['[', '{']).count() as i64 - line.matches([']', '}']).count() as i64;
    let (mut open, mut count) = (opened(first), 0);
    for (i, line) in after.iter().enumerate() {
        let is_blank = line.trim().is_empty();
        if open > 0 || line.starts_with([' ', '\t', '-']) && !is_blank {
            open += opened(line);
            count = i + 1;
        } else if !is_blank && !line.starts_with('#') {
            // Comments and blank lines belong to it only if more of it follows.
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_is_replaced() {
        let block = "names:\n  0: \"a\"\n";
        let cases = [
            ("path: x\nnames: [a,\n b]\nnc: 2\n", "path: x\nnames:\n  0: \"a\"\nnc: 2\n"),
            ("names:\n  0: a\n  1: b\n\nval: y # why\n", "names:\n  0: \"a\"\n\nval: y # why\n"),
            ("names:\n  0: a\n# more\n\n  1: b\n# y\nval: y\n", "names:\n  0: \"a\"\n# y\nval: y\n"),
            ("names:\n- a\n- b\nval: y\n", "names:\n  0: \"a\"\nval: y\n"),
            ("val: y\n", "val: y\nnames:\n  0: \"a\"\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(with_block(text, "names", block), expected);
        }
    }

    #[test]
    fn lists_are_joined_unless_they_disagree() {
        let list = |names: &[&str]| ClassList::uncoloured(names.iter().map(|name| (*name).to_owned()));
        for (ours, theirs) in [(&["a"][..], &["a", "b"][..]), (&["a", "b"], &["a"]), (&["a", "b"], &[])] {
            let mut ours = list(ours);
            ours.go_on_with(list(theirs), Path::new("x"), "y").unwrap();
            assert_eq!(ours.names().collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!((ours.place("b"), ours.place("c")), (Some(1), None));
        }
        let mut ours = list(&["a", "b"]);
        let said = ours.go_on_with(list(&["a", "c"]), Path::new("x.txt"), "y").unwrap_err().to_string();
        assert!(["x.txt: ", "\"c\"", "\"b\" has in y"].iter().all(|part| said.contains(part)), "{said}");
    }

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
            list.keep(file);
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
