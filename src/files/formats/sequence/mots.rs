//! MOTS of KITTI: text, or grey images of 16 bits. The number of an object is a thousand times that of its class
//! plus its own.

use std::path::Path;

use image::{ImageBuffer, Luma};

use super::{SequenceDefinition, SequenceFormat, Track, TrackedSequence, too_much};
use crate::files::drawing::{add_png, for_each_pixel};
use crate::files::{FileSet, WriteError};
use crate::mask::{CompressedRle, Rle};
use crate::tracking::Frames;

/// Numbers within a class.
const PER_CLASS: u32 = 1000;
/// This class is that of pixels to be ignored.
const IGNORED_CLASS: usize = 10;
/// Numbers have 16 bits.
const MAX_CLASS: usize = 64;

pub struct Text;
pub struct Images;

impl SequenceDefinition for Text {
    fn key(&self) -> &'static str {
        "mots"
    }

    fn label(&self) -> &'static str {
        "MOTS (text)"
    }

    /// `instances_txt/NAME.txt`, and the numbers of the classes in `NAME_classes.txt`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let file = folder.join("instances_txt").join(format!("{}.txt", sequence.name));
        let (width, height) = sequence.size(&file)?;
        let mut text = String::new();
        for (i, ..) in sequence.seen() {
            for (track, mask) in sequence.separated(i) {
                let (class, number) = numbers(sequence, track, &file)?;
                let rle = CompressedRle::from(&Rle::from(&mask)).counts;
                text += &format!("{i} {number} {class} {height} {width} {rle}\n");
            }
        }
        set.add_text(&file, &text)?;
        add_classes(set, sequence, folder, SequenceFormat::MotsText)
    }
}

impl SequenceDefinition for Images {
    fn key(&self) -> &'static str {
        "mots-png"
    }

    fn label(&self) -> &'static str {
        "MOTS (PNG)"
    }

    /// `instances/NAME/000000.png`, and the numbers of the classes in `NAME_classes_png.txt`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let images = folder.join("instances").join(&sequence.name);
        for (i, _, (width, height)) in sequence.seen() {
            let file = images.join(format!("{i:06}.png"));
            let mut image: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::new(width, height);
            for (track, mask) in sequence.separated(i) {
                let (_, number) = numbers(sequence, track, &file)?;
                for_each_pixel(&mask, |x, y| image.put_pixel(x, y, Luma([number])));
            }
            add_png(set, &file, &image.into())?;
        }
        add_classes(set, sequence, folder, SequenceFormat::MotsPng)
    }
}

/// The number of a class, without that of ignored pixels.
fn class_number(index: usize) -> usize {
    if index < IGNORED_CLASS { index } else { index + 1 }
}

/// The numbers of an object's class and of the object.
fn numbers(sequence: &TrackedSequence, track: &Track, file: &Path) -> Result<(usize, u16), WriteError> {
    let class = class_number(sequence.class_number(track));
    if class > MAX_CLASS || track.number >= PER_CLASS {
        return Err(too_much(
            file,
            format!(
                "object {} of the class `{}` has no room: MOTS has {} objects in each of {MAX_CLASS} classes",
                track.number,
                track.class_name(),
                PER_CLASS - 1
            ),
        ));
    }
    Ok((class, (class as u32 * PER_CLASS + track.number) as u16))
}

fn add_classes(
    set: &mut FileSet,
    sequence: &TrackedSequence,
    folder: &Path,
    format: SequenceFormat,
) -> Result<(), WriteError> {
    let line = |(i, class): (usize, &str)| format!("{} {class}\n", class_number(i));
    let lines: String = (1..).zip(sequence.classes()).map(line).collect();
    let ending = if format == SequenceFormat::MotsPng { "_png" } else { "" };
    set.add_text(&folder.join(format!("{}_classes{ending}.txt", sequence.name)), &lines)
}
