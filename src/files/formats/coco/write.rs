//! Writes COCO files.
//!
//! A batch writes a small file for each photo (its *part*) and merges them at the end, so that neither memory
//! nor interruptions matter.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::CocoSegmentation;
use super::segmentation::Segmentation;
use crate::annotation::{Annotation, Proposal};
use crate::attribute::Attributes;
use crate::files::atomic::WriteSeek;
use crate::files::formats::class_list::ClassList;
use crate::files::formats::{DatasetPhoto, ExportOptions, UNCLASSED};
use crate::files::{FileSet, Photo, WriteError};

#[derive(Debug, Serialize, Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    width: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
struct Category {
    id: u64,
    name: String,
    supercategory: String,
}

/// `name`, the scores and `proposal` are additions that readers ignore; `attributes` are CVAT's.
#[derive(Debug, Serialize, Deserialize)]
struct CocoAnnotation {
    id: u64,
    image_id: u64,
    category_id: u64,
    segmentation: Segmentation,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    iscrowd: u8,
    name: String,
    /// Null for a mask that does not come from a network.
    predicted_iou: Option<f32>,
    stability_score: Option<f32>,
    /// Only for a mask that no person has looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposal: Option<Proposal>,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
}

/// One photo and its masks. The category of an annotation is its index in `classes`, from 1.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    image: Image,
    annotations: Vec<CocoAnnotation>,
    #[serde(default = "only_unclassed")]
    classes: Vec<String>,
}

fn only_unclassed() -> Vec<String> {
    vec![UNCLASSED.into()]
}

impl Part {
    fn new(
        (width, height): (u32, u32),
        file_name: String,
        masks: &[Annotation],
        options: &ExportOptions,
    ) -> Self {
        let mut classes = ClassList::default();
        classes.extend(masks);
        let drawable =
            |item: &&Annotation| options.coco != CocoSegmentation::Polygons || !item.mask.is_empty();
        let annotation = |item: &Annotation| CocoAnnotation {
            id: 0,
            image_id: 1,
            category_id: classes.place_of(item) as u64 + 1,
            segmentation: Segmentation::new(&item.mask, options),
            area: item.mask.area(),
            bbox: item.mask.bbox().map_or([0; 4], |b| b.xywh()),
            iscrowd: 0,
            name: item.name.clone(),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
            proposal: item.proposal,
            attributes: item.attributes.clone(),
        };
        let mut annotations: Vec<CocoAnnotation> =
            masks.par_iter().filter(drawable).map(annotation).collect();
        (1..).zip(&mut annotations).for_each(|(id, annotation)| annotation.id = id);
        let classes = classes.names().map(Into::into).collect();
        Self { image: Image { id: 1, file_name, width, height }, annotations, classes }
    }

    fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| format!("{}: cannot be opened: {e}", path.display()))?;
        serde_json::from_reader(BufReader::new(file)).map_err(|e| {
            format!("{}: is damaged ({e}); delete it and process the photo again", path.display())
        })
    }
}

/// Adds one file for several photos, whose categories begin with these classes.
///
/// # Errors
/// See [`FileSet::check`].
pub fn add_coco_dataset(
    set: &mut FileSet,
    photos: &[DatasetPhoto],
    classes: &ClassList,
    options: &ExportOptions,
    file: &Path,
) -> Result<(), WriteError> {
    let part =
        |photo: &DatasetPhoto| Ok(Part::new(photo.size, photo.file_name.clone(), &photo.masks, options));
    set.add(file, |out| write_document(out, classes.clone(), (1..).zip(photos.iter().map(part))))
}

/// Adds the part of one photo, which is named `file_name` in the file.
///
/// # Errors
/// See [`FileSet::check`].
pub fn add_coco_part(
    set: &mut FileSet,
    photo: &Photo,
    file_name: String,
    masks: &[Annotation],
    file: &Path,
) -> Result<(), WriteError> {
    let part = Part::new(photo.pixels.dimensions(), file_name, masks, &ExportOptions::default());
    set.add_json(file, &part)
}

/// Adds the file for many photos, merged from their parts, each with the id of its image. Annotations are
/// numbered from 1. Only one part is in memory at a time.
///
/// # Errors
/// See [`FileSet::check`]; a part that cannot be read.
pub fn add_coco(
    set: &mut FileSet,
    parts: impl IntoIterator<Item = (u64, PathBuf)>,
    file: &Path,
) -> Result<(), WriteError> {
    let parts = parts.into_iter().map(|(id, path)| (id, Part::read(&path)));
    set.add(file, |out| write_document(out, ClassList::default(), parts))
}

/// Writes photos, with the categories `listed` and those that they add. The arrays are streamed, because all
/// annotations together may not fit into memory.
fn write_document(
    out: &mut dyn WriteSeek,
    mut listed: ClassList,
    parts: impl Iterator<Item = (u64, Result<Part, String>)>,
) -> Result<(), String> {
    let text = |e: std::io::Error| e.to_string();
    let mut images = vec![];
    let mut annotations = 0;
    out.write_all(br#"{"info":{"description":"Masks made with Tinsel"},"annotations":["#).map_err(text)?;
    for (image_id, part) in parts {
        let Part { image, annotations: of_image, classes } = part?;
        for annotation in of_image {
            let class =
                usize::try_from(annotation.category_id).ok().and_then(|id| classes.get(id.checked_sub(1)?));
            let class = class.ok_or("a category is missing; process the photo again")?;
            let place = listed.place(class).unwrap_or_else(|| {
                listed.push(class.clone(), None);
                listed.len() - 1
            });
            let category_id = place as u64 + 1;
            out.write_all(if annotations == 0 { b"\n" } else { b",\n" }).map_err(text)?;
            annotations += 1;
            let annotation = CocoAnnotation { id: annotations, image_id, category_id, ..annotation };
            serde_json::to_writer(&mut *out, &annotation).map_err(|e| e.to_string())?;
        }
        images.push(Image { id: image_id, ..image });
    }
    if listed.is_empty() {
        listed.push(UNCLASSED.into(), None);
    }
    let category = |(id, name): (u64, &str)| Category { id, name: name.into(), supercategory: String::new() };
    let categories: Vec<Category> = (1..).zip(listed.names()).map(category).collect();
    out.write_all(b"\n],\"categories\":").map_err(text)?;
    serde_json::to_writer(&mut *out, &categories).map_err(|e| e.to_string())?;
    out.write_all(b",\"images\":").map_err(text)?;
    serde_json::to_writer(&mut *out, &images).map_err(|e| e.to_string())?;
    out.write_all(b"}\n").map_err(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::files::formats::tests::subject;
    use crate::mask::{CompressedRle, Mask, Rle};

    fn array(value: &Value) -> &[Value] {
        value.as_array().unwrap()
    }

    #[test]
    fn the_masks_come_back_from_the_file() {
        let (photo, mut masks) = subject();
        masks[1].class = Some("cup".into());
        masks[1].predicted_iou = None;
        let dir = tempfile::tempdir().unwrap();
        for (coco, name) in [
            (CocoSegmentation::CompressedRle, "compressed.json"),
            (CocoSegmentation::Rle, "plain.json"),
            (CocoSegmentation::Polygons, "polygons.json"),
        ] {
            let options = ExportOptions { coco, ..ExportOptions::default() };
            let file = dir.path().join(name);
            let mut set = FileSet::new(false);
            let photos = [DatasetPhoto { size: (6, 4), file_name: photo.file_name(), masks: masks.clone() }];
            add_coco_dataset(&mut set, &photos, &ClassList::default(), &options, &file).unwrap();
            set.commit().unwrap();
            let json: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            assert_eq!(
                json["images"],
                json!([{"id": 1, "file_name": "photo.one.jpg", "width": 6, "height": 4}])
            );
            assert_eq!(array(&json["annotations"]).len(), 2);
            for (i, (annotation, item)) in array(&json["annotations"]).iter().zip(&masks).enumerate() {
                let segmentation = annotation["segmentation"].clone();
                let mask = match coco {
                    CocoSegmentation::CompressedRle => {
                        let compressed: CompressedRle = serde_json::from_value(segmentation).unwrap();
                        Rle::try_from(&compressed).unwrap()
                    }
                    CocoSegmentation::Rle => serde_json::from_value(segmentation).unwrap(),
                    CocoSegmentation::Polygons => {
                        let square = [
                            json!([1., 0., 4., 0., 4., 3., 1., 3.]),
                            json!([5., 3., 6., 3., 6., 4., 5., 4.]),
                        ];
                        assert_eq!(segmentation, json!([square[i]]));
                        continue;
                    }
                };
                assert_eq!(Mask::try_from(&mask).unwrap(), *item.mask);
                assert_eq!(annotation["area"], item.mask.area());
            }
            assert_eq!(json["annotations"][0]["bbox"], json!([1, 0, 3, 3]));
            assert_eq!(json["annotations"][1]["predicted_iou"], Value::Null);
            let category = |id, name| json!({"id": id, "name": name, "supercategory": ""});
            assert_eq!(json["categories"], json!([category(1, "object"), category(2, "cup")]));
            assert_eq!(json["annotations"][1]["category_id"], 2);
        }
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
