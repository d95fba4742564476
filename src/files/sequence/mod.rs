//! Sequences of frames: the photos of a folder, animated pictures, and films.
//!
//! Frames are read when they are needed, and few of them are in memory. Films are decoded by the program
//! `ffmpeg`, where it is installed.

mod animation;
mod film;
mod journal;
mod reel;
mod still;
mod tracks;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{ImageFormat, RgbImage};

pub use self::film::FilmWriter;
pub use self::journal::{Journal, JournalError};
use self::reel::Reel;
pub use self::still::frames_of;
pub(super) use self::still::{identity as identity_of_still, is_still, photo as still};
pub use self::tracks::saved_tracks;
use super::folder::photos_in;
use super::formats::{SequenceFrame, Track, TrackedSequence};
use super::paths::relative;
use super::photo::{is_tiff, name_of, stem_of};
use super::regular;
use super::session::Session;
use super::{Photo, PhotoError, file_and_page, page_path, pages};
use crate::tracking::{FrameError, Frames};

/// Why a sequence cannot be opened. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    #[error("{}: cannot be opened: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: contains no photos", path.display())]
    Empty { path: PathBuf },
    #[error("{}: is a single picture; give a folder of photos, an animated picture or a film", path.display())]
    SinglePicture { path: PathBuf },
    #[error("{}: is damaged or incomplete ({cause}); try another copy", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{}: films are decoded by the program `ffmpeg`, which was not found; install it, or give a folder with \
         the frames of the film",
        path.display()
    )]
    NoFfmpeg { path: PathBuf },
    #[error("{}: is not a film that `ffmpeg` can decode: {cause}", path.display())]
    NoFilm { path: PathBuf, cause: String },
}

/// Frames a second of a film, if nothing else is known.
const RATE: f32 = 12.0;

/// A sequence of frames.
pub struct Sequence {
    /// Its name in files: that of the folder or film.
    pub name: String,
    /// The names of the frames' files, all different; of films `00000`, `00001` and so on.
    pub frames: Vec<FrameName>,
    source: Source,
}

/// The name of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameName {
    /// With extension where it is a file of its own.
    pub file: String,
    /// Without.
    pub stem: String,
}

/// The names of frames without files of their own: `00000`, `00001` and so on.
fn numbered(count: usize) -> Vec<FrameName> {
    let digits = count.to_string().len().max(5);
    let name = |i: usize| {
        let name = format!("{i:0digits$}");
        FrameName { file: name.clone(), stem: name }
    };
    (0..count).map(name).collect()
}

enum Source {
    Photos(Vec<PathBuf>),
    Reel(Reel),
}

/// Opens an animated picture or a film.
fn open_reel(path: &Path) -> Result<Reel, SequenceError> {
    match image::guess_format(&start_of(path)?) {
        Ok(format @ (ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Png)) => {
            animation::reel(path, format)
        }
        Ok(_) => Err(SequenceError::SinglePicture { path: path.into() }),
        Err(_) => film::reel(path),
    }
}

/// The first bytes of a file, which tell its format.
fn start_of(path: &Path) -> Result<Vec<u8>, SequenceError> {
    let mut start = vec![];
    let read = regular::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    read.map_err(|cause| SequenceError::Unreadable { path: path.into(), cause })?;
    Ok(start)
}

impl Sequence {
    /// Opens a folder of photos, an animated GIF, WebP or PNG, a TIFF file with several pages, or a film.
    ///
    /// # Errors
    /// It contains no frames or only one, it is damaged, or it is a film that cannot be decoded.
    pub fn open(path: &Path) -> Result<Self, SequenceError> {
        let unreadable = |cause| SequenceError::Unreadable { path: path.into(), cause };
        if path.metadata().map_err(unreadable)?.is_dir() {
            return Self::of_folder(path);
        }
        if is_tiff(&start_of(path)?) {
            return Self::of_pages(path);
        }
        let reel = open_reel(path)?;
        let frames = numbered(reel.count());
        Ok(Self { name: stem_of(path), frames, source: Source::Reel(reel) })
    }

    /// The sequence with these frames: photos, or all frames of a film or an animated picture.
    ///
    /// # Errors
    /// There are none, or they are those of a film that cannot be decoded.
    pub fn of_frames(paths: &[PathBuf]) -> Result<Self, SequenceError> {
        match paths.last() {
            None => Err(SequenceError::Empty { path: PathBuf::new() }),
            Some(last) if is_still(last) => Self::open(&file_and_page(last).0),
            Some(last) => {
                let folder = last.parent().unwrap_or(Path::new(""));
                Ok(Self::of_photos(folder, paths.to_vec()))
            }
        }
    }

    /// The pages of a TIFF file.
    fn of_pages(path: &Path) -> Result<Self, SequenceError> {
        let damaged = |e: PhotoError| SequenceError::Damaged { path: path.into(), cause: e.to_string() };
        let count = pages(path).map_err(damaged)?;
        if count < 2 {
            return Err(SequenceError::SinglePicture { path: path.into() });
        }
        let photos = (0..count).map(|page| page_path(path, page)).collect();
        Ok(Self { name: stem_of(path), frames: numbered(count), source: Source::Photos(photos) })
    }

    /// The photos of a folder, in natural order.
    ///
    /// # Errors
    /// It cannot be read, or contains no photos.
    pub fn of_folder(folder: &Path) -> Result<Self, SequenceError> {
        let photos =
            photos_in(folder).map_err(|cause| SequenceError::Unreadable { path: folder.into(), cause })?;
        if photos.is_empty() {
            return Err(SequenceError::Empty { path: folder.into() });
        }
        Ok(Self::of_photos(folder, photos))
    }

    fn of_photos(folder: &Path, photos: Vec<PathBuf>) -> Self {
        let mut sharing: HashMap<String, usize> = HashMap::new();
        photos.iter().for_each(|photo| *sharing.entry(stem_of(photo).to_lowercase()).or_default() += 1);
        let name = |photo: &PathBuf| {
            let (file, stem) = (name_of(photo), stem_of(photo));
            // Photos that differ only in their extension.
            let stem = if sharing[&stem.to_lowercase()] > 1 { file.replace('.', "_") } else { stem };
            FrameName { file, stem }
        };
        let real = folder.canonicalize().unwrap_or_else(|_| folder.into());
        Self {
            name: name_of(&real),
            frames: photos.iter().map(name).collect(),
            source: Source::Photos(photos),
        }
    }
}

impl Sequence {
    /// The sequence with its objects, to be exported to a folder.
    pub fn with_tracks(&self, tracks: Vec<Track>, folder: &Path) -> TrackedSequence {
        let path = |i: usize| match &self.source {
            Source::Photos(photos) => photos.get(i).map(|photo| relative(photo, folder)),
            Source::Reel(_) => None,
        };
        let frame = |(i, name): (usize, &FrameName)| SequenceFrame {
            file: name.file.clone(),
            stem: name.stem.clone(),
            path: path(i),
        };
        let frames = self.frames.iter().enumerate().map(frame).collect();
        TrackedSequence { name: self.name.clone(), frames, rate: RATE, tracks }
    }
}

impl Frames for Sequence {
    fn count(&self) -> usize {
        self.frames.len()
    }

    fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, FrameError> {
        match &mut self.source {
            Source::Photos(photos) => {
                let photo = photos.get(index).ok_or_else(|| format!("there is no frame {index}"))?;
                // As it is shown.
                Ok(Photo::open_as(photo, &Session::rendering_for(photo))?.pixels)
            }
            Source::Reel(reel) => Ok(reel.frame(index)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(value: u8) -> RgbImage {
        RgbImage::from_pixel(8, 6, image::Rgb([value, 0, 255 - value]))
    }

    #[test]
    fn a_folder_is_a_sequence_in_natural_order() {
        let dir = tempfile::tempdir().unwrap();
        for (name, value) in [("b10.png", 10), ("b2.png", 2), ("b1.png", 1), ("b1.bmp", 0)] {
            picture(value).save(dir.path().join(name)).unwrap();
        }
        std::fs::write(dir.path().join("b3.png"), b"not a picture").unwrap();
        let mut sequence = Sequence::open(dir.path()).unwrap();
        let stems: Vec<&str> = sequence.frames.iter().map(|frame| &*frame.stem).collect();
        assert_eq!(stems, ["b1_bmp", "b1_png", "b2", "b3", "b10"]);
        assert_eq!((sequence.count(), sequence.frames[4].file.as_str()), (5, "b10.png"));
        assert_eq!(*sequence.frame(4).unwrap(), picture(10));
        assert_eq!(*sequence.frame(2).unwrap(), picture(2));
        let error = sequence.frame(3).unwrap_err().to_string();
        assert!(error.contains("b3.png"), "{error}");
        assert!(sequence.frame(5).is_err());
    }

    #[test]
    fn the_pages_of_a_tiff_file_are_frames() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stack.tif");
        std::fs::write(&path, tiff_of(&[picture(10), picture(20), picture(30)])).unwrap();
        let mut sequence = Sequence::open(&path).unwrap();
        assert_eq!((sequence.name.as_str(), sequence.count()), ("stack", 3));
        assert_eq!(sequence.frames[2].stem, "00002");
        for i in [2, 0, 1] {
            assert_eq!(*sequence.frame(i).unwrap(), picture(10 * (i as u8 + 1)), "{i}");
        }
    }

    /// A TIFF file with a page for each picture, without compression.
    fn tiff_of(pictures: &[RgbImage]) -> Vec<u8> {
        let mut file: Vec<u8> = vec![b'I', b'I', 42, 0, 8, 0, 0, 0];
        for (i, picture) in pictures.iter().enumerate() {
            let (width, height) = picture.dimensions();
            let entries: [(u16, u16, u32, u32); 9] = [
                (256, 4, 1, width),
                (257, 4, 1, height),
                (258, 3, 3, 0),
                (259, 3, 1, 1),
                (262, 3, 1, 2),
                (273, 4, 1, 0),
                (277, 3, 1, 3),
                (278, 4, 1, height),
                (279, 4, 1, 3 * width * height),
            ];
            let bits = file.len() as u32 + 2 + 12 * entries.len() as u32 + 4;
            let strip = bits + 6;
            let next = strip + 3 * width * height;
            file.extend((entries.len() as u16).to_le_bytes());
            for (tag, kind, count, value) in entries {
                let value = match tag {
                    258 => bits,
                    273 => strip,
                    _ => value,
                };
                file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
                file.extend(count.to_le_bytes().into_iter().chain(value.to_le_bytes()));
            }
            let next = if i + 1 < pictures.len() { next } else { 0 };
            file.extend(next.to_le_bytes());
            file.extend([8, 0, 8, 0, 8, 0]);
            file.extend(picture.as_raw());
        }
        file
    }

    #[test]
    fn other_files_are_reported() {
        let dir = tempfile::tempdir().unwrap();
        let message = |path: &Path| Sequence::open(path).err().unwrap().to_string();
        assert!(message(dir.path()).contains("contains no photos"));
        assert!(message(&dir.path().join("absent.mp4")).contains("absent.mp4"));
        for name in ["one.png", "one.jpg", "one.tiff"] {
            let file = dir.path().join(name);
            picture(3).save(&file).unwrap();
            let error = message(&file);
            assert!(error.contains(name) && error.contains("is a single picture"), "{error}");
        }
    }
}
