//! The boxes of files, as they are before the photos are known that they belong to.

use super::coco::CocoNames;
use crate::files::formats::reading::Problem;

/// The content of a file with boxes.
pub enum BoxContent {
    Listed(ListedBoxes),
    /// Detections that know photos and classes by number only; another file may have their names.
    Detections(serde_json::Value),
}

/// The boxes of a file.
#[derive(Debug, Default)]
pub struct ListedBoxes {
    pub photos: Vec<PhotoBoxes>,
    pub problems: Vec<Problem>,
    /// How many objects have an outline or a mask, so that they need no box.
    pub outlined: usize,
    /// Photos and classes by number, if the file has them.
    pub names: Option<CocoNames>,
}

/// The boxes of a photo.
#[derive(Debug)]
pub struct PhotoBoxes {
    pub photo: PhotoName,
    /// Width and height of the photo in pixels, if the file has them.
    pub size: Option<(u32, u32)>,
    pub unit: Unit,
    pub boxes: Vec<ListedBox>,
}

/// How a file refers to a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoName {
    /// A file name, possibly with folders.
    File(String),
    /// The same without the extension of the photo.
    Stem(String),
    /// A number, or the name without extension.
    Id(String),
}

impl PhotoName {
    /// The name for messages.
    pub fn text(&self) -> &str {
        match self {
            Self::File(text) | Self::Stem(text) | Self::Id(text) => text,
        }
    }
}

/// The unit of coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Pixels,
    /// Fractions of the photo's width and height.
    Fractions,
}

/// A box as a file has it; it may be invalid.
#[derive(Debug, Clone)]
pub struct ListedBox {
    /// The position in the file.
    pub place: String,
    /// Left, top, right, bottom.
    pub corners: [f64; 4],
    pub class: Option<String>,
    /// How sure the detector is, in [0, 1].
    pub score: Option<f32>,
}

/// The smallest upright box around points: left, top, right, bottom.
pub fn around(points: &[[f64; 2]]) -> Option<[f64; 4]> {
    let first = points.first()?;
    let bounds = [first[0], first[1], first[0], first[1]];
    Some(
        points
            .iter()
            .fold(bounds, |[x0, y0, x1, y1], [x, y]| [x0.min(*x), y0.min(*y), x1.max(*x), y1.max(*y)]),
    )
}

/// A score in [0, 1]; `None` for anything else.
pub fn score(value: Option<f64>) -> Option<f32> {
    value.filter(|value| (0.0..=1.0).contains(value)).map(|value| value as f32)
}
