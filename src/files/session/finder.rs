//! The sessions of many photos, most of which may have none.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Existing, existing_of, load};
use crate::document::Sighting;
use crate::files::photo::file_and_page;
use crate::files::stamped::{folder_of, is_there};

/// Finds the sessions of photos by the names of the files in their folders, each of which is listed once. Sessions
/// that are written later are not found.
#[derive(Default)]
pub struct SessionFinder {
    /// The names in each folder; `None` if it cannot be listed.
    folders: HashMap<PathBuf, Option<HashSet<OsString>>>,
}

impl SessionFinder {
    /// As [`Session::count_masks`](super::Session::count_masks).
    pub fn count_masks(&mut self, photo: &Path) -> Option<usize> {
        load::count_masks(&self.existing(photo))
    }

    /// As [`Session::proposals`](super::Session::proposals).
    pub fn proposals(&mut self, photo: &Path) -> Option<(usize, f32)> {
        load::proposals(&self.existing(photo))
    }

    /// As [`Session::sightings`](super::Session::sightings).
    pub fn sightings(&mut self, photo: &Path) -> Vec<Sighting> {
        load::sightings(self.existing(photo))
    }

    fn existing(&mut self, photo: &Path) -> Vec<Existing> {
        // A file system may know a file by other names than that in its folder; then it must be asked.
        if !self.is_listed(&file_and_page(photo).0) {
            return existing_of(photo, is_there);
        }
        existing_of(photo, |path| self.is_listed(path))
    }

    fn is_listed(&mut self, file: &Path) -> bool {
        let folder = folder_of(file);
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.to_path_buf(), names_in(folder));
        }
        match (self.folders.get(folder), file.file_name()) {
            (Some(Some(names)), Some(name)) => names.contains(name),
            _ => is_there(file),
        }
    }
}

fn names_in(folder: &Path) -> Option<HashSet<OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Some(entry.ok()?.file_name())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Some(HashSet::new()),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::files::session::Session;

    #[test]
    fn what_names_tell_is_what_files_tell() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, masks: usize| {
            let session =
                json!({ "format": "tinsel-session", "version": 1, "masks": vec![json!({}); masks] });
            fs::write(dir.path().join(name), session.to_string()).unwrap();
        };
        let photos = ["a.jpg", "b.jpg", "c.jpg"].map(|name| dir.path().join(name));
        photos.iter().for_each(|photo| fs::write(photo, "").unwrap());
        write("a.jpg.tinsel.json", 2);
        write("b.jpg.tinsel-conflict-2.json", 1);
        let mut finder = SessionFinder::default();
        let found = photos.each_ref().map(|photo| finder.count_masks(photo));
        assert_eq!(found, [Some(2), Some(1), None]);
        assert_eq!(found, photos.each_ref().map(|photo| Session::count_masks(photo)));
        // The names of the folder are known by now, but not this one.
        write("d.jpg.tinsel.json", 3);
        assert_eq!(finder.count_masks(&dir.path().join("d.jpg")), Some(3));
        assert_eq!(finder.count_masks(&dir.path().join("no folder").join("e.jpg")), None);
    }
}
