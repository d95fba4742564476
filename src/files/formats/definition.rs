//! The definition of a format.

use std::path::{Path, PathBuf};

use super::class_list::ClassList;
use super::destination::Destination;
use super::part::{Part, PartList};
use super::reading::Reader;
use super::{ExportOptions, FormatOption};
use crate::annotation::Annotation;
use crate::files::{FileSet, Photo, WriteError};

/// A format. Methods with a default are for properties of few formats.
pub trait Definition: Sync {
    /// The name on the command line.
    fn key(&self) -> &'static str;

    /// The name in menus.
    fn label(&self) -> &'static str;

    /// The properties of masks that the format keeps, with these options.
    fn keeps(&self, options: &ExportOptions) -> Keeps;

    /// The files of a photo, in the order of [`Definition::add`]. The same input always gives the same names.
    fn files(&self, masks: &[Annotation], options: &ExportOptions, to: &Destination) -> Vec<PathBuf>;

    /// Adds these files to a set. A class list continues `classes`, the list of the previous folders, and
    /// `classes` becomes that list.
    ///
    /// # Errors
    /// See [`FileSet::check`]; a class list that cannot be read; too many masks for the format.
    fn add(&self, set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError>;

    /// The options of this format, without those of all formats with outlines or with the photo.
    fn own_options(&self) -> &'static [FormatOption] {
        &[]
    }

    /// The names of the class lists shared by all photos of a folder, which are extended and never replaced.
    fn shared_files(&self) -> &'static [&'static str] {
        &[]
    }

    /// The folder, relative to that of the files, where programs look for a photo of this part by name; `None`
    /// if they do not need it.
    fn photo_folder(&self, _part: Option<Part>) -> Option<&'static str> {
        None
    }

    /// Whether the format keeps the parts of a split dataset apart.
    fn has_parts(&self) -> bool {
        false
    }

    /// The lists of the photos of each part, if programs need them.
    fn part_lists(&self) -> &'static [PartList] {
        &[]
    }

    /// A file for several photos, if the format supports it.
    fn dataset(&self) -> Option<Dataset> {
        None
    }

    /// The reader for files of this format, if they can be imported.
    fn reader(&self) -> Option<&'static dyn Reader> {
        None
    }
}

/// The masks of a photo, with options and destination of their export.
pub struct Subject<'a> {
    pub photo: &'a Photo,
    pub masks: &'a [Annotation],
    pub options: &'a ExportOptions,
    pub to: &'a Destination,
}

/// A file for several photos.
pub struct Dataset {
    /// Its path in the folder of the export, for all photos or for a part of them.
    pub file: fn(Option<Part>) -> &'static str,
    /// Adds it to a set. The classes are those of all parts, so that they have the same numbers everywhere.
    pub add: AddDataset,
}

/// Adds photos to a set as one file; its classes begin with those of the list.
pub type AddDataset =
    fn(&mut FileSet, &[DatasetPhoto], &ClassList, &ExportOptions, &Path) -> Result<(), WriteError>;

/// A photo in a file for several photos.
#[derive(Debug, Clone)]
pub struct DatasetPhoto {
    /// Its name in the file.
    pub file_name: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    pub masks: Vec<Annotation>,
}

/// The properties of masks that a format keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeps {
    pub shape: Shape,
    /// Whether a mask may have no class; it gets [`UNCLASSED`](super::UNCLASSED) otherwise.
    pub missing_class: bool,
    /// Names, scores and colours.
    pub details: bool,
    pub attributes: KeptAttributes,
}

/// The attributes of masks that a format keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptAttributes {
    All,
    /// Only those that are yes or no.
    Flags,
    None,
}

impl Keeps {
    /// Everything, except attributes and possibly the shape.
    pub const fn all_with(shape: Shape) -> Self {
        Self { shape, missing_class: true, details: true, attributes: KeptAttributes::None }
    }
}

/// How much of the pixels of masks is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All pixels of each mask.
    Pixels,
    /// One mask for each pixel: the upper one where masks overlap.
    UpperPixels,
    /// Outlines, which may be simplified. Masks without pixels have none.
    Outlines { holes: bool, parts: Parts },
    /// Output for viewing or calculating, which is not read back as masks.
    Illustration,
}

/// How the parts of a mask are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// They stay together.
    Grouped,
    /// They are joined by lines.
    Joined,
    /// Each becomes a separate object.
    Separate,
}
