//! Reading a photo: any common format, upright, as 8-bit RGB.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use sha2::{Digest, Sha256};

/// Photos with more pixels than this on a side, or more bytes when decoded, are refused.
const MAX_SIDE: u32 = 60_000;
const MAX_DECODED_BYTES: u64 = 2 << 30;

/// A photo as people see it: rotated as its EXIF orientation says, without alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pub path: PathBuf,
    pub pixels: Arc<RgbImage>,
    /// The beginning of the file's SHA-256, to tell whether it has changed since work on it was saved.
    pub fingerprint: u64,
}

/// Why a photo could not be opened. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error("{}: cannot be opened: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is empty (0 bytes); was it copied completely?", path.display())]
    Empty { path: PathBuf },
    #[error(
        "{}: is not a picture in a format that can be read (JPEG, PNG, WebP, TIFF, BMP, GIF, PNM)",
        path.display()
    )]
    NotAPicture { path: PathBuf },
    #[error("{}: is larger than can be opened ({cause})", path.display())]
    TooLarge { path: PathBuf, cause: String },
    #[error("{}: is damaged or cut short ({cause}); try another copy", path.display())]
    Damaged { path: PathBuf, cause: String },
}

impl Photo {
    /// Reads and decodes a photo. The file's content decides the format, not its name.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn open(path: &Path) -> Result<Self, PhotoError> {
        let bytes = std::fs::read(path)
            .map_err(|cause| PhotoError::Unreadable { path: path.to_path_buf(), cause })?;
        Self::from_bytes(path, &bytes)
    }

    /// Decodes a photo that is in memory; `path` stands for it in names and messages.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, PhotoError> {
        let owned = || path.to_path_buf();
        if bytes.is_empty() {
            return Err(PhotoError::Empty { path: owned() });
        }
        let Ok(format) = image::guess_format(bytes) else {
            return Err(PhotoError::NotAPicture { path: owned() });
        };
        if format == ImageFormat::Jpeg && !is_complete_jpeg(bytes) {
            return Err(PhotoError::Damaged { path: owned(), cause: "it ends too early".into() });
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        reader.limits(limits);
        let failed = |error: ImageError| match error {
            ImageError::Limits(e) => PhotoError::TooLarge { path: owned(), cause: e.to_string() },
            ImageError::Unsupported(_) => PhotoError::NotAPicture { path: owned() },
            ImageError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
                PhotoError::Unreadable { path: owned(), cause: e }
            }
            other => PhotoError::Damaged { path: owned(), cause: other.to_string() },
        };
        let mut decoder = reader.into_decoder().map_err(failed)?;
        // A photo whose EXIF block cannot be read is still a photo.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(failed)?;
        decoded.apply_orientation(orientation);
        let pixels = decoded.into_rgb8();
        if pixels.width() == 0 || pixels.height() == 0 {
            return Err(PhotoError::Damaged { path: owned(), cause: "it has no pixels".into() });
        }
        Ok(Self { path: owned(), pixels: Arc::new(pixels), fingerprint: fingerprint(bytes) })
    }

    /// The file's name without folder.
    pub fn file_name(&self) -> String {
        self.path.file_name().map_or_else(|| "photo".into(), |n| n.to_string_lossy().into_owned())
    }

    /// The file's name without folder and extension, for the names of exported files.
    pub fn stem(&self) -> String {
        self.path.file_stem().map_or_else(|| "photo".into(), |s| s.to_string_lossy().into_owned())
    }
}

fn fingerprint(bytes: &[u8]) -> u64 {
    Sha256::digest(bytes).iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Whether the compressed picture has an end. The decoder fills what is missing with grey and
/// reports no error, which would pass for a photo.
fn is_complete_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    // Segments before the picture, a thumbnail with an end of its own among them, say how long
    // they are.
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if *marker == START_OF_SCAN {
            return bytes[at..].windows(2).any(|pair| pair == END_OF_IMAGE);
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    // Not laid out as expected; the decoder knows better.
    at < bytes.len()
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, ImageBuffer, Luma, LumaA, Rgb, Rgba, RgbaImage};

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn every_pixel_layout_becomes_rgb() {
        let dir = folder();
        let rgba = RgbaImage::from_pixel(3, 2, Rgba([10, 20, 30, 0]));
        let grey_alpha = GrayAlphaImage::from_pixel(3, 2, LumaA([200, 9]));
        let deep = ImageBuffer::<Rgb<u16>, _>::from_pixel(3, 2, Rgb([0x0a0a, 0x1414, 0x1e1e]));
        let deep_grey = ImageBuffer::<Luma<u16>, _>::from_pixel(3, 2, Luma([0xc8c8u16]));
        rgba.save(dir.path().join("rgba.png")).unwrap();
        grey_alpha.save(dir.path().join("grey.png")).unwrap();
        deep.save(dir.path().join("deep.tiff")).unwrap();
        deep_grey.save(dir.path().join("deep_grey.png")).unwrap();
        for (name, expected) in [
            ("rgba.png", [10, 20, 30]),
            ("grey.png", [200; 3]),
            ("deep.tiff", [10, 20, 30]),
            ("deep_grey.png", [200; 3]),
        ] {
            let photo = Photo::open(&dir.path().join(name)).unwrap();
            assert_eq!(photo.pixels.dimensions(), (3, 2));
            assert_eq!(photo.pixels.get_pixel(2, 1).0, expected, "{name}");
        }
    }

    #[test]
    fn the_exif_orientation_is_applied() {
        let dir = folder();
        let path = dir.path().join("turned.jpg");
        let left_white = RgbImage::from_fn(64, 32, |x, _| Rgb([if x < 32 { 255 } else { 0 }; 3]));
        left_white.save(&path).unwrap();
        // An EXIF block that says "rotate by 90 degrees clockwise", right after the SOI marker.
        let mut bytes = std::fs::read(&path).unwrap();
        let tiff: [u8; 26] =
            [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        let mut block = vec![0xff, 0xe1, 0, (2 + 6 + tiff.len()) as u8];
        block.extend(b"Exif\0\0");
        block.extend(tiff);
        bytes.splice(2..2, block);
        std::fs::write(&path, bytes).unwrap();
        let photo = Photo::open(&path).unwrap();
        assert_eq!(photo.pixels.dimensions(), (32, 64));
        assert!(photo.pixels.get_pixel(16, 5).0[0] > 200 && photo.pixels.get_pixel(16, 60).0[0] < 50);
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
            ("text.jpg", b"this is no picture at all", "not a picture"),
            ("cut.png", &bytes[..bytes.len() / 2], "cut short"),
            ("cut.jpg", &jpeg[..jpeg.len() - 20], "cut short"),
            ("header.jpg", &jpeg[..100], "cut short"),
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
