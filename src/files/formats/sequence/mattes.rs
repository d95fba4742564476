//! Mattes for compositing: numbered black-and-white images of each object, without gaps.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence};
use crate::files::drawing::{add_png, binary};
use crate::files::{FileSet, WriteError};
use crate::mask::Mask;
use crate::tracking::Frames;

pub struct Mattes;

impl SequenceDefinition for Mattes {
    fn key(&self) -> &'static str {
        "mattes"
    }

    fn label(&self) -> &'static str {
        "Numbered mattes (PNG)"
    }

    /// `NAME_OBJECT/NAME_OBJECT.0001.png`, counted from 1. Frames between others that were not looked at are
    /// black.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let digits = sequence.frames.len().to_string().len().max(4);
        for track in &sequence.tracks {
            let (Some(first), Some(last)) = (track.masks.keys().next(), track.masks.keys().next_back())
            else {
                continue;
            };
            let name = format!("{}_{}", sequence.name, track.number);
            let mut size = (0, 0);
            for frame in *first..=*last {
                let matte = match track.masks.get(&frame) {
                    Some(item) => {
                        size = (item.mask.width(), item.mask.height());
                        binary(&item.mask)
                    }
                    None => binary(&Mask::from_runs(size.0, size.1, [])),
                };
                let file = format!("{name}.{:0digits$}.png", frame + 1);
                add_png(set, &folder.join(&name).join(file), &matte.into())?;
            }
        }
        Ok(())
    }
}
