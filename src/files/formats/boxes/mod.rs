//! Boxes in the files of detectors and annotation tools: one file for each format, and their registry.
//!
//! A box is not a mask: it is what a network is asked about. Objects that have an outline are counted, but not
//! read as boxes.

mod coco;
mod cvat;
mod labelme;
mod listed;
mod voc;
mod yolo;

use std::path::Path;

use super::reading::Content;
pub use coco::{CocoNames, detections};
pub use listed::{BoxContent, ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit};

/// Reads the boxes in the files of a format.
pub trait BoxReader: Sync {
    /// The unique name of such files in messages.
    fn name(&self) -> &'static str;

    /// The extensions that such files usually have, in lower case.
    fn extensions(&self) -> &'static [&'static str];

    /// Reads a file; `None` if it has another format. Only a reader that recognises the format may take the
    /// value out of `content`.
    ///
    /// # Errors
    /// Why the file cannot be used.
    fn read(&self, path: &Path, content: &mut Content) -> Option<Result<BoxContent, String>>;
}

/// All readers of boxes; the first one that recognises a file reads it.
pub fn box_readers() -> [&'static dyn BoxReader; 6] {
    [
        &coco::CocoBoxes,
        &coco::CocoDetections,
        &labelme::LabelmeRectangles,
        &yolo::YoloBoxes,
        &voc::VocBoxes,
        &cvat::CvatImages,
    ]
}

/// All kinds of files with boxes, for messages.
pub fn with_boxes() -> String {
    box_readers().map(|reader| reader.name()).join(", ")
}
