//! The content of a project, and its changes.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::attribute::AttributeDefinition;
use crate::colour::{Colour, mask_colour};

pub(super) const FORMAT: &str = "tinsel-project";
/// The version of the written format; older ones can be read.
pub(super) const VERSION: u32 = 1;

/// Colours of the first classes, which are told apart easily and stand out from most photos.
const COLOURS: [Colour; 6] = [
    [0xf0, 0x60, 0x9e],
    [0x9d, 0x7b, 0xff],
    [0x2f, 0xd0, 0xd6],
    [0xff, 0xc5, 0x3d],
    [0x8f, 0xd1, 0x4f],
    [0xff, 0x8a, 0x4c],
];

/// The data that the photos of a folder share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    pub(super) format: String,
    pub(super) version: u32,
    /// In the order of the list; names are unique.
    #[serde(default)]
    pub classes: Vec<ProjectClass>,
    /// By file name.
    #[serde(default)]
    pub photos: BTreeMap<String, PhotoEntry>,
    /// Whether the photos are the frames of a sequence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sequence: bool,
    /// Oldest first.
    #[serde(default)]
    pub renames: Vec<Rename>,
    /// Unknown keys, which are preserved.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A class of objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectClass {
    pub name: String,
    pub colour: Colour,
    /// The digit that selects it, 1 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<u8>,
    /// What can be said about objects of the class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeDefinition>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The data of a photo in addition to its session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PhotoEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PhotoState>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Free words, such as "night".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl PhotoEntry {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The state of the work on a photo, set by the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhotoState {
    Done,
    /// Needs a review.
    Review,
}

/// A class that was renamed, merged into another class or deleted at a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    pub from: String,
    /// `None` if the class was deleted.
    pub to: Option<String>,
    pub revision: u64,
    /// Undone later: as if it had never been.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            classes: vec![],
            photos: BTreeMap::new(),
            is_sequence: false,
            renames: vec![],
            other: Map::new(),
        }
    }
}

impl Project {
    /// Whether the photo has no data yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Grows with every rename; sessions store it.
    pub fn revision(&self) -> u64 {
        self.renames.last().map_or(0, |rename| rename.revision)
    }

    pub fn class(&self, name: &str) -> Option<&ProjectClass> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The current name of a class that was named `name` at a revision; `None` if it was deleted.
    pub fn name_since<'a>(&'a self, name: &'a str, revision: u64) -> Option<&'a str> {
        let mut name = name;
        for rename in self.renames.iter().filter(|rename| rename.revision > revision && !rename.undone) {
            if rename.from == name {
                name = rename.to.as_deref()?;
            }
        }
        Some(name)
    }

    /// Adds a class with the first free digit, unless its name exists. Without a colour, it gets one that
    /// differs from its neighbours'.
    pub fn add_class(&mut self, name: &str, colour: Option<Colour>) {
        self.add_classes([(name.to_owned(), colour)]);
    }

    /// Adds classes like [`Project::add_class`]; there may be very many.
    pub fn add_classes(&mut self, classes: impl IntoIterator<Item = (String, Option<Colour>)>) {
        let mut names: HashSet<String> = self.classes.iter().map(|class| class.name.clone()).collect();
        let taken: HashSet<u8> = self.classes.iter().filter_map(|class| class.key).collect();
        let mut free = (1..=9).filter(|key| !taken.contains(key));
        for (name, colour) in classes {
            if names.insert(name.clone()) {
                let number = self.classes.len();
                let first = || COLOURS.get(number).copied().unwrap_or_else(|| mask_colour(number as u64));
                let colour = colour.unwrap_or_else(first);
                let key = free.next();
                self.classes.push(ProjectClass { name, colour, key, attributes: vec![], other: Map::new() });
            }
        }
    }

    /// Renames a class in all photos; if a class with the new name exists, merges the two.
    pub fn rename_class(&mut self, from: &str, to: &str) {
        if from == to || self.class(from).is_none() {
            return;
        }
        if self.class(to).is_some() {
            self.classes.retain(|class| class.name != from);
        } else if let Some(class) = self.classes.iter_mut().find(|class| class.name == from) {
            class.name = to.into();
        }
        self.log(from.into(), Some(to.into()));
    }

    /// Deletes a class; its masks in all photos are kept, without a class.
    pub fn remove_class(&mut self, name: &str) {
        if self.class(name).is_some() {
            self.classes.retain(|class| class.name != name);
            self.log(name.into(), None);
        }
    }

    /// Adds an entry to the renames.
    pub(super) fn log(&mut self, from: String, to: Option<String>) {
        let revision = self.revision() + 1;
        self.renames.push(Rename { from, to, revision, undone: false });
    }

    pub fn set_colour(&mut self, name: &str, colour: Colour) {
        if let Some(class) = self.classes.iter_mut().find(|class| class.name == name) {
            class.colour = colour;
        }
    }

    /// Assigns a digit to a class; another class with this digit loses it.
    pub fn set_key(&mut self, name: &str, key: Option<u8>) {
        for class in &mut self.classes {
            if class.name == name {
                class.key = key;
            } else if class.key == key {
                class.key = None;
            }
        }
    }

    /// The data of a photo, by file name.
    pub fn state(&self, photo: &str) -> Option<PhotoState> {
        self.photos.get(photo)?.state
    }

    /// The file names of the photos in a state.
    pub fn photos_in(&self, state: PhotoState) -> impl Iterator<Item = &str> {
        self.photos.iter().filter(move |(_, entry)| entry.state == Some(state)).map(|(name, _)| name.as_str())
    }

    pub fn set_state(&mut self, photo: &str, state: Option<PhotoState>) {
        self.entry(photo, |entry| entry.state = state);
    }

    pub fn note(&self, photo: &str) -> &str {
        self.photos.get(photo).map_or("", |entry| &entry.note)
    }

    pub fn tags(&self, photo: &str) -> &[String] {
        self.photos.get(photo).map_or(&[], |entry| &entry.tags)
    }

    pub fn set_tags(&mut self, photo: &str, tags: Vec<String>) {
        self.entry(photo, |entry| entry.tags = tags);
    }

    pub fn set_attributes(&mut self, name: &str, attributes: Vec<AttributeDefinition>) {
        if let Some(class) = self.classes.iter_mut().find(|class| class.name == name) {
            class.attributes = attributes;
        }
    }

    pub fn set_note(&mut self, photo: &str, note: &str) {
        self.entry(photo, |entry| entry.note = note.into());
    }

    /// The data of a photo.
    pub(super) fn entry_of(&self, photo: &str) -> PhotoEntry {
        self.photos.get(photo).cloned().unwrap_or_default()
    }

    /// Replaces the data of a photo; returns the former.
    pub(super) fn set_entry(&mut self, photo: &str, entry: PhotoEntry) -> PhotoEntry {
        let former = self.photos.remove(photo).unwrap_or_default();
        if !entry.is_empty() {
            self.photos.insert(photo.into(), entry);
        }
        former
    }

    fn entry(&mut self, photo: &str, change: impl FnOnce(&mut PhotoEntry)) {
        let mut entry = self.entry_of(photo);
        change(&mut entry);
        self.set_entry(photo, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_renames_are_applied_to_older_names_only() {
        let mut project = Project::default();
        ["mug", "cup", "dog"].iter().for_each(|name| project.add_class(name, None));
        project.rename_class("mug", "beaker");
        assert_eq!(project.name_since("mug", 0), Some("beaker"));
        project.rename_class("beaker", "cup");
        assert_eq!(project.classes.iter().map(|c| &*c.name).collect::<Vec<_>>(), ["cup", "dog"]);
        assert_eq!(
            (project.name_since("mug", 0), project.name_since("beaker", 1)),
            (Some("cup"), Some("cup"))
        );
        // A class of an old name that is made later is another one.
        project.add_class("mug", None);
        assert_eq!((project.name_since("mug", project.revision()), project.revision()), (Some("mug"), 2));
        project.rename_class("nothing", "dog");
        project.rename_class("dog", "dog");
        assert_eq!(project.revision(), 2);
        project.remove_class("cup");
        assert_eq!((project.name_since("mug", 0), project.name_since("cup", 2)), (None, None));
        project.renames[2].undone = true;
        assert_eq!(project.name_since("mug", 0), Some("cup"));
    }

    #[test]
    fn classes_get_the_first_free_digit_and_a_digit_has_one_class() {
        let mut project = Project::default();
        for n in 0..11 {
            project.add_class(&format!("class {n}"), None);
        }
        project.add_class("class 3", Some([0; 3]));
        assert_eq!(project.classes.len(), 11);
        let keys: Vec<_> = project.classes.iter().filter_map(|class| class.key).collect();
        assert_eq!(keys, (1..=9).collect::<Vec<_>>());
        project.set_key("class 10", Some(2));
        assert_eq!(project.classes.iter().find(|class| class.key == Some(2)).unwrap().name, "class 10");
        assert_eq!(project.class("class 1").unwrap().key, None);
        project.set_key("class 10", None);
        assert_eq!(project.class("class 9").unwrap().key, None);
    }

    #[test]
    fn a_photo_about_which_nothing_is_said_has_no_entry() {
        let mut project = Project::default();
        project.set_state("a.jpg", Some(PhotoState::Review));
        project.set_note("a.jpg", "dark");
        assert_eq!((project.state("a.jpg"), project.note("a.jpg")), (Some(PhotoState::Review), "dark"));
        project.set_state("a.jpg", None);
        assert!(!project.is_empty());
        project.set_note("a.jpg", "");
        assert!(project.is_empty());
    }
}
