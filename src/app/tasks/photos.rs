//! Finding and reading photos.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use crossbeam_channel::Receiver;

use super::imports::ImportTarget;
use super::{Kind, Outcome, Tasks};
use crate::app::photo_list::PhotoList;
use crate::app::texts::photos as texts;
use crate::files::import::{Imported, masks_among};
use crate::files::project::ProjectFile;
use crate::files::sequence::frames_of;
use crate::files::session::Session;
use crate::files::{Photo, PhotoError, file_and_page, is_film, photos_beside, photos_in};

/// A photo, and the file that it was read from.
#[derive(Clone)]
pub(in crate::app) struct Decoded {
    pub photo: Photo,
    stamp: Option<(u64, SystemTime)>,
}

impl Decoded {
    fn open(path: &Path) -> Result<Self, PhotoError> {
        let stamp = stamp(path);
        Ok(Self { photo: Photo::open_as(path, &Session::rendering_for(path))?, stamp })
    }

    /// The same file by another path.
    fn under(self, path: PathBuf) -> Self {
        Self { photo: Photo { path, ..self.photo }, ..self }
    }
}

/// Length and time of the last change of a file.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(file_and_page(path).0).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

impl Tasks {
    /// Finds the photos that files and folders stand for. Those that are pictures of masks of the open photo are
    /// read as such, if one is given.
    pub fn list(&mut self, request: u64, mut paths: Vec<PathBuf>, open: Option<ImportTarget>) {
        self.spawn(Kind::Opening, move || {
            let masks = open.map_or(vec![], |open| take_masks(&mut paths, &open));
            list(request, &paths, masks)
        });
    }

    /// Reads a photo that may be opened next.
    pub fn decode(&mut self, path: PathBuf) {
        self.spawn(Kind::Other, move || {
            let decoded = Decoded::open(&path).ok();
            Outcome::Decoded { path, decoded }
        });
    }

    /// Reads a photo; `decoded` spares decoding it if the file has not changed since. Reads the project of its
    /// folder, too, `with_project`. The photo's session is being written until `written` ends.
    pub fn open(
        &mut self,
        request: u64,
        path: PathBuf,
        decoded: Option<Decoded>,
        with_project: bool,
        written: Option<Receiver<()>>,
    ) {
        self.spawn(Kind::Opening, move || {
            if let Some(written) = written {
                // Nothing is sent: this returns when the other end is dropped.
                let _ = written.recv();
            }
            let rendering = Session::rendering_for(&path);
            let is_same = |decoded: &Decoded| {
                decoded.stamp.is_some()
                    && decoded.stamp == stamp(&path)
                    && decoded.photo.rendering == rendering
            };
            let decoded = decoded.filter(is_same);
            let start = Instant::now();
            let read = || Photo::open_as(&path, &rendering);
            let result = decoded.map_or_else(read, |decoded| Ok(decoded.photo));
            if let Ok(photo) = &result {
                let (width, height) = photo.pixels.dimensions();
                let millis = start.elapsed().as_millis();
                log::info!("{}: opened, {width} x {height} pixels, {millis} ms", path.display());
            }
            let load = |photo: &Photo| Session::load(&path, photo.pixels.dimensions(), photo.fingerprint);
            let session = result.as_ref().ok().map(load).map(Box::new);
            let project = with_project.then(|| Box::new(ProjectFile::of_photo(&path)));
            Outcome::Opened { request, result, session, project }
        });
    }

    /// Opens a photo that comes with the program, and puts it into a folder, so that sessions can lie next to it.
    /// Without one, what is made of it is not kept.
    pub fn open_bytes(&mut self, request: u64, path: PathBuf, bytes: &'static [u8], is_kept: bool) {
        self.spawn(Kind::Opening, move || {
            if is_kept && let Err(error) = put(&path, bytes) {
                // It can be shown all the same, and whether work can be kept is told when there is some.
                log::warn!("{}: cannot be written: {error}", path.display());
            }
            let result = Photo::from_bytes(&path, bytes);
            let load = |photo: &Photo| Session::load(&path, photo.pixels.dimensions(), photo.fingerprint);
            let session = result.as_ref().ok().filter(|_| is_kept).map(load).map(Box::new);
            let project = is_kept.then(|| Box::new(ProjectFile::of_photo(&path)));
            Outcome::Opened { request, result, session, project }
        });
    }
}

/// Writes a file, unless it already exists.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|existing| existing == bytes) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, bytes)
}

/// Takes pictures of masks of the open photo away from files that may be photos, and reads them.
fn take_masks(paths: &mut Vec<PathBuf>, open: &ImportTarget) -> Vec<(u64, Imported)> {
    let found = masks_among(paths, open.size);
    let places: HashSet<usize> = found.iter().map(|(place, _)| *place).collect();
    let mut place = 0..;
    paths.retain(|_| place.next().is_none_or(|place| !places.contains(&place)));
    found.into_iter().map(|(_, imported)| (open.id, imported)).collect()
}

/// A single photo brings its whole folder along; several photos are taken as they are.
fn list(request: u64, paths: &[PathBuf], masks: Vec<(u64, Imported)>) -> Outcome {
    let mut problems = vec![];
    if let [photo] = paths
        && !photo.is_dir()
        && !is_film(photo)
    {
        // Listing a large folder takes as long as reading the photo.
        let (photos, decoded) = std::thread::scope(|scope| {
            let decoding = scope.spawn(|| Decoded::open(photo).ok());
            // What has panicked will do so again when the photo is opened, and be reported.
            (PhotoList::new(photos_beside(photo)), decoding.join().ok().flatten())
        });
        let first = photos.iter().position(|listed| listed.file_name() == photo.file_name());
        let decoded = first.zip(decoded).map(|(first, decoded)| decoded.under(photos[first].clone()));
        return Outcome::Listed { request, photos, first: first.unwrap_or(0), decoded, problems, masks };
    }
    let mut photos = vec![];
    for path in paths {
        if path.is_dir() {
            match photos_in(path) {
                Ok(found) if found.is_empty() => problems.push(texts::no_photos(path)),
                Ok(found) => photos.extend(found),
                Err(error) => problems.push(texts::unreadable_folder(path, &error)),
            }
        } else if is_film(path) {
            match frames_of(path) {
                Ok(frames) => photos.extend(frames),
                Err(error) => problems.push(error.to_string()),
            }
        } else {
            photos.push(path.clone());
        }
    }
    Outcome::Listed { request, photos: PhotoList::new(photos), first: 0, decoded: None, problems, masks }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn masks_are_taken_out_of_what_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["a.jpg", "mask.png", "b.jpg", "folder"].map(|name| dir.path().join(name));
        GrayImage::from_fn(8, 6, |x, _| Luma([if x < 3 { 255 } else { 0 }])).save(&paths[1]).unwrap();
        let open = ImportTarget { id: 7, path: "photo.jpg".into(), size: (8, 6) };
        let mut remaining = paths.to_vec();
        let masks = take_masks(&mut remaining, &open);
        assert_eq!(
            masks.iter().map(|(photo, found)| (*photo, found.masks.len())).collect::<Vec<_>>(),
            [(7, 1)]
        );
        assert_eq!(remaining.iter().collect::<Vec<_>>(), [&paths[0], &paths[2], &paths[3]]);
    }
}
