//! Importing a COCO file for several photos.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{ImportError, Imported, Problem, read};
use crate::files::PhotoIdentity;
use crate::files::formats::coco::{Coco, is_coco};
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

/// The photos among these that a COCO file covers; none if it is another kind of file.
///
/// # Errors
/// The file cannot be read.
pub fn photos_named(file: &Path, photos: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    let Some(coco) = coco(file)? else { return Ok(vec![]) };
    let names: HashSet<&str> = coco.photos().collect();
    Ok(photos.iter().filter(|photo| names.contains(name_of(photo).as_str())).cloned().collect())
}

/// Reads the masks of each of these photos from a COCO file. The second part lists what is skipped: photos of
/// the file that are not among these, and photos that cannot be used.
///
/// # Errors
/// The file cannot be used at all.
pub fn import_dataset(file: &Path, photos: &[PathBuf]) -> Result<(Vec<ForPhoto>, Vec<Problem>), ImportError> {
    let coco = coco(file)?.ok_or_else(|| ImportError::UnknownFormat { path: file.into() })?;
    let mut problems: Vec<Problem> = coco.strays().into_iter().collect();
    let mut problem = |place: &str, what: String| problems.push(Problem { place: place.into(), what });
    let there: HashSet<String> = photos.iter().map(|photo| name_of(photo)).collect();
    let mut named: Vec<&str> = vec![];
    for name in coco.photos() {
        match there.contains(name) {
            true => named.push(name),
            false => problem(name, "is not among the photos; skipped".into()),
        }
    }
    let named: HashSet<&str> = named.into_iter().collect();
    let costs = Costs::default();
    let mut found = vec![];
    for path in photos {
        let name = name_of(path);
        if !named.contains(name.as_str()) {
            continue;
        }
        let identity = match PhotoIdentity::of(path) {
            Ok(identity) => identity,
            Err(error) => {
                problem(&name, format!("{error}; skipped"));
                continue;
            }
        };
        match coco.import(&Target { path: file, size: identity.size, photo: path, costs: &costs }) {
            Ok(mut imported) => {
                imported.problems.iter_mut().for_each(|p| p.place = format!("{name}, {}", p.place));
                found.push(ForPhoto { path: path.clone(), identity, imported });
            }
            Err(error) => problem(&name, format!("{error}; skipped")),
        }
    }
    Ok((found, problems))
}

fn coco(file: &Path) -> Result<Option<Coco>, ImportError> {
    let bytes = read(file)?;
    let Some(Decoded { text, .. }) =
        text::decode(&bytes).filter(|decoded| decoded.text.trim_start().starts_with('{'))
    else {
        return Ok(None);
    };
    let json = json::parse(&text).map_err(|cause| ImportError::Damaged { path: file.into(), cause })?;
    Ok(is_coco(&json).then(|| Coco::new(json)))
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
