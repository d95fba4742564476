//! The classes that the masks of a document can have. The document does not own them: photos of a folder
//! share theirs, see `files/project`.

use std::collections::HashMap;

use crate::attribute::AttributeDefinition;
use crate::colour::Colour;

/// The id of a class. It stays the same when the class is renamed; several ids may stand for one class after
/// classes were merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u64);

/// A class of objects, such as "cup".
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    pub id: ClassId,
    pub name: String,
    pub colour: Colour,
    /// The digit that selects it, 1 to 9.
    pub key: Option<u8>,
    pub attributes: Vec<AttributeDefinition>,
}

/// The classes at one moment, in the order of the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassList {
    classes: Vec<Class>,
    /// The place of the class of each id.
    places: HashMap<ClassId, usize>,
    revision: u64,
}

impl ClassList {
    /// `aliases` are further ids, each with that of a class in the list. `revision` is that of the project.
    pub fn new(
        classes: Vec<Class>,
        aliases: impl IntoIterator<Item = (ClassId, ClassId)>,
        revision: u64,
    ) -> Self {
        let mut places: HashMap<_, _> = classes.iter().enumerate().map(|(i, class)| (class.id, i)).collect();
        for (alias, id) in aliases {
            if let Some(place) = places.get(&id).copied() {
                places.insert(alias, place);
            }
        }
        Self { classes, places, revision }
    }

    pub fn all(&self) -> &[Class] {
        &self.classes
    }

    /// The class that an id stands for now; `None` if it was deleted.
    pub fn get(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(*self.places.get(&id)?)
    }

    pub fn named(&self, name: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The class selected by a digit.
    pub fn of_key(&self, key: u8) -> Option<&Class> {
        self.classes.iter().find(|class| class.key == Some(key))
    }

    /// The revision of the project that the names belong to.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}
