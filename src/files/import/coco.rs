//! COCO instances: polygons and both forms of RLE.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::{ImportError, Imported, Problem, Target, listed, name, polygon, score, whole};
use crate::files::photo::name_of;
use crate::mask::polygon::{filled_as_coco, united};
use crate::mask::{CompressedRle, Mask, Rle};

/// Fewer numbers are no polygon, and draw nothing.
const MIN_NUMBERS: usize = 6;
/// Runs of no length are allowed, but no end of them.
const MAX_COUNTS_PER_PIXEL: usize = 2;
/// Of a count in a compressed text.
const MAX_CHARACTERS: usize = 7;

/// Whether this is a COCO file about instances.
pub(super) fn is_coco(json: &Value) -> bool {
    json["annotations"].is_array() && json["images"].is_array()
}

/// A file, sorted by photos.
pub(super) struct Coco {
    classes: Imported,
    /// The classes by their ids.
    names: HashMap<String, String>,
    images: Vec<Value>,
    /// Places in `images` by file names without folders.
    by_name: HashMap<String, Vec<usize>>,
    /// By the ids of their images: their places in the file, and what they are.
    annotations: HashMap<String, Vec<(usize, Value)>>,
    /// Annotations of images that the file does not have.
    strays: Vec<String>,
}

/// What an id says: programs write the same one as 1, 1.0 or "1".
fn id(value: &Value) -> Option<String> {
    let whole =
        |number: f64| (number.fract() == 0.0 && number.abs() < 1e15).then(|| (number as i64).to_string());
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64().and_then(whole),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => {
            let text = text.trim();
            Some(text.parse().ok().and_then(whole).unwrap_or_else(|| text.into()))
        }
        _ => None,
    }
}

/// What messages call an annotation.
fn place_of(place: usize, annotation: &Value) -> String {
    id(&annotation["id"])
        .map_or_else(|| format!("annotation number {}", place + 1), |id| format!("annotation {id}"))
}

impl Coco {
    pub fn new(mut json: Value) -> Self {
        let mut classes = Imported::default();
        let mut names = HashMap::new();
        let categories = json["categories"].as_array().map_or(&[][..], Vec::as_slice);
        let named = categories.iter().filter_map(|category| {
            let name = name(&category["name"])?;
            names.insert(id(&category["id"])?, name.clone());
            Some((name, category.get("color").and_then(super::colour)))
        });
        classes.add_classes(named);
        let images = match json["images"].take() {
            Value::Array(images) => images,
            _ => vec![],
        };
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, image) in images.iter().enumerate() {
            if let Some(name) = bare_name(image) {
                by_name.entry(name.into()).or_default().push(i);
            }
        }
        let ids: HashSet<Option<String>> = images.iter().map(|image| id(&image["id"])).collect();
        let mut annotations: HashMap<String, Vec<(usize, Value)>> = HashMap::new();
        let mut strays = vec![];
        if let Value::Array(all) = json["annotations"].take() {
            for (i, annotation) in all.into_iter().enumerate() {
                let of = id(&annotation["image_id"]);
                if ids.contains(&of) {
                    annotations.entry(of.unwrap_or_default()).or_default().push((i, annotation));
                } else {
                    strays.push(place_of(i, &annotation));
                }
            }
        }
        Self { classes, names, images, by_name, annotations, strays }
    }

    /// The file names of all photos, without folders.
    pub fn photos(&self) -> impl Iterator<Item = &str> {
        self.images.iter().filter_map(bare_name)
    }

    /// What to know about annotations of no photo in the file.
    pub fn strays(&self) -> Option<Problem> {
        let what = "the file has no image of this id; left out".into();
        (!self.strays.is_empty()).then(|| Problem { place: listed(&self.strays), what })
    }

    /// The masks of one photo, and what cannot be used of the whole file.
    pub fn import_all(&self, target: &Target) -> Result<Imported, ImportError> {
        let mut imported = self.import(target)?;
        imported.problems.extend(self.strays());
        Ok(imported)
    }

    /// The masks of one photo.
    pub fn import(&self, target: &Target) -> Result<Imported, ImportError> {
        let mut imported = self.classes.clone();
        let image_id = id(&self.find_image(target, &mut imported)?["id"]).unwrap_or_default();
        let annotations = self.annotations.get(&image_id).map_or(&[][..], Vec::as_slice);
        target.check_count(annotations.len())?;
        for (i, annotation) in annotations {
            let category = &annotation["category_id"];
            let class = id(category).and_then(|id| self.names.get(&id).cloned());
            let place = place_of(*i, annotation);
            if class.is_none() && !category.is_null() {
                imported.problem(place.clone(), format!("category {category} is not listed"));
            }
            let mask = segmentation(&annotation["segmentation"], target).map(|mask| {
                let mut item = super::annotation(mask, class, annotation["name"].as_str());
                item.predicted_iou = score(&annotation["predicted_iou"]);
                item.stability_score = score(&annotation["stability_score"]);
                item
            });
            target.take(&mut imported, place, mask);
        }
        Ok(imported)
    }

    /// The photo: by its name and folders, or because there is no other.
    fn find_image(&self, target: &Target, imported: &mut Imported) -> Result<&Value, ImportError> {
        let photo = name_of(target.photo);
        let size = |image: &Value| Some((whole(&image["width"])?, whole(&image["height"])?));
        let called = self.by_name.get(&photo).map_or(&[][..], Vec::as_slice);
        let mut called: Vec<&Value> = called.iter().map(|i| &self.images[*i]).collect();
        let place = std::path::absolute(target.photo).unwrap_or_else(|_| target.photo.into());
        let best = called.iter().map(|image| likeness(image, &place)).max();
        called.retain(|image| Some(likeness(image, &place)) == best);
        let fitting: Vec<&Value> =
            called.iter().copied().filter(|image| size(image) == Some(target.size)).collect();
        let image = match (&fitting[..], &called[..], &self.images[..]) {
            ([image], ..) | ([], [image, ..], _) => *image,
            ([], [], [only]) if size(only) == Some(target.size) => {
                imported.problem("images", format!("is about {}, which has the same size", file_name(only)));
                only
            }
            ([], [], _) => {
                let others = some_of(&self.images.iter().collect::<Vec<_>>());
                return Err(ImportError::OtherPhoto { path: target.path.into(), photo, others });
            }
            (several, ..) => {
                let several = some_of(several);
                return Err(ImportError::AmbiguousPhoto { path: target.path.into(), photo, several });
            }
        };
        if called.len() > 1 {
            let what = format!("has {} photos called {photo}, one of which has this size", called.len());
            imported.problem("images", what);
        }
        target.check_size(size(image).ok_or_else(|| target.damaged("an image has no size"))?)?;
        Ok(image)
    }
}

fn bare_name(image: &Value) -> Option<&str> {
    image["file_name"].as_str()?.rsplit(['/', '\\']).next()
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
fn some_of(images: &[&Value]) -> String {
    let names: Vec<String> = images.iter().map(|image| file_name(image).into()).collect();
    if names.is_empty() { "none".into() } else { listed(&names) }
}

/// A mask from any form of a segmentation, as `annToMask` has it.
pub(super) fn segmentation(value: &Value, target: &Target) -> Result<Mask, String> {
    let (width, height) = target.size;
    if let Some(polygons) = value.as_array() {
        if polygons.is_empty() {
            return Err("has no segmentation".into());
        }
        let masks: Result<Vec<Option<Mask>>, String> =
            polygons.iter().map(|polygon| coco_polygon(polygon, target)).collect();
        let mut masks = masks?.into_iter().flatten().peekable();
        if masks.peek().is_none() {
            return Err("has no polygon of three points".into());
        }
        return Ok(united(masks, width, height));
    }
    let counts = &value["counts"];
    let size = whole(&value["size"][1]).zip(whole(&value["size"][0]));
    if let Some((w, h)) = size.filter(|size| *size != target.size) {
        return Err(format!("its mask has {w}x{h} pixels, the photo {width}x{height}"));
    }
    // Before they are decoded, which takes several times as much memory.
    let max_counts = MAX_COUNTS_PER_PIXEL * (width as usize * height as usize + 1);
    if counts.as_str().is_some_and(|text| text.len() > MAX_CHARACTERS * max_counts)
        || counts.as_array().is_some_and(|counts| counts.len() > max_counts)
    {
        return Err("its mask has more runs than the photo pixels".into());
    }
    let rle: Rle = if counts.is_string() {
        let compressed: CompressedRle = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
        Rle::try_from(&compressed).map_err(|e| e.to_string())?
    } else if counts.is_array() {
        serde_json::from_value(value.clone()).map_err(|e| format!("its run lengths are damaged ({e})"))?
    } else {
        return Err("has no segmentation".into());
    };
    if rle.size != [height, width] {
        return Err("its mask has no size".into());
    }
    Mask::try_from(&rle).map_err(|e| e.to_string())
}

/// x and y in turn; nothing for what is too short to be a polygon, as `frPyObjects` draws nothing for it.
fn coco_polygon(value: &Value, target: &Target) -> Result<Option<Mask>, String> {
    let numbers: Option<Vec<f64>> = value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect());
    let numbers = numbers.ok_or("its polygon is no list of numbers")?;
    if numbers.len() < MIN_NUMBERS {
        return Ok(None);
    }
    let points: Vec<[f64; 2]> = numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    polygon::check(&points, target)?;
    let (width, height) = target.size;
    filled_as_coco(&points, width, height).map(Some).map_err(|e| e.to_string())
}
