//! `tinsel masks`: boxes become masks, saved with their photos.

use serde_json::{Value, json};

use super::*;

/// The cup and the spoon of the sample photo.
const CUP: [f32; 4] = [190.0, 60.0, 390.0, 300.0];
const SPOON: [f32; 4] = [325.0, 220.0, 415.0, 330.0];

/// A COCO file for two photos: the spoon in one, the cup and a box outside the photo in the other.
fn boxes(folder: &Folder) -> String {
    let xywh = |[x0, y0, x1, y1]: [f32; 4]| json!([x0, y0, x1 - x0, y1 - y0]);
    let image = |id: u32, name: &str| json!({"id": id, "file_name": name, "width": 600, "height": 400});
    let annotation = |id: u32, image: u32, bbox: Value, score: f32| json!({"id": id, "image_id": image, "category_id": 1, "bbox": bbox, "score": score});
    let file = json!({
        "images": [image(1, "a.jpg"), image(2, "b.jpg"), image(3, "gone.jpg")],
        "categories": [{"id": 1, "name": "crockery"}],
        "annotations": [
            annotation(1, 1, xywh(SPOON), 0.75),
            annotation(2, 2, xywh(CUP), 0.5),
            annotation(3, 2, json!([900, 10, 50, 50]), 0.5),
            annotation(4, 3, xywh(CUP), 0.5),
        ],
    });
    folder.file("boxes.json", file.to_string().as_bytes())
}

fn photos(folder: &Folder, names: &[&str]) -> String {
    std::fs::create_dir_all(folder.path("photos")).unwrap();
    for name in names {
        std::fs::copy(COFFEE, folder.path(&format!("photos/{name}"))).unwrap();
    }
    folder.path("photos")
}

#[test]
fn boxes_become_proposals_once() {
    let folder = Folder::new();
    let photos = photos(&folder, &["a.jpg", "b.jpg", "c.jpg"]);
    let boxes = boxes(&folder);
    let masks = |arguments: &[&str]| tinsel(&[&["masks", &photos, "--boxes", &boxes], arguments].concat());
    let run = masks(&["--min-score", "0.6"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("a.jpg: 1 box, 1 new in ") && run.out.contains("b.jpg: 0 boxes"), "{}", run.out);
    assert!(run.err.contains("boxes of gone.jpg skipped"), "{}", run.err);
    assert!(run.err.contains("b.jpg: boxes.json, annotation 3: lies outside the photo"), "{}", run.err);
    assert!(!std::fs::exists(format!("{photos}/c.jpg.tinsel.json")).unwrap(), "it has no boxes");

    let first = session(&folder, "a.jpg");
    let mask = &first["masks"][0];
    assert_eq!((&mask["class"], &mask["model"]), (&"crockery".into(), &"mobile-sam".into()));
    assert_eq!((&mask["box"], &mask["proposal"]["score"]), (&json!(SPOON), &0.75.into()));
    // The same pixels as those of the command for a single prompt.
    let [x0, y0, x1, y1] = SPOON;
    let arguments = ["predict", COFFEE, "--json", "--box", &format!("{x0},{y0},{x1},{y1}")];
    let predicted: Vec<Value> = serde_json::from_str(&succeed(&arguments)).unwrap();
    let expected: Rle = serde_json::from_value(predicted[0]["segmentation"].clone()).unwrap();
    assert_eq!(mask_of_session(mask), Mask::try_from(&expected).unwrap());

    // What is there is not made again, even if somebody has corrected it; the rest is.
    let before = std::fs::read(format!("{photos}/a.jpg.tinsel.json")).unwrap();
    let run = masks(&[]);
    assert!(
        run.out.contains("a.jpg: 1 box, 0 new in ") && run.out.contains("b.jpg: 1 box, 1 new in "),
        "{}",
        run.out
    );
    assert_eq!(std::fs::read(format!("{photos}/a.jpg.tinsel.json")).unwrap(), before);
    let mut corrected = first.clone();
    corrected["masks"][0]["box"] = Value::Null;
    std::fs::write(format!("{photos}/a.jpg.tinsel.json"), corrected.to_string()).unwrap();
    assert!(masks(&[]).out.contains("a.jpg: 1 box, 0 new in "));

    let exported = folder.path("exported");
    succeed(&["export", &photos, "--format=coco", "--out", &exported]);
    let coco = json(&folder, "exported/coco.json");
    assert!(list(&coco["annotations"]).iter().all(|annotation| annotation["proposal"].is_object()));
}

#[test]
fn a_folder_of_labels_serves_and_a_photo_that_fails_is_told() {
    let folder = Folder::new();
    let photos = photos(&folder, &["a.jpg", "bad.jpg"]);
    folder.file("photos/bad.jpg", b"no photo");
    std::fs::create_dir(folder.path("labels")).unwrap();
    folder.file("labels/classes.txt", b"spoon\n");
    for name in ["a", "bad"] {
        folder.file(&format!("labels/{name}.txt"), b"0 0.6166 0.6875 0.15 0.275 0.9\n");
    }
    let run = tinsel(&["masks", &photos, "--boxes", &folder.path("labels")]);
    assert!(run.code == Some(1) && run.err.contains("1 of 2 photos failed"), "{}", run.err);
    assert_eq!(session(&folder, "a.jpg")["masks"][0]["class"], "spoon");
}

#[test]
fn without_boxes_there_is_an_error_with_the_way_out() {
    let folder = Folder::new();
    let photos = photos(&folder, &["c.jpg"]);
    let boxes = boxes(&folder);
    fails(&["masks", &photos, "--boxes", &boxes], 2, &["no photo has boxes in it", "a.jpg, b.jpg, gone.jpg"]);
    let text = folder.file("notes.txt", b"x");
    fails(&["masks", &photos, "--boxes", &text], 2, &["notes.txt: contains no boxes", "Pascal VOC (XML)"]);
    fails(
        &["masks", &photos, "--boxes", &boxes, "--min-score=2"],
        2,
        &["--min-score is 2", "between 0 and 1"],
    );
    fails(&["masks", &photos], 2, &["required arguments"]);
}
