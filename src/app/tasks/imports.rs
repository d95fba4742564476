//! Reading masks from files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Kind, Outcome, Tasks};
use crate::app::photo_list::PhotoList;
use crate::app::texts;
use crate::files::import::{ForPhoto, Problem, add_to_sessions, import, import_dataset, photos_named};

/// The open photo, as far as importing needs it.
pub(in crate::app) struct ImportTarget {
    pub id: u64,
    pub path: PathBuf,
    pub size: (u32, u32),
}

impl ImportTarget {
    fn import(self, file: &Path) -> Outcome {
        Outcome::Imported { photo: self.id, result: import(file, self.size, &self.path) }
    }
}

/// Masks of several photos.
pub(in crate::app) struct Dataset {
    /// Of photos in the window, to be added there.
    pub here: Vec<ForPhoto>,
    /// The others, and how many masks were added to them.
    pub photos: Vec<PathBuf>,
    pub masks: usize,
}

impl Tasks {
    /// Reads masks of the open photo from a file, unless others of these photos are meant, too.
    pub fn import_file(&mut self, file: PathBuf, open: ImportTarget, photos: PhotoList) {
        self.spawn(Kind::Other, move || match photos_named(&file, &photos) {
            Ok(named) if named.iter().any(|photo| *photo != open.path) => {
                Outcome::HasMasksOf { file, photos: named }
            }
            // If the file cannot be read, this says why.
            _ => open.import(&file),
        });
    }

    /// Reads masks of the open photo from a file.
    pub fn import_here(&mut self, file: PathBuf, open: ImportTarget) {
        self.spawn(Kind::Other, move || open.import(&file));
    }

    /// Reads masks of photos from a file.
    pub fn read_dataset(&mut self, file: PathBuf, photos: Vec<PathBuf>) {
        self.spawn(Kind::Other, move || {
            Outcome::ReadAll(import_dataset(&file, &photos).map_err(|e| e.to_string()))
        });
    }

    /// Adds masks to what is kept about those of the photos that are not in the window.
    pub fn import_all(&mut self, found: Vec<ForPhoto>, problems: Vec<Problem>, in_window: HashSet<PathBuf>) {
        self.spawn(Kind::Importing, move || {
            let (here, elsewhere): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|item| in_window.contains(&item.path));
            let masks = elsewhere.iter().map(|item| item.imported.masks.len()).sum();
            let mut problems = problems;
            problems.extend(elsewhere.iter().flat_map(|item| item.imported.problems.clone()));
            let photos = elsewhere.iter().map(|item| item.path.clone()).collect();
            let added = add_to_sessions(elsewhere).map_err(|e| texts::import::failed(&e));
            Outcome::ImportedAll(added.map(|()| (Dataset { here, photos, masks }, problems)))
        });
    }
}
