//! What is written and read again, by all formats; and what the tests of single ones have in common.

use std::path::PathBuf;
use std::sync::Arc;

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::reading::Imported;
use super::*;
use crate::annotation::Annotation;
use crate::files::Photo;
use crate::files::export::export_with;
use crate::files::import::import;
use crate::mask::Mask;
use crate::mask::polygon::{polygons, without_holes};

/// A 6x4 photo and two masks on it, the first with a hole.
pub fn subject() -> (Photo, Vec<Annotation>) {
    let pixels = RgbImage::from_fn(6, 4, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 77]));
    let photo = Photo::of_pixels("some/photo.one.jpg".into(), Arc::new(pixels), 0);
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

pub const SIZE: (u32, u32) = (90, 70);

/// A photo and awkward masks that do not overlap: a ring with an island, two parts, a single pixel,
/// a line, and one without class.
pub fn awkward_subject() -> (Photo, Vec<Annotation>) {
    let disc = |x: u32, y: u32, r: u32| x.abs_diff(25).pow(2) + y.abs_diff(25).pow(2) < r * r;
    let ring = Mask::from_fn(SIZE.0, SIZE.1, |x, y| disc(x, y, 20) && !disc(x, y, 12) || disc(x, y, 4));
    let parts = Mask::from_fn(SIZE.0, SIZE.1, |x, y| {
        (50..60).contains(&x) && (3..20).contains(&y) || (70..80).contains(&x) && (10..30).contains(&y)
    });
    let pixel = Mask::from_fn(SIZE.0, SIZE.1, |x, y| (x, y) == (89, 69));
    let line = Mask::from_fn(SIZE.0, SIZE.1, |x, y| y == 60 && x < 50);
    let blob = Mask::from_fn(SIZE.0, SIZE.1, |x, y| {
        x.abs_diff(70) as f64 / 13.0 + y.abs_diff(50) as f64 / 9.0 < 1.0
    });
    let named = [
        ("Ring", Some("cup"), ring),
        ("Parts", Some("two words"), parts),
        ("Dot", Some("cup"), pixel),
        ("Line", Some("näher"), line),
        ("Blob", None, blob),
    ];
    let masks = (0u8..).zip(named).map(|(i, (name, class, mask))| Annotation {
        class: class.map(Into::into),
        colour: Some([40 * i, 7, 200]),
        predicted_iou: Some(0.5 + f32::from(i) / 16.0),
        stability_score: Some(0.25),
        ..Annotation::new(name, mask)
    });
    let pixels = Arc::new(image::RgbImage::new(SIZE.0, SIZE.1));
    (Photo::of_pixels("photos/a cup.jpg".into(), pixels, 0), masks.collect())
}

pub fn write(dir: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let file = dir.path().join(name);
    std::fs::write(&file, content).unwrap();
    file
}

/// What a file about the photo `a.jpg` of 40x30 pixels brings, and what is told about it.
pub fn read_file(
    dir: &tempfile::TempDir,
    name: &str,
    content: impl AsRef<[u8]>,
) -> (Vec<Annotation>, Vec<String>) {
    let file = dir.path().join(name);
    std::fs::write(&file, content).unwrap();
    let imported = import(&file, (40, 30), "a.jpg").unwrap();
    let told = imported.problems.into_iter().map(|problem| format!("{}: {}", problem.place, problem.what));
    (imported.masks, told.collect())
}

pub fn areas(masks: &[Annotation]) -> Vec<u64> {
    masks.iter().map(|item| item.mask.area()).collect()
}

/// A COCO file about `a.jpg` with annotations of these segmentations.
pub fn coco_of(segmentations: &[Value]) -> Value {
    let annotation = |(id, segmentation): (usize, &Value)| json!({"id": id, "image_id": 1, "category_id": 1, "segmentation": segmentation});
    json!({
        "images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "cup"}],
        "annotations": segmentations.iter().enumerate().map(annotation).collect::<Vec<_>>(),
    })
}

/// Exports the masks, and imports the first file again.
pub fn there_and_back(format: Format, options: &ExportOptions) -> (Vec<Annotation>, Imported) {
    let (photo, masks) = awkward_subject();
    let dir = tempfile::tempdir().unwrap();
    let files = export_with(&photo, &masks, format, options, dir.path(), false).unwrap();
    let imported = import(&files[0], SIZE, &photo.path).unwrap();
    (masks, imported)
}

#[test]
fn what_is_exported_comes_back() {
    let all = |options: ExportOptions, formats: &[Format]| {
        formats.iter().map(|format| (*format, options.clone())).collect::<Vec<_>>()
    };
    let default = ExportOptions::default;
    let formats = [
        all(default(), &[Format::CocoJson, Format::Records, Format::Labelme, Format::LabelMap, Format::Isat]),
        all(ExportOptions { coco: CocoSegmentation::Rle, ..default() }, &[Format::CocoJson]),
        all(ExportOptions { coco: CocoSegmentation::Polygons, ..default() }, &[Format::CocoJson]),
        all(ExportOptions { labelme: LabelmeShapes::Masks, ..default() }, &[Format::Labelme]),
    ];
    for (format, options) in formats.concat() {
        let (masks, imported) = there_and_back(format, &options);
        assert_eq!(imported.problems, [], "{format:?}");
        assert_eq!(imported.masks.len(), masks.len(), "{format:?}");
        for item in &masks {
            let found = imported.masks.iter().find(|other| other.name == item.name).expect("the name");
            assert_eq!(found.class, item.class, "{format:?}");
            let kept = if format.has_outlines(&options) {
                without_holes(&item.mask, &polygons(&item.mask))
            } else {
                (*item.mask).clone()
            };
            assert_eq!(*found.mask, kept, "{format:?}, {}", item.name);
            if matches!(format, Format::CocoJson | Format::Records | Format::LabelMap) {
                assert_eq!(found.predicted_iou, item.predicted_iou);
            }
        }
        let classes: Vec<&str> = imported.classes.iter().map(|(name, _)| name.as_str()).collect();
        assert!(["cup", "two words", "näher"].iter().all(|class| classes.contains(class)), "{classes:?}");
    }
}

#[test]
fn saved_settings_and_commands_name_formats_as_ever() {
    let named = Format::ALL.map(|format| (serde_json::to_value(format).unwrap(), format.key()));
    let expected = [
        ("CutoutCropped", "cutouts"),
        ("CutoutFull", "cutouts-full"),
        ("ContactSheet", "contact-sheet"),
        ("BinaryPng", "masks"),
        ("Overlay", "overlay"),
        ("LabelMap", "labels"),
        ("Script", "script"),
        ("CocoJson", "coco"),
        ("Records", "json"),
        ("Labelme", "labelme"),
        ("Yolo", "yolo"),
        ("Voc", "voc"),
        ("Isat", "isat"),
        ("Svg", "svg"),
        ("GeoJson", "geojson"),
        ("Csv", "csv"),
    ];
    assert_eq!(named, expected.map(|(name, key)| (Value::from(name), key)));
}
