use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::files::export::{
    CocoSegmentation, ExportMask, ExportOptions, Format, LabelmeShapes, YoloParts, export_with, keeps_pixels,
};
use crate::files::{Photo, import::import};
use crate::mask::polygon::{polygons, without_holes};

const SIZE: (u32, u32) = (90, 70);

/// A photo and awkward masks that do not overlap: a ring with an island, two parts, a single pixel,
/// a line, and one without class.
fn subject() -> (Photo, Vec<ExportMask>) {
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
    let masks = (0u8..).zip(named).map(|(i, (name, class, mask))| ExportMask {
        name: name.into(),
        class: class.map(Into::into),
        mask: Arc::new(mask),
        colour: [40 * i, 7, 200],
        predicted_iou: 0.5 + f32::from(i) / 16.0,
        stability_score: 0.25,
    });
    let pixels = Arc::new(image::RgbImage::new(SIZE.0, SIZE.1));
    (Photo { path: "photos/a cup.jpg".into(), pixels, fingerprint: 0 }, masks.collect())
}

/// Exports the masks, and imports the first file again.
fn there_and_back(format: Format, options: &ExportOptions) -> (Vec<ExportMask>, Imported) {
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
                assert_eq!(found.predicted_iou, Some(item.predicted_iou));
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
    session.masks = masks
        .iter()
        .map(|item| SessionMask {
            class: item.class.clone(),
            ..SessionMask::new(item.name.clone(), item.colour, item.mask.clone())
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = write(&dir, "s.json", &serde_json::to_string(&session).unwrap());
    let imported = import(&file, SIZE, "other.jpg").unwrap();
    assert_eq!(imported.masks.len(), masks.len());
    assert_eq!((&imported.masks[1].mask, imported.masks[1].colour), (&masks[1].mask, Some(masks[1].colour)));
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
    fails("labelme.json", "{\"shapes\": []}", "imageWidth");
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
    // Four numbers are a box, and parts are joined.
    let file = write(&dir, "a.json", &coco(json!([[1, 1, 2, 2], [4, 0, 6, 0, 6, 1, 4, 1]])).to_string());
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
    assert_eq!((areas, imported.problems), (vec![6, 4], vec![]));
}

#[test]
fn of_photos_of_one_name_that_in_the_same_folders_is_meant() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["train/x.ppm", "val/x.ppm", "x.ppm", "small/x.ppm"];
    let sizes = [(6, 4), (6, 4), (6, 4), (3, 4)];
    let images = names.iter().zip(sizes).enumerate().map(
        |(id, (name, (width, height)))| json!({"id": id, "file_name": name, "width": width, "height": height}),
    );
    let annotation = |id: usize| json!({"image_id": id, "segmentation": [[0, 0, 2, 2]], "name": names[id]});
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
    two["images"].as_array_mut().unwrap().drain(1..3);
    assert_eq!(found(&two, "elsewhere/x.ppm", (3, 4)).unwrap(), ("small/x.ppm".into(), 1));
    let mut same = all.clone();
    same["images"].as_array_mut().unwrap().drain(2..);
    let error = found(&same, "elsewhere/x.ppm", (6, 4)).unwrap_err().to_string();
    assert!(error.contains("train/x.ppm, val/x.ppm") && error.contains("folder"), "{error}");
}
