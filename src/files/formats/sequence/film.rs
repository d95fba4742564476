//! A film of the frames with the objects in colour, for people to look at.

use std::fs::File;
use std::io::copy;
use std::path::Path;

use super::{SequenceDefinition, TrackedSequence, too_much, unreadable};
use crate::annotation::Annotation;
use crate::files::drawing::overlay;
use crate::files::sequence::FilmWriter;
use crate::files::{FileSet, WriteError};
use crate::tracking::Frames;

pub struct Film;

impl SequenceDefinition for Film {
    fn key(&self) -> &'static str {
        "film"
    }

    fn label(&self) -> &'static str {
        "Coloured overlay (film, needs ffmpeg)"
    }

    /// `NAME_overlay.mp4`. Frames that cannot be read, or differ in size from the first one, are left out.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        frames: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let file = folder.join(format!("{}_overlay.mp4", sequence.name));
        set.check(&file)?;
        let failed = |cause: String| too_much(&file, cause);
        let scratch = tempfile::tempdir().map_err(|e| failed(e.to_string()))?;
        let film = scratch.path().join("film.mp4");
        let mut writer: Option<FilmWriter> = None;
        for frame in 0..sequence.frames.len() {
            let Ok(pixels) = frames.frame(frame) else { continue };
            let objects: Vec<Annotation> = sequence
                .visible(frame)
                .filter(|(_, item)| (item.mask.width(), item.mask.height()) == pixels.dimensions())
                .map(|(track, item)| track.annotation(item))
                .collect();
            let size = pixels.dimensions();
            let painted = overlay(&pixels, &objects);
            let writer = match &mut writer {
                Some(writer) => writer,
                None => {
                    let begun =
                        FilmWriter::new(&film, size, sequence.rate).map_err(|e| failed(e.to_string()))?;
                    writer.insert(begun)
                }
            };
            if writer.size() == size {
                writer.add(&painted).map_err(failed)?;
            }
        }
        let writer = writer.ok_or_else(|| unreadable(folder, &"none of the frames can be read"))?;
        writer.finish().map_err(failed)?;
        let mut film = File::open(&film).map_err(|e| failed(e.to_string()))?;
        set.add(&file, |out| copy(&mut film, out).map(drop).map_err(|e| e.to_string()))
    }
}
