//! From a file's bytes to upright pixels.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use image::error::{ImageFormatHint, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::rendering::Rendering;
use super::samples::Samples;
use super::tiff::{self, Tiff};
use super::{PhotoError, exif, jpeg, profile, refused, trouble};

/// Larger photos are rejected, whatever their content: a small file can claim to be any size.
const MAX_PIXELS: u64 = 500_000_000;
const MAX_SIDE: u32 = 60_000;
/// The memory limit for pixels before conversion to 8-bit RGB, and for the rest of the decoder.
const MAX_DECODED_BYTES: u64 = 2 << 30;
/// The memory limit for a decoder before the size is known, for possibly compressed metadata.
const MAX_HEADER_BYTES: u64 = 64 << 20;

/// The content of a page.
pub(super) struct Decoded {
    pub pixels: RgbImage,
    /// `None` if there is no more to them than the pixels.
    pub samples: Option<Arc<Samples>>,
    /// The number of pages in the file.
    pub pages: usize,
}

/// Decodes a page, counted from 0.
pub(super) fn decode(
    path: &Path,
    bytes: &[u8],
    page: usize,
    rendering: &Rendering,
) -> Result<Decoded, PhotoError> {
    let pages = pages(path, bytes, page)?;
    let (mut decoder, orientation) = opened(path, bytes, page)?;
    let icc = decoder.icc_profile().unwrap_or_default();
    let samples = match tiff::is_tiff(bytes) {
        true => tiff_samples(path, bytes, page)?.map(|samples| samples.upright(orientation)),
        false => None,
    };
    let picture = match samples {
        Some(samples) => Err(samples),
        None => {
            let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(path, error))?;
            picture.apply_orientation(orientation);
            Samples::of(&picture).map_or(Ok(picture), Err)
        }
    };
    Ok(match picture {
        Ok(picture) => {
            let is_grey = !picture.color().has_color();
            let mut pixels = picture.into_rgb8();
            if let Some(icc) = icc {
                profile::to_srgb(&mut pixels, &icc, is_grey);
            }
            Decoded { pixels, samples: None, pages }
        }
        Err(samples) => {
            let samples = Samples { icc, ..samples };
            Decoded { pixels: samples.render(rendering), samples: Some(Arc::new(samples)), pages }
        }
    })
}

/// The samples of a page of a TIFF file, as they lie in it, if there is more to them than an 8-bit picture.
fn tiff_samples(path: &Path, bytes: &[u8], page: usize) -> Result<Option<Samples>, PhotoError> {
    let failed = |error| refusal(path, error);
    let tiff = Tiff::page(bytes, page).map_err(failed)?;
    if tiff.bytes_of_samples() > MAX_DECODED_BYTES {
        return Err(failed(trouble::too_large()));
    }
    tiff.samples().map_err(failed)
}

/// The number of pages in a file.
///
/// # Errors
/// It lacks `page`.
pub(super) fn pages(path: &Path, bytes: &[u8], page: usize) -> Result<usize, PhotoError> {
    let pages = if tiff::is_tiff(bytes) { tiff::pages(bytes).max(1) } else { 1 };
    if page < pages { Ok(pages) } else { Err(PhotoError::NoPage { path: path.to_path_buf(), pages }) }
}

/// Width and height of the upright photo.
pub(super) fn size(path: &Path, bytes: &[u8], page: usize) -> Result<(u32, u32), PhotoError> {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    pages(path, bytes, page)?;
    let (decoder, orientation) = opened(path, bytes, page)?;
    let (width, height) = decoder.dimensions();
    Ok(match orientation {
        Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH => (height, width),
        _ => (width, height),
    })
}

/// A decoder for a photo within the limits, and the photo's orientation.
fn opened<'a>(
    path: &Path,
    bytes: &'a [u8],
    page: usize,
) -> Result<(Box<dyn ImageDecoder + 'a>, Orientation), PhotoError> {
    let owned = || path.to_path_buf();
    if bytes.is_empty() {
        return Err(PhotoError::Empty { path: owned() });
    }
    let failed = |error| refusal(path, error);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_HEADER_BYTES);
    let mut decoder = match image::guess_format(bytes) {
        _ if tiff::is_tiff(bytes) => Box::new(Tiff::page(bytes, page).map_err(failed)?),
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
