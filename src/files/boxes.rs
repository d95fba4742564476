//! Boxes of detectors and annotation tools, for photos whose objects get their masks from a network.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::formats::boxes::{
    BoxContent, CocoNames, ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, box_readers, detections,
    with_boxes,
};
use super::formats::reading::{Content, ImportError, Problem, json};
use super::import::{is_json, read};
use super::names::has_extension;
use super::paths::likeness;
use super::photo::name_of;
use super::text;
use crate::annotation::{Annotation, Proposal};
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Prompt};

/// More boxes in one photo are rejected: each is a query to the network.
const MAX_BOXES: usize = 10_000;
/// The end of the names of sessions, which lie among the files of other programs.
const SESSIONS: &str = ".tinsel.json";

/// A box around an object of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxOfPhoto {
    /// Inside the photo, in its pixels; at least one pixel wide and high.
    pub bbox: BoxPrompt,
    pub class: Option<String>,
    /// How sure the detector is, in [0, 1].
    pub score: Option<f32>,
}

impl BoxOfPhoto {
    /// What to ask the network.
    pub fn prompt(&self) -> Prompt {
        Prompt { points: vec![], bbox: Some(self.bbox) }
    }

    /// The network's answer to the box, with its predicted IoU and stability score, as a proposal.
    pub fn proposal(&self, mask: Arc<Mask>, [iou, stability]: [f32; 2], model: &str) -> Annotation {
        Annotation {
            class: self.class.clone(),
            predicted_iou: Some(iou),
            stability_score: Some(stability),
            model: Some(model.into()),
            prompt: self.prompt(),
            proposal: Some(Proposal { score: self.score }),
            ..Annotation::new("", mask)
        }
    }
}

/// The boxes of one photo.
#[derive(Debug, Default, PartialEq)]
pub struct Boxes {
    pub boxes: Vec<BoxOfPhoto>,
    /// The boxes that cannot be used.
    pub problems: Vec<Problem>,
}

/// The boxes in one or several files.
#[derive(Debug)]
pub struct BoxFiles {
    files: Vec<PathBuf>,
    photos: Vec<Entry>,
    /// Indices in `photos` by the name of the photo without folders and extension, or by its number.
    by_name: HashMap<String, Vec<usize>>,
    problems: Vec<Problem>,
    outlined: usize,
}

/// The boxes of a photo in a file.
#[derive(Debug)]
struct Entry {
    /// Index of the file.
    file: usize,
    boxes: PhotoBoxes,
}

/// Extensions of files that boxes can be read from.
pub fn box_extensions() -> Vec<&'static str> {
    let mut extensions: Vec<_> =
        box_readers().iter().flat_map(|reader| reader.extensions()).copied().collect();
    extensions.sort_unstable();
    extensions.dedup();
    extensions
}

/// Whether a file with this name can contain boxes.
pub fn holds_boxes(path: &Path) -> bool {
    has_extension(path, &box_extensions())
}

impl BoxFiles {
    /// Reads files, and folders with all files in them and below that have boxes. Detections that know photos
    /// and classes by number only take the names from COCO files among them, whose own boxes do not count then.
    ///
    /// # Errors
    /// A file cannot be used, or none has boxes. In a folder, files of other kinds are skipped and unusable ones
    /// are reported by [`BoxFiles::problems`].
    pub fn open(paths: &[PathBuf]) -> Result<Self, ImportError> {
        let mut opened =
            Self { files: vec![], photos: vec![], by_name: HashMap::new(), problems: vec![], outlined: 0 };
        let mut contents = vec![];
        for path in paths {
            if path.is_dir() {
                for file in files_below(path) {
                    match content(&file) {
                        Ok(content) => contents.push((file, content)),
                        Err(ImportError::NoBoxes { .. }) => {}
                        Err(error) => opened.problem(&file, "", error.to_string()),
                    }
                }
            } else {
                contents.push((path.clone(), content(path)?));
            }
        }
        opened.add(contents);
        if opened.count() == 0 {
            let path = paths.first().cloned().unwrap_or_default();
            let cause = match opened.outlined {
                0 => format!("boxes can be read from {}", with_boxes()),
                _ => "its objects have outlines; import them as masks".into(),
            };
            return Err(ImportError::NoBoxes { path, cause });
        }
        Ok(opened)
    }

    fn add(&mut self, contents: Vec<(PathBuf, BoxContent)>) {
        let has_detections = contents.iter().any(|(_, content)| matches!(content, BoxContent::Detections(_)));
        let (mut names, mut found) = (CocoNames::default(), vec![]);
        let mut unnamed = vec![];
        for (file, content) in contents {
            match content {
                BoxContent::Detections(json) => unnamed.push((file, json)),
                BoxContent::Listed(ListedBoxes { names: Some(of_file), .. }) if has_detections => {
                    names.extend(of_file);
                }
                BoxContent::Listed(listed) => found.push((file, listed)),
            }
        }
        found.extend(unnamed.into_iter().map(|(file, json)| (file, detections(&json, &names))));
        found.into_iter().for_each(|(file, listed)| self.add_file(file, listed));
    }

    fn add_file(&mut self, path: PathBuf, listed: ListedBoxes) {
        let file = self.files.len();
        for Problem { place, what } in listed.problems {
            self.problem(&path, &place, what);
        }
        self.outlined += listed.outlined;
        for boxes in listed.photos {
            let key = match &boxes.photo {
                PhotoName::File(name) => stem_of(bare(name)).to_owned(),
                PhotoName::Stem(name) => bare(name).to_owned(),
                PhotoName::Id(id) => id.clone(),
            };
            self.by_name.entry(key).or_default().push(self.photos.len());
            self.photos.push(Entry { file, boxes });
        }
        self.files.push(path);
    }

    /// Adds a problem; many files may have the same.
    fn problem(&mut self, file: &Path, place: &str, what: String) {
        let place = match place {
            "" => name_of(file),
            "classes" => place.into(),
            place => format!("{}, {place}", name_of(file)),
        };
        let problem = Problem { place, what };
        if self.problems.last() != Some(&problem) {
            self.problems.push(problem);
        }
    }

    /// The number of boxes, also of those that turn out to be unusable.
    pub fn count(&self) -> usize {
        self.photos.iter().map(|entry| entry.boxes.boxes.len()).sum()
    }

    /// How many objects have an outline or a mask; they are not read as boxes.
    pub fn outlined(&self) -> usize {
        self.outlined
    }

    /// What is wrong with the files, apart from boxes that do not fit their photo.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether any box has the score of a detector.
    pub fn has_scores(&self) -> bool {
        self.photos.iter().flat_map(|entry| &entry.boxes.boxes).any(|listed| listed.score.is_some())
    }

    /// Whether the files have boxes for a photo.
    pub fn covers(&self, photo: &Path) -> bool {
        self.entries(photo).iter().any(|entry| !entry.boxes.boxes.is_empty())
    }

    /// The names of photos in the files that are not among these, each once.
    pub fn missing_among(&self, photos: &[PathBuf]) -> Vec<&str> {
        let known: BTreeSet<usize> = photos.iter().flat_map(|photo| self.places(photo)).collect();
        let missing = self.photos.iter().enumerate().filter(|(i, _)| !known.contains(i));
        let names: BTreeSet<&str> = missing.map(|(_, entry)| bare(entry.boxes.photo.text())).collect();
        names.into_iter().collect()
    }

    /// The boxes of a photo of `size` (width, height in pixels, upright), cut at its border. If photos of several
    /// folders have its name, the folders decide.
    ///
    /// # Errors
    /// The boxes belong to a photo of another size; several photos in a file could be this one; too many boxes.
    pub fn of(&self, photo: &Path, size: (u32, u32)) -> Result<Boxes, ImportError> {
        let mut found = Boxes::default();
        for entry in self.fitting(photo, size)? {
            let file = &self.files[entry.file];
            for listed in &entry.boxes.boxes {
                match cut(listed, entry.boxes.unit, size) {
                    Ok(bbox) => {
                        let (class, score) = (listed.class.clone(), listed.score);
                        found.boxes.push(BoxOfPhoto { bbox, class, score });
                    }
                    Err(what) => {
                        let place = format!("{}, {}", name_of(file), listed.place);
                        found.problems.push(Problem { place, what: format!("{what}; skipped") });
                    }
                }
            }
            if found.boxes.len() > MAX_BOXES {
                let cause = format!("{} boxes for one photo", found.boxes.len());
                return Err(ImportError::TooLarge { path: file.clone(), cause });
            }
        }
        Ok(found)
    }

    /// The entries of a photo that fit its size; one of each file, or the only file of its name.
    fn fitting(&self, photo: &Path, size: (u32, u32)) -> Result<Vec<&Entry>, ImportError> {
        let mut fitting: Vec<&Entry> = vec![];
        let entries = self.entries(photo);
        for entry in &entries {
            if entry.boxes.size.is_some_and(|found| found != size) {
                continue;
            }
            let is_file_of_one = |entry: &Entry| matches!(entry.boxes.photo, PhotoName::Stem(_));
            let excludes = |other: &&&Entry| {
                other.file == entry.file || (is_file_of_one(entry) && is_file_of_one(other))
            };
            if let Some(other) = fitting.iter().find(excludes) {
                let path = self.files[entry.file].clone();
                let several = format!("{}, {}", other.boxes.photo.text(), entry.boxes.photo.text());
                return Err(ImportError::AmbiguousPhoto { path, photo: name_of(photo), several });
            }
            fitting.push(entry);
        }
        match entries.iter().find_map(|entry| Some((entry.file, entry.boxes.size?))) {
            Some((file, found)) if fitting.is_empty() => {
                let path = self.files[file].clone();
                Err(ImportError::OtherSize { path, found, expected: size })
            }
            _ => Ok(fitting),
        }
    }

    /// The entries whose names fit a photo best.
    fn entries(&self, photo: &Path) -> Vec<&Entry> {
        self.places(photo).into_iter().map(|place| &self.photos[place]).collect()
    }

    fn places(&self, photo: &Path) -> Vec<usize> {
        let name = name_of(photo);
        let stem = stem_of(&name);
        let number = stem.parse::<u64>().ok().map(|number| number.to_string());
        let keys = [Some(stem.to_owned()), number.filter(|number| number != stem)];
        let called = keys.into_iter().flatten().filter_map(|key| self.by_name.get(&key)).flatten();
        let photo = std::path::absolute(photo).unwrap_or_else(|_| photo.into());
        let without_extension = photo.with_extension("");
        let alike = |place: &usize| match &self.photos[*place].boxes.photo {
            PhotoName::File(text) if bare(text) == name => Some(likeness(text, &photo)),
            PhotoName::Stem(text) if bare(text) == stem => Some(likeness(text, &without_extension)),
            PhotoName::Id(_) => Some((1, true)),
            PhotoName::File(_) | PhotoName::Stem(_) => None,
        };
        let alike: Vec<(usize, (usize, bool))> =
            called.filter_map(|place| Some((*place, alike(place)?))).collect();
        let best = alike.iter().map(|(_, likeness)| *likeness).max();
        alike.into_iter().filter(|(_, likeness)| Some(*likeness) == best).map(|(place, _)| place).collect()
    }
}

/// The files in a folder and below that may contain boxes, in a fixed order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let is_session = |path: &Path| name_of(path).ends_with(SESSIONS);
    let files = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter(|path| holds_boxes(path) && !is_session(path)).collect()
}

/// The content of a file, if it is of a format with boxes.
fn content(path: &Path) -> Result<BoxContent, ImportError> {
    let unknown = || ImportError::NoBoxes {
        path: path.into(),
        cause: format!("boxes can be read from {}", with_boxes()),
    };
    let damaged = |cause| ImportError::Damaged { path: path.into(), cause };
    let bytes = read(path)?;
    let text = text::decode(&bytes).ok_or_else(unknown)?.text;
    let mut content = match is_json(&text) {
        true => Content::Json { value: json::parse(&text).map_err(damaged)?, text: &text },
        false => Content::Text(&text),
    };
    let read = box_readers().into_iter().find_map(|reader| reader.read(path, &mut content));
    read.ok_or_else(unknown)?.map_err(damaged)
}

/// A box in photo pixels, cut at the border of the photo.
fn cut(listed: &ListedBox, unit: Unit, (width, height): (u32, u32)) -> Result<BoxPrompt, String> {
    let sides = [width, height, width, height].map(f64::from);
    let mut corners = listed.corners;
    if unit == Unit::Fractions {
        corners.iter_mut().zip(sides).for_each(|(corner, side)| *corner *= side);
    }
    if !corners.iter().all(|corner| corner.is_finite()) {
        return Err("its corners are not numbers".into());
    }
    let [left, top, right, bottom] = corners;
    if right <= left || bottom <= top {
        return Err("has no area".into());
    }
    if left >= sides[0] || top >= sides[1] || right <= 0.0 || bottom <= 0.0 {
        return Err("lies outside the photo".into());
    }
    corners.iter_mut().zip(sides).for_each(|(corner, side)| *corner = corner.clamp(0.0, side));
    let [x0, y0, x1, y1] = corners.map(|corner| corner as f32);
    if x1 - x0 < 1.0 || y1 - y0 < 1.0 {
        return Err("is less than a pixel wide or high".into());
    }
    Ok(BoxPrompt { x0, y0, x1, y1 })
}

/// A name without folders.
fn bare(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A name without its extension.
fn stem_of(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
