//! Errors of the decoders in this module, as errors of `image`.

use image::error::{DecodingError, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind};
use image::{ImageError, ImageFormat};

/// The file is valid, but has an unsupported kind, named by `kind`.
pub(super) fn unsupported(format: ImageFormat, kind: impl Into<String>) -> ImageError {
    let kind = UnsupportedErrorKind::GenericFeature(kind.into());
    ImageError::Unsupported(UnsupportedError::from_format_and_kind(format.into(), kind))
}

pub(super) fn damaged(
    format: ImageFormat,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ImageError {
    ImageError::Decoding(DecodingError::new(format.into(), cause))
}

/// Decoding would exceed the memory limit.
pub(super) fn too_large() -> ImageError {
    ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
}
