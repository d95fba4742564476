//! What widgets ask for; applied in one place, by the window.

use std::path::PathBuf;

use super::commands::Command;
use super::export_window::ExportJob;
use crate::document::{ColourMode, Edit, MaskId};
use crate::engine::ModelSource;
use crate::everything::{Filters, Parameters, Preset};
use crate::models::Entry;

/// A wish of the user.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Run(Command),
    Edit(Edit),
    Select(Vec<MaskId>),
    ToggleSelected(MaskId),
    ZoomToMask(MaskId),
    SetOpacity(f32),
    SetParameters(Parameters),
    UsePreset(Preset),
    /// Tries filters on what everything mode found.
    SetFilters(Filters),
    /// Puts what the filters leave into the document.
    ApplyFilters,
    SetColourMode(ColourMode),
    StartComparison,
    SaveComparison,
    CloseComparison,
    OpenPaths(Vec<PathBuf>),
    Export(ExportJob),
    ChooseExportFolder,
    UseModel(ModelSource),
    DownloadModel(&'static Entry),
    CancelDownload,
    SetModelsUrl(String),
    DismissMessage(usize),
}

/// Collects actions while the interface is drawn.
pub(super) type Actions = Vec<Action>;
