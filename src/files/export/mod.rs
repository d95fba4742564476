//! Writing masks to files that other programs read; one module a format.

mod coco;
mod figure;
mod images;
mod labels;
mod script;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::atomic::{FileSet, WriteError};
use super::photo::Photo;
use crate::document::Colour;
use crate::mask::Mask;

pub use coco::{add_coco, add_coco_part};
pub use figure::{Panel, compare_figure};
pub use images::{cutout, overlay};
pub use labels::add_label_map;
pub use script::{ScriptFiles, remove_leftovers};

/// One mask to be exported.
#[derive(Debug, Clone)]
pub struct ExportMask {
    pub name: String,
    pub mask: Arc<Mask>,
    pub colour: Colour,
    pub predicted_iou: f32,
    pub stability_score: f32,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The photo where the mask is, transparent elsewhere, cropped to the mask (RGBA PNG).
    CutoutCropped,
    /// The same at the photo's full size.
    CutoutFull,
    /// White where the mask is, black elsewhere (8-bit grey PNG).
    BinaryPng,
    /// The photo with all masks painted over it (RGB PNG).
    Overlay,
    /// All masks in one COCO instances file with compressed RLE.
    CocoJson,
}

impl Format {
    pub const ALL: [Format; 5] =
        [Format::CutoutCropped, Format::CutoutFull, Format::BinaryPng, Format::Overlay, Format::CocoJson];

    /// How the format is called in menus.
    pub fn label(self) -> &'static str {
        match self {
            Format::CutoutCropped => "Cut-outs, cropped (PNG)",
            Format::CutoutFull => "Cut-outs, full size (PNG)",
            Format::BinaryPng => "Binary masks (PNG)",
            Format::Overlay => "Coloured overlay (PNG)",
            Format::CocoJson => "COCO instances (JSON)",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Format::CutoutCropped => "_cutout.png",
            Format::CutoutFull => "_cutout_full.png",
            Format::BinaryPng => "_mask.png",
            Format::Overlay => "_overlay.png",
            Format::CocoJson => "_coco.json",
        }
    }

    fn one_file_per_mask(self) -> bool {
        !matches!(self, Format::Overlay | Format::CocoJson)
    }
}

/// The files that an export will write, in the masks' order: `PHOTO_MASK-NAME_cutout.png` and so
/// on, or one `PHOTO_overlay.png`. The same input always gives the same names.
pub fn planned_files(photo: &Photo, masks: &[ExportMask], format: Format, folder: &Path) -> Vec<PathBuf> {
    let (stem, suffix) = (photo.stem(), format.suffix());
    if !format.one_file_per_mask() {
        return vec![folder.join(format!("{stem}{suffix}"))];
    }
    let mut taken = HashSet::new();
    masks
        .iter()
        .map(|mask| {
            let base = slug(&mask.name);
            let mut name = base.clone();
            let mut n = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}-{n}");
                n += 1;
            }
            folder.join(format!("{stem}_{name}{suffix}"))
        })
        .collect()
}

/// Writes masks of a photo into a folder, all files or none.
///
/// # Errors
/// [`WriteError::Exists`] when a file is there already and `overwrite` is false; nothing has been
/// written then.
pub fn export(
    photo: &Photo,
    masks: &[ExportMask],
    format: Format,
    folder: &Path,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    let files = planned_files(photo, masks, format, folder);
    let mut set = FileSet::new(overwrite);
    match format {
        Format::Overlay => {
            let painted = images::overlay(&photo.pixels, masks);
            set.add(&files[0], |out| images::write_png(out, &painted.into()))?;
        }
        Format::CocoJson => {
            set.add(&files[0], |out| coco::write(out, photo, masks))?;
        }
        Format::CutoutCropped | Format::CutoutFull | Format::BinaryPng => {
            for (mask, file) in masks.iter().zip(&files) {
                add_mask(&mut set, photo, &mask.mask, format, file)?;
            }
        }
    }
    set.commit()
}

/// Adds one binary mask or cut-out, under exactly this name, to a set of files.
///
/// # Errors
/// As [`export`].
pub fn add_mask(
    set: &mut FileSet,
    photo: &Photo,
    mask: &Mask,
    format: Format,
    file: &Path,
) -> Result<(), WriteError> {
    let picture = match format {
        Format::BinaryPng => images::binary(mask).into(),
        _ => images::cutout(&photo.pixels, mask, format == Format::CutoutCropped).into(),
    };
    set.add(file, |out| images::write_png(out, &picture))
}

/// Adds the figure that compares two results, as PNG, to a set of files.
///
/// # Errors
/// As [`export`].
pub fn add_figure(
    set: &mut FileSet,
    photo: &Photo,
    a: &Panel,
    b: &Panel,
    file: &Path,
) -> Result<(), WriteError> {
    let figure = compare_figure(&photo.pixels, a, b).into();
    set.add(file, |out| images::write_png(out, &figure))
}

/// Adds a JSON value to a set of files.
///
/// # Errors
/// As [`export`].
pub fn add_json(set: &mut FileSet, value: &impl serde::Serialize, file: &Path) -> Result<(), WriteError> {
    set.add(file, |out| serde_json::to_writer(out, value).map_err(|e| e.to_string()))
}

/// The masks by area, largest first, so that small ones come to lie on top.
fn by_area(masks: &[ExportMask]) -> Vec<&ExportMask> {
    let mut order: Vec<&ExportMask> = masks.iter().collect();
    order.sort_by_key(|item| std::cmp::Reverse(item.mask.area()));
    order
}

/// A name that every file system takes: letters and digits in any script, the rest as hyphens.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "mask".into() } else { slug.chars().take(80).collect() }
}

#[cfg(test)]
pub(super) mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    /// A 6x4 photo and two masks on it, the first with a hole.
    pub fn subject() -> (Photo, Vec<ExportMask>) {
        let pixels = RgbImage::from_fn(6, 4, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 77]));
        let photo = Photo { path: "some/photo.one.jpg".into(), pixels: Arc::new(pixels), fingerprint: 0 };
        let mask = |name: &str, mask, colour| ExportMask {
            name: name.into(),
            mask: Arc::new(mask),
            colour,
            predicted_iou: 0.75,
            stability_score: 0.5,
        };
        let ring = Mask::from_fn(6, 4, |x, y| (1..4).contains(&x) && y < 3 && (x, y) != (2, 1));
        let corner = Mask::from_fn(6, 4, |x, y| x == 5 && y == 3);
        (photo, vec![mask("Cup / tea", ring, [255, 0, 0]), mask("Cup  tea", corner, [0, 0, 255])])
    }

    #[test]
    fn names_are_predictable_and_distinct() {
        let (photo, masks) = subject();
        let files = planned_files(&photo, &masks, Format::CutoutCropped, Path::new("out"));
        let expected = ["out/photo.one_cup-tea_cutout.png", "out/photo.one_cup-tea-2_cutout.png"];
        assert_eq!(files, expected.map(PathBuf::from));
        assert_eq!(
            (slug("../../etc"), slug("Ätna 3"), slug("?")),
            ("etc".into(), "ätna-3".into(), "mask".into())
        );
    }

    #[test]
    fn every_format_writes_what_it_planned_and_asks_before_overwriting() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        for format in Format::ALL {
            let planned = planned_files(&photo, &masks, format, dir.path());
            assert_eq!(export(&photo, &masks, format, dir.path(), false).unwrap(), planned);
            assert!(planned.iter().all(|f| f.metadata().unwrap().len() > 0));
            let again = export(&photo, &masks, format, dir.path(), false);
            assert!(matches!(again, Err(WriteError::Exists { .. })), "{format:?}");
            export(&photo, &masks, format, dir.path(), true).unwrap();
        }
    }

    #[test]
    fn a_full_size_cutout_is_the_photo_where_the_mask_is() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let files = export(&photo, &masks, Format::CutoutFull, dir.path(), false).unwrap();
        let picture = image::open(&files[0]).unwrap().into_rgba8();
        for (x, y, pixel) in picture.enumerate_pixels() {
            let inside = masks[0].mask.get(x, y);
            assert_eq!(pixel.0[3], if inside { 255 } else { 0 });
            if inside {
                assert_eq!(pixel.0[..3], photo.pixels.get_pixel(x, y).0);
            }
        }
        let cropped = export(&photo, &masks, Format::CutoutCropped, dir.path(), false).unwrap();
        assert_eq!(image::open(&cropped[0]).unwrap().into_rgba8().dimensions(), (3, 3));
    }
}
