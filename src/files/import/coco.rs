//! COCO instances: polygons and both forms of RLE.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::{ImportError, Imported, ImportedMask, Target, polygon, score, whole};
use crate::files::photo::name_of;
use crate::mask::polygon::{filled_as_coco, united};
use crate::mask::{CompressedRle, Mask, Rle};

/// A file, sorted by photos.
pub(super) struct Coco {
    classes: Imported,
    names: HashMap<i64, String>,
    images: Value,
    /// By the id of their image as JSON: their number in the file, and what they are.
    annotations: HashMap<String, Vec<(usize, Value)>>,
}

impl Coco {
    pub fn new(mut json: Value) -> Self {
        let mut classes = Imported::default();
        let mut names: HashMap<i64, String> = HashMap::new();
        for category in json["categories"].as_array().into_iter().flatten() {
            if let (Some(id), Some(name)) = (category["id"].as_i64(), category["name"].as_str()) {
                classes.add_class(name, category.get("color").and_then(super::colour));
                names.insert(id, name.into());
            }
        }
        let mut annotations: HashMap<String, Vec<(usize, Value)>> = HashMap::new();
        if let Value::Array(all) = json["annotations"].take() {
            for (i, annotation) in all.into_iter().enumerate() {
                annotations.entry(annotation["image_id"].to_string()).or_default().push((i, annotation));
            }
        }
        Self { classes, names, images: json["images"].take(), annotations }
    }

    /// The file names of all photos, without folders.
    pub fn photos(&self) -> impl Iterator<Item = &str> {
        self.images.as_array().into_iter().flatten().filter_map(bare_name)
    }

    /// The masks of one photo.
    pub fn import(&self, target: &Target) -> Result<Imported, ImportError> {
        let mut imported = self.classes.clone();
        let image_id = find_image(target, &self.images, &mut imported)?;
        let annotations = self.annotations.get(&image_id.to_string()).map_or(&[][..], Vec::as_slice);
        target.check_count(annotations.len())?;
        for (i, annotation) in annotations {
            let class = annotation["category_id"].as_i64().and_then(|id| self.names.get(&id).cloned());
            let place = match annotation["id"].as_i64() {
                Some(id) => format!("annotation {id}"),
                None => format!("annotation number {}", i + 1),
            };
            if class.is_none() && !annotation["category_id"].is_null() {
                let category = &annotation["category_id"];
                imported.problem(place.clone(), format!("category {category} is not listed"));
            }
            let mask = segmentation(&annotation["segmentation"], target.size).map(|mask| {
                let mut item = ImportedMask::new(mask, class, annotation["name"].as_str());
                item.predicted_iou = score(&annotation["predicted_iou"]);
                item.stability_score = score(&annotation["stability_score"]);
                item
            });
            imported.take(place, mask);
        }
        Ok(imported)
    }
}

fn bare_name(image: &Value) -> Option<&str> {
    image["file_name"].as_str()?.rsplit(['/', '\\']).next()
}

/// The id of the photo: by its name and folders, or because there is no other.
fn find_image(target: &Target, images: &Value, imported: &mut Imported) -> Result<Value, ImportError> {
    let images: &[Value] = images.as_array().map_or(&[], Vec::as_slice);
    let photo = name_of(target.photo);
    let size = |image: &Value| Some((whole(&image["width"])?, whole(&image["height"])?));
    let mut called: Vec<&Value> =
        images.iter().filter(|image| bare_name(image) == Some(photo.as_str())).collect();
    let place = std::path::absolute(target.photo).unwrap_or_else(|_| target.photo.into());
    let best = called.iter().map(|image| likeness(image, &place)).max();
    called.retain(|image| Some(likeness(image, &place)) == best);
    let fitting: Vec<&Value> =
        called.iter().copied().filter(|image| size(image) == Some(target.size)).collect();
    let image = match (&fitting[..], &called[..], images) {
        ([image], ..) | ([], [image, ..], _) => *image,
        ([], [], [only]) if size(only) == Some(target.size) => {
            imported.problem("images", format!("is about {}, which has the same size", file_name(only)));
            only
        }
        ([], [], _) => {
            let others = listed(&images.iter().collect::<Vec<_>>());
            return Err(ImportError::OtherPhoto { path: target.path.into(), photo, others });
        }
        (several, ..) => {
            let several = listed(several);
            return Err(ImportError::AmbiguousPhoto { path: target.path.into(), photo, several });
        }
    };
    if called.len() > 1 {
        let what = format!("has {} photos called {photo}, one of which has this size", called.len());
        imported.problem("images", what);
    }
    target.check_size(size(image).ok_or_else(|| target.damaged("an image has no size"))?)?;
    Ok(image["id"].clone())
}

/// How many parts of the path to a photo agree with those in the file, counted from the end, and
/// whether these are all that the file has.
fn likeness(image: &Value, photo: &Path) -> (usize, bool) {
    let mut parts = file_name(image).rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    let mut of_photo = photo.components().rev();
    let mut agreeing = 0;
    loop {
        match (parts.next(), of_photo.next()) {
            (None, _) => return (agreeing, true),
            (Some(a), Some(b)) if b.as_os_str().to_string_lossy() == a => agreeing += 1,
            _ => return (agreeing, false),
        }
    }
}

fn file_name(image: &Value) -> &str {
    image["file_name"].as_str().unwrap_or("?")
}

/// Some of the names of images.
fn listed(images: &[&Value]) -> String {
    let some: Vec<&str> = images.iter().take(3).map(|image| file_name(image)).collect();
    match images.len() {
        0 => "none".into(),
        1..=3 => some.join(", "),
        n => format!("{} and {} more", some.join(", "), n - 3),
    }
}

/// A mask from any form of a segmentation, as `annToMask` has it.
pub(super) fn segmentation(value: &Value, (width, height): (u32, u32)) -> Result<Mask, String> {
    if let Some(polygons) = value.as_array() {
        if polygons.is_empty() {
            return Err("has no segmentation".into());
        }
        let masks: Result<Vec<Mask>, String> =
            polygons.iter().map(|polygon| coco_polygon(polygon, (width, height))).collect();
        return Ok(united(masks?, width, height));
    }
    let rle: Rle = if value["counts"].is_string() {
        let compressed: CompressedRle = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
        Rle::try_from(&compressed).map_err(|e| e.to_string())?
    } else if value["counts"].is_array() {
        serde_json::from_value(value.clone()).map_err(|e| format!("its run lengths are damaged ({e})"))?
    } else {
        return Err("has no segmentation".into());
    };
    if rle.size != [height, width] {
        let [h, w] = rle.size;
        return Err(format!("its mask has {w}x{h} pixels, the photo {width}x{height}"));
    }
    Mask::try_from(&rle).map_err(|e| e.to_string())
}

/// x and y in turn; four numbers are a box.
fn coco_polygon(value: &Value, (width, height): (u32, u32)) -> Result<Mask, String> {
    let numbers: Option<Vec<f64>> = value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect());
    let numbers = numbers.ok_or("its polygon is no list of numbers")?;
    let points: Vec<[f64; 2]> = match numbers[..] {
        [x, y, w, h] => vec![[x, y], [x, y + h], [x + w, y + h], [x + w, y]],
        _ => numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect(),
    };
    if points.len() < 3 {
        return Err(format!("a polygon needs three points, this one has {}", points.len()));
    }
    polygon::check(&points, (width, height))?;
    filled_as_coco(&points, width, height).map_err(|e| e.to_string())
}
