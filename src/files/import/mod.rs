//! Reading masks of other programs, or of this one: the common part of all formats.

mod classes;
mod dataset;
mod photo;
mod sessions;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use super::formats::reading::{Content, Costs, Target, json};
use super::formats::{picture, readers};
use super::regular;
use super::text::{self, Decoded};

pub use super::formats::reading::{ImportError, Imported, Problem};
pub use classes::{NamedClasses, read_classes};
pub use dataset::{ForPhoto, import_dataset, photos_named};
pub use photo::find_photo;
pub use sessions::{DatasetError, add_to_session, add_to_sessions};

/// Larger files are rejected.
const MAX_BYTES: u64 = 1 << 30;

/// Reads the masks of a photo of `size` (width, height in pixels, upright) from a file. In a file for several
/// photos, the name of `photo` selects the one; if several have that name, the folders decide.
///
/// # Errors
/// See [`ImportError`]; nothing is imported from an invalid file.
pub fn import(path: &Path, size: (u32, u32), photo: impl AsRef<Path>) -> Result<Imported, ImportError> {
    let target = Target { path, size, photo: photo.as_ref(), costs: &Costs::default() };
    let bytes = read(path)?;
    if picture::is_picture(&bytes) {
        return recognised(&target, &mut Content::Picture(&bytes));
    }
    let Some(Decoded { text, guessed }) = text::decode(&bytes) else { return Err(no_text(path, &bytes)) };
    let mut content = match is_json(&text) {
        true => Content::Json { value: json::parse(&text).map_err(|e| target.damaged(e))?, text: &text },
        false => Content::Text(&text),
    };
    let mut imported = recognised(&target, &mut content)?;
    if let Some(encoding) = guessed {
        imported.problem("text", format!("is not UTF-8; read as {encoding}; check the names"));
    }
    Ok(imported)
}

/// The result of the first reader that recognises the format.
fn recognised(target: &Target, content: &mut Content) -> Result<Imported, ImportError> {
    let result = readers().find_map(|reader| reader.read(target, content));
    result.unwrap_or_else(|| Err(ImportError::UnknownFormat { path: target.path.into() }))
}

/// Masks of a photo of `size` (width, height in pixels, upright) in images that may also be photos, with
/// their indices in `files`. Empty in doubt: all images of this size must be masks or label maps. Files with
/// other sizes or formats (not PNG, BMP, PNM or TIFF) and unreadable files are skipped.
pub fn masks_among(files: &[PathBuf], size: (u32, u32)) -> Vec<(usize, Imported)> {
    let mut found = vec![];
    for (place, path) in files.iter().enumerate() {
        let Some(bytes) = picture_of_size(path, size) else { continue };
        let target = Target { path, size, photo: path, costs: &Costs::default() };
        match picture::import_undoubted(&target, &bytes) {
            Some(imported) => found.push((place, imported)),
            // The other files are not read either: there may be many photos of one size.
            None => return vec![],
        }
    }
    found
}

/// A file, if it is an image that can contain masks of this size.
fn picture_of_size(path: &Path, size: (u32, u32)) -> Option<Vec<u8>> {
    /// Enough bytes to recognise the image format of a file.
    const START: u64 = 64;
    let mut file = BufReader::new(regular::open(path).ok()?);
    let mut start = vec![];
    (&mut file).take(START).read_to_end(&mut start).ok()?;
    file.rewind().ok()?;
    if !picture::is_picture(&start) || picture::has_other_size(file, size) {
        return None;
    }
    read(path).ok()
}

pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The error for bytes that are not text in a known encoding.
fn no_text(path: &Path, bytes: &[u8]) -> ImportError {
    if !bytes.trim_ascii_start().starts_with(b"{") && !bytes.trim_ascii_start().starts_with(b"[") {
        return ImportError::UnknownFormat { path: path.into() };
    }
    let cause = "its text is neither UTF-8, UTF-16 nor GB 18030; save it as UTF-8";
    ImportError::Damaged { path: path.into(), cause: cause.into() }
}

/// The content of a file, if it is not too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |cause| ImportError::Unreadable { path: path.into(), cause };
    let mut bytes = vec![];
    regular::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let cause = format!("more than {} MB", MAX_BYTES >> 20);
        return Err(ImportError::TooLarge { path: path.into(), cause });
    }
    Ok(bytes)
}
