//! The formats of sequences: objects that keep their identity over frames. One file each, and one registry.

mod coco_tracks;
mod cutouts;
mod cvat;
mod davis;
mod film;
mod isat;
mod labelme;
mod mattes;
mod mots;
mod sa_v;
#[cfg(test)]
mod tests;
mod youtube_vis;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::UNCLASSED;
use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::files::{FileSet, WriteError};
use crate::mask::Mask;
use crate::tracking::Frames;

/// A sequence and the objects on its frames.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrackedSequence {
    /// Its name in files.
    pub name: String,
    pub frames: Vec<SequenceFrame>,
    /// Frames a second, for films.
    pub rate: f32,
    /// In the order of their numbers.
    pub tracks: Vec<Track>,
}

/// A frame of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceFrame {
    /// Its file's name, with extension where it has a file.
    pub file: String,
    /// The same without extension.
    pub stem: String,
    /// Path of its file relative to the folder of the export, where it has one.
    pub path: Option<String>,
}

/// An object of a sequence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// Counted from 1.
    pub number: u32,
    pub name: String,
    pub class: Option<String>,
    /// By frame; empty where the object is absent. Frames without an entry were not looked at.
    pub masks: BTreeMap<usize, TrackMask>,
}

/// An object on a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackMask {
    pub mask: Arc<Mask>,
    pub predicted_iou: Option<f32>,
    /// Whether a person said where the object is on this frame.
    pub is_prompted: bool,
}

impl Track {
    /// Its class, or the name for those without.
    pub fn class_name(&self) -> &str {
        self.class.as_deref().unwrap_or(UNCLASSED)
    }

    /// Its mask on a frame, if it is visible.
    fn visible(&self, frame: usize) -> Option<&TrackMask> {
        self.masks.get(&frame).filter(|item| !item.mask.is_empty())
    }

    /// The object on a frame as an annotation.
    fn annotation(&self, item: &TrackMask) -> Annotation {
        Annotation {
            class: self.class.clone(),
            colour: Some(mask_colour(u64::from(self.number))),
            predicted_iou: item.predicted_iou,
            ..Annotation::new(self.name.clone(), item.mask.clone())
        }
    }
}

impl TrackedSequence {
    /// The frames on which any object was looked for, with their size.
    fn seen(&self) -> impl Iterator<Item = (usize, &SequenceFrame, (u32, u32))> {
        let size = |frame: usize| {
            let mask = self.tracks.iter().find_map(|track| track.masks.get(&frame))?;
            Some((mask.mask.width(), mask.mask.height()))
        };
        self.frames.iter().enumerate().filter_map(move |(i, frame)| Some((i, frame, size(i)?)))
    }

    /// The visible objects of a frame, in the order of their numbers.
    fn visible(&self, frame: usize) -> impl DoubleEndedIterator<Item = (&Track, &TrackMask)> {
        self.tracks.iter().filter_map(move |track| Some((track, track.visible(frame)?)))
    }

    /// The same without overlaps: the lower number is on top.
    fn separated(&self, frame: usize) -> Vec<(&Track, Mask)> {
        let mut covered: Option<Mask> = None;
        let mut all = vec![];
        for (track, item) in self.visible(frame) {
            let mask = match &covered {
                Some(covered) => item.mask.difference(covered),
                None => (*item.mask).clone(),
            };
            covered = Some(match covered {
                Some(covered) => covered.union(&mask),
                None => mask.clone(),
            });
            if !mask.is_empty() {
                all.push((track, mask));
            }
        }
        all
    }

    /// The classes of all objects, in the order of the objects.
    fn classes(&self) -> Vec<&str> {
        let mut classes = vec![];
        for track in &self.tracks {
            if !classes.contains(&track.class_name()) {
                classes.push(track.class_name());
            }
        }
        classes
    }

    /// The number of an object's class, from 1.
    fn class_number(&self, track: &Track) -> usize {
        1 + self.classes().iter().position(|class| *class == track.class_name()).unwrap_or(0)
    }

    /// The size that all frames share; that of a sequence without any objects is empty.
    ///
    /// # Errors
    /// They differ in size.
    fn size(&self, file: &Path) -> Result<(u32, u32), WriteError> {
        let mut sizes = self.seen().map(|(_, _, size)| size);
        let size = sizes.next().unwrap_or_default();
        match sizes.find(|other| *other != size) {
            None => Ok(size),
            Some((w, h)) => Err(too_much(
                file,
                format!(
                    "the frames have different sizes ({}x{} and {w}x{h}), which this format cannot store; choose \
                 `davis`, `coco` or `labelme`",
                    size.0, size.1
                ),
            )),
        }
    }
}

/// A frame whose picture is needed cannot be read; the cause names it.
fn unreadable(folder: &Path, cause: &dyn std::fmt::Display) -> WriteError {
    too_much(folder, cause.to_string())
}

fn too_much(file: &Path, cause: String) -> WriteError {
    WriteError::Encoding { path: file.into(), cause }
}

/// A format of sequences.
trait SequenceDefinition: Sync {
    /// The name on the command line.
    fn key(&self) -> &'static str;

    /// The name in menus.
    fn label(&self) -> &'static str;

    /// Adds its files to a set. `frames` are the pictures, for formats that draw.
    ///
    /// # Errors
    /// See [`FileSet::check`]; the sequence does not fit into the format; a frame cannot be read.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        frames: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError>;
}

/// Defines [`SequenceFormat`] from a list of its values and their definitions.
macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident: $definition:expr,)*) => {
        /// A format of sequences.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SequenceFormat {
            $($(#[$doc])* $name,)*
        }

        impl SequenceFormat {
            /// All formats, in the order of menus.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            fn definition(self) -> &'static dyn SequenceDefinition {
                match self {
                    $(Self::$name => &$definition,)*
                }
            }
        }
    };
}

registry! {
    /// Images with a palette, whose values are the numbers of the objects.
    Davis: davis::Davis,
    /// COCO instances with tracks.
    Coco: coco_tracks::CocoTracks,
    /// One annotation for each object, with a segmentation for each frame.
    YoutubeVis: youtube_vis::YoutubeVis,
    /// Text with a line for each object and frame.
    MotsText: mots::Text,
    /// Grey images of 16 bits.
    MotsPng: mots::Images,
    /// One black-and-white image for each object and frame.
    SaV: sa_v::SaV,
    /// Tracks of masks.
    CvatVideo: cvat::Video,
    /// Frames with masks.
    CvatImages: cvat::Images,
    /// A file for each frame; the group of a shape is its object.
    Labelme: labelme::Labelme,
    /// A file for each frame; the group of a polygon is its object.
    Isat: isat::Isat,
    /// Numbered black-and-white images for compositing.
    Mattes: mattes::Mattes,
    /// Numbered pictures of each object, transparent around it.
    Cutouts: cutouts::Cutouts,
    /// A film of the frames with the objects in colour.
    Film: film::Film,
}

impl SequenceFormat {
    /// The format's name on the command line.
    pub fn key(self) -> &'static str {
        self.definition().key()
    }

    /// The format's name in menus.
    pub fn label(self) -> &'static str {
        self.definition().label()
    }

    /// Adds a sequence's files in this format to a set. `frames` are the pictures, for formats that draw.
    ///
    /// # Errors
    /// See [`FileSet::check`]; the sequence does not fit into the format; a frame cannot be read.
    pub fn add(
        self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        frames: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        self.definition().add(set, sequence, frames, folder)
    }
}
