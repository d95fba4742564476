//! The session of a photo: the work on it, kept in a small file beside it.
//!
//! For `NAME.EXT` the file is `NAME.EXT.tinsel.json`, beside the photo or, where that folder is not
//! writable, in the user's data folder ([`Session::path_for`]). It is JSON:
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
//!     "points": [{"x": 310.0, "y": 205.5, "positive": true}], "box": null
//!   }],
//!   "view": {}
//! }
//! ```
//!
//! Coordinates are pixels of the upright photo. Masks are in the order of the list; their
//! `segmentation` is COCO's compressed RLE, `size` is `[height, width]`. `fingerprint` is the
//! beginning of the photo file's SHA-256. `model`, `class`, `box` and the scores may be null.
//! `view` belongs to whoever shows the photo. Keys that this program does not know are kept when
//! the file is written again. A file of a newer `version` is neither read nor replaced.
//!
//! Files are written whole or not at all, and never over something that was not read before: a
//! [`Stamp`] says what the writer believes to be there. What must not be replaced, because another
//! process changed it or because it is about another state of the photo, stays, and the work goes to
//! `NAME.EXT.tinsel-conflict-N.json` beside it. The newest file about the photo as it is now is the one
//! that is read.

mod content;
mod load;
mod save;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use content::{Session, SessionClass, SessionMask, SessionPhoto, SessionPoint, VERSION};
pub use load::{Loaded, LoadedState, SessionError};
use save::Former;
pub use save::{SaveError, Stamp};

const SUFFIX: &str = ".tinsel.json";
/// Names for conflicting versions are given up after this many.
const MAX_CONFLICTS: u32 = 1000;
/// People may have deleted some of the conflicting versions; so many numbers in a row are not missing.
const MAX_GAP: u32 = 8;

impl Session {
    /// The file in which the session of a photo is kept.
    pub fn path_for(photo: &Path) -> PathBuf {
        Places::of(photo).wanted
    }

    /// Whether anything is kept about a photo.
    pub fn exists_for(photo: &Path) -> bool {
        // Where it would be written makes no difference to where it may be.
        !Places::choose(photo, true, data_folder().as_deref()).existing().is_empty()
    }

    /// The newest that is kept about a photo and can be read, without a look at the photo itself.
    pub fn newest_for(photo: &Path) -> Option<Self> {
        load::newest(&Places::choose(photo, true, data_folder().as_deref()))
    }

    /// What has been kept about a photo of `size` (width, height) with this fingerprint.
    ///
    /// # Errors
    /// There is something that cannot be used. It is left as it is, and without the [`Stamp`] of a
    /// [`Loaded`] nothing can be saved over it.
    pub fn load(photo: &Path, size: (u32, u32), fingerprint: u64) -> Result<Loaded, SessionError> {
        load::load(&Places::of(photo), size, fingerprint)
    }

    /// A session from the content of a file, which `path` stands for in messages.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, SessionError> {
        load::parse(path, bytes)
    }

    /// Writes the session in place of what `expected` stands for; the former file is kept beside
    /// it as `NAME.EXT.tinsel.bak.json`.
    ///
    /// # Errors
    /// See [`SaveError`]; the file is what it was before then.
    pub fn save(&self, path: &Path, expected: &Stamp) -> Result<Stamp, SaveError> {
        save::save(self, path, expected, Former::Kept)
    }

    /// As [`Session::save`], for what is no work, such as the view: the former file is not kept.
    ///
    /// # Errors
    /// See [`SaveError`]; the file is what it was before then.
    pub fn save_view(&self, path: &Path, expected: &Stamp) -> Result<Stamp, SaveError> {
        save::save(self, path, expected, Former::Dropped)
    }

    /// Writes the session under the first free `NAME.EXT.tinsel-conflict-N.json` beside `path`, for
    /// when somebody else has changed the file meanwhile.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn save_as_conflict(&self, path: &Path) -> Result<(PathBuf, Stamp), SaveError> {
        save::save_as_conflict(self, path)
    }
}

/// Where the session of a photo is, or could be.
#[derive(Debug)]
struct Places {
    /// Where it is to be saved.
    wanted: PathBuf,
    /// Where it may be, because the folder's permissions were different then.
    other: Option<PathBuf>,
}

impl Places {
    fn of(photo: &Path) -> Self {
        Self::choose(photo, is_writable(folder_of(photo)), data_folder().as_deref())
    }

    /// All files about the photo, those at the wanted place first.
    fn existing(&self) -> Vec<PathBuf> {
        let mut existing = vec![];
        for place in [Some(&self.wanted), self.other.as_ref()].into_iter().flatten() {
            existing.extend(Some(place).filter(|path| path.exists()).cloned());
            let mut gap = 0;
            for path in (1..=MAX_CONFLICTS).map(|n| conflict(place, n)) {
                gap = if path.exists() { 0 } else { gap + 1 };
                match gap {
                    0 => existing.push(path),
                    MAX_GAP => break,
                    _ => {}
                }
            }
        }
        existing
    }

    fn choose(photo: &Path, writable: bool, data: Option<&Path>) -> Self {
        let name = photo.file_name().unwrap_or_default();
        let beside = with_suffix(photo, SUFFIX);
        let Some(data) = data else { return Self { wanted: beside, other: None } };
        let mut hashed = OsString::from(format!("{}-", hash_of_path(photo)));
        hashed.push(name);
        hashed.push(SUFFIX);
        let hashed = data.join(hashed);
        if writable {
            Self { wanted: beside, other: Some(hashed) }
        } else {
            Self { wanted: hashed, other: Some(beside) }
        }
    }
}

/// The user's folder for sessions of photos in folders that cannot be written.
fn data_folder() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("tinsel").join("sessions"))
}

/// The file for the n-th conflicting version, from the session file or that of another such version.
fn conflict(path: &Path, n: u32) -> PathBuf {
    path.with_extension("").with_extension(format!("tinsel-conflict-{n}.json"))
}

/// `NAME.EXT` to `NAME.EXTsuffix`.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}

/// `NAME.json` to `NAMEending`.
fn sibling(path: &Path, ending: &str) -> PathBuf {
    with_suffix(&path.with_extension(""), ending)
}

fn hash_of_path(path: &Path) -> String {
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    let absolute = absolute.unwrap_or_else(|_| path.to_path_buf());
    let hash = Sha256::digest(absolute.as_os_str().as_encoded_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file can be made in a folder; asks by making one, which leaves no trace.
fn is_writable(folder: &Path) -> bool {
    tempfile::tempfile_in(folder).is_ok()
}
