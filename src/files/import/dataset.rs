//! Importing a file for several photos: COCO or CVAT.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{ImportError, Imported, Problem, read};
use crate::files::PhotoIdentity;
use crate::files::formats::coco::{Coco, is_coco};
use crate::files::formats::cvat::Cvat;
use crate::files::formats::reading::{Costs, Target, json};
use crate::files::photo::name_of;
use crate::files::text::{self, Decoded};

/// The content of a file for one of several photos.
#[derive(Debug)]
pub struct ForPhoto {
    pub path: PathBuf,
    pub identity: PhotoIdentity,
    pub imported: Imported,
}

/// The photos among these that a file about several photos covers; none if it is another kind of file.
///
/// # Errors
/// The file cannot be read.
pub fn photos_named(file: &Path, photos: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    Ok(dataset(file)?.map(|dataset| photos_of(&dataset, photos)).unwrap_or_default())
}

/// Reads the masks of each of these photos from a file about several photos. The second part lists what is skipped: photos of
/// the file that are not among these, and photos that cannot be used.
///
/// # Errors
/// The file cannot be used at all.
pub fn import_dataset(file: &Path, photos: &[PathBuf]) -> Result<(Vec<ForPhoto>, Vec<Problem>), ImportError> {
    let dataset = dataset(file)?.ok_or_else(|| ImportError::UnknownFormat { path: file.into() })?;
    let mut problems = dataset.strays(photos);
    let mut problem = |place: &str, what: String| problems.push(Problem { place: place.into(), what });
    let covered: HashSet<PathBuf> = photos_of(&dataset, photos).into_iter().collect();
    let costs = Costs::default();
    let mut found = vec![];
    for (place, path) in photos.iter().enumerate() {
        let name = name_of(path);
        if !covered.contains(path) {
            continue;
        }
        let identity = match PhotoIdentity::of(path) {
            Ok(identity) => identity,
            Err(error) => {
                problem(&name, format!("{error}; skipped"));
                continue;
            }
        };
        let target = Target { path: file, size: identity.size, photo: path, costs: &costs };
        let imported = match &dataset {
            Dataset::Coco(coco) => coco.import(&target),
            Dataset::Cvat(cvat) => cvat.import_at(place, &target),
        };
        match imported {
            Ok(mut imported) => {
                imported.problems.iter_mut().for_each(|p| p.place = format!("{name}, {}", p.place));
                found.push(ForPhoto { path: path.clone(), identity, imported });
            }
            Err(error) => problem(&name, format!("{error}; skipped")),
        }
    }
    Ok((found, problems))
}

/// A file about several photos.
enum Dataset {
    Coco(Box<Coco>),
    Cvat(Cvat),
}

impl Dataset {
    /// What in the file belongs to none of these photos.
    fn strays(&self, photos: &[PathBuf]) -> Vec<Problem> {
        let Self::Coco(coco) = self else { return vec![] };
        let there: HashSet<String> = photos.iter().map(|photo| name_of(photo)).collect();
        let missing = coco.photos().filter(|name| !there.contains(*name));
        let what = "is not among the photos; skipped";
        let missing = missing.map(|name| Problem { place: name.into(), what: what.into() });
        coco.strays().into_iter().chain(missing).collect()
    }
}

fn photos_of(dataset: &Dataset, photos: &[PathBuf]) -> Vec<PathBuf> {
    match dataset {
        Dataset::Cvat(cvat) => cvat.photos_among(photos),
        Dataset::Coco(coco) => {
            let names: HashSet<&str> = coco.photos().collect();
            photos.iter().filter(|photo| names.contains(name_of(photo).as_str())).cloned().collect()
        }
    }
}

fn dataset(file: &Path) -> Result<Option<Dataset>, ImportError> {
    let bytes = read(file)?;
    let damaged = |cause| ImportError::Damaged { path: file.into(), cause };
    let Some(Decoded { text, .. }) = text::decode(&bytes) else { return Ok(None) };
    if text.trim_start().starts_with('{') {
        let json = json::parse(&text).map_err(damaged)?;
        return Ok(is_coco(&json).then(|| Dataset::Coco(Coco::new(json).into())));
    }
    Ok(Cvat::parse(&text).transpose().map_err(damaged)?.map(Dataset::Cvat))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::files::formats::class_list::ClassList;
    use crate::files::formats::coco::add_coco_dataset;
    use crate::files::formats::{DatasetPhoto, ExportOptions};
    use crate::files::import::{DatasetError, add_to_sessions};
    use crate::files::session::{LoadedState, Session};
    use crate::files::{FileSet, Photo};
    use crate::mask::Mask;

    fn masks(path: &Path) -> Option<usize> {
        let photo = Photo::open(path).unwrap();
        match Session::load(path, photo.pixels.dimensions(), photo.fingerprint).unwrap().state {
            LoadedState::Found(session) => Some(session.masks.len()),
            _ => None,
        }
    }

    #[test]
    fn masks_of_a_folder_come_to_their_photos_or_to_none() {
        let dir = tempfile::tempdir().unwrap();
        let photos = ["a.png", "b.png", "c.png"].map(|name| dir.path().join(name));
        photos.iter().for_each(|photo| image::RgbImage::new(6, 4).save(photo).unwrap());
        let mask = |x: u32| Annotation {
            class: Some("cup".into()),
            colour: Some([9, 9, 9]),
            ..Annotation::new(x.to_string(), Mask::from_fn(6, 4, |at, _| at == x))
        };
        let photo = |name: &str, size, masks: &[u32]| {
            let masks = masks.iter().map(|x| mask(*x)).collect();
            DatasetPhoto { file_name: format!("elsewhere/{name}"), size, masks }
        };
        let listed =
            [photo("a.png", (6, 4), &[0, 1]), photo("b.png", (6, 4), &[2]), photo("x.png", (6, 4), &[3])];
        let file = dir.path().join("coco.json");
        let mut set = FileSet::new(false);
        add_coco_dataset(&mut set, &listed, &ClassList::default(), &ExportOptions::default(), &file).unwrap();
        set.commit().unwrap();

        assert_eq!(photos_named(&file, &photos).unwrap(), photos[..2]);
        let (found, problems) = import_dataset(&file, &photos).unwrap();
        let said: Vec<&str> = problems.iter().map(|p| p.place.as_str()).collect();
        assert_eq!((found.len(), said), (2, vec!["x.png"]));
        // One session is of a newer version: none is touched.
        let newer = dir.path().join("b.png.tinsel.json");
        std::fs::write(&newer, r#"{"format": "tinsel-session", "version": 99}"#).unwrap();
        assert!(matches!(add_to_sessions(found), Err(DatasetError::Load(_))));
        assert_eq!(masks(&photos[0]), None);
        std::fs::remove_file(newer).unwrap();

        add_to_sessions(import_dataset(&file, &photos).unwrap().0).unwrap();
        assert_eq!(photos.each_ref().map(|photo| masks(photo)), [Some(2), Some(1), None]);
        add_to_sessions(import_dataset(&file, &photos).unwrap().0).unwrap();
        assert_eq!(photos.each_ref().map(|photo| masks(photo)), [Some(4), Some(2), None]);

        // A photo of another size is left out as a whole, the others are not.
        image::RgbImage::new(4, 6).save(&photos[0]).unwrap();
        let (found, problems) = import_dataset(&file, &photos).unwrap();
        assert_eq!((found.len(), problems.len()), (1, 2));
        assert!(problems.iter().any(|p| p.place == "a.png" && p.what.contains("6x4")), "{problems:?}");
    }
}
