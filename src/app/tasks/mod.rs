//! Slow work that is not the network's, off the window's thread: a [`Task`] runs to its end, of
//! [`Latest`] only what is still wanted is done. [`Tasks`] collects what comes of reading photos,
//! dialogs, importing and exporting.

mod batch;
mod clipboard;
mod dialogs;
mod download;
mod exports;
mod figure;
mod file_manager;
mod imports;
mod latest;
mod masks;
mod photos;
mod projects;
mod relations;
mod sequence;
mod task;
mod thumbnails;
mod vertices;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;

pub(super) use batch::{OpenedBoxes, Prepared, SavedProposals, Selection};
pub(super) use download::Download;
pub(super) use figure::FigureSide;
pub(super) use imports::{Dataset, ImportTarget};
pub(super) use latest::{ByAddress, Latest};
pub(super) use photos::Decoded;
pub(super) use relations::Relations;
pub(super) use sequence::{ChangedFrame, FollowRequest, FollowStart, FoundTracks, FrameObjects, SavedFrame};
pub(super) use task::{Panicked, Task};
pub(super) use thumbnails::Thumbnails;

use super::clipboard::FittedMasks;
use super::export_task::Written;
use super::photo_list::PhotoList;
use super::sequence_export::{Ended, Failure};
use super::state::EditedMask;
use super::state::{ReviewPhoto, StepId};
use crate::document::{MaskItem, Reshape};
use crate::files::export::{Plan, SplitList, SplitListError};
use crate::files::import::{ForPhoto, ImportError, Imported, NamedClasses, Problem};
use crate::files::project::{Project, ProjectError, ProjectFile};
use crate::files::session::{Loaded, SessionError};
use crate::files::{Photo, PhotoError, WriteError};
use crate::mask::Mask;
use crate::mask::vertices::VertexPolygon;

/// What came of a task.
pub(super) enum Outcome {
    /// The user picked files or a folder to open; empty when the dialog was cancelled.
    Picked(Vec<PathBuf>),
    PickedModel(Option<PathBuf>),
    /// For a side of a comparison, 0 or 1.
    PickedComparedModel(usize, Option<PathBuf>),
    PickedExportFolder(Option<PathBuf>),
    PickedSavingFolder(Option<PathBuf>),
    PickedSplitList(Option<Result<(PathBuf, SplitList), SplitListError>>),
    /// The photos to leaf through, which of them to show first, and that one, if it has been read; and masks of a photo
    /// that was open.
    Listed {
        request: u64,
        photos: PhotoList,
        first: usize,
        decoded: Option<Decoded>,
        problems: Vec<String>,
        masks: Vec<(u64, Imported)>,
    },
    /// A photo that may be opened next has been read; `None` if that failed.
    Decoded {
        path: PathBuf,
        decoded: Option<Decoded>,
    },
    Opened {
        request: u64,
        result: Result<Photo, PhotoError>,
        /// What was kept about the photo; `None` if it has no file that a session could lie next to.
        session: Option<Box<Result<Loaded, SessionError>>>,
        /// The project of its folder, unless it is known.
        project: Option<Box<Result<ProjectFile, ProjectError>>>,
    },
    /// Classes were read from a file; `None` when the dialog was cancelled.
    ReadClasses(Option<Result<NamedClasses, String>>),
    /// Masks in the files next to photos.
    Counted(Vec<(PathBuf, usize)>),
    /// The first photo without masks, if there is one.
    FoundEmpty(Option<PathBuf>),
    /// A project was read again and written; `sent` went into its file.
    ProjectSynced {
        folder: PathBuf,
        sent: Box<Project>,
        result: Result<ProjectFile, ProjectError>,
    },
    /// What an export would do; `None` when that was cancelled.
    Planned(Option<Plan>),
    Exported {
        folder: PathBuf,
        result: Result<Written, WriteError>,
    },
    /// The objects of a sequence were written, or why not.
    ExportedSequence {
        folder: PathBuf,
        result: Result<Ended, Failure>,
    },
    /// A file was written where the user said; `None` when the dialog was cancelled.
    Saved(Option<Result<PathBuf, WriteError>>),
    /// The file manager was asked to show something.
    ShownInFolder(Result<(), String>),
    PickedMasks(Option<PathBuf>),
    /// A file is about several photos.
    HasMasksOf {
        file: PathBuf,
        photos: Vec<PathBuf>,
    },
    /// Masks of a photo were read from a file.
    Imported {
        photo: u64,
        result: Result<Imported, ImportError>,
    },
    /// Masks of several photos were read from a file, and what was skipped.
    ReadAll(Result<(Vec<ForPhoto>, Vec<Problem>), String>),
    /// They were added to what is kept about photos that are not in the window.
    ImportedAll(Result<(Dataset, Vec<Problem>), String>),
    /// The photos that a batch has something to do for.
    Selected(Selection),
    /// A photo of a batch was read, or why not.
    Prepared(Result<Prepared, String>),
    /// Proposals were added to the session of a photo, or why not.
    SavedProposals {
        path: PathBuf,
        result: Result<SavedProposals, String>,
    },
    /// Files with boxes were read; `None` when the dialog was cancelled.
    OpenedBoxes(Result<Option<OpenedBoxes>, String>),
    /// Dropped files have masks.
    DroppedMasks(Vec<PathBuf>),
    /// The photos whose sessions have proposals.
    FoundProposals(Vec<ReviewPhoto>),
    /// The objects on the frames of a sequence.
    FoundTracks(FoundTracks),
    /// What a run that follows objects starts from, or why it cannot.
    FollowPrepared {
        step: StepId,
        start: Result<Box<FollowStart>, String>,
    },
    /// Objects were changed in the sessions of frames.
    SavedTracks {
        number: u64,
        frames: Vec<SavedFrame>,
    },
    /// A picture for the clipboard.
    Copied(egui::ColorImage),
    /// Masks to be pasted into a photo.
    Fitted {
        photo: u64,
        masks: FittedMasks,
    },
    /// The outline of a mask was traced.
    VerticesTraced {
        mask: EditedMask,
        polygon: VertexPolygon,
    },
    /// The edited outline of a mask was turned into pixels.
    VerticesFilled {
        mask: EditedMask,
        filled: Mask,
    },
    /// Masks of a photo were given another shape.
    Reshaped {
        photo: u64,
        /// The masks as they were.
        of: Vec<Arc<MaskItem>>,
        reshape: Reshape,
    },
    /// The task panicked.
    Broken(Kind, Panicked),
}

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Dialog,
    Opening,
    PlanningExport,
    Exporting,
    Importing,
    /// Reading a photo of a batch.
    Preparing,
    SavingProposals,
    /// The file manager, which may stay open for long.
    FileManager,
    /// Changing objects of a sequence on frames that are not in the window.
    SavingTracks,
    Other,
}

impl Kind {
    /// Whether it writes files, so that the end of the program waits for it.
    fn writes(self) -> bool {
        matches!(self, Kind::Exporting | Kind::Importing | Kind::SavingProposals | Kind::SavingTracks)
    }
}

/// Starts tasks and collects their outcomes.
pub(super) struct Tasks {
    running: Vec<(Kind, Task<Outcome>)>,
    ctx: Context,
}

impl Tasks {
    pub fn new(ctx: Context) -> Self {
        Self { running: vec![], ctx }
    }

    /// The next outcome, if one has come.
    pub fn next(&mut self) -> Option<Outcome> {
        let ended = |(at, (_, task)): (usize, &(Kind, Task<Outcome>))| Some((at, task.outcome()?));
        let (at, outcome) = self.running.iter().enumerate().find_map(ended)?;
        let (kind, _) = self.running.remove(at);
        Some(outcome.unwrap_or_else(|panicked| Outcome::Broken(kind, panicked)))
    }

    /// The window's context.
    pub fn ctx(&self) -> &Context {
        &self.ctx
    }

    /// Whether a task is running that something waits for.
    pub fn is_busy(&self) -> bool {
        self.running.iter().any(|(kind, _)| *kind != Kind::FileManager)
    }

    fn is_running(&self, kind: Kind) -> bool {
        self.running.iter().any(|(running, _)| *running == kind)
    }

    fn spawn(&mut self, kind: Kind, run: impl FnOnce() -> Outcome + Send + 'static) {
        self.running.push((kind, Task::start(&self.ctx, |_| run())));
    }

    /// Waits for tasks that write files, for the end of the program.
    pub fn flush(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        let is_writing = |(kind, task): &(Kind, Task<Outcome>)| kind.writes() && !task.has_ended();
        while self.running.iter().any(is_writing) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
