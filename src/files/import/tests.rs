use serde_json::{Value, json};

use super::*;
use crate::files::formats::tests::{areas, coco_of, read_file, write};
use crate::files::session::Session;
use crate::mask::Mask;

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
        (json!([["a", 0, 3, 0, 3, 3]]), "not a list of numbers"),
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
        (shape("polygon", json!([[1, 1], [3, 1], [null, 2]])), "not pairs"),
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
    fails("empty.json", "", "not a supported file");
    fails("text.txt", "hello there\n", "not a supported file");
    fails("cut.json", "{\"shapes\": [", "damaged");
    fails("other.json", "{\"a\": 1}", "not a supported file");
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
        (gb_2312, &["text: is not UTF-8; read as gb18030; check the names"]),
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
    assert_eq!(told, ["annotation 1: its polygon is not a list of numbers; skipped"]);

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
        assert!(told[0].contains("more runs than the photo has pixels"), "{told:?}");
    }
}
