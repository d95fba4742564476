//! Exporting the kept masks of many photos.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::format::planned_files_for;
use super::losses::Losses;
use super::{
    CocoPhoto, ExportMask, ExportOptions, Format, add_coco_dataset, add_export, is_shared, losses,
    planned_files_with,
};
use crate::files::session::{LoadedState, Session, SessionError};
use crate::files::{FileSet, Photo, PhotoError, Selected, WriteError};

/// The file about all photos.
const COCO_DATASET: &str = "coco.json";

/// Which of the kept masks are exported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Not those that are hidden.
    pub visible_only: bool,
    /// Only those of these classes; any if there are none.
    pub classes: Vec<String>,
}

impl Wanted {
    fn masks(&self, session: &Session) -> Vec<ExportMask> {
        let is_wanted = |class: Option<&String>| {
            self.classes.is_empty() || class.is_some_and(|class| self.classes.contains(class))
        };
        let masks = session.masks.iter();
        let masks =
            masks.filter(|item| is_wanted(item.class.as_ref()) && (item.visible || !self.visible_only));
        masks.map(ExportMask::from).collect()
    }
}

/// Why nothing was written for a photo. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum PhotoExportError {
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(
        "{}: has no masks kept beside it; make some in the window, or with `tinsel import`",
        path.display()
    )]
    NoMasks { path: PathBuf },
    #[error(
        "{}: has {}x{} pixels, but its masks were made when it had {}x{}; bring that photo back",
        path.display(), size.0, size.1, kept.0, kept.1
    )]
    OtherSize { path: PathBuf, size: (u32, u32), kept: (u32, u32) },
    #[error(
        "{}: its {} would replace that of {}; give one of them another name",
        path.display(), file.display(), other.display()
    )]
    SameFile { path: PathBuf, file: PathBuf, other: PathBuf },
}

/// What was written for a photo.
#[derive(Debug)]
pub struct Exported {
    pub masks: usize,
    pub files: usize,
    /// What should be known, such as losses.
    pub notes: Vec<String>,
}

/// Writes the kept masks of one photo after the other, in several formats.
pub struct DatasetExport {
    pub formats: Vec<Format>,
    pub options: ExportOptions,
    pub wanted: Wanted,
    pub folder: PathBuf,
    pub overwrite: bool,
    /// Whether COCO is one file about all photos.
    pub joins: bool,
    photos: Vec<CocoPhoto>,
    /// What has been written for which photo.
    written: HashMap<PathBuf, PathBuf>,
}

impl DatasetExport {
    /// An export of all kept masks to a folder, with the default options; several photos make one dataset.
    pub fn new(formats: Vec<Format>, folder: PathBuf) -> Self {
        Self {
            formats,
            options: ExportOptions::default(),
            wanted: Wanted::default(),
            folder,
            overwrite: false,
            joins: true,
            photos: vec![],
            written: HashMap::new(),
        }
    }

    fn is_joined(&self, format: Format) -> bool {
        self.joins && format == Format::CocoJson
    }

    /// Writes all formats of a photo, or none.
    ///
    /// # Errors
    /// See [`PhotoExportError`].
    pub fn photo(&mut self, selected: &Selected) -> Result<Exported, PhotoExportError> {
        let photo = Photo::open(&selected.path)?;
        let (masks, mut notes) = self.masks(&photo)?;
        let folder = self.folder.join(selected.below.parent().unwrap_or(Path::new("")));
        let mut set = FileSet::new(self.overwrite);
        let mut planned = vec![];
        for format in &self.formats {
            notes.extend(losses(*format, &self.options, &masks));
            if self.is_joined(*format) {
                continue;
            }
            planned.extend(planned_files_with(&photo, &masks, *format, &self.options, &folder));
            add_export(&mut set, &photo, &masks, *format, &self.options, &folder)?;
        }
        for file in planned.iter().filter(|file| !is_shared(file)) {
            if let Some(other) = self.written.get(file) {
                let (file, other) = (file.clone(), other.clone());
                return Err(PhotoExportError::SameFile { path: photo.path, file, other });
            }
        }
        let files = set.commit()?.len();
        self.written.extend(planned.into_iter().map(|file| (file, photo.path.clone())));
        let exported = Exported { masks: masks.len(), files, notes };
        if self.formats.iter().any(|format| self.is_joined(*format)) {
            let parts: Vec<_> = selected.below.iter().map(|part| part.to_string_lossy()).collect();
            self.photos.push(CocoPhoto {
                file_name: parts.join("/"),
                size: photo.pixels.dimensions(),
                masks,
            });
        }
        Ok(exported)
    }

    /// The masks of a photo that are wanted, and what should be known about them.
    fn masks(&self, photo: &Photo) -> Result<(Vec<ExportMask>, Vec<String>), PhotoExportError> {
        let size = photo.pixels.dimensions();
        let mut notes = vec![];
        let session = match Session::load(&photo.path, size, photo.fingerprint)?.state {
            LoadedState::Found(session) => session,
            LoadedState::PhotoChanged { session, same_size: true } => {
                notes.push("The photo has changed since its masks were made.".into());
                session
            }
            LoadedState::PhotoChanged { session, same_size: false } => {
                let kept = (session.photo.width, session.photo.height);
                return Err(PhotoExportError::OtherSize { path: photo.path.clone(), size, kept });
            }
            LoadedState::Fresh => return Err(PhotoExportError::NoMasks { path: photo.path.clone() }),
        };
        Ok((self.wanted.masks(&session), notes))
    }

    /// Writes the file about all photos, if there is to be one, and returns it with their number.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn finish(self) -> Result<Option<(PathBuf, usize)>, WriteError> {
        if self.photos.is_empty() {
            return Ok(None);
        }
        let mut set = FileSet::new(self.overwrite);
        let file = self.folder.join(COCO_DATASET);
        add_coco_dataset(&mut set, &self.photos, &self.options, &file)?;
        set.commit()?;
        Ok(Some((file, self.photos.len())))
    }
}

/// What an export will do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Photos with masks that are wanted.
    pub photos: usize,
    pub masks: usize,
    /// All files that will be written.
    pub files: Vec<PathBuf>,
    /// Those of them that would be overwritten.
    pub existing: Vec<PathBuf>,
    /// What the format cannot hold, in sentences for people.
    pub losses: Vec<String>,
}

impl Plan {
    fn finished(mut self, losses: &Losses) -> Self {
        self.losses = losses.sentences();
        let existing = self.files.iter().filter(|file| file.exists() && !is_shared(file));
        self.existing = existing.cloned().collect();
        self
    }
}

/// What exporting these masks of a photo will do.
pub fn plan(
    photo: &Path,
    masks: &[ExportMask],
    format: Format,
    options: &ExportOptions,
    folder: &Path,
) -> Plan {
    let mut losses = Losses::new(format, options);
    losses.add(masks);
    let files = planned_files_for(photo, masks, format, options, folder);
    Plan { photos: 1, masks: masks.len(), files, ..Plan::default() }.finished(&losses)
}

/// What exporting the kept masks of photos in one folder ([`DatasetExport`]) will do, without opening
/// these; photos without masks are passed over. `go_on` is asked before each photo; `None` if it says no.
pub fn plan_dataset(
    photos: &[PathBuf],
    wanted: &Wanted,
    format: Format,
    options: &ExportOptions,
    folder: &Path,
    mut go_on: impl FnMut() -> bool,
) -> Option<Plan> {
    let mut losses = Losses::new(format, options);
    let mut plan = Plan::default();
    for photo in photos {
        if !go_on() {
            return None;
        }
        let Some(session) = Session::newest_for(photo) else { continue };
        let masks = wanted.masks(&session);
        losses.add(&masks);
        plan.photos += 1;
        plan.masks += masks.len();
        if format != Format::CocoJson {
            plan.files.extend(planned_files_for(photo, &masks, format, options, folder));
        }
    }
    if format == Format::CocoJson && plan.photos > 0 {
        plan.files.push(folder.join(COCO_DATASET));
    }
    // Lists of classes are planned for each photo.
    let mut seen = std::collections::HashSet::new();
    plan.files.retain(|file| seen.insert(file.clone()));
    Some(plan.finished(&losses))
}
