//! SA-V: a folder for each object, with a black-and-white image of one bit for each frame.

use std::path::Path;

use super::{SequenceDefinition, TrackedSequence};
use crate::files::atomic::WriteSeek;
use crate::files::{FileSet, WriteError};
use crate::mask::Mask;
use crate::tracking::Frames;

pub struct SaV;

impl SequenceDefinition for SaV {
    fn key(&self) -> &'static str {
        "sa-v"
    }

    fn label(&self) -> &'static str {
        "SA-V (PNG)"
    }

    /// `NAME/OBJECT/FRAME.png`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        for track in &sequence.tracks {
            let folder = folder.join(&sequence.name).join(format!("{:03}", track.number));
            for (frame, item) in &track.masks {
                let Some(frame) = sequence.frames.get(*frame) else { continue };
                set.add(&folder.join(format!("{}.png", frame.stem)), |out| write_bits(out, &item.mask))?;
            }
        }
        Ok(())
    }
}

fn write_bits(out: &mut dyn WriteSeek, mask: &Mask) -> Result<(), String> {
    let row_bytes = mask.width().div_ceil(8) as usize;
    let mut bits = vec![0u8; row_bytes * mask.height() as usize];
    for (y, [start, end]) in mask.all_runs() {
        let row = &mut bits[y as usize * row_bytes..][..row_bytes];
        (start..end).for_each(|x| row[x as usize / 8] |= 0x80 >> (x % 8));
    }
    let mut encoder = png::Encoder::new(out, mask.width(), mask.height());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    writer.write_image_data(&bits).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())
}
