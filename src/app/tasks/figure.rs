//! The picture of a comparison.

use std::path::Path;

use crate::annotation::Annotation;
use crate::files::drawing::{Panel, add_figure};
use crate::files::{FileSet, Photo, WriteError};

/// One side of the picture of a comparison.
pub(in crate::app) struct FigureSide {
    pub title: String,
    pub note: String,
    pub masks: Vec<Annotation>,
}

pub(super) fn write_figure(photo: &Photo, sides: &[FigureSide; 2], file: &Path) -> Result<(), WriteError> {
    let [a, b] = sides.each_ref().map(|side| Panel {
        title: side.title.clone(),
        note: side.note.clone(),
        masks: &side.masks,
    });
    let mut set = FileSet::new(true);
    add_figure(&mut set, photo, &a, &b, file)?;
    set.commit().map(|_| ())
}
