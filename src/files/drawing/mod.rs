//! Masks as images and as outlines, for all formats that draw them.

mod caption;
mod figure;
mod images;
pub(super) mod outlines;

use std::path::Path;

use image::DynamicImage;
use image::codecs::png::PngEncoder;

use super::atomic::{FileSet, WriteError, WriteSeek};
use crate::annotation::Annotation;

pub(super) use caption::draw_line;
pub use figure::{Panel, add_figure};
pub use images::{CutoutEdge, binary, cutout, overlay, soft_cutout};
pub(super) use images::{colour_layer, for_each_pixel};

/// Adds an image to a set of files, as PNG.
///
/// # Errors
/// See [`FileSet::check`].
pub fn add_png(set: &mut FileSet, file: &Path, picture: &DynamicImage) -> Result<(), WriteError> {
    set.add(file, |out| write_png(out, picture))
}

pub(super) fn write_png(out: &mut dyn WriteSeek, picture: &DynamicImage) -> Result<(), String> {
    picture.write_with_encoder(PngEncoder::new(out)).map_err(|e| e.to_string())
}

/// Sorts masks without a layer order: the largest first, so that small masks are on top.
pub fn largest_first<Class>(masks: &mut [Annotation<Class>]) {
    masks.sort_by_key(|item| std::cmp::Reverse(item.mask.area()));
}
