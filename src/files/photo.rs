//! Reading a photo: any common format, upright, as 8-bit RGB.

use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage};

/// Photos with more pixels than this on a side, or more bytes when decoded, are refused.
const MAX_SIDE: u32 = 60_000;
const MAX_DECODED_BYTES: u64 = 2 << 30;
/// Enough of a file's start to tell every supported format.
const MAGIC_BYTES: usize = 64;

/// A photo as people see it: rotated as its EXIF orientation says, without alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pub path: PathBuf,
    pub pixels: Arc<RgbImage>,
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
        let unreadable = |cause| PhotoError::Unreadable { path: path.to_path_buf(), cause };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        Self::decode(path, BufReader::new(file))
    }

    /// Decodes a photo that is in memory; `path` stands for it in names and messages.
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, PhotoError> {
        Self::decode(path, Cursor::new(bytes))
    }

    fn decode(path: &Path, mut source: impl BufRead + Seek) -> Result<Self, PhotoError> {
        let owned = || path.to_path_buf();
        let unreadable = |cause| PhotoError::Unreadable { path: owned(), cause };
        let mut magic = [0; MAGIC_BYTES];
        let known = source.read(&mut magic).map_err(unreadable)?;
        if known == 0 {
            return Err(PhotoError::Empty { path: owned() });
        }
        source.rewind().map_err(unreadable)?;
        let Ok(format) = image::guess_format(&magic[..known]) else {
            return Err(PhotoError::NotAPicture { path: owned() });
        };
        let mut reader = ImageReader::with_format(source, format);
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
        let orientation = decoder.orientation().map_err(failed)?;
        let mut decoded = DynamicImage::from_decoder(decoder).map_err(failed)?;
        decoded.apply_orientation(orientation);
        let pixels = decoded.into_rgb8();
        if pixels.width() == 0 || pixels.height() == 0 {
            return Err(PhotoError::Damaged { path: owned(), cause: "it has no pixels".into() });
        }
        Ok(Self { path: owned(), pixels: Arc::new(pixels) })
    }

    /// The file's name without folder and extension, for the names of exported files.
    pub fn stem(&self) -> String {
        self.path.file_stem().map_or_else(|| "photo".into(), |s| s.to_string_lossy().into_owned())
    }
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
        for (name, content, reason) in [
            ("empty.jpg", &[][..], "is empty"),
            ("text.jpg", b"this is no picture at all", "not a picture"),
            ("cut.png", &bytes[..bytes.len() / 2], "cut short"),
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
