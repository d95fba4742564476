//! Boxes in COCO files: annotations without a segmentation, and lists of detections.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::listed::{ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, score};
use super::{BoxContent, BoxReader};
use crate::files::formats::coco::{id, is_coco, place_of};
use crate::files::formats::reading::json::{name, whole};
use crate::files::formats::reading::{Content, Problem, listed};

/// Annotations with a `bbox` and no segmentation.
pub struct CocoBoxes;

impl BoxReader for CocoBoxes {
    fn name(&self) -> &'static str {
        "COCO (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, _: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let json = content.json().filter(|json| is_coco(json))?;
        Some(Ok(BoxContent::Listed(boxes(json))))
    }
}

/// Lists of `image_id`, `category_id`, `bbox` and `score`.
pub struct CocoDetections;

impl BoxReader for CocoDetections {
    fn name(&self) -> &'static str {
        "COCO detections (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, _: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let json = content.json().filter(|json| is_detections(json))?;
        Some(Ok(BoxContent::Detections(json.take())))
    }
}

/// The photos and classes of a COCO file by their ids.
#[derive(Debug, Clone, Default)]
pub struct CocoNames {
    photos: HashMap<String, Image>,
    classes: HashMap<String, String>,
}

#[derive(Debug, Clone)]
struct Image {
    file_name: String,
    size: Option<(u32, u32)>,
}

impl CocoNames {
    fn of(json: &Value) -> Self {
        let list = |key: &str| json[key].as_array().map_or(&[][..], Vec::as_slice);
        let photo = |image: &Value| {
            let size = whole(&image["width"]).zip(whole(&image["height"]));
            Some((id(&image["id"])?, Image { file_name: image["file_name"].as_str()?.into(), size }))
        };
        let class = |category: &Value| Some((id(&category["id"])?, name(&category["name"])?));
        Self {
            photos: list("images").iter().filter_map(photo).collect(),
            classes: list("categories").iter().filter_map(class).collect(),
        }
    }

    /// Adds those of another file.
    pub fn extend(&mut self, other: Self) {
        self.photos.extend(other.photos);
        self.classes.extend(other.classes);
    }

    fn class(&self, category: &Value) -> Option<String> {
        let id = id(category)?;
        Some(self.classes.get(&id).cloned().unwrap_or_else(|| format!("class {id}")))
    }
}

fn is_detections(json: &Value) -> bool {
    let is_detection = |item: &Value| !item["image_id"].is_null() && item.get("bbox").is_some();
    json.as_array().and_then(|list| list.first()).is_some_and(is_detection)
}

fn boxes(json: &Value) -> ListedBoxes {
    let names = CocoNames::of(json);
    let mut collected = Collected::default();
    for (i, annotation) in json["annotations"].as_array().into_iter().flatten().enumerate() {
        collected.add(i, annotation, &names, |_| None);
    }
    ListedBoxes { names: Some(names), ..collected.listed() }
}

/// The boxes of a list of detections. What `names` lacks is named by its id.
pub fn detections(json: &Value, names: &CocoNames) -> ListedBoxes {
    let mut collected = Collected::default();
    let alone = |annotation: &Value| {
        let file_name = annotation["file_name"].as_str().map(|name| PhotoName::File(name.into()));
        file_name.or_else(|| id(&annotation["image_id"]).map(PhotoName::Id))
    };
    for (i, annotation) in json.as_array().into_iter().flatten().enumerate() {
        collected.add(i, annotation, names, alone);
    }
    collected.listed()
}

/// The boxes so far.
#[derive(Default)]
struct Collected {
    photos: Vec<PhotoBoxes>,
    /// Indices in `photos` by id.
    by_id: HashMap<String, usize>,
    problems: Vec<Problem>,
    strays: Vec<String>,
    outlined: usize,
}

impl Collected {
    /// Adds an annotation. `unnamed` names the photo of one whose id `names` lacks.
    fn add(
        &mut self,
        i: usize,
        annotation: &Value,
        names: &CocoNames,
        unnamed: impl Fn(&Value) -> Option<PhotoName>,
    ) {
        let place = place_of(i, annotation);
        let Some(image_id) = id(&annotation["image_id"]) else { return self.strays.push(place) };
        let image = names.photos.get(&image_id);
        let photo =
            image.map(|image| PhotoName::File(image.file_name.clone())).or_else(|| unnamed(annotation));
        let Some(photo) = photo else { return self.strays.push(place) };
        if has_outline(&annotation["segmentation"]) {
            self.outlined += 1;
            return;
        }
        let Some(corners) = corners(&annotation["bbox"]) else {
            return self.problems.push(Problem { place, what: "has no box of four numbers; skipped".into() });
        };
        let at = *self.by_id.entry(image_id).or_insert_with(|| {
            let size = image.and_then(|image| image.size);
            self.photos.push(PhotoBoxes { photo, size, unit: Unit::Pixels, boxes: vec![] });
            self.photos.len() - 1
        });
        let class = names.class(&annotation["category_id"]);
        let score = score(annotation["score"].as_f64());
        self.photos[at].boxes.push(ListedBox { place, corners, class, score });
    }

    fn listed(mut self) -> ListedBoxes {
        if !self.strays.is_empty() {
            let what = "the file has no image with this id; skipped".into();
            self.problems.push(Problem { place: listed(&self.strays), what });
        }
        let Self { photos, problems, outlined, .. } = self;
        ListedBoxes { photos, problems, outlined, names: None }
    }
}

/// Whether a segmentation says more than the box: detectors leave it out or empty.
fn has_outline(segmentation: &Value) -> bool {
    match segmentation {
        Value::Array(polygons) => {
            !polygons.iter().all(|polygon| polygon.as_array().is_some_and(Vec::is_empty))
        }
        Value::Object(rle) => rle.contains_key("counts"),
        _ => false,
    }
}

/// Left, top, right and bottom of x, y, width, height.
fn corners(bbox: &Value) -> Option<[f64; 4]> {
    match bbox.as_array()?.as_slice() {
        [x, y, width, height] => {
            let [x, y] = [x.as_f64()?, y.as_f64()?];
            Some([x, y, x + width.as_f64()?, y + height.as_f64()?])
        }
        _ => None,
    }
}
