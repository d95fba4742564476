//! Reading masks that other programs, or this one, have written.
//!
//! A thing in a file comes in whole or not at all: what cannot be used is told as a [`Problem`],
//! what makes the whole file useless as an [`ImportError`]. The content decides the format, not the
//! file's name.

mod coco;
mod dataset;
mod isat;
mod labelme;
mod photo;
mod picture;
mod polygon;
mod records;
#[cfg(test)]
mod tests;
mod yolo;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

pub use dataset::{DatasetError, ForPhoto, add_to_session, add_to_sessions, import_dataset, photos_named};
pub use photo::find_photo;

use super::regular;
use super::session::{Session, SessionError, SessionMask};
use crate::document::Colour;
use crate::files::export::UNCLASSED;
use crate::mask::Mask;

/// Larger files are refused.
const MAX_BYTES: u64 = 1 << 30;
/// Files with more masks than this for one photo are refused.
const MAX_MASKS: usize = 100_000;

/// What a file holds about a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    pub masks: Vec<ImportedMask>,
    /// Classes that the file lists, also those that no mask has, with their colours where it tells
    /// them.
    pub classes: Vec<(String, Option<Colour>)>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// A mask from a file, as large as the photo.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedMask {
    pub name: String,
    pub class: Option<String>,
    pub colour: Option<Colour>,
    pub mask: Arc<Mask>,
    pub predicted_iou: Option<f32>,
    pub stability_score: Option<f32>,
}

/// Something in a file that is left out, or that should be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the file.
    pub place: String,
    pub what: String,
}

/// Why a file was not imported at all. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is larger than can be imported ({cause})", path.display())]
    TooLarge { path: PathBuf, cause: String },
    #[error(
        "{}: is nothing that can be imported: COCO, labelme, ISAT, records or a session (JSON), YOLO labels \
         (TXT), masks or label maps (PNG)",
        path.display()
    )]
    UnknownFormat { path: PathBuf },
    #[error("{}: is damaged or incomplete ({cause})", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{}: is about a photo of {}x{} pixels, this one has {}x{}{}",
        path.display(), found.0, found.1, expected.0, expected.1,
        if (found.1, found.0) == *expected { "; was it made before the photo was turned upright?" } else { "" }
    )]
    OtherSize { path: PathBuf, found: (u32, u32), expected: (u32, u32) },
    #[error("{}: knows no photo called {photo}; it is about {others}", path.display())]
    OtherPhoto { path: PathBuf, photo: String, others: String },
    #[error(
        "{}: has several photos that {photo} may be: {several}; put it into a folder called as there, or leave \
         only one of them in the file",
        path.display()
    )]
    AmbiguousPhoto { path: PathBuf, photo: String, several: String },
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// The photo that masks are imported for.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    path: &'a Path,
    /// Width and height in pixels, upright.
    size: (u32, u32),
    photo: &'a Path,
}

impl Target<'_> {
    fn damaged(&self, cause: impl Into<String>) -> ImportError {
        ImportError::Damaged { path: self.path.into(), cause: cause.into() }
    }

    fn check_size(&self, found: (u32, u32)) -> Result<(), ImportError> {
        if found == self.size {
            return Ok(());
        }
        Err(ImportError::OtherSize { path: self.path.into(), found, expected: self.size })
    }

    fn check_count(&self, masks: usize) -> Result<(), ImportError> {
        if masks <= MAX_MASKS {
            return Ok(());
        }
        let cause = format!("{masks} masks for one photo");
        Err(ImportError::TooLarge { path: self.path.into(), cause })
    }
}

/// Reads the masks that a file holds about a photo of `size` (width, height in pixels, upright). A
/// file about several photos is asked for the one with the name of `photo`; of several with that
/// name, for the one in folders with the same names.
///
/// # Errors
/// See [`ImportError`]; a file that is wrong as a whole brings nothing.
pub fn import(path: &Path, size: (u32, u32), photo: impl AsRef<Path>) -> Result<Imported, ImportError> {
    let target = Target { path, size, photo: photo.as_ref() };
    let bytes = read(path)?;
    if picture::is_picture(&bytes) {
        return picture::import(&target, &bytes);
    }
    let unknown = || ImportError::UnknownFormat { path: path.into() };
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => {}
        _ => return yolo::import(&target, &bytes)?.ok_or_else(unknown),
    }
    let json: Value = serde_json::from_slice(&bytes).map_err(|e| target.damaged(e.to_string()))?;
    if json["format"].is_string() {
        return session(&target, &bytes);
    }
    if json["shapes"].is_array() {
        return labelme::import(&target, &json);
    }
    if json["objects"].is_array() && json["info"]["description"].as_str() == Some("ISAT") {
        return isat::import(&target, &json);
    }
    if json["annotations"].is_array() && json["images"].is_array() {
        return coco::Coco::new(json).import(&target);
    }
    if let Value::Array(records) = json {
        return records::import(&target, records)?.ok_or_else(unknown);
    }
    Err(unknown())
}

fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |cause| ImportError::Unreadable { path: path.into(), cause };
    let mut bytes = vec![];
    regular::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let cause = format!("more than {} MB", MAX_BYTES >> 20);
        return Err(ImportError::TooLarge { path: path.into(), cause });
    }
    Ok(bytes)
}

fn session(target: &Target, bytes: &[u8]) -> Result<Imported, ImportError> {
    let session = Session::parse(target.path, bytes)?;
    target.check_size((session.photo.width, session.photo.height))?;
    Ok(Imported {
        masks: session.masks.iter().map(Into::into).collect(),
        classes: session.classes.into_iter().map(|class| (class.name, Some(class.colour))).collect(),
        problems: vec![],
    })
}

impl From<&SessionMask> for ImportedMask {
    fn from(item: &SessionMask) -> Self {
        Self {
            name: item.name.clone(),
            class: item.class.clone(),
            colour: Some(item.colour),
            mask: item.mask.clone(),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
        }
    }
}

impl ImportedMask {
    /// A mask of which the file tells a class and perhaps a name; the name is the class otherwise.
    fn new(mask: Mask, class: Option<String>, name: Option<&str>) -> Self {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| class.clone().unwrap_or_else(|| UNCLASSED.into()), Into::into);
        Self {
            name,
            class: class.filter(|class| class != UNCLASSED),
            colour: None,
            mask: Arc::new(mask),
            predicted_iou: None,
            stability_score: None,
        }
    }
}

impl Imported {
    fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: what.into() });
    }

    /// Takes a mask, or tells why there is none.
    fn take(&mut self, place: String, mask: Result<ImportedMask, String>) {
        match mask {
            Ok(item) if item.mask.is_empty() => self.problem(place, "has no pixels on the photo; left out"),
            Ok(item) => self.masks.push(item),
            Err(what) => self.problem(place, format!("{what}; left out")),
        }
    }

    /// Remembers a class unless it is known, or the one for masks without class.
    fn add_class(&mut self, name: &str, colour: Option<Colour>) {
        if name != UNCLASSED && self.classes.iter().all(|(known, _)| known != name) {
            self.classes.push((name.into(), colour));
        }
    }

    /// Adds the classes of masks that no list has.
    fn with_classes_of_masks(mut self) -> Self {
        let classes: Vec<String> = self.masks.iter().filter_map(|item| item.class.clone()).collect();
        classes.iter().for_each(|class| self.add_class(class, None));
        self
    }
}

/// A whole number of pixels, as JSON files of several programs have it.
fn whole(value: &Value) -> Option<u32> {
    let number =
        value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number));
    number.map(|number| number as u32)
}

/// A score in a file, if it is one.
fn score(value: &Value) -> Option<f32> {
    value.as_f64().map(|score| score as f32).filter(|score| score.is_finite())
}

/// `[[x, y], ...]`
fn points(value: &Value) -> Option<Vec<[f64; 2]>> {
    let point = |value: &Value| match value.as_array()?.as_slice() {
        [x, y] => Some([x.as_f64()?, y.as_f64()?]),
        _ => None,
    };
    value.as_array()?.iter().map(point).collect()
}

/// `[r, g, b]` or `#rrggbb`
fn colour(value: &Value) -> Option<Colour> {
    if let Some(text) = value.as_str() {
        let number = u32::from_str_radix(text.strip_prefix('#').filter(|hex| hex.len() == 6)?, 16).ok()?;
        let [_, r, g, b] = number.to_be_bytes();
        return Some([r, g, b]);
    }
    serde_json::from_value(value.clone()).ok()
}
