//! What widgets ask for; applied in one place, by the window.

use std::path::PathBuf;

use super::commands::Command;
use crate::document::{Edit, MaskId};
use crate::engine::ModelSource;
use crate::everything::Parameters;
use crate::models::Entry;

/// A wish of the user.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    Run(Command),
    Edit(Edit),
    Select(Vec<MaskId>),
    ToggleSelected(MaskId),
    ZoomToMask(MaskId),
    SetOpacity(f32),
    SetParameters(Parameters),
    ResetParameters,
    OpenPaths(Vec<PathBuf>),
    Export { overwrite: bool },
    ChooseExportFolder,
    UseModel(ModelSource),
    DownloadModel(&'static Entry),
    CancelDownload,
    SetModelsUrl(String),
    DismissMessage(usize),
}

/// Collects actions while the interface is drawn.
pub(super) type Actions = Vec<Action>;
