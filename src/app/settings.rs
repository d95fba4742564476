//! What is remembered from one start to the next.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use super::commands::Keymap;
use super::recent::RecentList;
use super::texts::Language;
use crate::document::ColourMode;
use crate::edge::Refinement;
use crate::files::formats::{ExportOptions, Format};
use crate::tracking::DoubtLimits;

/// What a click on the canvas does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) enum Tool {
    #[default]
    Positive,
    Negative,
    Box,
    Select,
    Brush,
    Eraser,
    Lasso,
    Vertices,
}

impl Tool {
    /// Whether clicks make a prompt for the network.
    pub fn prompts(self) -> bool {
        matches!(self, Tool::Positive | Tool::Negative | Tool::Box)
    }
}

/// How masks are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) enum MaskStyle {
    #[default]
    Fill,
    Outline,
    Both,
    /// Everything outside the masks is darkened.
    Dim,
}

/// The sizes of text to choose from, in percent.
pub(super) const TEXT_SIZES: [u32; 6] = [80, 90, 100, 115, 130, 150];
pub(super) const NORMAL_TEXT: u32 = 100;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// `None` is that of the system.
    pub language: Option<Language>,
    pub theme: ThemePreference,
    pub keymap: Keymap,
    /// Opacity of the masks, in [0, 1].
    pub opacity: f32,
    pub style: MaskStyle,
    /// Show the whole photo in a corner while only a part of it is in view.
    pub minimap: bool,
    /// Show the mask that a click would give.
    pub live_preview: bool,
    /// Radius of the brush, in photo pixels.
    pub brush_radius: f32,
    /// How far an outline that is edited point by point is simplified, in pixels.
    pub vertex_tolerance: f32,
    /// By how many pixels masks grow, shrink and are smoothed.
    pub shape_pixels: f32,
    /// Parts smaller than this are specks, in pixels.
    pub speck_area: u64,
    /// How edges are refined.
    pub refinement: Refinement,
    /// What the colours of masks mean.
    pub colours: ColourMode,
    /// Show the photos of the folder below the canvas.
    pub filmstrip: bool,
    /// Show classes, masks and properties beside the photo.
    pub side_panel: bool,
    /// How fast a sequence is played, in frames a second.
    pub frame_rate: f32,
    /// From where on followed masks are doubtful.
    pub doubts: DoubtLimits,
    /// Encode the next photo when idle.
    pub encode_ahead: bool,
    /// Encoded photos on disk take at most this much; 0 keeps none.
    pub embeddings_gb: u32,
    /// The photos and folders that were opened last.
    pub recent: RecentList,
    /// Size of text and everything else in the window, in percent; one of [`TEXT_SIZES`].
    pub text_size: u32,
    /// A mask was accepted, or the hint for the first one dismissed.
    pub introduced: bool,
    /// Whether it was said that the window is drawn by software.
    pub software_mentioned: bool,
    /// Where the last photo came from.
    pub photo_folder: Option<PathBuf>,
    /// The model that was used last, by name or path.
    pub model: Option<String>,
    /// The side of the network input in pixels that was chosen for a model, by name or path.
    pub input_sides: BTreeMap<String, usize>,
    /// Where models are downloaded from, if not from their publishers; empty for these.
    pub models_url: String,
    /// Where the last export went.
    pub export_folder: Option<PathBuf>,
    /// How the last export was made.
    pub export: Option<(Format, ExportOptions)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            theme: ThemePreference::default(),
            keymap: Keymap::default(),
            opacity: 0.5,
            style: MaskStyle::default(),
            minimap: true,
            live_preview: true,
            brush_radius: 12.0,
            vertex_tolerance: 1.0,
            shape_pixels: 2.0,
            speck_area: 100,
            refinement: Refinement::default(),
            colours: ColourMode::default(),
            filmstrip: true,
            side_panel: true,
            frame_rate: 12.0,
            doubts: DoubtLimits::default(),
            encode_ahead: true,
            embeddings_gb: 4,
            recent: RecentList::default(),
            text_size: NORMAL_TEXT,
            introduced: false,
            software_mentioned: false,
            photo_folder: None,
            model: None,
            input_sides: BTreeMap::new(),
            models_url: String::new(),
            export_folder: None,
            export: None,
        }
    }
}
