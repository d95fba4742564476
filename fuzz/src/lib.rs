//! What the fuzz targets share: files to read, mutations of JSON, and what must hold of every mask.

pub mod json;
pub mod masks;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use image::RgbImage;
use tempfile::TempDir;
use tinsel::files::import::{ImportError, Imported, find_photo, import};

/// Between the files of an input that holds several.
pub const SEPARATOR: &str = "\n=====\n";

/// Files are checked as being about photos of at most this many pixels; larger ones only cost time.
pub const MOST_PIXELS: u64 = 1 << 16;

static FOLDER: LazyLock<TempDir> =
    LazyLock::new(|| TempDir::with_prefix("tinsel-fuzz-").expect("no folder for files"));

/// Writes a file of this name into the folder of this process.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.path().join(name);
    std::fs::write(&path, bytes).expect("the file cannot be written");
    path
}

/// The files of an input, in their order.
pub fn parts(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = vec![];
    let mut rest = data;
    let separator = SEPARATOR.as_bytes();
    while let Some(at) = rest.windows(separator.len()).position(|window| window == separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// Imports a file for a photo of the size that it is about, if that is small, and checks what comes of it.
pub fn check_import(path: &Path) {
    let import = |size| (size, import(path, size, "photo.png"));
    let result = match import((64, 48)) {
        (_, Err(ImportError::OtherSize { found, .. })) if is_small(found) => import(found),
        result => result,
    };
    if let (size, Ok(imported)) = result {
        check_imported(&imported, size);
    }
    find_photo(path);
}

pub fn is_small((width, height): (u32, u32)) -> bool {
    u64::from(width) * u64::from(height) <= MOST_PIXELS
}

/// Checks the masks about a photo of this size.
pub fn check_imported(imported: &Imported, size: (u32, u32)) {
    for item in &imported.masks {
        assert_eq!((item.mask.width(), item.mask.height()), size);
        assert!([item.predicted_iou, item.stability_score].into_iter().flatten().all(f32::is_finite));
        masks::check(&item.mask);
    }
}

/// A small photo, for networks.
pub fn photo() -> RgbImage {
    RgbImage::from_fn(16, 12, |x, y| image::Rgb([x as u8 * 16, y as u8 * 20, 99]))
}
