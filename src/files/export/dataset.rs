//! Exporting the saved masks of many photos.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::part_lists::{self, Listed};
use super::shared_lists::{ClassLists, check, write_with_lists};
use super::{Split, add_export, is_shared, losses, planned_files};
use crate::annotation::Annotation;
use crate::files::formats::class_list::ClassList;
use crate::files::formats::definition::{Dataset, Subject};
use crate::files::formats::destination::Destination;
use crate::files::formats::{DatasetPhoto, ExportOptions, Format, Part};
use crate::files::paths::slashed;
use crate::files::project::{PhotoState, ProjectError, WorkState, WorkStates};
use crate::files::session::{LoadedState, Session, SessionError};
use crate::files::{FileSet, Photo, PhotoError, Selected, WriteError};

/// Which photos and which of their saved masks are exported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Skip hidden masks.
    pub visible_only: bool,
    /// Only masks of these classes; all masks if empty.
    pub classes: Vec<String>,
    /// Only photos in these states, with or without masks. If empty, photos with saved masks, and those that
    /// are done without masks.
    pub states: Vec<WorkState>,
}

impl Wanted {
    /// Whether a photo is exported.
    ///
    /// # Errors
    /// The project of its folder cannot be read.
    pub fn includes(&self, photo: &Path, states: &mut WorkStates) -> Result<bool, ProjectError> {
        if self.states.is_empty() {
            return Ok(Session::exists_for(photo) || states.of(photo)? == WorkState::Set(PhotoState::Done));
        }
        Ok(self.states.contains(&states.of(photo)?))
    }

    pub(super) fn masks(&self, session: &Session) -> Vec<Annotation> {
        let is_wanted = |class: Option<&String>| {
            self.classes.is_empty() || class.is_some_and(|class| self.classes.contains(class))
        };
        let masks = session.masks.iter().filter(|item| item.visible || !self.visible_only);
        let annotations = masks.map(|item| &item.annotation);
        annotations.filter(|annotation| is_wanted(annotation.class.as_ref())).cloned().collect()
    }
}

/// Why nothing was written for a photo. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum PhotoExportError {
    #[error(transparent)]
    Photo(#[from] PhotoError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(
        "{}: has no saved masks; create masks in the window or with `tinsel import`, or mark the photo as done",
        path.display()
    )]
    NoMasks { path: PathBuf },
    #[error(
        "{}: has {}x{} pixels, but its masks were made for {}x{}; restore that version of the photo",
        path.display(), size.0, size.1, kept.0, kept.1
    )]
    OtherSize { path: PathBuf, size: (u32, u32), kept: (u32, u32) },
    #[error(
        "{}: would be written twice, for {first} and for {second}; export them separately, to different \
         folders",
        file.display()
    )]
    SameFile { file: PathBuf, first: String, second: String },
    #[error(
        "{}: is in no part; add it to the list, tag it with `train`, `val` or `test`, or give shares for the photos that are not on it",
        path.display()
    )]
    NoPart { path: PathBuf },
    #[error(
        "{}: {} is left from another split, so that the photo would be in two parts; delete that file or \
         choose another folder",
        path.display(), file.display()
    )]
    TwoParts { path: PathBuf, file: PathBuf },
    #[error(
        "{}: would be named {name} in the file for all photos, like {}; export their common parent folder \
         with subfolders, or export them separately, to different folders",
        path.display(), other.display()
    )]
    SameName { path: PathBuf, name: String, other: PathBuf },
}

/// The exported files of a photo.
#[derive(Debug)]
pub struct Exported {
    pub masks: usize,
    pub files: usize,
    /// Notes for the user, such as losses.
    pub notes: Vec<String>,
}

/// The destination of a photo's files.
#[derive(Default)]
struct Claim {
    places: Vec<(Format, Destination)>,
    /// Its own files, with a description of their content.
    files: HashMap<PathBuf, String>,
}

/// Exports the saved masks of one photo after the other, in several formats.
pub struct DatasetExport {
    pub formats: Vec<Format>,
    pub options: ExportOptions,
    pub wanted: Wanted,
    pub folder: PathBuf,
    pub overwrite: bool,
    /// Whether formats that support it write one file for all photos.
    pub joins: bool,
    /// The parts of the dataset, in formats that keep them apart ([`Format::has_parts`]).
    pub split: Option<Split>,
    states: WorkStates,
    photos: BTreeMap<Option<Part>, Vec<DatasetPhoto>>,
    /// The number of photos in each part.
    parts: BTreeMap<Part, usize>,
    /// The photos in each folder of the export.
    listed: BTreeMap<PathBuf, Listed>,
    /// The names of the photos in the file for all photos.
    names: HashMap<String, PathBuf>,
    classes: ClassLists,
    /// The written files, with a description of their content.
    written: HashMap<PathBuf, String>,
}

impl DatasetExport {
    /// An export of all saved masks to a folder, with the default options; several photos form one dataset.
    pub fn new(formats: Vec<Format>, folder: PathBuf) -> Self {
        Self {
            formats,
            options: ExportOptions::default(),
            wanted: Wanted::default(),
            folder,
            overwrite: false,
            joins: true,
            split: None,
            states: WorkStates::default(),
            photos: BTreeMap::new(),
            parts: BTreeMap::new(),
            listed: BTreeMap::new(),
            names: HashMap::new(),
            classes: ClassLists::new(),
            written: HashMap::new(),
        }
    }

    /// Whether a photo is exported ([`Wanted::includes`]).
    ///
    /// # Errors
    /// The project of its folder cannot be read.
    pub fn includes(&mut self, photo: &Path) -> Result<bool, ProjectError> {
        self.wanted.includes(photo, &mut self.states)
    }

    /// The number of exported photos in each part of a split dataset.
    pub fn parts(&self) -> Vec<(Part, usize)> {
        let count = |part| (part, self.parts.get(&part).copied().unwrap_or(0));
        self.split.iter().flat_map(|_| Part::ALL.map(count)).collect()
    }

    /// The part of a photo, if the dataset is split.
    fn part_of(&mut self, selected: &Selected) -> Result<Option<Part>, PhotoExportError> {
        let Some(split) = &self.split else { return Ok(None) };
        let no_part = || PhotoExportError::NoPart { path: selected.path.clone() };
        split.part_of(&selected.below, self.states.tags(&selected.path)?).map(Some).ok_or_else(no_part)
    }

    /// The file for all photos, if the format has one.
    fn dataset(&self, format: Format) -> Option<Dataset> {
        format.definition().dataset().filter(|_| self.joins)
    }

    /// Writes all formats of a photo, or none.
    ///
    /// # Errors
    /// See [`PhotoExportError`].
    pub fn photo(&mut self, selected: &Selected) -> Result<Exported, PhotoExportError> {
        let photo = Photo::open_as(&selected.path, &Session::rendering_for(&selected.path))?;
        let (masks, mut notes) = self.masks(&photo)?;
        let folder = self.folder.join(selected.below.parent().unwrap_or(Path::new("")));
        let in_dataset = self.name_in_dataset(selected)?;
        let part = self.part_of(selected)?;
        let to = Destination::new(&folder, &photo.path).in_part(part);
        let Claim { places, files: claimed } = self.claim(&photo, &masks, &to)?;
        let losses = self.formats.iter().flat_map(|format| losses(*format, &self.options, &masks));
        notes.extend(losses.map(|loss| loss.to_string()));
        let add = |set: &mut FileSet| {
            let mut classes = self.classes.clone();
            for (format, to) in &places {
                let classes = classes.entry(*format).or_default();
                let subject = Subject { photo: &photo, masks: &masks, options: &self.options, to };
                add_export(set, *format, &subject, classes)?;
            }
            Ok(classes)
        };
        let locked = places.iter().any(|(format, _)| format.has_class_list()).then_some(&*folder);
        let (files, classes) = write_with_lists(locked, self.overwrite, add)?;
        let files = files.len();
        self.classes = classes;
        self.written.extend(claimed);
        let exported = Exported { masks: masks.len(), files, notes };
        if let Some(file_name) = in_dataset {
            self.names.insert(file_name.clone(), photo.path);
            let of_part = self.photos.entry(part).or_default();
            of_part.push(DatasetPhoto { file_name, size: photo.pixels.dimensions(), masks });
        }
        if let Some(part) = part {
            *self.parts.entry(part).or_default() += 1;
            self.listed.entry(folder).or_default().insert(to.stem, part);
        }
        Ok(exported)
    }

    /// The unique name of a photo in the file for all photos, if there is one.
    fn name_in_dataset(&self, selected: &Selected) -> Result<Option<String>, PhotoExportError> {
        if !self.formats.iter().any(|format| self.dataset(*format).is_some()) {
            return Ok(None);
        }
        let name = slashed(&selected.below);
        match self.names.get(&name).cloned() {
            Some(other) => Err(PhotoExportError::SameName { path: selected.path.clone(), name, other }),
            None => Ok(Some(name)),
        }
    }

    /// The destinations of each format; no file belongs to another photo or format, or is the file for all
    /// photos.
    fn claim(
        &self,
        photo: &Photo,
        masks: &[Annotation],
        to: &Destination,
    ) -> Result<Claim, PhotoExportError> {
        let mut claim = Claim::default();
        let mut own = vec![];
        for format in self.formats.iter().copied() {
            match self.dataset(format) {
                Some(Dataset { file, .. }) => {
                    let file = self.folder.join(file(to.part));
                    claim.files.insert(file, format!("all photos as {}", format.key()));
                }
                None => own.push(format),
            }
        }
        for format in own {
            let about = format!("{} as {}", photo.path.display(), format.key());
            let is_taken = |file: &PathBuf| self.written.contains_key(file);
            let to = to.clone().in_part(to.part.filter(|_| format.has_parts()));
            let (to, files) = destination(&photo.path, masks, format, &self.options, to, is_taken);
            self.check_other_parts(&photo.path, masks, format, &to)?;
            for file in files {
                if let Some(first) = self.written.get(&file).or_else(|| claim.files.get(&file)) {
                    let first = first.clone();
                    return Err(PhotoExportError::SameFile { file, first, second: about });
                }
                claim.files.insert(file, about.clone());
            }
            claim.places.push((format, to));
        }
        Ok(claim)
    }

    /// Checks that a photo of a split dataset has no files in another part.
    fn check_other_parts(
        &self,
        photo: &Path,
        masks: &[Annotation],
        format: Format,
        to: &Destination,
    ) -> Result<(), PhotoExportError> {
        let files = |to: &Destination| format.definition().files(masks, &self.options, to);
        let own = files(to);
        let others = Part::ALL.into_iter().filter(|part| to.part.is_some_and(|own| own != *part));
        let mut others = others.flat_map(|part| files(&to.clone().in_part(Some(part))));
        match others.find(|file| !own.contains(file) && file.exists()) {
            Some(file) => Err(PhotoExportError::TwoParts { path: photo.into(), file }),
            None => Ok(()),
        }
    }

    /// The selected masks of a photo, and notes about them.
    fn masks(&mut self, photo: &Photo) -> Result<(Vec<Annotation>, Vec<String>), PhotoExportError> {
        let size = photo.pixels.dimensions();
        let mut notes = vec![];
        let session = match Session::load(&photo.path, size, photo.fingerprint)?.state {
            LoadedState::Found(session) => session,
            LoadedState::PhotoChanged { session, same_size: true } => {
                notes.push("The photo has changed since its masks were made.".into());
                session
            }
            LoadedState::PhotoChanged { session, same_size: false } => {
                let kept = (session.photo.width, session.photo.height);
                return Err(PhotoExportError::OtherSize { path: photo.path.clone(), size, kept });
            }
            LoadedState::Fresh if self.includes(&photo.path)? => return Ok((vec![], notes)),
            LoadedState::Fresh => return Err(PhotoExportError::NoMasks { path: photo.path.clone() }),
        };
        Ok((self.wanted.masks(&session), notes))
    }

    /// Writes the files for all photos or parts, if any, and returns each with the number of photos. Checks
    /// that the class lists still match the labels.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn finish(self) -> Result<Vec<(PathBuf, usize)>, WriteError> {
        check(&self.classes)?;
        let mut classes = ClassList::default();
        self.photos.values().flatten().for_each(|photo| classes.extend(&photo.masks));
        let (mut set, mut written) = (FileSet::new(self.overwrite), vec![]);
        let mut done = HashSet::new();
        for format in self.formats.iter().filter(|format| done.insert(**format)) {
            if let Some(Dataset { file, add }) = self.dataset(*format) {
                for (part, photos) in &self.photos {
                    let file = self.folder.join(file(*part));
                    add(&mut set, photos, &classes, &self.options, &file)?;
                    written.push((file, photos.len()));
                }
            }
            for (folder, listed) in &self.listed {
                written.extend(part_lists::add(&mut set, folder, format.definition().part_lists(), listed)?);
            }
        }
        set.commit()?;
        Ok(written)
    }
}

/// The destination of a photo's files in a format, and the files that are not shared. Photos that only differ
/// in their extension, such as p.jpg and p.png, would have the same files; the second photo gets different
/// ones if the format allows it.
pub(super) fn destination(
    photo: &Path,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    to: Destination,
    is_taken: impl Fn(&PathBuf) -> bool,
) -> (Destination, Vec<PathBuf>) {
    let files = |to: Destination| {
        let mut files = planned_files(photo, masks, format, options, &to);
        files.retain(|file| !is_shared(file));
        (to, files)
    };
    let usual = files(to);
    // Programs find the photo by the stem of its label file.
    let needs_stem = format.definition().photo_folder(None).is_some();
    if needs_stem || !usual.1.iter().any(is_taken) {
        return usual;
    }
    files(usual.0.of_its_own(photo))
}
