//! ISAT: a file for each frame, in which the group of a polygon is its object.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence};
use crate::files::formats::isat::{file_of, objects_of};
use crate::files::{FileSet, WriteError};
use crate::tracking::Frames;

pub struct Isat;

impl SequenceDefinition for Isat {
    fn key(&self) -> &'static str {
        "isat"
    }

    fn label(&self) -> &'static str {
        "ISAT (JSON)"
    }

    /// `isat/NAME/FRAME.json`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let folder = folder.join("isat").join(&sequence.name);
        for (i, frame, size) in sequence.seen() {
            let objects = sequence
                .visible(i)
                .flat_map(|(track, item)| objects_of(&track.annotation(item), track.number as usize, 0.0));
            let document = file_of(size, &frame.file, "", objects.collect());
            set.add_json(&folder.join(format!("{}.json", frame.stem)), &document)?;
        }
        Ok(())
    }
}
