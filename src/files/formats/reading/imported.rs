//! The content of a file for a photo, and why it cannot be used.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::files::formats::{UNCLASSED, readable};
use crate::files::session::SessionError;
use crate::mask::Mask;

/// The most places that a common problem names.
const MAX_PLACES: usize = 5;

/// The content of a file for a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    pub masks: Vec<Annotation>,
    /// Classes listed in the file, including those without masks, with their colours if the file has them.
    pub classes: Vec<(String, Option<Colour>)>,
    /// The objects that could not be used.
    pub problems: Vec<Problem>,
}

/// A skipped object in a file, or a notice about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The position in the file.
    pub place: String,
    pub what: String,
}

/// Why a file was not imported at all. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is too large to be imported ({cause})", path.display())]
    TooLarge { path: PathBuf, cause: String },
    #[error("{}: is not a supported file; these can be imported: {}", path.display(), readable())]
    UnknownFormat { path: PathBuf },
    #[error("{}: is damaged or incomplete ({cause})", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{}: belongs to a photo of {}x{} pixels, this one has {}x{}{}",
        path.display(), found.0, found.1, expected.0, expected.1,
        if (found.1, found.0) == *expected { "; was it made before the photo was rotated?" } else { "" }
    )]
    OtherSize { path: PathBuf, found: (u32, u32), expected: (u32, u32) },
    #[error("{}: contains no photo named {photo}; it belongs to {others}", path.display())]
    OtherPhoto { path: PathBuf, photo: String, others: String },
    #[error(
        "{}: contains several photos that could be {photo}: {several}; put the photo into a folder with the \
         same name as in the file, or keep only one of them in the file",
        path.display()
    )]
    AmbiguousPhoto { path: PathBuf, photo: String, several: String },
    #[error("{}: contains no boxes ({cause})", path.display())]
    NoBoxes { path: PathBuf, cause: String },
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl Imported {
    pub(in crate::files) fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: what.into() });
    }

    /// Adds a mask, or reports why it is unusable.
    pub(in crate::files) fn take(&mut self, place: String, mask: Result<Annotation, String>) {
        match mask {
            Ok(item) if item.mask.is_empty() => self.problem(
                place,
                "has no pixels inside the photo; \
                                                                     skipped",
            ),
            Ok(item) => self.masks.push(item),
            Err(what) => self.problem(place, format!("{what}; skipped")),
        }
    }

    /// Adds new classes, except the one for masks without class.
    pub(in crate::files) fn add_classes(
        &mut self,
        classes: impl IntoIterator<Item = (String, Option<Colour>)>,
    ) {
        let mut known: HashSet<String> = self.classes.iter().map(|(name, _)| name.clone()).collect();
        let new = classes.into_iter().filter(|(name, _)| name != UNCLASSED && known.insert(name.clone()));
        self.classes.extend(new);
    }

    /// Adds the classes of masks that are missing in the list.
    pub(in crate::files) fn with_classes_of_masks(mut self) -> Self {
        let classes: Vec<String> = self.masks.iter().filter_map(|item| item.class.clone()).collect();
        self.add_classes(classes.into_iter().map(|class| (class, None)));
        self
    }
}

/// A mask with a class and possibly a name; by default, the name is the class.
pub(in crate::files) fn annotation(mask: Mask, class: Option<String>, name: Option<&str>) -> Annotation {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| class.clone().unwrap_or_else(|| UNCLASSED.into()), Into::into);
    Annotation { class: class.filter(|class| class != UNCLASSED), ..Annotation::new(name, mask) }
}

/// The first of several places in a file, for a common problem.
pub(in crate::files) fn listed(places: &[String]) -> String {
    let some = places[..places.len().min(MAX_PLACES)].join(", ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}
