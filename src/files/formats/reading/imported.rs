//! What a file holds about a photo, and why it cannot be used.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::files::formats::{UNCLASSED, readable};
use crate::files::session::SessionError;
use crate::mask::Mask;

/// How many places a problem names that many things have.
const MAX_PLACES: usize = 5;

/// What a file holds about a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    pub masks: Vec<Annotation>,
    /// Classes that the file lists, also those that no mask has, with their colours where it tells
    /// them.
    pub classes: Vec<(String, Option<Colour>)>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// Something in a file that is left out, or that should be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the file.
    pub place: String,
    pub what: String,
}

/// Why a file was not imported at all. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is larger than can be imported ({cause})", path.display())]
    TooLarge { path: PathBuf, cause: String },
    #[error("{}: is nothing that can be imported: {}", path.display(), readable())]
    UnknownFormat { path: PathBuf },
    #[error("{}: is damaged or incomplete ({cause})", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{}: is about a photo of {}x{} pixels, this one has {}x{}{}",
        path.display(), found.0, found.1, expected.0, expected.1,
        if (found.1, found.0) == *expected { "; was it made before the photo was turned upright?" } else { "" }
    )]
    OtherSize { path: PathBuf, found: (u32, u32), expected: (u32, u32) },
    #[error("{}: knows no photo called {photo}; it is about {others}", path.display())]
    OtherPhoto { path: PathBuf, photo: String, others: String },
    #[error(
        "{}: has several photos that {photo} may be: {several}; put it into a folder called as there, or leave \
         only one of them in the file",
        path.display()
    )]
    AmbiguousPhoto { path: PathBuf, photo: String, several: String },
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl Imported {
    pub(in crate::files) fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: what.into() });
    }

    /// Takes a mask, or tells why there is none.
    pub(in crate::files) fn take(&mut self, place: String, mask: Result<Annotation, String>) {
        match mask {
            Ok(item) if item.mask.is_empty() => self.problem(place, "has no pixels on the photo; left out"),
            Ok(item) => self.masks.push(item),
            Err(what) => self.problem(place, format!("{what}; left out")),
        }
    }

    /// Remembers classes unless they are known, or the one for masks without class.
    pub(in crate::files) fn add_classes(
        &mut self,
        classes: impl IntoIterator<Item = (String, Option<Colour>)>,
    ) {
        let mut known: HashSet<String> = self.classes.iter().map(|(name, _)| name.clone()).collect();
        let new = classes.into_iter().filter(|(name, _)| name != UNCLASSED && known.insert(name.clone()));
        self.classes.extend(new);
    }

    /// Adds the classes of masks that no list has.
    pub(in crate::files) fn with_classes_of_masks(mut self) -> Self {
        let classes: Vec<String> = self.masks.iter().filter_map(|item| item.class.clone()).collect();
        self.add_classes(classes.into_iter().map(|class| (class, None)));
        self
    }
}

/// A mask of which the file tells a class and perhaps a name; the name is the class otherwise.
pub(in crate::files) fn annotation(mask: Mask, class: Option<String>, name: Option<&str>) -> Annotation {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| class.clone().unwrap_or_else(|| UNCLASSED.into()), Into::into);
    Annotation { class: class.filter(|class| class != UNCLASSED), ..Annotation::new(name, mask) }
}

/// Some of several places in a file, for a problem that all of them have.
pub(in crate::files) fn listed(places: &[String]) -> String {
    let some = places[..places.len().min(MAX_PLACES)].join(", ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}
