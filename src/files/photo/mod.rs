//! Reading a photo: any common format, upright, as 8-bit sRGB.
//!
//! The file's content decides the format, not its name. Colours with a profile are converted to sRGB; CMYK is
//! converted without its profile. Transparency is dropped, as in Pillow's `convert("RGB")` and OpenCV: the
//! colours behind it are kept. Of an animation, the first frame is read; the others, a page of a TIFF file and a frame of a
//! film are photos of their own ([`page_path`]).
//!
//! Deep samples and further channels are kept ([`Samples`]); a [`Rendering`] makes the 8-bit picture of them.
//! Without choices by a user, 16 bits are rounded to 8, except for pictures that would be nearly black: if 99.9 %
//! of the samples of a grey picture, or of a channel that is no colour, lie in the lowest quarter of the numbers,
//! what lies between the darkest and the lightest 0.1 % becomes black to white; if 99.9 % of the samples of each
//! colour lie in the lowest fifteenth, as 12 bits stored in 16 do, the end of that becomes white. Numbers without
//! a range, such as heights, are always shown from the darkest to the lightest 0.1 %.

mod adjustment;
mod decode;
mod exif;
mod jpeg;
mod page;
mod profile;
mod refused;
mod rendering;
mod samples;
mod tiff;
mod trouble;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;
use sha2::{Digest, Sha256};

use super::regular;
use super::sequence::{SequenceError, identity_of_still, is_still, still};

pub use self::adjustment::Adjustment;
pub use self::page::{file_and_page, page_path};
pub use self::rendering::{Channels, Rendering, Window};
pub use self::samples::Samples;
pub(super) use self::tiff::{Tiff, is_tiff};

/// Larger files are rejected.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// A photo as displayed: with its EXIF orientation applied, without alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// The file, or one of its pages ([`page_path`]).
    pub path: PathBuf,
    pub pixels: Arc<RgbImage>,
    /// The beginning of the file's SHA-256, to detect changes since work on it was saved.
    pub fingerprint: u64,
    /// The number of pages in the file.
    pub pages: usize,
    /// What `pixels` were rendered from; `None` if there is no more to the file than these.
    pub samples: Option<Arc<Samples>>,
    /// How `pixels` were rendered from `samples`.
    pub rendering: Rendering,
}

/// Why a photo could not be opened. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error("{}: cannot be opened: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is empty (0 bytes); was it copied completely?", path.display())]
    Empty { path: PathBuf },
    #[error(
        "{}: is not an image in a supported format (JPEG, PNG, WebP, TIFF, BMP, GIF, PNM)",
        path.display()
    )]
    NotAPicture { path: PathBuf },
    /// An image in an unsupported format.
    #[error("{}: is {kind}, which is not supported; save it as JPEG or PNG", path.display())]
    Unsupported { path: PathBuf, kind: String },
    #[error("{}: is too large: {size} (supported: {limit}); make a smaller copy", path.display())]
    TooLarge { path: PathBuf, size: String, limit: String },
    #[error("{}: is damaged or incomplete ({cause}); try another copy", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error("{}: does not exist: the last page of the file is number {pages}", path.display())]
    NoPage { path: PathBuf, pages: usize },
    /// A frame of a film or an animated picture.
    #[error(transparent)]
    Frame(#[from] SequenceError),
}

/// The identity of a photo, without its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoIdentity {
    /// Width and height in pixels, upright.
    pub size: (u32, u32),
    /// See [`Photo::fingerprint`].
    pub fingerprint: u64,
}

impl PhotoIdentity {
    /// Reads a photo's file, but decodes only its header.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn of(path: &Path) -> Result<Self, PhotoError> {
        if is_still(path) {
            return identity_of_still(path);
        }
        let bytes = read(path)?;
        let (_, page) = file_and_page(path);
        Ok(Self { size: decode::size(path, &bytes, page)?, fingerprint: fingerprint(&bytes) })
    }
}

/// The number of pages in a photo's file: 1, except for some TIFF files.
///
/// # Errors
/// The file cannot be read; see [`PhotoError`].
pub fn pages(path: &Path) -> Result<usize, PhotoError> {
    decode::pages(path, &read(path)?, 0)
}

impl Photo {
    /// A photo of 8-bit colours on a single page.
    pub fn of_pixels(path: PathBuf, pixels: Arc<RgbImage>, fingerprint: u64) -> Self {
        Self { path, pixels, fingerprint, pages: 1, samples: None, rendering: Rendering::default() }
    }

    /// Reads and decodes a photo, rendered automatically. The file is only read.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn open(path: &Path) -> Result<Self, PhotoError> {
        Self::open_as(path, &Rendering::default())
    }

    /// As [`Photo::open`], rendered by these choices.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn open_as(path: &Path, rendering: &Rendering) -> Result<Self, PhotoError> {
        if is_still(path) {
            return still(path);
        }
        let start = Instant::now();
        let photo = Self::from_bytes_as(path, &read(path)?, rendering)?;
        let ((width, height), millis) = (photo.pixels.dimensions(), start.elapsed().as_millis());
        log::debug!("{}: read, {width} x {height} pixels, {millis} ms", path.display());
        Ok(photo)
    }

    /// Decodes a photo in memory; `path` is used for names and messages, and says which page.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, PhotoError> {
        Self::from_bytes_as(path, bytes, &Rendering::default())
    }

    fn from_bytes_as(path: &Path, bytes: &[u8], rendering: &Rendering) -> Result<Self, PhotoError> {
        let (_, page) = file_and_page(path);
        let decode::Decoded { pixels, samples, pages } = decode::decode(path, bytes, page, rendering)?;
        let photo = Self::of_pixels(path.to_path_buf(), Arc::new(pixels), fingerprint(bytes));
        Ok(Self { pages, samples, rendering: *rendering, ..photo })
    }

    /// What tells it from others.
    pub fn identity(&self) -> PhotoIdentity {
        PhotoIdentity { size: self.pixels.dimensions(), fingerprint: self.fingerprint }
    }

    /// The file that it was read from.
    pub fn file(&self) -> PathBuf {
        file_and_page(&self.path).0
    }

    /// The file's name without folder.
    pub fn file_name(&self) -> String {
        name_of(&self.path)
    }

    /// The file's name without folder and extension, for the names of exported files.
    pub fn stem(&self) -> String {
        stem_of(&self.path)
    }
}

pub fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| "photo".into(), |name| name.to_string_lossy().into_owned())
}

/// The name of a photo without folder and extension, for the names of results; with the page from the second on.
pub fn stem_of(path: &Path) -> String {
    let (file, page) = file_and_page(path);
    let stem = file.file_stem().map_or_else(|| "photo".into(), |stem| stem.to_string_lossy().into_owned());
    if page == 0 { stem } else { format!("{stem}_page{}", page + 1) }
}

fn read(path: &Path) -> Result<Vec<u8>, PhotoError> {
    let unreadable = |cause| PhotoError::Unreadable { path: path.to_path_buf(), cause };
    let file = regular::open(&file_and_page(path).0).map_err(unreadable)?;
    let expected = file.metadata().map_or(0, |data| data.len());
    if expected > MAX_FILE_BYTES {
        let size = format!("{} MB", expected >> 20);
        let limit = format!("at most {} MB", MAX_FILE_BYTES >> 20);
        return Err(PhotoError::TooLarge { path: path.to_path_buf(), size, limit });
    }
    let mut bytes = Vec::with_capacity(expected as usize + 1);
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn fingerprint(bytes: &[u8]) -> u64 {
    Sha256::digest(bytes).iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_cannot_be_opened_says_which_file_and_why() {
        let dir = folder();
        let whole = dir.path().join("whole.png");
        RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8 * 3, y as u8, 7])).save(&whole).unwrap();
        let bytes = std::fs::read(&whole).unwrap();
        let jpeg = dir.path().join("whole.jpg");
        RgbImage::from_fn(64, 64, |x, y| Rgb([x as u8 * 3, y as u8, 7])).save(&jpeg).unwrap();
        Photo::open(&jpeg).unwrap();
        let jpeg = std::fs::read(&jpeg).unwrap();
        for (name, content, reason) in [
            ("empty.jpg", &[][..], "is empty"),
            ("text.jpg", b"this is no picture at all", "not an image"),
            ("cut.png", &bytes[..bytes.len() / 2], "incomplete"),
            ("cut.jpg", &jpeg[..jpeg.len() - 20], "incomplete"),
            ("header.jpg", &jpeg[..100], "incomplete"),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            let error = Photo::open(&path).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(reason), "{error}");
        }
        let missing = Photo::open(&dir.path().join("missing.jpg")).unwrap_err().to_string();
        assert!(missing.contains("missing.jpg") && missing.contains("cannot be opened"), "{missing}");
    }
}
