//! What can be chosen about the formats.

use serde::{Deserialize, Serialize};

use super::{CocoSegmentation, LabelmeShapes, YoloParts};

/// What can be chosen about the formats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    pub coco: CocoSegmentation,
    pub labelme: LabelmeShapes,
    pub yolo: YoloParts,
    /// Outlines may leave the mask by so many pixels to have fewer points; 0 keeps every pixel.
    pub tolerance: f32,
    /// Photo pixels around a cropped cut-out.
    pub margin: u32,
    /// Over how many pixels the edge of a cut-out fades; 0 leaves it hard.
    pub feather: f32,
    /// Also copy the photo to where the format expects it ([`FormatOption::CopyPhoto`]).
    pub copy_photo: bool,
    /// Name of the model in the names of the files of [`Format::Script`](super::Format::Script).
    pub model: String,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            coco: CocoSegmentation::default(),
            labelme: LabelmeShapes::default(),
            yolo: YoloParts::default(),
            tolerance: 0.0,
            margin: 0,
            feather: 0.0,
            copy_photo: false,
            model: "masks".into(),
        }
    }
}

/// An option that people see, for the formats on which it has an effect
/// ([`Format::options`](super::Format::options)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatOption {
    /// [`ExportOptions::margin`]
    Margin,
    /// [`ExportOptions::feather`]
    Feather,
    /// [`ExportOptions::coco`]
    CocoSegmentation,
    /// [`ExportOptions::labelme`]
    LabelmeShapes,
    /// [`ExportOptions::yolo`]
    YoloParts,
    /// [`ExportOptions::copy_photo`]
    CopyPhoto,
    /// [`ExportOptions::tolerance`]
    Tolerance,
}
