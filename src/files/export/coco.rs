//! COCO instances: an annotation for each mask, all of one category.
//!
//! A batch keeps a small file for each photo (its *part*) and joins them at the end, so that
//! neither memory nor an interruption matter.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::atomic::{FileSet, WriteError, WriteSeek};
use super::super::photo::Photo;
use super::ExportMask;
use crate::mask::{CompressedRle, Rle};

const CATEGORY: u64 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    width: u32,
    height: u32,
}

/// `name`, `predicted_iou` and `stability_score` are additions that readers ignore.
#[derive(Debug, Serialize, Deserialize)]
struct Annotation {
    id: u64,
    image_id: u64,
    category_id: u64,
    /// Run lengths keep holes and parts, which polygons would lose.
    segmentation: CompressedRle,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    iscrowd: u8,
    name: String,
    predicted_iou: f32,
    stability_score: f32,
}

/// One photo and its masks.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    image: Image,
    annotations: Vec<Annotation>,
}

impl Part {
    fn new(photo: &Photo, file_name: String, masks: &[ExportMask]) -> Self {
        let (width, height) = photo.pixels.dimensions();
        let annotation = |(i, item): (usize, &ExportMask)| Annotation {
            id: i as u64 + 1,
            image_id: 1,
            category_id: CATEGORY,
            segmentation: CompressedRle::from(&Rle::from(&*item.mask)),
            area: item.mask.area(),
            bbox: item.mask.bbox().map_or([0; 4], |b| b.xywh()),
            iscrowd: 0,
            name: item.name.clone(),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
        };
        let annotations = masks.par_iter().enumerate().map(annotation).collect();
        Self { image: Image { id: 1, file_name, width, height }, annotations }
    }

    fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| format!("{}: cannot be opened: {e}", path.display()))?;
        serde_json::from_reader(BufReader::new(file))
            .map_err(|e| format!("{}: is damaged ({e}); delete it and do this photo again", path.display()))
    }
}

/// Writes the file of one photo.
pub(super) fn write(out: &mut dyn WriteSeek, photo: &Photo, masks: &[ExportMask]) -> Result<(), String> {
    write_document(out, [(1, Ok(Part::new(photo, photo.file_name(), masks)))].into_iter())
}

/// Adds the part of one photo, which the file will call `file_name`.
///
/// # Errors
/// See [`FileSet::check`].
pub fn add_coco_part(
    set: &mut FileSet,
    photo: &Photo,
    file_name: String,
    masks: &[ExportMask],
    file: &Path,
) -> Result<(), WriteError> {
    super::add_json(set, &Part::new(photo, file_name, masks), file)
}

/// Adds the file of many photos, joined from their parts, each with the id that its image gets.
/// Annotations are numbered from 1. Only one part is in memory at a time.
///
/// # Errors
/// See [`FileSet::check`]; a part that cannot be read.
pub fn add_coco(
    set: &mut FileSet,
    parts: impl IntoIterator<Item = (u64, PathBuf)>,
    file: &Path,
) -> Result<(), WriteError> {
    let parts = parts.into_iter().map(|(id, path)| (id, Part::read(&path)));
    set.add(file, |out| write_document(out, parts))
}

/// The arrays are written piece by piece, because all annotations together may not fit into memory.
fn write_document(
    out: &mut dyn WriteSeek,
    parts: impl Iterator<Item = (u64, Result<Part, String>)>,
) -> Result<(), String> {
    let text = |e: std::io::Error| e.to_string();
    let mut images = vec![];
    let mut annotations = 0;
    out.write_all(br#"{"info":{"description":"Masks made with Tinsel"},"#).map_err(text)?;
    write!(out, r#""categories":[{{"id":{CATEGORY},"name":"object","supercategory":""}}],"#).map_err(text)?;
    out.write_all(br#""annotations":["#).map_err(text)?;
    for (image_id, part) in parts {
        let Part { image, annotations: of_image } = part?;
        for annotation in of_image {
            out.write_all(if annotations == 0 { b"\n" } else { b",\n" }).map_err(text)?;
            annotations += 1;
            let annotation = Annotation { id: annotations, image_id, ..annotation };
            serde_json::to_writer(&mut *out, &annotation).map_err(|e| e.to_string())?;
        }
        images.push(Image { id: image_id, ..image });
    }
    out.write_all(b"\n],\"images\":").map_err(text)?;
    serde_json::to_writer(&mut *out, &images).map_err(|e| e.to_string())?;
    out.write_all(b"}\n").map_err(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::subject;
    use super::*;
    use crate::mask::Mask;

    fn array(value: &Value) -> &[Value] {
        value.as_array().unwrap()
    }

    #[test]
    fn the_masks_come_back_from_the_file() {
        let (photo, masks) = subject();
        let mut bytes = std::io::Cursor::new(vec![]);
        write(&mut bytes, &photo, &masks).unwrap();
        let json: Value = serde_json::from_slice(bytes.get_ref()).unwrap();
        assert_eq!(json["images"], json!([{"id": 1, "file_name": "photo.one.jpg", "width": 6, "height": 4}]));
        assert_eq!(array(&json["annotations"]).len(), 2);
        for (annotation, item) in array(&json["annotations"]).iter().zip(&masks) {
            let compressed: CompressedRle =
                serde_json::from_value(annotation["segmentation"].clone()).unwrap();
            assert_eq!(Mask::try_from(&Rle::try_from(&compressed).unwrap()).unwrap(), *item.mask);
            assert_eq!(annotation["area"], item.mask.area());
            assert_eq!(annotation["category_id"], json["categories"][0]["id"]);
        }
        assert_eq!(json["annotations"][0]["bbox"], json!([1, 0, 3, 3]));
    }

    #[test]
    fn parts_are_joined_and_a_damaged_one_is_named() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let [first, none, second, joined] =
            ["1.json", "2.json", "3.json", "all.json"].map(|name| dir.path().join(name));
        let mut set = FileSet::new(false);
        add_coco_part(&mut set, &photo, "x/a.jpg".into(), &masks, &first).unwrap();
        add_coco_part(&mut set, &photo, "x/b.jpg".into(), &[], &none).unwrap();
        add_coco_part(&mut set, &photo, "x/c.jpg".into(), &masks, &second).unwrap();
        set.commit().unwrap();

        let mut set = FileSet::new(false);
        let parts = [(1, first.clone()), (2, none), (7, second)];
        add_coco(&mut set, parts, &joined).unwrap();
        set.commit().unwrap();
        let json: Value = serde_json::from_slice(&std::fs::read(&joined).unwrap()).unwrap();
        let ids = |key: &str, id: &str| -> Vec<u64> {
            array(&json[key]).iter().map(|item| item[id].as_u64().unwrap()).collect()
        };
        assert_eq!(ids("images", "id"), [1, 2, 7]);
        assert_eq!(json["images"][2]["file_name"], "x/c.jpg");
        assert_eq!(ids("annotations", "id"), [1, 2, 3, 4]);
        assert_eq!(ids("annotations", "image_id"), [1, 1, 7, 7]);

        std::fs::write(&first, b"{\"image\": {").unwrap();
        let error = add_coco(&mut FileSet::new(true), [(1, first)], &joined).unwrap_err().to_string();
        assert!(error.contains("1.json: is damaged"), "{error}");
    }
}
