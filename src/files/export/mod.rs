//! Writing masks to files that other programs read; one module a format.

mod caption;
mod classes;
mod coco;
mod contact;
mod dataset;
mod figure;
mod format;
mod images;
mod isat;
mod labelme;
mod labels;
mod losses;
mod outlines;
mod plan;
mod script;
mod table;
mod vector;
mod voc;
mod yolo;

use std::path::{Path, PathBuf};

use serde::Serialize;

use self::classes::{ClassList, ClassLists, write_with_lists};
use self::format::{Destination, planned_files_for};
use super::atomic::{FileSet, WriteError};
use super::photo::Photo;
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::mask::{Mask, Rle};

pub use coco::{CocoPhoto, add_coco, add_coco_dataset, add_coco_part};
pub use contact::contact_sheet;
pub use dataset::{DatasetExport, Exported, PhotoExportError, Wanted};
pub use figure::{Panel, compare_figure};
pub use format::{
    CocoSegmentation, ExportOptions, Format, LabelmeShapes, YoloParts, is_shared, planned_files,
    planned_files_with,
};
pub use images::{binary, cutout, overlay, soft_cutout};
pub use labels::add_label_map;
pub use losses::{Losses, keeps_pixels, losses};
pub use plan::{Plan, plan, plan_dataset};
pub use script::{ScriptFiles, remove_leftovers};

/// What files call the class of masks that have none.
pub const UNCLASSED: &str = "object";

/// As [`export_with`], with the default options.
///
/// # Errors
/// As [`export_with`].
pub fn export(
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    folder: &Path,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    export_with(photo, masks, format, &ExportOptions::default(), folder, overwrite)
}

/// Writes masks of a photo into a folder, all files or none.
///
/// # Errors
/// [`WriteError::Exists`] when a file is there already and `overwrite` is false; nothing has been
/// written then. A list of classes that cannot be read, or a format that cannot hold so many masks.
pub fn export_with(
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    folder: &Path,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    let to = Destination::new(folder, &photo.path);
    let add = |set: &mut FileSet| {
        let mut classes = ClassList::default();
        add_export(set, photo, masks, format, options, &to, &mut classes)?;
        Ok(ClassLists::from([(format, classes)]))
    };
    let locked = format.has_class_list().then_some(folder);
    write_with_lists(locked, overwrite, add).map(|(files, _)| files)
}

/// Adds the files of an export ([`planned_files_with`]) to a set. The list of classes of a folder
/// goes on with `classes`, those of the folders before, and becomes them.
///
/// # Errors
/// As [`export_with`].
fn add_export(
    set: &mut FileSet,
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    to: &Destination,
    classes: &mut ClassList,
) -> Result<(), WriteError> {
    let files = planned_files_for(&photo.path, masks, format, options, to);
    let folder = &to.folder;
    match (format, &files[..]) {
        (Format::CutoutCropped | Format::CutoutFull | Format::BinaryPng, _) => {
            for (item, file) in masks.iter().zip(&files) {
                let cropped = format == Format::CutoutCropped;
                let picture = match format {
                    Format::BinaryPng => images::binary(&item.mask).into(),
                    _ => images::soft_cutout(
                        &photo.pixels,
                        &item.mask,
                        cropped,
                        options.margin,
                        options.feather,
                    )
                    .into(),
                };
                set.add(file, |out| images::write_png(out, &picture))?;
            }
        }
        (Format::ContactSheet, [file, ..]) => {
            let sheet = contact_sheet(&photo.pixels, masks).into();
            set.add(file, |out| images::write_png(out, &sheet))?;
        }
        (Format::Overlay, [file, ..]) => {
            let painted = images::overlay(&photo.pixels, masks).into();
            set.add(file, |out| images::write_png(out, &painted))?;
        }
        (Format::LabelMap, [picture, legend, ..]) => add_label_map(set, photo, masks, picture, legend)?,
        (Format::Script, _) => {
            ScriptFiles::new(&to.stem, &options.model, folder).add(set, photo, masks, true)?;
        }
        (Format::CocoJson, [file, ..]) => {
            let (file_name, size) = (photo.file_name(), photo.pixels.dimensions());
            let photos = [CocoPhoto { file_name, size, masks: masks.to_vec() }];
            add_coco_dataset(set, &photos, options, file)?;
        }
        (Format::Records, [file, ..]) => {
            let records: Vec<Record> = masks.iter().map(Record::from).collect();
            add_json(set, &records, file)?;
        }
        (Format::Labelme, [file, ..]) => {
            let place = labelme::photo_path(photo, options, folder);
            let document = labelme::document(photo, &place, masks, options);
            let document = document.map_err(|cause| WriteError::Encoding { path: file.clone(), cause })?;
            add_json(set, &document, file)?;
        }
        (Format::Yolo, [labels, data, plain, ..]) => {
            yolo::add(set, photo, masks, options, [labels, data, plain], classes)?;
        }
        (Format::Voc, [of_classes, of_objects, list, ..]) => {
            voc::add(set, photo, masks, [of_classes, of_objects, list], classes)?;
        }
        (Format::Isat, [file, list, ..]) => {
            add_json(set, &isat::document(photo, masks, options, folder), file)?;
            isat::add_classes(set, masks, list, classes)?;
        }
        (Format::Svg, [file, ..]) => set.add_text(file, &vector::svg(photo, masks, options))?,
        (Format::GeoJson, [file, ..]) => add_json(set, &vector::geojson(masks, options), file)?,
        (Format::Csv, [file, ..]) => set.add(file, |out| table::write(out, photo, masks))?,
        (_, _) => {}
    }
    let takes_photo = matches!(format, Format::Labelme | Format::Yolo | Format::Voc | Format::Isat);
    if let Some(copy) = files.last().filter(|_| takes_photo && options.copy_photo) {
        copy_photo(set, photo, copy)?;
    }
    Ok(())
}

/// The photo's file, byte by byte, unless it is that very file.
fn copy_photo(set: &mut FileSet, photo: &Photo, copy: &Path) -> Result<(), WriteError> {
    let same = |path: &Path| path.canonicalize().ok();
    if same(copy).is_some_and(|there| same(&photo.path) == Some(there)) {
        return Ok(());
    }
    set.add(copy, |out| {
        let failed = |e| format!("{} cannot be copied: {e}", photo.path.display());
        let mut file = std::fs::File::open(&photo.path).map_err(failed)?;
        std::io::copy(&mut file, out).map(drop).map_err(failed)
    })
}

/// A mask with the fields of SAM 2's generator, and what people gave it.
#[derive(Serialize)]
struct Record<'a> {
    segmentation: Rle,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    predicted_iou: Option<f32>,
    stability_score: Option<f32>,
    name: &'a str,
    class: Option<&'a str>,
    colour: Colour,
}

impl<'a> From<&'a Annotation> for Record<'a> {
    fn from(item: &'a Annotation) -> Self {
        Self {
            segmentation: Rle::from(&*item.mask),
            area: item.mask.area(),
            bbox: item.mask.bbox().map_or([0; 4], |b| b.xywh()),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
            name: &item.name,
            class: item.class.as_deref(),
            colour: item.shown_colour(),
        }
    }
}

/// Adds one binary mask or cut-out, under exactly this name, to a set of files.
///
/// # Errors
/// As [`export_with`].
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
/// As [`export_with`].
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
/// As [`export_with`].
pub fn add_json(set: &mut FileSet, value: &impl serde::Serialize, file: &Path) -> Result<(), WriteError> {
    set.add(file, |out| serde_json::to_writer(out, value).map_err(|e| e.to_string()))
}

/// A path as files have it that go from one system to another.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Puts masks that nobody has laid over each other into layers: the largest first, so that small ones
/// come to lie on top.
pub fn largest_first(masks: &mut [Annotation]) {
    masks.sort_by_key(|item| std::cmp::Reverse(item.mask.area()));
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use image::{Rgb, RgbImage};

    use super::format::slug;
    use super::*;

    /// A 6x4 photo and two masks on it, the first with a hole.
    pub fn subject() -> (Photo, Vec<Annotation>) {
        let pixels = RgbImage::from_fn(6, 4, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 77]));
        let photo = Photo { path: "some/photo.one.jpg".into(), pixels: Arc::new(pixels), fingerprint: 0 };
        let mask = |name: &str, mask: Mask, colour| Annotation {
            colour: Some(colour),
            predicted_iou: Some(0.75),
            stability_score: Some(0.5),
            ..Annotation::new(name, mask)
        };
        let ring = Mask::from_fn(6, 4, |x, y| (1..4).contains(&x) && y < 3 && (x, y) != (2, 1));
        let corner = Mask::from_fn(6, 4, |x, y| x == 5 && y == 3);
        (photo, vec![mask("Cup / tea", ring, [255, 0, 0]), mask("Cup  tea", corner, [0, 0, 255])])
    }

    fn export_all(photo: &Photo, masks: &[Annotation], format: Format, folder: &Path) -> Vec<PathBuf> {
        export(photo, masks, format, folder, false).unwrap()
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
        let (mut photo, masks) = subject();
        let source = tempfile::tempdir().unwrap();
        photo.path = source.path().join("photo.one.jpg");
        std::fs::write(&photo.path, b"as it is").unwrap();
        for (format, copy_photo) in Format::ALL.into_iter().flat_map(|f| [(f, false), (f, true)]) {
            let dir = tempfile::tempdir().unwrap();
            let options = ExportOptions { copy_photo, ..ExportOptions::default() };
            let planned = planned_files_with(&photo, &masks, format, &options, dir.path());
            let write = |overwrite| export_with(&photo, &masks, format, &options, dir.path(), overwrite);
            assert_eq!(write(false).unwrap(), planned, "{format:?}");
            assert!(planned.iter().all(|f| f.metadata().unwrap().len() > 0));
            assert!(matches!(write(false), Err(WriteError::Exists { .. })), "{format:?}");
            let contents = || planned.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>();
            let before = contents();
            write(true).unwrap();
            assert_eq!(contents(), before, "{format:?}");
        }
    }

    #[test]
    fn every_format_takes_masks_without_pixels_and_no_masks_at_all() {
        let (photo, mut masks) = subject();
        masks[0].mask = Arc::new(Mask::from_fn(6, 4, |_, _| false));
        for format in Format::ALL {
            for masks in [&masks[..], &[]] {
                let dir = tempfile::tempdir().unwrap();
                export_all(&photo, masks, format, dir.path());
            }
        }
    }

    #[test]
    fn what_is_lost_is_said() {
        let (_, mut masks) = subject();
        let said =
            |format, options: &ExportOptions, masks: &[Annotation]| losses(format, options, masks).join(" ");
        let options = ExportOptions::default();
        assert_eq!(said(Format::BinaryPng, &options, &masks), "");
        assert_eq!(said(Format::GeoJson, &options, &masks), "");
        let yolo = said(Format::Yolo, &options, &masks);
        assert!(yolo.contains("The holes of 1 mask are filled (1 pixels)."), "{yolo}");
        assert!(yolo.contains("2 masks without class are called \"object\"."), "{yolo}");
        masks[0].mask = Arc::new(Mask::from_fn(6, 4, |x, _| x % 2 == 1));
        masks.iter_mut().for_each(|item| item.class = Some("cup".into()));
        let yolo = said(Format::Yolo, &options, &masks);
        assert!(yolo.contains("The parts of 1 mask are joined"), "{yolo}");
        assert!(said(Format::LabelMap, &options, &masks).contains("1 pixels are hidden"));
        assert_eq!(said(Format::Labelme, &options, &masks), "");
        let options = ExportOptions { tolerance: 1.5, ..options };
        assert!(said(Format::Svg, &options, &masks).contains("1.5 pixels"));
    }

    #[test]
    fn a_full_size_cutout_is_the_photo_where_the_mask_is() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let files = export_all(&photo, &masks, Format::CutoutFull, dir.path());
        let picture = image::open(&files[0]).unwrap().into_rgba8();
        for (x, y, pixel) in picture.enumerate_pixels() {
            let inside = masks[0].mask.get(x, y);
            assert_eq!(pixel.0[3], if inside { 255 } else { 0 });
            if inside {
                assert_eq!(pixel.0[..3], photo.pixels.get_pixel(x, y).0);
            }
        }
        let cropped = export_all(&photo, &masks, Format::CutoutCropped, dir.path());
        assert_eq!(image::open(&cropped[0]).unwrap().into_rgba8().dimensions(), (3, 3));
    }
}
