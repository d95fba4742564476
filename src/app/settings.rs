//! What is remembered from one start to the next.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::document::ColourMode;

/// What a click on the canvas does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(super) enum Tool {
    #[default]
    Positive,
    Negative,
    Box,
    Select,
}

impl Tool {
    pub const ALL: [Tool; 4] = [Tool::Positive, Tool::Negative, Tool::Box, Tool::Select];
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// Opacity of the masks, in [0, 1].
    pub opacity: f32,
    pub outline_only: bool,
    /// What the colours of masks tell.
    pub colours: ColourMode,
    /// Where the last photo came from.
    pub photo_folder: Option<PathBuf>,
    /// The model that was used last, by name or path.
    pub model: Option<String>,
    /// Where models are downloaded from, if not from Meta's server; empty for that.
    pub models_url: String,
    /// Where the last export went.
    pub export_folder: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            opacity: 0.5,
            outline_only: false,
            colours: ColourMode::default(),
            photo_folder: None,
            model: None,
            models_url: String::new(),
            export_folder: None,
        }
    }
}
