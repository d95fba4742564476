//! Reading masks that other programs, or this one, have written.
//!
//! A thing in a file comes in whole or not at all: what cannot be used is told as a [`Problem`],
//! what makes the whole file useless as an [`ImportError`]. The content decides the format, not the
//! file's name.

mod coco;
mod dataset;
mod isat;
mod json;
mod labelme;
mod photo;
mod picture;
mod polygon;
mod records;
#[cfg(test)]
mod tests;
mod yolo;

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use dataset::{DatasetError, ForPhoto, add_to_session, add_to_sessions, import_dataset, photos_named};
pub use photo::find_photo;

use super::regular;
use super::session::{Session, SessionError};
use super::text::{self, Decoded};
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::files::export::UNCLASSED;
use crate::mask::Mask;
use crate::mask::polygon::is_near;

/// Larger files are refused.
const MAX_BYTES: u64 = 1 << 30;
/// Files with more masks than this for one photo are refused.
const MAX_MASKS: usize = 100_000;
/// How long the outline of one polygon may be, and those of all in a file, in pixels. Few characters are enough
/// for outlines that go to and fro without end.
const MAX_OUTLINE: f64 = (1 << 26) as f64;
const MAX_OUTLINES: f64 = (1 << 30) as f64;
/// How much memory the masks of a file may take. Few characters are enough for a mask of a whole photo.
const MAX_MASK_BYTES: usize = 2 << 30;
/// How many places a problem names that many things have.
const MAX_PLACES: usize = 5;

/// What a file holds about a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    pub masks: Vec<Annotation>,
    /// Classes that the file lists, also those that no mask has, with their colours where it tells
    /// them.
    pub classes: Vec<(String, Option<Colour>)>,
    /// What could not be used.
    pub problems: Vec<Problem>,
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
         (TXT), masks or label maps (PNG, TIFF, BMP)",
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

/// What the masks of a file have cost so far.
#[derive(Debug, Default)]
struct Costs {
    /// In pixels.
    outlines: Cell<f64>,
    mask_bytes: Cell<usize>,
}

/// The photo that masks are imported for.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    path: &'a Path,
    /// Width and height in pixels, upright.
    size: (u32, u32),
    photo: &'a Path,
    costs: &'a Costs,
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

    /// As [`Target::check_size`], for a file that need not tell the size.
    fn check_size_if_known(&self, width: &Value, height: &Value) -> Result<(), ImportError> {
        self.check_size((whole(width).unwrap_or(self.size.0), whole(height).unwrap_or(self.size.1)))
    }

    fn check_count(&self, masks: usize) -> Result<(), ImportError> {
        if masks <= MAX_MASKS {
            return Ok(());
        }
        let cause = format!("{masks} masks for one photo");
        Err(ImportError::TooLarge { path: self.path.into(), cause })
    }

    /// Tells polygons whose points make no sense, or that only cost time.
    fn check_outline(&self, points: &[[f64; 2]]) -> Result<(), String> {
        if !is_near(points, self.size.0, self.size.1) {
            return Err("its points lie far outside the photo".into());
        }
        let side = |(a, b): (&[f64; 2], &[f64; 2])| 1.0 + (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
        let length: f64 = points.iter().zip(points.iter().cycle().skip(1)).map(side).sum();
        let outlines = self.costs.outlines.get() + length;
        if length > MAX_OUTLINE || outlines > MAX_OUTLINES {
            return Err(format!("its outline of {length:.0} pixels is more than can be read"));
        }
        self.costs.outlines.set(outlines);
        Ok(())
    }

    /// Adds a mask to what was imported, or tells why there is none.
    fn take(&self, imported: &mut Imported, place: String, mask: Result<Annotation, String>) {
        let mask = mask.and_then(|item| {
            let bytes = self.costs.mask_bytes.get() + item.mask.bytes();
            if bytes > MAX_MASK_BYTES {
                return Err("is more than the memory for the masks of a file can hold".into());
            }
            self.costs.mask_bytes.set(bytes);
            Ok(item)
        });
        imported.take(place, mask);
    }
}

/// Reads the masks that a file holds about a photo of `size` (width, height in pixels, upright). A
/// file about several photos is asked for the one with the name of `photo`; of several with that
/// name, for the one in folders with the same names.
///
/// # Errors
/// See [`ImportError`]; a file that is wrong as a whole brings nothing.
pub fn import(path: &Path, size: (u32, u32), photo: impl AsRef<Path>) -> Result<Imported, ImportError> {
    let target = Target { path, size, photo: photo.as_ref(), costs: &Costs::default() };
    let bytes = read(path)?;
    if picture::is_picture(&bytes) {
        return picture::import(&target, &bytes);
    }
    let Some(Decoded { text, guessed }) = text::decode(&bytes) else { return Err(no_text(path, &bytes)) };
    let mut imported = import_text(&target, &text)?;
    if let Some(encoding) = guessed {
        imported.problem("text", format!("is not UTF-8; read as {encoding}, so check the names"));
    }
    Ok(imported)
}

/// Masks of a photo of `size` (width, height in pixels, upright) in pictures that may as well be photos, with
/// their places among `files`. None in doubt: all pictures of this size have to be masks or label maps. What has
/// another size, or is no PNG, BMP, PNM or TIFF, is passed over, and so is what cannot be read.
pub fn masks_among(files: &[PathBuf], size: (u32, u32)) -> Vec<(usize, Imported)> {
    let mut found = vec![];
    for (place, path) in files.iter().enumerate() {
        let Some(bytes) = picture_of_size(path, size) else { continue };
        let target = Target { path, size, photo: path, costs: &Costs::default() };
        match picture::import_undoubted(&target, &bytes) {
            Some(imported) => found.push((place, imported)),
            // Nor are the others looked at: photos of one size can be many.
            None => return vec![],
        }
    }
    found
}

/// A file, if it is a picture that can hold masks of this size.
fn picture_of_size(path: &Path, size: (u32, u32)) -> Option<Vec<u8>> {
    /// Enough to tell what kind of picture a file is.
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

fn import_text(target: &Target, text: &str) -> Result<Imported, ImportError> {
    let unknown = || ImportError::UnknownFormat { path: target.path.into() };
    if !is_json(text) {
        return yolo::import(target, text)?.ok_or_else(unknown);
    }
    let json: Value = json::parse(text).map_err(|e| target.damaged(e))?;
    if json["format"].is_string() {
        return session(target, text, &json["photo"]);
    }
    if json["shapes"].is_array() {
        return labelme::import(target, &json);
    }
    let is_isat = |description: &str| description.starts_with("ISAT");
    if json["objects"].is_array() && json["info"]["description"].as_str().is_some_and(is_isat) {
        return isat::import(target, &json);
    }
    if coco::is_coco(&json) {
        return coco::Coco::new(json).import_all(target);
    }
    if let Value::Array(records) = json {
        return records::import(target, records)?.ok_or_else(unknown);
    }
    Err(unknown())
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Why bytes are not read that are no text in a known encoding.
fn no_text(path: &Path, bytes: &[u8]) -> ImportError {
    if !bytes.trim_ascii_start().starts_with(b"{") && !bytes.trim_ascii_start().starts_with(b"[") {
        return ImportError::UnknownFormat { path: path.into() };
    }
    let cause = "its text is neither UTF-8, UTF-16 nor GB 18030; save it as UTF-8";
    ImportError::Damaged { path: path.into(), cause: cause.into() }
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

fn session(target: &Target, text: &str, photo: &Value) -> Result<Imported, ImportError> {
    // Before the masks are decoded, which may be much larger.
    if let Some(size) = whole(&photo["width"]).zip(whole(&photo["height"])) {
        target.check_size(size)?;
    }
    let session = Session::parse(target.path, text.as_bytes())?;
    Ok(Imported {
        masks: session.masks.into_iter().map(|item| item.annotation).collect(),
        classes: session.classes.into_iter().map(|class| (class.name, Some(class.colour))).collect(),
        problems: vec![],
    })
}

/// A mask of which the file tells a class and perhaps a name; the name is the class otherwise.
fn annotation(mask: Mask, class: Option<String>, name: Option<&str>) -> Annotation {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| class.clone().unwrap_or_else(|| UNCLASSED.into()), Into::into);
    Annotation { class: class.filter(|class| class != UNCLASSED), ..Annotation::new(name, mask) }
}

impl Imported {
    fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem { place: place.into(), what: what.into() });
    }

    /// Takes a mask, or tells why there is none.
    fn take(&mut self, place: String, mask: Result<Annotation, String>) {
        match mask {
            Ok(item) if item.mask.is_empty() => self.problem(place, "has no pixels on the photo; left out"),
            Ok(item) => self.masks.push(item),
            Err(what) => self.problem(place, format!("{what}; left out")),
        }
    }

    /// Remembers classes unless they are known, or the one for masks without class.
    fn add_classes(&mut self, classes: impl IntoIterator<Item = (String, Option<Colour>)>) {
        let mut known: HashSet<String> = self.classes.iter().map(|(name, _)| name.clone()).collect();
        let new = classes.into_iter().filter(|(name, _)| name != UNCLASSED && known.insert(name.clone()));
        self.classes.extend(new);
    }

    /// Adds the classes of masks that no list has.
    fn with_classes_of_masks(mut self) -> Self {
        let classes: Vec<String> = self.masks.iter().filter_map(|item| item.class.clone()).collect();
        self.add_classes(classes.into_iter().map(|class| (class, None)));
        self
    }
}

/// Some of several places in a file, for a problem that all of them have.
fn listed(places: &[String]) -> String {
    let some = places[..places.len().min(MAX_PLACES)].join(", ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

/// A whole number of pixels, as JSON files of several programs have it.
fn whole(value: &Value) -> Option<u32> {
    let number =
        value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number));
    number.map(|number| number as u32)
}

/// A name in a file, which may be a number there.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
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
