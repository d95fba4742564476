//! Planning and writing exports, off the window's thread.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::annotation::Annotation;
use crate::files::export::{
    DatasetExport, Exported, PhotoExportError, Plan, Split, Wanted, export_with, plan, plan_dataset,
};
use crate::files::formats::{ExportOptions, Format};
use crate::files::{Photo, Selected, WriteError};

/// What is exported.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// Masks of the open photo.
    Photo(Photo, Vec<Annotation>),
    /// What is kept about some of these photos.
    Folder { photos: Vec<PathBuf>, wanted: Wanted, split: Option<Split> },
}

/// All that an export needs, fixed when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct ExportJob {
    pub subject: Subject,
    pub format: Format,
    pub options: ExportOptions,
    pub folder: PathBuf,
    pub overwrite: bool,
}

/// How far a task is, and whether it is to end early.
#[derive(Debug, Default)]
pub(super) struct Progress {
    photos_done: AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress {
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub fn photo_done(&self) {
        self.photos_done.fetch_add(1, Ordering::Relaxed);
    }

    pub fn photos_done(&self) -> usize {
        self.photos_done.load(Ordering::Relaxed)
    }
}

/// What has been written.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub files: usize,
    pub photos: usize,
    /// One of the files.
    pub file: Option<PathBuf>,
    /// Photos that were skipped, and why.
    pub problems: Vec<String>,
    pub cancelled: bool,
}

impl ExportJob {
    /// How many photos it is about.
    pub fn photos(&self) -> usize {
        match &self.subject {
            Subject::Photo(..) => 1,
            Subject::Folder { photos, .. } => photos.len(),
        }
    }

    /// What it will do; `None` when it was cancelled.
    pub fn plan(&self, progress: &Progress) -> Option<Plan> {
        let Self { format, options, folder, .. } = self;
        match &self.subject {
            Subject::Photo(photo, masks) => Some(plan(&photo.path, masks, *format, options, folder)),
            Subject::Folder { photos, wanted, split } => {
                let go_on = || !progress.is_cancelled();
                plan_dataset(photos, wanted, split.as_ref(), *format, options, folder, go_on)
            }
        }
    }

    /// Does it. `tick` is called after each photo.
    ///
    /// # Errors
    /// Nothing was written about the one photo, or the file about all photos was not written.
    pub fn write(&self, progress: &Progress, tick: impl Fn()) -> Result<Written, WriteError> {
        let (photos, wanted, split) = match &self.subject {
            Subject::Folder { photos, wanted, split } => (photos, wanted, split),
            Subject::Photo(photo, masks) => {
                let Self { format, options, folder, overwrite, .. } = self;
                let mut files = export_with(photo, masks, *format, options, folder, *overwrite)?;
                let (count, file) = (files.len(), files.drain(..).next());
                return Ok(Written { files: count, photos: 1, file, ..Written::default() });
            }
        };
        let mut export = DatasetExport::new(vec![self.format], self.folder.clone());
        (export.options, export.overwrite) = (self.options.clone(), self.overwrite);
        (export.wanted, export.split) = (wanted.clone(), split.clone());
        let mut written = Written::default();
        for path in photos {
            if progress.is_cancelled() {
                // A file about all photos would be one about some of them.
                written.cancelled = true;
                return Ok(written);
            }
            match write_photo(&mut export, path) {
                Ok(None) => {}
                Ok(Some(exported)) => {
                    written.photos += 1;
                    written.files += exported.files;
                }
                Err(error) => written.problems.push(error.to_string()),
            }
            progress.photo_done();
            tick();
        }
        for (file, _) in export.finish()? {
            written.files += 1;
            written.file = Some(file);
        }
        Ok(written)
    }
}

/// Exports a photo of the folder, if it is wanted.
fn write_photo(export: &mut DatasetExport, path: &Path) -> Result<Option<Exported>, PhotoExportError> {
    if !export.includes(path)? {
        return Ok(None);
    }
    let below = path.file_name().map(Path::new).unwrap_or(path).to_path_buf();
    export.photo(&Selected { path: path.into(), below }).map(Some)
}
