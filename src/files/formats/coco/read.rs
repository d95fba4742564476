//! Reads COCO files.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

use super::segmentation::segmentation;
use crate::attribute::attributes_in;
use crate::files::formats::reading::json::{colour, name, score, whole};
use crate::files::formats::reading::{
    ImportError, Imported, Problem, Target, annotation as imported_mask, listed,
};
use crate::files::paths::likeness;
use crate::files::photo::name_of;

/// Whether this is a COCO instances file.
pub fn is_coco(json: &Value) -> bool {
    json["annotations"].is_array() && json["images"].is_array()
}

/// A file, indexed by photo.
pub struct Coco {
    classes: Imported,
    /// The classes by their ids.
    names: HashMap<String, String>,
    images: Vec<Value>,
    /// Indices in `images` by file name without folders.
    by_name: HashMap<String, Vec<usize>>,
    /// The annotations, with their indices in the file, by image id.
    annotations: HashMap<String, Vec<(usize, Value)>>,
    /// Annotations whose image is missing in the file.
    strays: Vec<String>,
}

/// The normalised form of an id: programs write the same id as 1, 1.0 or "1".
pub fn id(value: &Value) -> Option<String> {
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

/// The name of an annotation in messages.
pub fn place_of(place: usize, annotation: &Value) -> String {
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
            Some((name, category.get("color").and_then(colour)))
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

    /// The problem of annotations whose photo is missing in the file.
    pub fn strays(&self) -> Option<Problem> {
        let what = "the file has no image with this id; skipped".into();
        (!self.strays.is_empty()).then(|| Problem { place: listed(&self.strays), what })
    }

    /// The masks of one photo, and the problems of the whole file.
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
                imported.problem(
                    place.clone(),
                    format!(
                        "category {category} is not in the list of \
                                                         categories"
                    ),
                );
            }
            let mask = segmentation(&annotation["segmentation"], target).map(|mask| {
                let mut item = imported_mask(mask, class, annotation["name"].as_str());
                item.predicted_iou = score(&annotation["predicted_iou"]);
                item.stability_score = score(&annotation["stability_score"]);
                item.proposal = Option::deserialize(&annotation["proposal"]).unwrap_or_default();
                item.attributes = attributes_in(&annotation["attributes"]);
                item
            });
            target.take(&mut imported, place, mask);
        }
        Ok(imported)
    }

    /// The photo: by its name and folders, or as the only one.
    fn find_image(&self, target: &Target, imported: &mut Imported) -> Result<&Value, ImportError> {
        let photo = name_of(target.photo);
        let size = |image: &Value| Some((whole(&image["width"])?, whole(&image["height"])?));
        let called = self.by_name.get(&photo).map_or(&[][..], Vec::as_slice);
        let mut called: Vec<&Value> = called.iter().map(|i| &self.images[*i]).collect();
        let place = std::path::absolute(target.photo).unwrap_or_else(|_| target.photo.into());
        let best = called.iter().map(|image| likeness(file_name(image), &place)).max();
        called.retain(|image| Some(likeness(file_name(image), &place)) == best);
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

fn file_name(image: &Value) -> &str {
    image["file_name"].as_str().unwrap_or("?")
}

/// Some of the names of images.
fn some_of(images: &[&Value]) -> String {
    let names: Vec<String> = images.iter().map(|image| file_name(image).into()).collect();
    if names.is_empty() { "none".into() } else { listed(&names) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::files::formats::tests::{areas, coco_of, read_file, write};
    use crate::files::import::import;

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
            (json["annotations"][0]["image_id"], json["annotations"][0]["category_id"]) =
                (b.clone(), b.clone());
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
            ["annotation 1, annotation 2, annotation 3: the file has no image with this id; skipped"]
        );
    }
}
