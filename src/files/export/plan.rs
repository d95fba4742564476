//! The plan of an export.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::dataset::{Wanted, destination};
use super::losses::{Loss, Losses};
use super::{Split, is_shared, planned_files};
use crate::annotation::Annotation;
use crate::files::formats::destination::Destination;
use crate::files::formats::{ExportOptions, Format, Part};
use crate::files::project::WorkStates;
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
    /// What the format cannot store.
    pub losses: Vec<Loss>,
    /// Why photos are skipped, in sentences for users.
    pub problems: Vec<String>,
    /// The number of photos in each part of a split dataset.
    pub parts: Vec<(Part, usize)>,
}

impl Plan {
    fn finished(mut self, losses: &Losses) -> Self {
        self.losses.extend(losses.all());
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

/// Plans the export of the saved masks of photos in one folder ([`DatasetExport`](super::DatasetExport)) without
/// opening the photos. `go_on` is called before each photo; returns `None` if it returns false.
pub fn plan_dataset(
    photos: &[PathBuf],
    wanted: &Wanted,
    split: Option<&Split>,
    format: Format,
    options: &ExportOptions,
    folder: &Path,
    mut go_on: impl FnMut() -> bool,
) -> Option<Plan> {
    let definition = format.definition();
    let split = split.filter(|_| format.has_parts());
    let mut losses = Losses::new(format, options);
    let (mut plan, mut states) = (Plan::default(), WorkStates::default());
    let (mut seen, mut of_parts) = (HashSet::new(), BTreeMap::new());
    for photo in photos {
        if !go_on() {
            return None;
        }
        match wanted.includes(photo, &mut states) {
            Ok(true) => {}
            Ok(false) => continue,
            // The same project cannot be read for any of its photos.
            Err(error) => {
                plan.problems.push(error.to_string());
                break;
            }
        }
        let below = Path::new(photo.file_name().unwrap_or_default());
        let tags = states.tags(photo).unwrap_or_default();
        let part = split.and_then(|split| split.part_of(below, tags));
        let masks = Session::newest_for(photo).map(|session| wanted.masks(&session)).unwrap_or_default();
        losses.add(&masks);
        plan.photos += 1;
        plan.masks += masks.len();
        *of_parts.entry(part).or_insert(0) += 1;
        if definition.dataset().is_none() {
            let to = Destination::new(folder, photo).in_part(part);
            let (to, _) = destination(photo, &masks, format, options, to, |file| seen.contains(file));
            // Class lists are planned for each photo.
            let files = planned_files(photo, &masks, format, options, &to);
            plan.files.extend(files.into_iter().filter(|file| seen.insert(file.clone())));
        }
    }
    if let Some(dataset) = definition.dataset() {
        plan.files.extend(of_parts.keys().map(|part| folder.join((dataset.file)(*part))));
    }
    let mut plan = plan.finished(&losses);
    // These are extended, not replaced.
    let lists = definition.part_lists().iter();
    let lists = lists.filter(|list| list.parts.iter().any(|part| of_parts.contains_key(&Some(*part))));
    plan.files.extend(lists.map(|list| folder.join(list.file)));
    if split.is_some() {
        plan.parts = Part::ALL.map(|part| (part, of_parts.get(&Some(part)).copied().unwrap_or(0))).to_vec();
    }
    Some(plan)
}
