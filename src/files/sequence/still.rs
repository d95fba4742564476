//! A frame of a film or of an animated picture as a photo, so that it is shown, worked on and saved like any other.
//! Its path is that of a page ([`page_path`]).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::reel::Reel;
use super::{SequenceError, open_reel, start_of};
use crate::files::kind::is_film;
use crate::files::names::has_extension;
use crate::files::photo::{Photo, PhotoError, PhotoIdentity, is_tiff};
use crate::files::{file_and_page, page_path, pages};

/// So much of a film's beginning tells it from others.
const TELLING: u64 = 1 << 20;

/// The film whose frames were read last: opening one takes a moment, and frames come one after the other.
static OPEN: Mutex<Option<OpenReel>> = Mutex::new(None);

struct OpenReel {
    file: PathBuf,
    stamp: Option<(u64, SystemTime)>,
    reel: Reel,
    size: (u32, u32),
}

/// The paths of the frames of a film, an animated picture, or a TIFF file with pages, in order.
///
/// # Errors
/// It is a single picture, it is damaged, or it is a film that cannot be decoded.
pub fn frames_of(path: &Path) -> Result<Vec<PathBuf>, SequenceError> {
    let (file, _) = file_and_page(path);
    let count = if is_tiff(&start_of(&file)?) {
        pages(&file).map_err(|e| SequenceError::Damaged { path: file.clone(), cause: e.to_string() })?
    } else {
        with_reel(&file, |open| Ok(open.reel.count()))?
    };
    match count {
        0 | 1 => Err(SequenceError::SinglePicture { path: file }),
        count => Ok((0..count).map(|frame| page_path(&file, frame)).collect()),
    }
}

/// Whether a path names a frame that only this module can read: any frame of a film, and all but the first of an
/// animated picture.
pub(in crate::files) fn is_still(path: &Path) -> bool {
    let (file, frame) = file_and_page(path);
    is_film(&file) || (frame > 0 && has_extension(&file, &["gif", "webp", "png"]))
}

/// Reads a frame.
pub(in crate::files) fn photo(path: &Path) -> Result<Photo, PhotoError> {
    let (file, frame) = file_and_page(path);
    let read = with_reel(&file, |open| {
        let damaged = |cause| SequenceError::Damaged { path: path.into(), cause };
        let count = open.reel.count();
        let pixels = if frame < count { Some(open.reel.frame(frame).map_err(damaged)?) } else { None };
        Ok((pixels, count))
    });
    let (pixels, count) = match read {
        Err(SequenceError::SinglePicture { .. }) => (None, 1),
        read => read?,
    };
    let missing = || PhotoError::NoPage { path: path.into(), pages: count };
    let pixels = pixels.ok_or_else(missing)?;
    Ok(Photo { pages: count, ..Photo::of_pixels(path.into(), pixels, fingerprint(&file, frame)?) })
}

/// The identity of a frame, without decoding it.
pub(in crate::files) fn identity(path: &Path) -> Result<PhotoIdentity, PhotoError> {
    let (file, frame) = file_and_page(path);
    let (size, count) = match with_reel(&file, |open| Ok((open.size, open.reel.count()))) {
        Err(SequenceError::SinglePicture { .. }) => ((0, 0), 1),
        read => read?,
    };
    if frame >= count {
        return Err(PhotoError::NoPage { path: path.into(), pages: count });
    }
    Ok(PhotoIdentity { size, fingerprint: fingerprint(&file, frame)? })
}

fn with_reel<T>(
    file: &Path,
    then: impl FnOnce(&mut OpenReel) -> Result<T, SequenceError>,
) -> Result<T, SequenceError> {
    let stamp = file.metadata().ok().and_then(|data| Some((data.len(), data.modified().ok()?)));
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = open.as_mut().filter(|known| known.file == file && known.stamp == stamp) {
        return then(known);
    }
    let mut reel = open_reel(file)?;
    let damaged = |cause| SequenceError::Damaged { path: file.into(), cause };
    let size = reel.frame(0).map_err(damaged)?.dimensions();
    then(open.insert(OpenReel { file: file.into(), stamp, reel, size }))
}

/// Films are too large to be read whole for each frame.
fn fingerprint(file: &Path, frame: usize) -> Result<u64, PhotoError> {
    let read = || {
        let opened = File::open(file)?;
        let length = opened.metadata()?.len();
        let mut start = vec![];
        opened.take(TELLING).read_to_end(&mut start)?;
        Ok((length, start))
    };
    let unreadable = |cause| PhotoError::Unreadable { path: file.into(), cause };
    let (length, start) = read().map_err(unreadable)?;
    let hash = Sha256::new().chain_update(length.to_le_bytes()).chain_update((frame as u64).to_le_bytes());
    let hash = hash.chain_update(start).finalize();
    Ok(hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn frames_of_an_animated_picture_are_photos() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("moving.gif");
        let picture = |i: u32| RgbaImage::from_fn(9, 7, |x, _| Rgba([if x == i { 255 } else { 0 }; 4]));
        let mut encoder = GifEncoder::new(File::create(&path).unwrap());
        encoder.encode_frames((0..5).map(|i| Frame::new(picture(i)))).unwrap();
        drop(encoder);
        let frames = frames_of(&path).unwrap();
        assert_eq!((frames.len(), &frames[0]), (5, &path));
        let photos: Vec<Photo> = frames.iter().map(|frame| Photo::open(frame).unwrap()).collect();
        for (i, photo) in photos.iter().enumerate() {
            assert_eq!(photo.pixels.get_pixel(i as u32, 3).0[0], 255, "{i}");
            let identity = PhotoIdentity::of(&photo.path).unwrap();
            assert_eq!((identity.size, identity.fingerprint), ((9, 7), photo.fingerprint));
        }
        assert_ne!(photos[1].fingerprint, photos[2].fingerprint);
        assert_eq!(photos[3].pages, 5);
        let error = Photo::open(&page_path(&path, 7)).unwrap_err().to_string();
        assert!(error.contains("moving.gif#8"), "{error}");

        let single = dir.path().join("single.png");
        image::RgbImage::new(3, 2).save(&single).unwrap();
        assert!(matches!(frames_of(&single), Err(SequenceError::SinglePicture { .. })));
        assert!(frames_of(&dir.path().join("none.mp4")).is_err());
    }
}
