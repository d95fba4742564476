use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const SIZE: (u32, u32) = (40, 30);

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    dir
}

/// Corners, class and score.
type Plain = ([f32; 4], String, Option<f32>);

/// The boxes of `a.jpg` in a single file, and what is told about it.
fn read_one(name: &str, content: &str) -> (Vec<Plain>, Vec<String>) {
    let dir = folder(&[(name, content)]);
    let files = BoxFiles::open(&[dir.path().join(name)]).unwrap();
    let Boxes { boxes, problems } = files.of(&dir.path().join("a.jpg"), SIZE).unwrap();
    let told = files.problems().iter().chain(&problems).map(|p| format!("{}: {}", p.place, p.what)).collect();
    let plain =
        |b: BoxOfPhoto| ([b.bbox.x0, b.bbox.y0, b.bbox.x1, b.bbox.y1], b.class.unwrap_or_default(), b.score);
    (boxes.into_iter().map(plain).collect(), told)
}

fn coco(annotations: &Value) -> Value {
    json!({
        "images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}],
        "categories": [{"id": 3, "name": "cup"}],
        "annotations": annotations,
    })
}

const VOC: &str = "<annotation><folder>x</folder><filename>a.jpg</filename>
<size><width>40</width><height>30</height><depth>3</depth></size>
<object><name>cup &amp; saucer</name><bndbox><xmin>5</xmin><ymin>6</ymin><xmax>15.5</xmax><ymax>16</ymax></bndbox></object>
<object><name>x</name></object></annotation>";

const CVAT: &str = r#"<annotations><version>1.1</version><image id="0" name="photos/a.jpg" width="40" height="30">
<box label="cup" xtl="5" ytl="6" xbr="15" ybr="16"/><polygon label="cup" points="1,2;3,4;5,6"/>
<box label="cup" xtl="10" ytl="12" xbr="20" ybr="16" rotation="90"/></image></annotations>"#;

#[test]
fn every_format_has_its_boxes() {
    let cup = |corners| (corners, "cup".to_owned(), None);
    let (boxes, told) = read_one(
        "a.json",
        &coco(&json!([
            {"id": 7, "image_id": 1, "category_id": 3, "bbox": [5, 6, 10, 10], "segmentation": [], "score": 0.5},
            {"image_id": 1, "category_id": 3, "bbox": [5, 6, 10, 10], "segmentation": [[1, 2, 3, 4, 5, 6]]},
            {"image_id": 1, "category_id": 3, "bbox": [5, 6, 10]},
            {"image_id": 9, "category_id": 3, "bbox": [5, 6, 10, 10]},
        ]))
        .to_string(),
    );
    assert_eq!(boxes, [([5.0, 6.0, 15.0, 16.0], "cup".into(), Some(0.5))]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("annotation number 3: has no box") && told[1].contains("no image with this id"));

    let (boxes, told) = read_one("a.txt", "0 0.5 0.5 0.25 0.2 0.75\n0 0.1 0.1 0.2 0.1 0.2 0.3\nx\n");
    assert_eq!(boxes, [([15.0, 12.0, 25.0, 18.0], "class 0".into(), Some(0.75))]);
    assert!(told[0].contains("no class names found") && told[1].contains("line 3"), "{told:?}");

    let (boxes, told) = read_one("a.xml", VOC);
    assert_eq!(boxes, [([5.0, 6.0, 15.5, 16.0], "cup & saucer".into(), None)]);
    assert!(told[0].contains("object 2: has no box"), "{told:?}");

    let shapes = json!([
        {"label": "cup", "shape_type": "rectangle", "points": [[15, 16], [5, 6]]},
        {"label": "cup", "shape_type": "polygon", "points": [[15, 16], [5, 6], [7, 9]]},
    ]);
    let labelme = json!({"imagePath": "..\\a.jpg", "imageWidth": 40, "imageHeight": 30, "shapes": shapes});
    assert_eq!(read_one("b.json", &labelme.to_string()), (vec![cup([5.0, 6.0, 15.0, 16.0])], vec![]));

    let (boxes, told) = read_one("a.xml", CVAT);
    assert_eq!((boxes[0].clone(), told), (cup([5.0, 6.0, 15.0, 16.0]), vec![]));
    // A quarter turn around the centre.
    let expected = [13.0, 9.0, 17.0, 19.0];
    assert!(boxes[1].0.iter().zip(expected).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-4), "{boxes:?}");
}

#[test]
fn a_box_is_cut_at_the_border_and_one_outside_is_told() {
    let (boxes, told) = read_one(
        "a.json",
        &coco(&json!([
            {"id": 1, "image_id": 1, "category_id": 3, "bbox": [-3, -2, 10, 50]},
            {"id": 2, "image_id": 1, "category_id": 3, "bbox": [40, 3, 10, 10]},
            {"id": 3, "image_id": 1, "category_id": 3, "bbox": [4, 3, 0, 10]},
            {"id": 4, "image_id": 1, "category_id": 3, "bbox": [4, 3, -4, 10]},
            {"id": 5, "image_id": 1, "category_id": 3, "bbox": [39.5, 3, 9, 10]},
            {"id": 6, "image_id": 1, "category_id": 3, "bbox": [1e300, 1, 1e308, 1e308]},
        ]))
        .to_string(),
    );
    assert_eq!(boxes.iter().map(|b| b.0).collect::<Vec<_>>(), [[0.0, 0.0, 7.0, 30.0]]);
    for (line, what) in told.iter().zip(["outside", "no area", "no area", "less than a pixel", "outside"]) {
        assert!(line.contains(what) && line.ends_with("; skipped"), "{line}");
    }
    assert_eq!(told.len(), 5);
}

#[test]
fn detections_take_their_names_from_a_coco_file_given_with_them() {
    let list = json!([
        {"image_id": 1, "category_id": 3, "bbox": [5, 6, 10, 10], "score": 0.25},
        {"image_id": 139, "category_id": 1, "bbox": [1, 2, 10, 10], "score": 0.9},
        {"image_id": "b", "category_id": 1, "bbox": [1, 2, 10, 10], "score": 1.5},
    ]);
    let own = coco(&json!([{"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 9, 9]}]));
    let dir = folder(&[("all.json", &own.to_string()), ("found.json", &list.to_string())]);
    let path = |name: &str| dir.path().join(name);
    let classes = |files: &BoxFiles, photo: &str| -> Vec<(String, Option<f32>)> {
        let found = files.of(&path(photo), SIZE).unwrap().boxes;
        found.into_iter().map(|b| (b.class.unwrap_or_default(), b.score)).collect()
    };
    let both = BoxFiles::open(&[path("found.json"), path("all.json")]).unwrap();
    assert_eq!(classes(&both, "a.jpg"), [("cup".into(), Some(0.25))], "boxes of the other file do not count");
    assert_eq!(classes(&both, "000139.png"), [("class 1".into(), Some(0.9))]);
    assert_eq!(classes(&both, "b.png"), [("class 1".into(), None)], "a score is at most 1");
    assert!(both.has_scores());
    let alone = BoxFiles::open(&[path("found.json")]).unwrap();
    assert!(classes(&alone, "a.jpg").is_empty());
    assert_eq!(classes(&alone, "1.jpg"), [("class 3".into(), Some(0.25))]);
    assert_eq!(alone.missing_among(&[path("1.jpg"), path("139.jpg")]), ["b"]);
}

#[test]
fn a_folder_brings_the_files_of_all_photos() {
    let dir = folder(&[
        ("labels/data.yaml", "names: [cup]"),
        ("labels/train/a.txt", "0 0.5 0.5 0.5 0.5"),
        ("labels/val/a.txt", "0 0.25 0.25 0.5 0.5"),
        ("labels/val/notes.txt", "nothing of interest"),
        ("labels/val/broken.json", "{"),
        ("labels/b.jpg.tinsel.json", "{"),
        ("labels/c.xml", VOC),
    ]);
    let files = BoxFiles::open(&[dir.path().join("labels")]).unwrap();
    let left = |photo: &str| files.of(&dir.path().join(photo), SIZE).unwrap().boxes[0].bbox.x0;
    assert_eq!(["images/train/a.png", "images/val/a.png", "a.jpg"].map(left), [10.0, 0.0, 5.0]);
    assert_eq!(files.problems().len(), 2, "{:?}", files.problems());
    assert!(files.problems().iter().any(|p| p.place == "broken.json" && p.what.contains("damaged")));
    assert!(!files.covers(Path::new("b.jpg")));
    let error = files.of(Path::new("elsewhere/a.png"), SIZE).unwrap_err().to_string();
    assert!(error.contains("train/a, ") && error.contains("val/a"), "both may be meant: {error}");
}

#[test]
fn what_does_not_fit_is_told_with_the_way_out() {
    let fails = |name: &str, content: &str, photo: &str, size: (u32, u32)| {
        let dir = folder(&[(name, content)]);
        let files = BoxFiles::open(&[dir.path().join(name)]);
        let error = files.and_then(|files| files.of(&dir.path().join(photo), size).map(drop));
        error.unwrap_err().to_string()
    };
    let turned = fails("a.xml", VOC, "a.jpg", (30, 40));
    assert!(turned.contains("40x30") && turned.contains("rotated"), "{turned}");
    let outlined =
        coco(&json!([{"image_id": 1, "segmentation": [[1, 2, 3, 4, 5, 6]], "bbox": [1, 2, 4, 4]}]));
    assert!(fails("a.json", &outlined.to_string(), "a.jpg", SIZE).contains("import them as masks"));
    assert!(fails("a.json", "{\"a\": 1}", "a.jpg", SIZE).contains("Pascal VOC (XML), CVAT for images"));
    assert!(
        fails("a.xml", "<annotations><track/></annotations>", "a.jpg", SIZE).contains("CVAT for images 1.1")
    );
    let mut twice = coco(&json!([
        {"image_id": 1, "bbox": [1, 2, 4, 4]}, {"image_id": 2, "bbox": [1, 2, 4, 4]}
    ]));
    twice["images"][0]["file_name"] = "x/a.jpg".into();
    let other = json!({"id": 2, "file_name": "y/a.jpg", "width": 40, "height": 30});
    twice["images"].as_array_mut().unwrap().push(other);
    assert!(fails("a.json", &twice.to_string(), "a.jpg", SIZE).contains("x/a.jpg, y/a.jpg"));
}
