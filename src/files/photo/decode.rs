//! From a file's bytes to upright pixels.

use std::io::Cursor;
use std::path::Path;

use image::error::{ImageFormatHint, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::tiff::{self, Tiff};
use super::{PhotoError, exif, jpeg, profile, refused};

/// Larger photos are rejected, whatever their content: a small file can claim to be any size.
const MAX_PIXELS: u64 = 500_000_000;
const MAX_SIDE: u32 = 60_000;
/// The memory limit for pixels before conversion to 8-bit RGB, and for the rest of the decoder.
const MAX_DECODED_BYTES: u64 = 2 << 30;
/// The memory limit for a decoder before the size is known, for possibly compressed metadata.
const MAX_HEADER_BYTES: u64 = 64 << 20;

pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    let (mut decoder, orientation) = opened(path, bytes)?;
    let icc = decoder.icc_profile().unwrap_or_default();
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(|error| refusal(path, error))?;
    decoded.apply_orientation(orientation);
    let is_grey = !decoded.color().has_color();
    let mut pixels = decoded.into_rgb8();
    if let Some(icc) = icc {
        profile::to_srgb(&mut pixels, &icc, is_grey);
    }
    Ok(pixels)
}

/// Width and height of the upright photo.
pub(super) fn size(path: &Path, bytes: &[u8]) -> Result<(u32, u32), PhotoError> {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    let (decoder, orientation) = opened(path, bytes)?;
    let (width, height) = decoder.dimensions();
    Ok(match orientation {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => (height, width),
        _ => (width, height),
    })
}

/// A decoder for a photo within the limits, and the photo's orientation.
fn opened<'a>(path: &Path, bytes: &'a [u8]) -> Result<(Box<dyn ImageDecoder + 'a>, Orientation), PhotoError> {
    let owned = || path.to_path_buf();
    if bytes.is_empty() {
        return Err(PhotoError::Empty { path: owned() });
    }
    let failed = |error| refusal(path, error);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_HEADER_BYTES);
    let mut decoder = match image::guess_format(bytes) {
        _ if tiff::is_tiff(bytes) => Box::new(Tiff::new(bytes).map_err(failed)?),
        Ok(ImageFormat::Jpeg) => jpeg::decoder(bytes).map_err(failed)?,
        Ok(format) if format.reading_enabled() => {
            let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
            reader.limits(limits.clone());
            Box::new(reader.into_decoder().map_err(failed)?)
        }
        _ => return Err(refused::error(path, bytes)),
    };
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let decoded_bytes = decoder.total_bytes();
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE || decoded_bytes > MAX_DECODED_BYTES {
        let megabytes = |bytes: u64| format!("{} MB when decoded", bytes >> 20);
        let size = format!("{width}x{height} pixels, {}", megabytes(decoded_bytes));
        let megapixels = MAX_PIXELS / 1_000_000;
        let most = megabytes(MAX_DECODED_BYTES);
        let limit = format!("at most {megapixels} megapixels, {MAX_SIDE} pixels on a side and {most}");
        return Err(PhotoError::TooLarge { path: owned(), size, limit });
    }
    if pixels == 0 {
        return Err(PhotoError::Damaged { path: owned(), cause: "it has no pixels".into() });
    }
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    decoder.set_limits(limits).map_err(failed)?;
    // A photo whose metadata cannot be read is still a photo.
    let orientation = match decoder.exif_metadata() {
        Ok(Some(exif)) => exif::orientation(&exif),
        _ => decoder.orientation().ok(),
    };
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    Ok((decoder, orientation))
}

fn refusal(path: &Path, error: ImageError) -> PhotoError {
    let path = path.to_path_buf();
    match error {
        ImageError::Limits(e) => {
            let limit = format!("at most {} MB when decoded", MAX_DECODED_BYTES >> 20);
            PhotoError::TooLarge { path, size: e.to_string(), limit }
        }
        ImageError::Unsupported(e) => {
            let what = match e.kind() {
                UnsupportedErrorKind::GenericFeature(what) => what.clone(),
                _ => e.to_string(),
            };
            PhotoError::Unsupported {
                path,
                kind: format!("{} of an unusual kind ({what})", name(&e.format_hint())),
            }
        }
        ImageError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => {
            PhotoError::Unreadable { path, cause: e }
        }
        other => PhotoError::Damaged { path, cause: other.to_string() },
    }
}

/// The common name of a format.
fn name(hint: &ImageFormatHint) -> String {
    match hint {
        ImageFormatHint::Exact(format) => format!("{format:?}").to_uppercase(),
        other => other.to_string(),
    }
}
