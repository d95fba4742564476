//! The plan of an export.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::dataset::{Wanted, destination};
use super::losses::Losses;
use super::{is_shared, planned_files};
use crate::annotation::Annotation;
use crate::files::formats::destination::Destination;
use crate::files::formats::{ExportOptions, Format};
use crate::files::session::Session;

/// The plan of an export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Photos with selected masks.
    pub photos: usize,
    pub masks: usize,
    /// All files that will be written.
    pub files: Vec<PathBuf>,
    /// The existing files that would be overwritten.
    pub existing: Vec<PathBuf>,
    /// What the format cannot store, in sentences for users.
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

/// Plans the export of these masks of a photo.
pub fn plan(
    photo: &Path,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    folder: &Path,
) -> Plan {
    let mut losses = Losses::new(format, options);
    losses.add(masks);
    let files = planned_files(photo, masks, format, options, &Destination::new(folder, photo));
    Plan { photos: 1, masks: masks.len(), files, ..Plan::default() }.finished(&losses)
}

/// Plans the export of the saved masks of photos in one folder ([`DatasetExport`]) without opening the
/// photos; photos without masks are skipped. `go_on` is called before each photo; returns `None` if it
/// returns false.
pub fn plan_dataset(
    photos: &[PathBuf],
    wanted: &Wanted,
    format: Format,
    options: &ExportOptions,
    folder: &Path,
    mut go_on: impl FnMut() -> bool,
) -> Option<Plan> {
    let mut losses = Losses::new(format, options);
    let dataset = format.definition().dataset();
    let mut plan = Plan::default();
    let mut seen = HashSet::new();
    for photo in photos {
        if !go_on() {
            return None;
        }
        let Some(session) = Session::newest_for(photo) else { continue };
        let masks = wanted.masks(&session);
        losses.add(&masks);
        plan.photos += 1;
        plan.masks += masks.len();
        if dataset.is_none() {
            let (to, _) = destination(photo, &masks, format, options, folder, |file| seen.contains(file));
            // Class lists are planned for each photo.
            let files = planned_files(photo, &masks, format, options, &to);
            plan.files.extend(files.into_iter().filter(|file| seen.insert(file.clone())));
        }
    }
    plan.files.extend(dataset.filter(|_| plan.photos > 0).map(|dataset| folder.join(dataset.file_name)));
    Some(plan.finished(&losses))
}
