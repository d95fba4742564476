//! What a format says about itself.

use std::path::{Path, PathBuf};

use super::class_list::ClassList;
use super::destination::Destination;
use super::reading::Reader;
use super::{ExportOptions, FormatOption};
use crate::annotation::Annotation;
use crate::files::{FileSet, Photo, WriteError};

/// A format. What has a default here is what few formats have.
pub trait Definition: Sync {
    /// The name on the command line.
    fn key(&self) -> &'static str;

    /// The name in menus.
    fn label(&self) -> &'static str;

    /// What is left of masks, with these options.
    fn keeps(&self, options: &ExportOptions) -> Keeps;

    /// The files about a photo, in the order in which [`Definition::add`] adds them. The same input always gives
    /// the same names.
    fn files(&self, masks: &[Annotation], options: &ExportOptions, to: &Destination) -> Vec<PathBuf>;

    /// Adds these files to a set. A list of classes continues `classes`, the list of the folders before, and
    /// `classes` becomes that list.
    ///
    /// # Errors
    /// See [`FileSet::check`]; a list of classes that cannot be read, or more masks than the format can hold.
    fn add(&self, set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError>;

    /// The options of this format; those of all formats with outlines, or with the photo, are not among them.
    fn own_options(&self) -> &'static [FormatOption] {
        &[]
    }

    /// The names of the lists of classes that all photos of a folder share: they are extended and never replaced.
    fn shared_files(&self) -> &'static [&'static str] {
        &[]
    }

    /// The folder, relative to that of the files, in which programs look for the photo by its name; `None` if
    /// they do not need it.
    fn photo_folder(&self) -> Option<&'static str> {
        None
    }

    /// One file about several photos, if the format has such files.
    fn dataset(&self) -> Option<Dataset> {
        None
    }

    /// What reads files of this format, if they can be imported.
    fn reader(&self) -> Option<&'static dyn Reader> {
        None
    }
}

/// The masks of a photo, and how and where they are exported.
pub struct Subject<'a> {
    pub photo: &'a Photo,
    pub masks: &'a [Annotation],
    pub options: &'a ExportOptions,
    pub to: &'a Destination,
}

/// A file about several photos.
pub struct Dataset {
    /// Its name in the folder of the export.
    pub file_name: &'static str,
    /// Adds it to a set.
    pub add: fn(&mut FileSet, &[DatasetPhoto], &ExportOptions, &Path) -> Result<(), WriteError>,
}

/// A photo in a file about several.
#[derive(Debug, Clone)]
pub struct DatasetPhoto {
    /// Its name in the file.
    pub file_name: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    pub masks: Vec<Annotation>,
}

/// What is left of masks in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeps {
    pub shape: Shape,
    /// Whether a mask may have no class; it gets [`UNCLASSED`](super::UNCLASSED) otherwise.
    pub missing_class: bool,
    /// Names, scores and colours.
    pub details: bool,
}

impl Keeps {
    /// Everything but perhaps the shape.
    pub const fn all_with(shape: Shape) -> Self {
        Self { shape, missing_class: true, details: true }
    }
}

/// What is left of the pixels of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All pixels of each mask.
    Pixels,
    /// One mask for each pixel: the upper one where masks overlap.
    UpperPixels,
    /// Outlines, which may be simplified. Masks without pixels have none.
    Outlines { holes: bool, parts: Parts },
    /// Something to look at or to calculate with; nobody expects masks back.
    Illustration,
}

/// What becomes of the parts of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// They stay together.
    Grouped,
    /// Lines join them.
    Joined,
    /// Each is an object of its own.
    Separate,
}
