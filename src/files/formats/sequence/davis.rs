//! DAVIS and YouTube-VOS: images with Pascal VOC's palette, whose index is the number of the object.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence, too_much};
use crate::files::drawing::for_each_pixel;
use crate::files::formats::voc::write_indexed;
use crate::files::{FileSet, WriteError};
use crate::tracking::Frames;

/// 0 is the background, 255 is ignored by some readers.
const MAX_NUMBER: u32 = 254;

pub struct Davis;

impl SequenceDefinition for Davis {
    fn key(&self) -> &'static str {
        "davis"
    }

    fn label(&self) -> &'static str {
        "DAVIS, YouTube-VOS (PNG)"
    }

    /// `Annotations/NAME/FRAME.png`. Where objects overlap, the lower number is on top.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let folder = folder.join("Annotations").join(&sequence.name);
        if let Some(track) = sequence.tracks.iter().find(|track| track.number > MAX_NUMBER) {
            let cause = format!("object {} has no room: numbers end at {MAX_NUMBER}", track.number);
            return Err(too_much(&folder, cause));
        }
        for (i, frame, (width, height)) in sequence.seen() {
            let mut indices = vec![0; width as usize * height as usize];
            for (track, item) in sequence.visible(i).rev() {
                let value = track.number as u8;
                for_each_pixel(&item.mask, |x, y| indices[(y * width + x) as usize] = value);
            }
            set.add(&folder.join(format!("{}.png", frame.stem)), |out| {
                write_indexed(out, (width, height), &indices)
            })?;
        }
        Ok(())
    }
}
