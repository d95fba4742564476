//! What widgets ask for; applied in one place, by the window.

use std::path::PathBuf;

use egui::KeyboardShortcut;

use super::commands::Command;
use super::export_task::ExportJob;
use super::sequence_export::SequenceExport;
use super::state::{BatchWork, Reach, VertexEdit};
use crate::document::{ClassId, ColourMode, Edit, MaskId};
use crate::edge::Refinement;
use crate::engine::ModelSource;
use crate::everything::{Filters, Parameters, Preset};
use crate::files::project::ProjectEdit;
use crate::files::{Adjustment, Rendering};
use crate::models::Entry;
use crate::prompt::Point;
use crate::track::TrackId;
use crate::tracking::DoubtLimits;

/// A request of the user.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Run(&'static Command),
    Edit(Edit),
    EditProject(ProjectEdit),
    /// Changes what the project of a photo's folder keeps about the photo.
    EditPhoto(PathBuf, ProjectEdit),
    /// Opens the window for the note about a photo.
    EditNote(PathBuf),
    /// Shows a file, or what is in a folder, in the system's file manager.
    ShowInFolder(PathBuf),
    /// Works on an object of the sequence.
    ChooseTrack(TrackId),
    DeleteTrack(TrackId),
    MergeTracks {
        from: TrackId,
        to: TrackId,
    },
    /// Makes an object of its own of the rest of another, from the open frame on.
    SplitTrack(TrackId),
    RenameTrack(TrackId, String),
    SetReach(Reach),
    /// In frames a second.
    SetFrameRate(f32),
    SetDoubts(DoubtLimits),
    /// Gives a class to the selected masks, or to the next one; `None` is no class.
    ChooseClass(Option<ClassId>),
    /// Shows a further candidate, or one before.
    StepCandidate(isize),
    /// A click on the canvas, as a further point of the prompt.
    AddPoint(Point),
    /// A stroke of brush or eraser through these photo pixels.
    Stroke {
        path: Vec<[f32; 2]>,
        erase: bool,
    },
    /// The inside of a closed line, added to the selected mask or removed from it.
    Lasso {
        path: Vec<[f32; 2]>,
        subtract: bool,
    },
    /// A change of the outline that is edited point by point.
    Vertices(VertexEdit),
    /// Turns that outline into pixels, and leaves the tool.
    ApplyVertices,
    /// Leaves the tool without a change.
    DiscardVertices,
    Reopen(MaskId),
    Select(Vec<MaskId>),
    ToggleSelected(MaskId),
    ZoomToMask(MaskId),
    SetOpacity(f32),
    /// In photo pixels.
    SetBrushRadius(f32),
    SetParameters(Parameters),
    UsePreset(Preset),
    /// Tries filters on the results of everything mode.
    SetFilters(Filters),
    /// Puts what the filters leave into the document.
    ApplyFilters,
    SetColourMode(ColourMode),
    SetShapePixels(f32),
    SetSpeckArea(u64),
    StartComparison,
    /// Asks for the file of a model for a side of the comparison, 0 or 1.
    ChooseComparedModel(usize),
    SaveComparison,
    CloseComparison,
    OpenDropped(Vec<PathBuf>),
    /// Opens a photo or a folder that was open before.
    OpenRecent(PathBuf),
    /// Looks which of those are still there.
    CheckRecent,
    ClearRecent,
    /// The hint for the first photo is not wanted any more.
    EndIntroduction,
    /// Opens another photo of the folder.
    GoToPhoto(usize),
    /// Opens another page of the photo's file, counted from 0.
    GoToPage(usize),
    SetRendering(Rendering),
    /// How photos are shown, and whether the network sees that.
    SetAdjustment(Adjustment, bool),
    SetRefinement(Refinement),
    SetEncodeAhead(bool),
    /// In gigabytes.
    SetEmbeddingsLimit(u32),
    ClearEmbeddings,
    /// Reads boxes or masks from files that were dropped.
    OpenAnnotations(Vec<PathBuf>),
    StartBatch(BatchWork),
    ContinueReview,
    /// Reads masks from a file; asks first when they are of several photos.
    ImportFile(PathBuf),
    /// Reads masks of the open photo from a file.
    ImportHere(PathBuf),
    /// Reads masks of these photos from a file.
    ImportAll {
        file: PathBuf,
        photos: Vec<PathBuf>,
    },
    /// Finds out what an export would do.
    PlanExport(ExportJob),
    Export(ExportJob),
    ExportSequence(SequenceExport),
    ChooseExportFolder,
    /// Asks for a list of photos and their parts of a dataset.
    ChooseSplitList,
    /// Asks for a folder for what could not be saved.
    ChooseSavingFolder,
    /// The window is not closed after all.
    StayOpen,
    DiscardAndClose,
    UseModel(ModelSource),
    /// In pixels, for the model in use.
    SetInputSide(usize),
    DownloadModel(&'static Entry),
    CancelDownload,
    SetModelsUrl(String),
    SetKeys(&'static Command, Vec<KeyboardShortcut>),
    /// The default keys again, for one command or for all.
    ResetKeys(Option<&'static Command>),
    DismissMessage(usize),
}

/// What is about all photos, and waits until the work on them is saved.
#[derive(Debug, Clone)]
pub(super) enum AfterSaving {
    PlanExport(ExportJob),
    Export(ExportJob),
    ExportSequence(SequenceExport),
    ImportAll { file: PathBuf, photos: Vec<PathBuf> },
}

/// Collects actions while the interface is drawn.
pub(super) type Actions = Vec<Action>;
