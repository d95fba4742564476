//! The options of the formats.

use serde::{Deserialize, Serialize};

use super::{CocoSegmentation, LabelmeShapes, YoloParts};
use crate::edge::Refinement;
use crate::files::drawing::CutoutEdge;

/// The options of the formats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    pub coco: CocoSegmentation,
    pub labelme: LabelmeShapes,
    pub yolo: YoloParts,
    /// How far simplified outlines may deviate from the mask, in pixels; 0 keeps every pixel.
    pub tolerance: f32,
    /// Photo pixels around a cropped cut-out.
    pub margin: u32,
    /// Width of the soft edge of a cut-out, in pixels; 0 is a hard edge.
    pub feather: f32,
    /// The edges of cut-outs follow the photo and are as soft as there; replaces `feather`.
    pub soft_edges: bool,
    /// Also copy the photo to the folder where the format expects it ([`FormatOption::CopyPhoto`]).
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
            soft_edges: false,
            copy_photo: false,
            model: "masks".into(),
        }
    }
}

impl ExportOptions {
    /// The edge of cut-outs.
    pub fn cutout_edge(&self) -> CutoutEdge {
        match self.soft_edges {
            true => CutoutEdge::Photo(Refinement::default()),
            false => CutoutEdge::Feather(self.feather),
        }
    }
}

/// An option in the user interface, for the formats that it affects
/// ([`Format::options`](super::Format::options)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatOption {
    /// [`ExportOptions::margin`]
    Margin,
    /// [`ExportOptions::feather`]
    Feather,
    /// [`ExportOptions::soft_edges`]
    SoftEdges,
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
