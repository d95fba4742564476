//! Cut-outs for compositing: numbered pictures of each object, transparent around it.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence, unreadable};
use crate::files::drawing::{add_png, cutout};
use crate::files::{FileSet, WriteError};
use crate::tracking::Frames;

pub struct Cutouts;

impl SequenceDefinition for Cutouts {
    fn key(&self) -> &'static str {
        "cutouts"
    }

    fn label(&self) -> &'static str {
        "Numbered cut-outs (PNG)"
    }

    /// `NAME_OBJECT_cutouts/NAME_OBJECT.0001.png`, counted from 1, at the size of the frames, for those on which the
    /// object was looked for.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        frames: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let digits = sequence.frames.len().to_string().len().max(4);
        for frame in 0..sequence.frames.len() {
            let tracks = sequence.tracks.iter().filter_map(|track| Some((track, track.masks.get(&frame)?)));
            let tracks: Vec<_> = tracks.collect();
            if tracks.is_empty() {
                continue;
            }
            let pixels = frames.frame(frame).map_err(|e| unreadable(folder, &e))?;
            for (track, item) in tracks {
                let name = format!("{}_{}", sequence.name, track.number);
                let file = folder.join(format!("{name}_cutouts"));
                let file = file.join(format!("{name}.{:0digits$}.png", frame + 1));
                add_png(set, &file, &cutout(&pixels, &item.mask, false).into())?;
            }
        }
        Ok(())
    }
}
