use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::annotation::Annotation;
use crate::files::export::{
    CocoSegmentation, ExportOptions, Format, LabelmeShapes, YoloParts, export_with, keeps_pixels,
};
use crate::files::{Photo, import::import};
use crate::mask::polygon::{polygons, without_holes};
use crate::mask::{CompressedRle, Rle};

const SIZE: (u32, u32) = (90, 70);

/// A photo and awkward masks that do not overlap: a ring with an island, two parts, a single pixel,
/// a line, and one without class.
fn subject() -> (Photo, Vec<Annotation>) {
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
    (Photo { path: "photos/a cup.jpg".into(), pixels, fingerprint: 0 }, masks.collect())
}

/// Exports the masks, and imports the first file again.
fn there_and_back(format: Format, options: &ExportOptions) -> (Vec<Annotation>, Imported) {
    let (photo, masks) = subject();
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
            let kept = if keeps_pixels(format, &options) || format == Format::LabelMap {
                (*item.mask).clone()
            } else {
                without_holes(&item.mask, &polygons(&item.mask))
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
fn yolo_labels_come_back_but_for_holes_and_names() {
    let options = ExportOptions { yolo: YoloParts::Separate, ..ExportOptions::default() };
    let (masks, imported) = there_and_back(Format::Yolo, &options);
    assert_eq!(imported.problems, []);
    assert_eq!(imported.masks.len(), masks.len() + 1, "two parts");
    for item in masks.iter().filter(|item| item.name != "Parts") {
        let expected = without_holes(&item.mask, &polygons(&item.mask));
        let found = imported.masks.iter().find(|other| *other.mask == expected);
        assert_eq!(found.expect(&item.name).class, item.class);
    }
    let (masks, imported) = there_and_back(Format::Yolo, &ExportOptions::default());
    assert_eq!(imported.masks.len(), masks.len());
    let (parts, joined) = (&masks[1].mask, &imported.masks[1].mask);
    assert_eq!(parts.intersection_area(joined), parts.area());
    assert!(joined.area() - parts.area() <= 12, "only a line is drawn between the parts");
}

#[test]
fn pictures_of_masks_come_back() {
    let (photo, masks) = subject();
    let dir = tempfile::tempdir().unwrap();
    let options = ExportOptions::default();
    for format in [Format::BinaryPng, Format::CutoutFull] {
        let files = export_with(&photo, &masks, format, &options, dir.path(), false).unwrap();
        for (file, item) in files.iter().zip(&masks) {
            let imported = import(file, SIZE, "a cup.jpg").unwrap();
            assert_eq!((imported.masks.len(), &imported.masks[0].mask), (1, &item.mask), "{format:?}");
        }
    }
    let files = export_with(&photo, &masks, Format::Voc, &options, dir.path(), false).unwrap();
    let objects = import(&files[1], SIZE, "").unwrap();
    assert_eq!(objects.masks.len(), masks.len());
    assert!(masks.iter().all(|item| objects.masks.iter().any(|other| other.mask == item.mask)));
    let error = import(&files[1], (70, 90), "").unwrap_err().to_string();
    assert!(error.contains("90x70") && error.contains("upright"), "{error}");
}

/// What a picture of masks with these pixels brings: names and areas.
fn masks_in(picture: impl Into<image::DynamicImage>) -> Result<Vec<(String, u64)>, String> {
    let (dir, picture) = (tempfile::tempdir().unwrap(), picture.into());
    let file = dir.path().join("m.png");
    picture.save(&file).unwrap();
    masks_of(&file, (picture.width(), picture.height()))
}

fn masks_of(file: &Path, size: (u32, u32)) -> Result<Vec<(String, u64)>, String> {
    let imported = import(file, size, "a.jpg").map_err(|error| error.to_string())?;
    assert_eq!(imported.problems, []);
    Ok(imported.masks.into_iter().map(|item| (item.name, item.mask.area())).collect())
}

/// A square of 6x6 pixels, one of 10x10, and a ring of the index 255 around the first.
fn squares(x: u32, y: u32) -> u8 {
    match (x, y) {
        (4..10, 4..10) => 1,
        (3..11, 3..11) => 255,
        (20..30, 10..20) => 2,
        _ => 0,
    }
}

fn indexed(palette: &[[u8; 3]], index: impl Fn(u32, u32) -> u8) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = png::Encoder::new(std::fs::File::create(dir.path().join("m.png")).unwrap(), 40, 30);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    let pixels: Vec<u8> =
        (0..30).flat_map(|y| (0..40).map(move |x| (x, y))).map(|(x, y)| index(x, y)).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    dir
}

#[test]
fn the_index_of_a_palette_is_the_label_whatever_its_colours() {
    let named = |names: [&str; 2]| Ok(vec![(names[0].to_owned(), 36), (names[1].to_owned(), 100)]);
    let without_void = |x, y| squares(x, y) % 255;
    for palette in [
        vec![[0; 3], [128, 0, 0], [0, 128, 0]],
        vec![[255; 3], [128, 0, 0], [0, 128, 0]],
        vec![[0; 3], [10; 3], [10; 3]],
        vec![[0; 3]; 256],
    ] {
        let dir = indexed(&palette, without_void);
        assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), named(["m 1", "m 2"]), "{palette:?}");
    }
    let dir = indexed(&[[9, 8, 7]; 256], squares);
    assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), named(["m 1", "m 2"]), "void is no label");
    let dir = indexed(&[[9, 8, 7]; 256], |x, y| if squares(x, y) == 2 { 255 } else { 0 });
    assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), Ok(vec![("m".into(), 100)]), "unless alone");
    // Colours that tell labels apart are kept, others are not.
    let colours = |palette: &[[u8; 3]]| -> Vec<Option<Colour>> {
        let imported =
            import(&indexed(palette, without_void).path().join("m.png"), (40, 30), "a.jpg").unwrap();
        imported.masks.iter().map(|item| item.colour).collect()
    };
    assert_eq!(colours(&[[255; 3], [128, 0, 0], [0, 128, 0]]), [Some([128, 0, 0]), Some([0, 128, 0])]);
    assert_eq!(colours(&[[0; 3]; 3]), [None, None]);
}

#[test]
fn soft_edges_make_one_mask_and_a_photo_none() {
    // A disc of 10 pixels radius with an edge of 5.
    let shade = |x: u32, y: u32| {
        let distance = (f64::from(x) - 20.0).hypot(f64::from(y) - 15.0);
        ((12.5 - distance) / 5.0).clamp(0.0, 1.0)
    };
    let soft = image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(shade(x, y) * 255.0).round() as u8]));
    let half = soft.pixels().filter(|p| p.0[0] >= 128).count() as u64;
    let one = Ok(vec![("m".to_owned(), half)]);
    assert_eq!(masks_in(soft.clone()), one);
    assert_eq!(
        masks_in(image::DynamicImage::from(soft.clone()).into_rgb8()),
        one,
        "also if it is called colour"
    );
    let deep =
        image::ImageBuffer::from_fn(40, 30, |x, y| image::Luma([u16::from(soft.get_pixel(x, y).0[0]) * 257]));
    assert_eq!(masks_in(deep), one);

    let gradient = image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(x + y) as u8]));
    let wavy = |x: u32, y: u32, i: u32| (128.0 + 99.0 * f64::from(x * (i + 1) + y * 2).sin()) as u8;
    let noise = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([0, 1, 2].map(|i| wavy(x, y, i))));
    for (photo, what) in
        [(gradient.into(), "greys"), (image::DynamicImage::from(noise.clone()), "colours of a photo")]
    {
        let error = masks_in(photo).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
    let grey = |x, y| noise.get_pixel(x, y).0[0];
    let dir = indexed(&(0..=255).map(|i| [i, 255 - i, 7]).collect::<Vec<_>>(), grey);
    let error = masks_of(&dir.path().join("m.png"), (40, 30)).unwrap_err();
    assert!(error.contains("colours of a photo"), "{error}");
}

#[test]
fn label_maps_are_told_from_soft_edges() {
    let grey = |value: fn(u32, u32) -> u16| {
        image::ImageBuffer::from_fn(40, 30, move |x, y| image::Luma([value(x, y)]))
    };
    // Hundreds of cells side by side, each of 3x3 pixels; lines of a pixel; steps of brightness.
    let cells = masks_in(grey(|x, y| (x / 3 + y / 3 * 14) as u16)).unwrap();
    assert_eq!((cells.len(), &cells[0]), (139, &("m 1".to_owned(), 9)));
    let lines =
        masks_in(grey(|x, y| if y % 2 == 1 { (y / 2) as u16 } else { u16::from(x == 0 && y == 0) })).unwrap();
    assert_eq!(lines.len(), 14);
    let steps = image::GrayImage::from_fn(40, 30, |x, _| image::Luma([(x / 10 * 85) as u8]));
    assert_eq!(masks_in(steps).unwrap().len(), 3);
    // A label is what the file holds, also in few bits.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("m.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&file).unwrap(), 4, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Two);
    encoder.write_header().unwrap().write_image_data(&[0b00_01_10_10]).unwrap();
    assert_eq!(masks_of(&file, (4, 1)), Ok(vec![("m 1".into(), 1), ("m 2".into(), 2)]));
}

#[test]
fn label_maps_in_tiff_files_are_read_as_they_are() {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos");
    // Fields of four colours, of which the palette's first is the ground.
    let masks = masks_of(&photos.join("palette.tiff"), (32, 32)).unwrap();
    assert_eq!(masks.iter().map(|(_, area)| *area).collect::<Vec<_>>(), [256; 3]);
    let masks = masks_of(&photos.join("grey.tiff"), (32, 32)).unwrap();
    assert_eq!(masks.len(), 4);
    let error = masks_of(&photos.join("kinds/palette.tiff"), (27, 19)).unwrap_err();
    assert!(error.contains("colours of a photo"), "{error}");
}

#[test]
fn sessions_come_back() {
    let (_, masks) = subject();
    let mut session = Session::new("a cup.jpg".into(), SIZE, 1);
    session.masks = masks.iter().cloned().map(Into::into).collect();
    let dir = tempfile::tempdir().unwrap();
    let file = write(&dir, "s.json", &serde_json::to_string(&session).unwrap());
    let imported = import(&file, SIZE, "other.jpg").unwrap();
    assert_eq!(imported.masks.len(), masks.len());
    assert_eq!((&imported.masks[1].mask, imported.masks[1].colour), (&masks[1].mask, masks[1].colour));
}

fn write(dir: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let file = dir.path().join(name);
    std::fs::write(&file, content).unwrap();
    file
}

fn coco(segmentation: Value) -> Value {
    json!({
        "images": [{"id": 7, "file_name": "x/a.jpg", "width": 6, "height": 4}],
        "categories": [{"id": 3, "name": "cup"}],
        "annotations": [{"id": 5, "image_id": 7, "category_id": 3, "segmentation": segmentation}],
    })
}

fn problems(json: &Value) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let imported = import(&write(&dir, "a.json", &json.to_string()), (6, 4), "a.jpg").unwrap();
    assert!(imported.masks.is_empty(), "{:?}", imported.masks);
    imported.problems.into_iter().map(|problem| format!("{}: {}", problem.place, problem.what)).collect()
}

#[test]
fn things_that_cannot_be_used_are_told_and_left_out_whole() {
    let cases = [
        (json!([]), "no segmentation"),
        (Value::Null, "no segmentation"),
        (json!([[0, 0, 1, 1, 2]]), "three points"),
        (json!([[0, 0, 3, 0, 3, 3], [0, 0, 1e9, 0, 3, 3]]), "far outside"),
        (json!([["a", 0, 3, 0, 3, 3]]), "no list of numbers"),
        (json!([[-3, -3, -1, -3, -1, -1]]), "no pixels"),
        (json!({"size": [4, 6], "counts": "z"}), "damaged"),
        (json!({"size": [4, 6], "counts": [1, 2]}), "add up to 3"),
        (json!({"size": [4, 6], "counts": [1, -2]}), "damaged"),
        (json!({"size": [400000, 600000], "counts": [1]}), "600000x400000"),
    ];
    for (segmentation, what) in cases {
        let problems = problems(&coco(segmentation));
        assert!(problems.len() == 1 && problems[0].contains("annotation 5"), "{problems:?}");
        assert!(problems[0].contains(what), "{what}: {problems:?}");
    }

    let shape = |kind: &str, points: Value| json!({"label": "cup", "points": points, "group_id": 4, "shape_type": kind, "flags": {}, "mask": null});
    let good = shape("polygon", json!([[1, 1], [3, 1], [3, 3]]));
    let file = |shapes: Value| json!({"shapes": shapes, "imageWidth": 6, "imageHeight": 4});
    for (bad, what) in [
        (shape("line", json!([[1, 1], [3, 1]])), "no area"),
        (shape("polygon", json!([[1, 1], [3, 1]])), "three points"),
        (shape("polygon", json!([[1, 1], [3, 1], [null, 2]])), "no pairs"),
        (shape("mask", json!([[1, 1], [3, 1]])), "missing"),
        (shape("rectangle", json!([[1, 1]])), "1 points"),
    ] {
        let problems = problems(&file(json!([good, bad])));
        assert!(problems[0].contains(what) && problems[1].contains("belongs to"), "{problems:?}");
    }
}

#[test]
fn files_that_are_wrong_as_a_whole_bring_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let fails = |name: &str, content: &str, what: &str| {
        let error = import(&write(&dir, name, content), (6, 4), "a.jpg").unwrap_err().to_string();
        assert!(error.contains(what) && error.contains(name), "{what}: {error}");
    };
    fails("empty.json", "", "nothing that can be imported");
    fails("text.txt", "hello there\n", "nothing that can be imported");
    fails("cut.json", "{\"shapes\": [", "damaged");
    fails("other.json", "{\"a\": 1}", "nothing that can be imported");
    fails("labelme.json", "{\"shapes\": [], \"imageWidth\": 9, \"imageHeight\": 4}", "9x4");
    let mut other = coco(json!([]));
    other["images"][0]["file_name"] = "b.jpg".into();
    other["images"][0]["width"] = 9.into();
    fails("coco.json", &other.to_string(), "b.jpg");
    other["images"][0]["file_name"] = "a.jpg".into();
    fails("coco.json", &other.to_string(), "9x4");
    fails("session.json", "{\"format\": \"tinsel-session\", \"version\": 9}", "newer");
    std::fs::write(dir.path().join("bad.png"), b"\x89PNG\r\n\x1a\nxxxx").unwrap();
    assert!(matches!(import(&dir.path().join("bad.png"), (6, 4), "a"), Err(ImportError::Damaged { .. })));
    assert!(matches!(import(&dir.path().join("none"), (6, 4), "a"), Err(ImportError::Unreadable { .. })));
}

#[test]
fn files_of_others_are_read_as_they_mean_it() {
    let dir = tempfile::tempdir().unwrap();
    // Parts are joined.
    let parts = json!([[1, 1, 3, 1, 3, 3, 1, 3], [4, 0, 6, 0, 6, 1, 4, 1]]);
    let file = write(&dir, "a.json", &coco(parts).to_string());
    let imported = import(&file, (6, 4), "a.jpg").unwrap();
    let expected = |x, y| (1..3).contains(&x) && (1..3).contains(&y) || x > 3 && y == 0;
    assert_eq!(*imported.masks[0].mask, Mask::from_fn(6, 4, expected));
    assert_eq!(imported.masks[0].class.as_deref(), Some("cup"));

    // A box of a detector, classes unknown; and a broken line among good ones.
    let file = write(&dir, "a.txt", "2 0.5 0.5 0.3333333 0.5\n0 0.1 nonsense\n");
    let imported = import(&file, (6, 4), "a.jpg").unwrap();
    let expected = Mask::from_fn(6, 4, |x, y| (2..4).contains(&x) && (1..3).contains(&y));
    assert_eq!((&*imported.masks[0].mask, imported.masks.len()), (&expected, 1));
    assert_eq!(imported.masks[0].class.as_deref(), Some("class 2"));
    assert_eq!(imported.problems.len(), 2);

    // labelme's rectangles and circles.
    let shape = |kind: &str, points: Value| json!({"label": "a", "points": points, "group_id": null, "shape_type": kind});
    let shapes =
        [shape("rectangle", json!([[3.2, 2.5], [1.0, 1.0]])), shape("circle", json!([[3, 2], [4, 2]]))];
    let file =
        write(&dir, "l.json", &json!({"shapes": shapes, "imageWidth": 6.0, "imageHeight": 4}).to_string());
    let imported = import(&file, (6, 4), "a.jpg").unwrap();
    let areas: Vec<u64> = imported.masks.iter().map(|item| item.mask.area()).collect();
    assert_eq!((areas, imported.problems), (vec![6, 5], vec![]));
}

#[test]
fn of_photos_of_one_name_that_in_the_same_folders_is_meant() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["train/x.ppm", "val/x.ppm", "x.ppm", "small/x.ppm"];
    let sizes = [(6, 4), (6, 4), (6, 4), (3, 4)];
    let images = names.iter().zip(sizes).enumerate().map(
        |(id, (name, (width, height)))| json!({"id": id, "file_name": name, "width": width, "height": height}),
    );
    let annotation =
        |id: usize| json!({"image_id": id, "segmentation": [[0, 0, 2, 0, 2, 2]], "name": names[id]});
    let all = json!({
        "images": images.collect::<Vec<_>>(),
        "categories": [],
        "annotations": (0..4).map(annotation).collect::<Vec<_>>(),
    });
    let found = |json: &Value, photo: &str, size: (u32, u32)| {
        let imported = import(&write(&dir, "coco.json", &json.to_string()), size, photo);
        imported.map(|imported| (imported.masks[0].name.clone(), imported.problems.len()))
    };
    for (photo, name) in [
        ("ds/train/x.ppm", "train/x.ppm"),
        ("ds/val/x.ppm", "val/x.ppm"),
        ("ds/test/../val/x.ppm", "val/x.ppm"),
        ("ds/x.ppm", "x.ppm"),
        ("elsewhere/x.ppm", "x.ppm"),
    ] {
        assert_eq!(found(&all, photo, (6, 4)).unwrap(), (name.into(), 0), "{photo}");
    }
    let error = found(&all, "ds/small/x.ppm", (6, 4)).unwrap_err().to_string();
    assert!(error.contains("3x4"), "another photo of the right size is not taken: {error}");

    // Folders say nothing: the size may, and it is told.
    let mut two = all.clone();
    for key in ["images", "annotations"] {
        two[key].as_array_mut().unwrap().drain(1..3);
    }
    assert_eq!(found(&two, "elsewhere/x.ppm", (3, 4)).unwrap(), ("small/x.ppm".into(), 1));
    let mut same = all.clone();
    same["images"].as_array_mut().unwrap().drain(2..);
    let error = found(&same, "elsewhere/x.ppm", (6, 4)).unwrap_err().to_string();
    assert!(error.contains("train/x.ppm, val/x.ppm") && error.contains("folder"), "{error}");
}

/// What a file about the photo `a.jpg` of 40x30 pixels brings, and what is told about it.
fn read_file(
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

fn areas(masks: &[Annotation]) -> Vec<u64> {
    masks.iter().map(|item| item.mask.area()).collect()
}

/// A COCO file about `a.jpg` with annotations of these segmentations.
fn coco_of(segmentations: &[Value]) -> Value {
    let annotation = |(id, segmentation): (usize, &Value)| json!({"id": id, "image_id": 1, "category_id": 1, "segmentation": segmentation});
    json!({
        "images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "cup"}],
        "annotations": segmentations.iter().enumerate().map(annotation).collect::<Vec<_>>(),
    })
}

#[test]
fn what_is_too_short_for_a_polygon_draws_nothing_in_coco() {
    let dir = tempfile::tempdir().unwrap();
    let square = json!([5, 5, 15, 5, 15, 15, 5, 15]);
    for fragment in [json!([20, 10, 20, 15]), json!([20, 10]), json!([20, 10, 25, 10, 25]), json!([])] {
        for parts in [json!([square, fragment]), json!([fragment, square])] {
            let (masks, told) = read_file(&dir, "a.json", coco_of(&[parts]).to_string());
            assert_eq!((areas(&masks), told), (vec![100], vec![]), "{fragment}");
        }
        let (masks, told) = read_file(&dir, "a.json", coco_of(&[json!([fragment])]).to_string());
        assert!(masks.is_empty() && told[0].contains("annotation 0: has no polygon"), "{told:?}");
    }
}

#[test]
fn an_id_is_the_same_in_every_form() {
    let dir = tempfile::tempdir().unwrap();
    let square = coco_of(&[json!([[5, 5, 15, 5, 15, 15, 5, 15]])]);
    let forms = [json!(1), json!(1.0), json!("1"), json!("1.0"), json!(" 1")];
    for (a, b) in forms.iter().flat_map(|a| forms.iter().map(move |b| (a, b))) {
        let mut json = square.clone();
        (json["images"][0]["id"], json["categories"][0]["id"]) = (a.clone(), a.clone());
        (json["annotations"][0]["image_id"], json["annotations"][0]["category_id"]) = (b.clone(), b.clone());
        let (masks, told) = read_file(&dir, "a.json", json.to_string());
        assert_eq!((areas(&masks), told), (vec![100], vec![]), "{a} and {b}");
        assert_eq!(masks[0].class.as_deref(), Some("cup"));
    }
    let mut json = square.clone();
    (json["images"][0]["id"], json["annotations"][0]["image_id"]) = ("x1".into(), "x1".into());
    json["categories"][0]["name"] = 7.into();
    let (masks, told) = read_file(&dir, "a.json", json.to_string());
    assert_eq!((masks[0].class.as_deref(), told), (Some("7"), vec![]));

    // What belongs to no image is told.
    let mut json = coco_of(&[json!([[5, 5, 15, 5, 15, 15, 5, 15]]), json!([]), json!([]), json!([])]);
    for (i, id) in [(1, json!(99)), (2, json!("1x")), (3, Value::Null)] {
        json["annotations"][i]["image_id"] = id;
    }
    let (masks, told) = read_file(&dir, "a.json", json.to_string());
    assert_eq!(areas(&masks), [100]);
    assert_eq!(
        told,
        ["annotation 1, annotation 2, annotation 3: the file has no image of this id; left out"]
    );
}

#[test]
fn text_is_read_in_the_encoding_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let shape = |label: &str| {
        let points = json!([[5, 5], [14, 5], [14, 14], [5, 14]]);
        json!({"shapes": [{"label": label, "points": points, "shape_type": "polygon"}]}).to_string()
    };
    let utf_16: Vec<u8> =
        format!("\u{feff}{}", shape("杯")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let [before, after] =
        ["{\"shapes\": [{\"label\": \"", "\", \"points\": [[5, 5], [14, 5], [14, 14], [5, 14]]}]}"];
    let gb_2312 = [before.as_bytes(), b"\xb1\xad", after.as_bytes()].concat();
    let cases: [(Vec<u8>, &[&str]); 3] = [
        (format!("\u{feff}{}", shape("杯")).into(), &[]),
        (utf_16, &[]),
        (gb_2312, &["text: is not UTF-8; read as gb18030, so check the names"]),
    ];
    for (bytes, expected) in cases {
        let (masks, told) = read_file(&dir, "a.json", bytes);
        assert_eq!((areas(&masks), masks[0].class.as_deref()), (vec![100], Some("杯")));
        assert_eq!(told, expected);
    }
    let latin = [before.as_bytes(), b"caf\xe9", after.as_bytes()].concat();
    std::fs::write(dir.path().join("a.json"), latin).unwrap();
    let said = import(&dir.path().join("a.json"), (40, 30), "a.jpg").unwrap_err().to_string();
    assert!(said.contains("a.json") && said.contains("save it as UTF-8"), "{said}");

    // The same for YOLO, also in lists of classes, whatever these are called.
    let line = "0 0.125 0.166667 0.35 0.166667 0.35 0.466667 0.125 0.466667\n";
    for (list, content) in [
        ("classes.txt", "\u{feff}杯\n\njar\n".as_bytes()),
        ("data.yaml", "\u{feff}names: [杯, class 1, jar]\n".as_bytes()),
        ("data.yml", "names: [杯, class 1, jar]\n".as_bytes()),
        ("dataset.yaml", b"names: [\xb1\xad, class 1, jar]\n"),
        ("obj.names", b"\xb1\xad\r\n\r\njar\r\n"),
    ] {
        std::fs::write(dir.path().join(list), content).unwrap();
        let (masks, told) = read_file(&dir, "a.txt", format!("\u{feff}{line}2{}", &line[1..]));
        let classes: Vec<_> = masks.iter().map(|item| item.class.as_deref().unwrap()).collect();
        assert_eq!((classes, told), (vec!["杯", "jar"], vec![]), "{list}");
        std::fs::remove_file(dir.path().join(list)).unwrap();
    }
}

#[test]
fn labelme_shapes_are_the_pixels_that_labelme_draws() {
    use base64::Engine;
    let dir = tempfile::tempdir().unwrap();
    let mut png = std::io::Cursor::new(vec![]);
    let inner = |x, y| image::Luma([u8::from((2..8).contains(&x) && (2..8).contains(&y))]);
    image::GrayImage::from_fn(10, 10, inner).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let mask = base64::engine::general_purpose::STANDARD.encode(png.into_inner());
    let shape =
        |kind: &str, points: Value| json!({"label": "a", "points": points, "shape_type": kind, "mask": mask});
    let read = |shapes: Value| read_file(&dir, "a.json", json!({"shapes": shapes}).to_string());
    let (masks, told) = read(json!([
        shape("circle", json!([[15, 15], [20, 15]])),
        shape("mask", json!([[5.7, 5.7], [14.7, 14.7]])),
        // `ImageDraw.polygon` of the same points has 673 pixels.
        shape("polygon", json!([[3.2, 4.7], [30.1, 2.2], [35.5, 25.9], [8.0, 28.4]])),
        shape("rotation", json!([[20, 3], [36, 5], [20, 6], [4, 5]])),
        shape("rectangle", json!([[-0.5, -0.7], [3.9, 40.2]])),
        shape("mask", json!([[35, -3], [44, 6]])),
    ]));
    assert_eq!(told, Vec::<String>::new());
    let boxes: Vec<_> = masks.iter().map(|item| item.mask.bbox().unwrap().xywh()).collect();
    assert_eq!((masks[0].mask.area(), boxes[0]), (97, [10, 10, 11, 11]));
    assert_eq!((masks[1].mask.area(), boxes[1]), (36, [7, 7, 6, 6]));
    assert_eq!((masks[2].mask.area(), boxes[2]), (673, [3, 2, 33, 27]));
    assert_eq!(boxes[3], [4, 3, 33, 4]);
    // What is outside is cut.
    assert_eq!((masks[4].mask.area(), boxes[4]), (120, [0, 0, 4, 30]));
    assert_eq!((masks[5].mask.area(), boxes[5]), (15, [37, 0, 3, 5]));
}

#[test]
fn what_is_no_number_spoils_only_what_depends_on_it() {
    let dir = tempfile::tempdir().unwrap();
    let square = json!([[5, 5, 15, 5, 15, 15, 5, 15]]);
    let mut json = coco_of(&[square.clone(), square]);
    (json["annotations"][0]["predicted_iou"], json["annotations"][0]["name"]) =
        ("@nan@".into(), "@half@".into());
    json["annotations"][1]["segmentation"][0][2] = "@minus@".into();
    let python = |json: &Value| {
        let text = json.to_string().replace("\"@nan@\"", "NaN").replace("\"@minus@\"", "-Infinity");
        text.replace("@half@", "\\ud83d")
    };
    let (masks, told) = read_file(&dir, "a.json", python(&json));
    assert_eq!((areas(&masks), masks[0].predicted_iou, &*masks[0].name), (vec![100], None, "\u{fffd}"));
    assert_eq!(told, ["annotation 1: its polygon is no list of numbers; left out"]);

    let rle = json!({"size": [30, 40], "counts": "k4:d000000000000000000Yg0"});
    let records = json!([{"segmentation": rle, "predicted_iou": "@nan@", "stability_score": 0.5}]);
    let (masks, told) = read_file(&dir, "a.json", python(&records));
    assert_eq!(
        (areas(&masks), masks[0].predicted_iou, masks[0].stability_score),
        (vec![100], None, Some(0.5))
    );
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn detectors_add_how_sure_they_are() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("data.yaml"), "names: [cup]").unwrap();
    let (masks, told) = read_file(
        &dir,
        "a.txt",
        "0 0.5 0.5 0.25 0.2 0.91\n0 0.125 0.166667 0.35 0.166667 0.35 0.466667 0.125 0.466667 0.87\n\
         0 -0.01 0.5 0.1 0.2\n0 0.5 0.5 0.25 0.2 9\n0 0.5 0.5 0.25\n",
    );
    // The third box reaches outside a little.
    assert_eq!(areas(&masks), [60, 100, 12]);
    assert_eq!(told.len(), 2);
    assert!(
        told[0].contains("line 4: has 5 numbers") && told[1].contains("line 5: has 3 numbers"),
        "{told:?}"
    );
}

#[test]
fn background_of_isat_cuts_holes_into_what_lies_below() {
    let dir = tempfile::tempdir().unwrap();
    let square = |category: &str, layer: f64, from: u32, to: u32, group: u32| {
        let points = json!([[from, from], [to, from], [to, to], [from, to]]);
        json!({"category": category, "layer": layer, "segmentation": points, "group": group, "note": ""})
    };
    let objects = json!([
        square("__background__", 2.0, 4, 5, 1),
        square("cup", 1.0, 2, 11, 1),
        square("above", 3.0, 2, 11, 2),
        square("cup", 1.0, 20, 24, 1),
    ]);
    let info = json!({"description": "ISAT", "width": 40, "height": null});
    let (masks, told) = read_file(&dir, "a.json", json!({"info": info, "objects": objects}).to_string());
    assert_eq!((areas(&masks), told), (vec![100 - 4 + 25, 100], vec![]));
    assert!(!masks[0].mask.get(4, 5) && masks[0].mask.get(6, 5) && masks[1].mask.get(4, 5));

    let alone = json!([square("__background__", 1.0, 4, 5, 1)]);
    let (masks, told) = read_file(&dir, "a.json", json!({"info": info, "objects": alone}).to_string());
    assert_eq!((masks.len(), told.len()), (0, 0));
}

#[test]
fn small_files_do_not_become_heavy() {
    let dir = tempfile::tempdir().unwrap();
    // A hundred thousand classes, in the file and in the session.
    let mut many = coco_of(&[json!([[5, 5, 15, 5, 15, 15, 5, 15]])]);
    many["categories"] = (0..100_000).map(|i| json!({"id": i, "name": format!("c{i}")})).collect();
    let file = write(&dir, "a.json", &many.to_string());
    let imported = import(&file, (40, 30), "a.jpg").unwrap();
    assert_eq!((imported.classes.len(), imported.masks[0].class.as_deref()), (100_000, Some("c1")));
    let mut session = Session::new("a.jpg".into(), (40, 30), 1);
    add_to_session(&mut session, imported.clone());
    add_to_session(&mut session, imported);
    assert_eq!((session.classes.len(), session.masks.len()), (100_000, 2));
    // As many groups.
    let shape = |i: usize| json!({"label": "a", "group_id": i, "points": [[1, 1], [3, 1], [3, 3]]});
    let shapes: Value = (0..100_000).map(shape).collect();
    assert_eq!(read_file(&dir, "a.json", json!({"shapes": shapes}).to_string()).0.len(), 100_000);
    // More runs than pixels.
    for counts in [json!("0".repeat(20_000)), json!(vec![0; 3000])] {
        let segmentation = json!({"size": [30, 40], "counts": counts});
        let (_, told) = read_file(&dir, "a.json", coco_of(&[segmentation]).to_string());
        assert!(told[0].contains("more runs than the photo pixels"), "{told:?}");
    }
}

#[test]
fn what_a_file_may_cost_has_an_end() {
    let (path, photo, costs) = (Path::new("a.json"), Path::new("a.jpg"), Costs::default());
    let target = Target { path, size: (1000, 20_000), photo, costs: &costs };
    let to_and_fro: Vec<[f64; 2]> = (0..4000).map(|i| [500.0, f64::from(i % 2) * 19_999.0]).collect();
    assert!(target.check_outline(&to_and_fro).unwrap_err().contains("more than can be read"));
    let once = target.size;
    let around = [[0.0, 0.0], [f64::from(once.0), 0.0], [0.0, f64::from(once.1)]];
    let accepted = (0..100_000).take_while(|_| target.check_outline(&around).is_ok()).count();
    assert!((20_000..40_000).contains(&accepted), "{accepted}");

    let full = Arc::new(Mask::from_fn(1000, 20_000, |_, _| true));
    let mut imported = Imported::default();
    for _ in 0..10_000 {
        let item = Annotation::new("full", full.clone());
        target.take(&mut imported, "mask".into(), Ok(item));
    }
    assert!(imported.masks.len() > 1000 && imported.problems.len() > 100, "{}", imported.masks.len());
    assert!(imported.problems[0].what.contains("memory"));
}

#[test]
fn masks_of_a_session_are_not_decoded_before_their_size_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let (width, height) = (8192, 65536);
    let text = CompressedRle::from(&Rle { size: [height, width], counts: vec![0, width * height] }).counts;
    let mask =
        json!({"name": "m", "colour": [0, 0, 0], "segmentation": {"size": [height, width], "counts": text}});
    let session = |width: u32, height: u32, masks: usize| {
        let photo = json!({"name": "a.jpg", "width": width, "height": height, "fingerprint": "01"});
        json!({"format": "tinsel-session", "version": 1, "photo": photo, "masks": vec![&mask; masks]})
            .to_string()
    };
    let file = write(&dir, "a.json", &session(40, 30, 5000));
    let said = import(&file, (40, 30), "a.jpg").unwrap_err().to_string();
    assert!(said.contains("mask 1 has 8192x65536 pixels, the photo 40x30"), "{said}");
    let file = write(&dir, "a.json", &session(width, height, 5000));
    let said = import(&file, (40, 30), "a.jpg").unwrap_err().to_string();
    assert!(said.contains("8192x65536"), "{said}");
    let said = Session::parse(&file, session(width, height, 5000).as_bytes()).unwrap_err().to_string();
    assert!(said.contains("more memory"), "{said}");
}

#[test]
fn pictures_that_may_be_photos_are_masks_only_beyond_doubt() {
    use image::{GrayImage, Luma, LumaA, Rgb, RgbImage};

    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let (width, height) = SIZE;
    let inside = |x: u32, y: u32| x.abs_diff(40).pow(2) + y.abs_diff(30).pow(2) < 400;
    let mask = GrayImage::from_fn(width, height, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
    for name in ["mask.png", "mask.tif", "mask.bmp", "mask.pgm"] {
        mask.save(file(name)).unwrap();
    }
    let labels = |x: u32, y: u32| if inside(x, y) { [200, 30, 30] } else { [0, 90 * (x as u8 / 45), 0] };
    RgbImage::from_fn(width, height, |x, y| Rgb(labels(x, y))).save(file("labels.png")).unwrap();
    let photo = |x: u32, y: u32| Rgb([(3 * x) as u8, (x * y) as u8, (2 * y) as u8]);
    for name in ["photo.png", "photo.tif", "photo.bmp"] {
        RgbImage::from_fn(width, height, photo).save(file(name)).unwrap();
    }
    let cutout = |x: u32, y: u32| LumaA([x as u8, if inside(x, y) { 255 } else { 0 }]);
    image::GrayAlphaImage::from_fn(width, height, cutout).save(file("cutout.png")).unwrap();
    GrayImage::from_pixel(width, height, Luma([255])).save(file("white.png")).unwrap();
    GrayImage::new(width, height).save(file("black.png")).unwrap();
    GrayImage::from_fn(9, 9, |x, _| Luma([if x < 3 { 255 } else { 0 }])).save(file("small.png")).unwrap();
    mask.save(file("mask.jpg")).unwrap();
    std::fs::write(file("text.png"), "no picture").unwrap();
    std::fs::create_dir(file("folder.png")).unwrap();

    let found = |names: &[&str]| -> Vec<(usize, usize)> {
        let files: Vec<PathBuf> = names.iter().map(|name| file(name)).collect();
        let all = masks_among(&files, SIZE);
        all.into_iter().map(|(place, imported)| (place, imported.masks.len())).collect()
    };
    for name in ["mask.png", "mask.tif", "mask.bmp", "mask.pgm"] {
        assert_eq!(found(&[name]), [(0, 1)], "{name}");
    }
    assert_eq!(found(&["labels.png"]), [(0, 2)]);
    let others = ["small.png", "mask.jpg", "text.png", "folder.png", "missing.png"];
    for name in ["photo.png", "photo.tif", "photo.bmp", "cutout.png", "white.png", "black.png"] {
        assert_eq!(found(&[name]), [], "{name}");
        assert_eq!(found(&["mask.png", name]), [], "{name}");
    }
    for name in others {
        assert_eq!(found(&[name]), [], "{name}");
        assert_eq!(found(&[name, "mask.png"]), [(1, 1)], "{name}");
    }
}
