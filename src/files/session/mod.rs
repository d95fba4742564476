//! The session of a photo: the work on it, saved in a small file next to it.
//!
//! For `NAME.EXT` the file is `NAME.EXT.tinsel.json`, next to the photo or, if that folder is read-only, in
//! the user's data folder ([`Session::path_for`]). It is JSON:
//!
//! ```json
//! {
//!   "format": "tinsel-session",
//!   "version": 1,
//!   "photo": {"name": "cup.jpg", "width": 675, "height": 1200, "fingerprint": "0f3a5c7e91b2d4f6"},
//!   "model": "sam2.1-tiny",
//!   "classes": [{"name": "cup", "colour": [230, 60, 40]}],
//!   "masks": [{
//!     "name": "Mask 1", "class": "cup", "colour": [230, 60, 40], "visible": true, "locked": false,
//!     "segmentation": {"size": [1200, 675], "counts": "..."},
//!     "predicted_iou": 0.93, "stability_score": 0.97,
//!     "points": [{"x": 310.0, "y": 205.5, "positive": true}], "box": null,
//!     "attributes": {"occluded": true}
//!   }],
//!   "rendering": {"window": [0.0, 4095.0], "gamma": 1.0, "channels": 0},
//!   "view": {}
//! }
//! ```
//!
//! `classes` are those of the masks. The folder's project ([`crate::files::project`]) has all of them; a
//! `project_revision` says up to which of its renames the names are current, and sessions are read with the
//! present names.
//!
//! Coordinates are pixels of the upright photo. Masks are in the order of the list; their `segmentation` is
//! COCO's compressed RLE, `size` is `[height, width]`. `fingerprint` is the beginning of the photo file's
//! SHA-256. `model`, `class`, `box` and the scores may be null, `attributes` may be missing. A mask with the key
//! `proposal` was made by a model and waits for a person's decision; `{"score": 0.8}` in it is the score of the
//! detector that found the object. `rendering` says how a photo of more than 8 bits or three channels is shown
//! ([`Rendering`]) and is missing if that is automatic: the samples that are black and white, the gamma, and the
//! channels, as one number for grey or a list of three, counted from 0. `view` is free for the program that shows
//! the photo. A mask that shows an object of a sequence has the key `track`, such as `{"number": 1, "prompted": true}`
//! or `{"number": 2, "prompted": false, "doubts": ["area"]}`; objects that are not on the frame are listed in `absent`,
//! with the same keys. Unknown keys are preserved when the file is written again. A file with a newer `version` is neither
//! read nor replaced.
//!
//! Files are written completely or not at all, and never over content that was not read before: a [`Stamp`]
//! is the content that the writer expects. A file that must not be replaced, because another process changed
//! it or because it belongs to another state of the photo, is kept, and the work goes to
//! `NAME.EXT.tinsel-conflict-N.json` next to it. The newest file for the current photo is read.
//!
//! Each page of a file is a photo, with a name such as `scan.tif#2`
//! ([`page_path`](super::page_path)), and has a session of its own.
//!
//! If a name would be longer than the file system allows, `NAME.EXT` is truncated and followed by a hash of
//! the full name.

mod autosave;
mod content;
mod document;
mod file;
mod finder;
mod load;
mod save;
mod saved_work;
mod target;
#[cfg(test)]
mod tests;
mod writer;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Rendering;
use super::names::{SHORTEST_LIMIT, is_allowed, shortened};
use super::photo::{file_and_page, name_of};
use super::project::bring_up_to_date;
use super::sequence::is_still;
pub use super::stamped::Stamp;
use super::stamped::{
    Former, conflicts, folder_of, hash_of_path, is_there, is_writable, sibling, with_suffix,
};
use crate::document::Sighting;
pub use autosave::{Autosave, UnfinishedRun, Work};
pub use content::{Absence, Session, SessionClass, SessionMask, SessionPhoto, VERSION};
pub use file::{Opened, SessionFile};
pub use finder::SessionFinder;
pub use load::{Loaded, LoadedState, SessionError};
pub use save::SaveError;
pub use saved_work::SavedWork;

const SUFFIX: &str = ".tinsel.json";
/// The longest ending of a session's files.
const LONGEST_SUFFIX: &str = ".tinsel-conflict-1000.bak.json";
/// Users may have deleted some of the conflicting versions; the search ends after this many missing numbers.
const MAX_GAP: u32 = 8;

impl Session {
    /// The session file of a photo.
    pub fn path_for(photo: &Path) -> PathBuf {
        Places::of(photo).wanted
    }

    /// Whether a session of a photo exists.
    pub fn exists_for(photo: &Path) -> bool {
        // Whether the folder can be written does not matter for reading.
        Places::choose(photo, true, data_folder().as_deref())
            .existing()
            .iter()
            .any(|file| file.path.is_file())
    }

    /// The newest readable session of a photo, without checking the photo itself.
    pub fn newest_for(photo: &Path) -> Option<Self> {
        let mut session = load::newest(&Places::choose(photo, true, data_folder().as_deref()))?;
        bring_up_to_date(&mut session, photo);
        Some(session)
    }

    /// The objects of a sequence on a photo, by its session, without their masks.
    pub fn sightings(photo: &Path) -> Vec<Sighting> {
        load::sightings(existing_of(photo, is_there))
    }

    /// How a photo is to be shown, by its session; automatic if there is none.
    pub fn rendering_for(photo: &Path) -> Rendering {
        load::rendering(&Places::choose(photo, true, data_folder().as_deref()))
    }

    /// Loads the session of a photo of `size` (width, height) with this fingerprint.
    ///
    /// # Errors
    /// A session exists but cannot be used. It is not changed, and without the [`Stamp`] of a [`Loaded`] it
    /// cannot be overwritten.
    pub fn load(photo: &Path, size: (u32, u32), fingerprint: u64) -> Result<Loaded, SessionError> {
        let mut loaded = load::load(&Places::of(photo), size, fingerprint)?;
        if let LoadedState::Found(session) | LoadedState::PhotoChanged { session, .. } = &mut loaded.state {
            bring_up_to_date(session, photo);
        }
        Ok(loaded)
    }

    /// A session without masks for a photo; its classes will have their present names.
    pub fn fresh(photo: &Path, size: (u32, u32), fingerprint: u64) -> Self {
        let mut session = Self::new(name_of(photo), size, fingerprint);
        bring_up_to_date(&mut session, photo);
        session
    }

    /// The number of saved masks of a photo, without reading them; `None` if there is no usable session.
    pub fn count_masks(photo: &Path) -> Option<usize> {
        load::count_masks(&existing_of(photo, is_there))
    }

    /// The saved proposals of a photo: how many, and how certain the least certain one is; `None` without any.
    pub fn proposals(photo: &Path) -> Option<(usize, f32)> {
        load::proposals(&existing_of(photo, is_there))
    }

    /// Parses the content of a session file; `path` is used in messages.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, SessionError> {
        load::parse(path, bytes)
    }

    /// Replaces the content that `expected` stands for by the session; the previous file is kept next to it
    /// as `NAME.EXT.tinsel.bak.json`.
    ///
    /// # Errors
    /// See [`SaveError`]; the file is what it was before then.
    pub fn save(&self, path: &Path, expected: &Stamp) -> Result<Stamp, SaveError> {
        save::save(self, path, expected, Former::Kept)
    }

    /// Like [`Session::save`], for changes such as the view: the previous file is not kept.
    ///
    /// # Errors
    /// See [`SaveError`]; the file is what it was before then.
    pub fn save_view(&self, path: &Path, expected: &Stamp) -> Result<Stamp, SaveError> {
        save::save(self, path, expected, Former::Dropped)
    }

    /// Writes the session under the first free `NAME.EXT.tinsel-conflict-N.json` next to `path`, if another
    /// program has changed the file in the meantime.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn save_as_conflict(&self, path: &Path) -> Result<(PathBuf, Stamp), SaveError> {
        save::save_new(self, path, conflicts(path))
    }

    /// The alternative path for the session of a photo that cannot be written in its place: a file in the
    /// user's data folder, which is also checked when the photo is opened. `None` if there is no such folder.
    pub fn spare_path_for(photo: &Path) -> Option<PathBuf> {
        Some(in_data_folder(photo, &data_folder()?).swap_remove(0))
    }

    /// Writes the session as a new file, `path` or the first free name for a conflicting version. Creates a
    /// missing folder: this is for folders of Tinsel, not of photos.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn save_spare(&self, path: &Path) -> Result<(PathBuf, Stamp), SaveError> {
        let unwritable = |cause| SaveError::Unwritable { path: path.into(), cause };
        std::fs::create_dir_all(folder_of(path)).map_err(unwritable)?;
        self.save_in(path)
    }

    /// Like [`Session::save_spare`], in an existing folder.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn save_in(&self, path: &Path) -> Result<(PathBuf, Stamp), SaveError> {
        save::save_new(self, path, std::iter::once(path.to_path_buf()).chain(conflicts(path)))
    }
}

/// The existing and possible paths for the session of a photo.
#[derive(Debug)]
struct Places {
    /// The preferred path for saving.
    wanted: PathBuf,
    /// Further possible paths, from times with different permissions or limits of names.
    others: Vec<PathBuf>,
}

/// A session file of a photo.
struct Existing {
    path: PathBuf,
    /// Whether it is in the preferred folder.
    in_place: bool,
}

impl Places {
    fn of(photo: &Path) -> Self {
        let places = Self::choose(photo, is_writable(folder_of(photo)), data_folder().as_deref());
        if let Some(data) = data_folder().filter(|data| places.wanted.starts_with(data)) {
            // Saving reports a failure.
            drop(std::fs::create_dir_all(data));
        }
        places
    }

    /// All session files of the photo, those in the preferred folder first.
    fn existing(&self) -> Vec<Existing> {
        self.existing_among(is_there)
    }

    /// As [`Places::existing`], where somebody else knows which files are there.
    fn existing_among(&self, mut is_there: impl FnMut(&Path) -> bool) -> Vec<Existing> {
        let mut existing = vec![];
        for place in std::iter::once(&self.wanted).chain(&self.others) {
            let in_place = *place == self.wanted;
            existing.extend(
                Some(place.clone()).filter(|path| is_there(path)).map(|path| Existing { path, in_place }),
            );
            let mut gap = 0;
            for path in conflicts(place) {
                gap = if is_there(&path) { 0 } else { gap + 1 };
                match gap {
                    0 => existing.push(Existing { path, in_place }),
                    MAX_GAP => break,
                    _ => {}
                }
            }
        }
        existing
    }

    /// The first free name in the preferred folder.
    fn free(&self) -> PathBuf {
        let mut names = std::iter::once(self.wanted.clone()).chain(conflicts(&self.wanted));
        names.find(|path| !is_there(path)).unwrap_or_else(|| self.wanted.clone())
    }

    fn choose(photo: &Path, writable: bool, data: Option<&Path>) -> Self {
        let name = photo.file_name().unwrap_or_default();
        let beside = with_names(photo.parent().unwrap_or(Path::new("")), name, is_allowed);
        let hashed = data.map(|data| in_data_folder(photo, data)).unwrap_or_default();
        let mut places = match writable || hashed.is_empty() {
            true => [beside, hashed].concat(),
            false => [hashed, beside].concat(),
        };
        Self { wanted: places.remove(0), others: places }
    }
}

/// The session files of a photo among those that are there, to be read only: those in the preferred folder first.
fn existing_of(photo: &Path, mut is_there: impl FnMut(&Path) -> bool) -> Vec<Existing> {
    let existing = Places::choose(photo, true, data_folder().as_deref()).existing_among(&mut is_there);
    // Only their order depends on whether the folder can be written, which takes long to find out.
    if existing.len() > 1 { Places::of(photo).existing_among(is_there) } else { existing }
}

/// The page, after the first one of its file, that a session file belongs to; `None` for other files.
pub(super) fn page_of(session: &Path) -> Option<PathBuf> {
    let name = session.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    let page = session.with_file_name(name);
    let (file, number) = file_and_page(&page);
    // The frames of a film are its own sequence.
    (number > 0 && !is_still(&page) && file.is_file()).then_some(page)
}

/// The possible paths for the session of a photo in the data folder, the best first; at least one.
fn in_data_folder(photo: &Path, data: &Path) -> Vec<PathBuf> {
    let mut name = OsString::from(format!("{}-", hash_of_path(photo)));
    name.push(photo.file_name().unwrap_or_default());
    with_names(data, &name, is_allowed)
}

/// The possible paths in a folder for the session of `name`, the best first; at least one. `is_allowed`
/// returns whether the folder allows a file name.
fn with_names(folder: &Path, name: &OsStr, is_allowed: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let place = |name: &OsStr| with_suffix(&folder.join(name), SUFFIX);
    if name.len() + LONGEST_SUFFIX.len() <= SHORTEST_LIMIT {
        return vec![place(name)];
    }
    // The other name is also possible: the folder may have been copied from another file system.
    let mut places =
        vec![place(name), place(shortened(name, SHORTEST_LIMIT - LONGEST_SUFFIX.len()).as_ref())];
    if !is_allowed(&with_suffix(&folder.join(name), LONGEST_SUFFIX)) {
        places.reverse();
    }
    places
}

/// The user's folder for sessions of photos in read-only folders.
fn data_folder() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("tinsel").join("sessions"))
}
