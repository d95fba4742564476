//! Class lists shared by all photos of a folder.
//!
//! The number of a class is its index in the list, and earlier labels rely on it: an existing list is
//! extended at its end and never reordered.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::UNCLASSED;
use crate::annotation::Annotation;
use crate::files::yaml::quoted;
use crate::files::{FileSet, WriteError};

/// Larger files are rejected.
const MAX_BYTES: u64 = 4 << 20;

/// The name of a mask's class on one line; masks without a class share one name.
pub fn class_of(item: &Annotation) -> String {
    let name = item.class.as_deref().unwrap_or(UNCLASSED);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { UNCLASSED.into() } else { name }
}

/// The origin of previously exported classes, in messages.
pub const PREVIOUS_FOLDERS: &str = "the previous folders";

/// Classes in the order of their numbers, and the files that contain them.
#[derive(Debug, Clone, Default)]
pub struct ClassList {
    /// Names and colours (`#rrggbb`), if known.
    entries: Vec<(String, Option<String>)>,
    /// The first index of each name.
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
    /// A list without colours.
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

    /// The index of a class in the list.
    pub fn place(&self, class: &str) -> Option<usize> {
        self.places.get(class).copied()
    }

    /// Appends the missing classes of these masks, with the colour of their first mask.
    pub fn extend(&mut self, masks: &[Annotation]) {
        for item in masks {
            let name = class_of(item);
            if self.place(&name).is_none() {
                let [r, g, b] = item.shown_colour();
                self.push(name, Some(format!("#{r:02x}{g:02x}{b:02x}")));
            }
        }
    }

    /// The index of a mask's class, which must be in the list ([`ClassList::extend`]).
    pub fn place_of(&self, item: &Annotation) -> usize {
        self.place(&class_of(item)).unwrap_or(0)
    }

    /// Merges the list with that of a file. `origin` is the source of this list, for messages.
    ///
    /// # Errors
    /// A number belongs to different classes in the two lists, so that labels would change their meaning.
    pub fn join(&mut self, other: Self, file: &Path, origin: &str) -> Result<(), WriteError> {
        if let Some((ours, theirs)) = self.names().zip(other.names()).find(|(a, b)| a != b) {
            let cause = format!(
                "its class {} has the number of {} in {origin}; make the lists agree, or choose another \
                 folder",
                quoted(theirs),
                quoted(ours)
            );
            return Err(WriteError::Encoding { path: file.into(), cause });
        }
        let files = std::mem::take(&mut self.files);
        let more = self.entries.drain(..).skip(other.len());
        *self = other.entries.into_iter().chain(more).collect();
        self.files = files;
        Ok(())
    }

    /// The files that contain the list.
    pub fn files(&self) -> &[ListFile] {
        &self.files
    }

    /// Notes that the files have their final names.
    pub fn committed(&mut self) {
        self.files.iter_mut().for_each(|file| file.is_fresh = false);
    }

    /// Stores the file with the list in a folder.
    pub fn add_file(&mut self, file: ListFile) {
        self.files.retain(|other| other.path != file.path);
        self.files.push(file);
    }
}

/// A file with the classes shared by all photos of a folder.
#[derive(Debug, Clone)]
pub struct ListFile {
    path: PathBuf,
    parse: fn(&str) -> Result<ClassList, String>,
    /// The text that was read; `None` if the file did not exist.
    before: Option<String>,
    /// The new text.
    after: Option<String>,
    is_fresh: bool,
}

impl ListFile {
    /// Reads the file, if it exists.
    ///
    /// # Errors
    /// It is not text, or too large.
    pub fn read(path: &Path, parse: fn(&str) -> Result<ClassList, String>) -> Result<Self, WriteError> {
        let text = read(path)?;
        Ok(Self { path: path.into(), parse, before: text.clone(), after: text, is_fresh: true })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file was read for files that do not have their final names yet.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// The text that was read.
    pub fn text(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// The classes that were read.
    ///
    /// # Errors
    /// The text is not a class list.
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

    /// Whether another program has changed a file that is to be replaced.
    pub fn is_outdated(&self) -> bool {
        self.after != self.before && !read(&self.path).is_ok_and(|text| text == self.before)
    }

    /// Whether the classes in the file still have the numbers that were written.
    pub fn holds(&self) -> bool {
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

/// The text of a shared file without its byte order mark; `None` if the file does not exist.
fn read(path: &Path) -> Result<Option<String>, WriteError> {
    match path.metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() > MAX_BYTES => return Err(unreadable(path, "it is too large")),
        Ok(metadata) if !metadata.is_file() => return Err(unreadable(path, "it is not a file")),
        _ => {}
    }
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e.to_string()))?;
    Ok(Some(text.strip_prefix('\u{feff}').map(Into::into).unwrap_or(text)))
}

fn unreadable(path: &Path, cause: &str) -> WriteError {
    let cause = format!("its list of classes cannot be read ({cause}); choose another folder");
    WriteError::Encoding { path: path.into(), cause }
}

/// A list with a name on each line.
pub fn of_lines(text: &str) -> Result<ClassList, String> {
    Ok(ClassList::uncoloured(text.trim_end().lines().map(|line| line.trim_end().to_owned())))
}

/// One name on each line.
pub fn lines(list: &ClassList) -> String {
    list.names().map(|name| format!("{name}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_unless_they_disagree() {
        let list = |names: &[&str]| ClassList::uncoloured(names.iter().map(|name| (*name).to_owned()));
        for (ours, theirs) in [(&["a"][..], &["a", "b"][..]), (&["a", "b"], &["a"]), (&["a", "b"], &[])] {
            let mut ours = list(ours);
            ours.join(list(theirs), Path::new("x"), "y").unwrap();
            assert_eq!(ours.names().collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!((ours.place("b"), ours.place("c")), (Some(1), None));
        }
        let mut ours = list(&["a", "b"]);
        let said = ours.join(list(&["a", "c"]), Path::new("x.txt"), "y").unwrap_err().to_string();
        assert!(["x.txt: ", "\"c\"", "of \"b\" in y"].iter().all(|part| said.contains(part)), "{said}");
    }
}
