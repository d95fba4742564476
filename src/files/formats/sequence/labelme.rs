//! labelme and X-AnyLabeling: a file for each frame, in which the group of a shape is its object.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence};
use crate::files::formats::labelme::{file_of, polygon_shapes};
use crate::files::{FileSet, WriteError};
use crate::tracking::Frames;

pub struct Labelme;

impl SequenceDefinition for Labelme {
    fn key(&self) -> &'static str {
        "labelme"
    }

    fn label(&self) -> &'static str {
        "labelme (JSON)"
    }

    /// `labelme/NAME/FRAME.json`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let folder = folder.join("labelme").join(&sequence.name);
        for (i, frame, size) in sequence.seen() {
            let shapes = sequence.visible(i).flat_map(|(track, item)| {
                polygon_shapes(&track.annotation(item), Some(track.number as usize), 0.0)
            });
            // Two folders further down than the folder of the export.
            let path = frame.path.as_ref().map(|path| match Path::new(path).is_absolute() {
                true => path.clone(),
                false => format!("../../{path}"),
            });
            let document = file_of(size, path.as_ref().unwrap_or(&frame.file), shapes.collect());
            set.add_json(&folder.join(format!("{}.json", frame.stem)), &document)?;
        }
        Ok(())
    }
}
