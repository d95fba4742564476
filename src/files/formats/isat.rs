//! Files of ISAT: polygons, where those with the same category and group form one mask, and the class list in
//! `isat.yaml`. Background, which is only read, cuts holes into the masks below it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::ExportOptions;
use super::class_list::{ClassList, ListFile, PREVIOUS_FOLDERS, class_of};
use super::definition::{Definition, Keeps, Parts, Shape, Subject};
use super::destination::Destination;
use super::part::Part;
use super::reading::json::points;
use super::reading::{Content, ImportError, Imported, Reader, Target, annotation, polygon};
use crate::annotation::Annotation;
use crate::files::drawing::outlines;
use crate::files::paths::real;
use crate::files::yaml::{self, quoted, with_block};
use crate::files::{FileSet, Photo, WriteError};
use crate::mask::Mask;
use crate::mask::polygon::{Ring, united};

/// The class list.
const LIST: &str = "isat.yaml";
/// The name of the background class in ISAT.
const BACKGROUND: &str = "__background__";

pub struct Isat;

impl Definition for Isat {
    fn key(&self) -> &'static str {
        "isat"
    }

    fn label(&self) -> &'static str {
        "ISAT (JSON)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        let shape = Shape::Outlines { holes: false, parts: Parts::Grouped };
        Keeps { missing_class: false, ..Keeps::all_with(shape) }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        files(to).into()
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError> {
        let &Subject { photo, masks, options, to } = subject;
        let [file, list] = files(to);
        set.add_json(&file, &document(photo, masks, options, &to.folder))?;
        add_classes(set, masks, &list, classes)
    }

    fn shared_files(&self) -> &'static [&'static str] {
        &[LIST]
    }

    fn photo_folder(&self, _: Option<Part>) -> Option<&'static str> {
        Some("")
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&Self)
    }
}

impl Reader for Isat {
    fn name(&self) -> &'static str {
        "ISAT (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let json = content.json().filter(|json| is_isat(json))?;
        Some(read(target, json))
    }

    fn photo_name<'a>(&self, json: &'a Value) -> Option<&'a str> {
        json["info"]["name"].as_str()
    }
}

fn is_isat(json: &Value) -> bool {
    let description = json["info"]["description"].as_str();
    json["objects"].is_array() && description.is_some_and(|description| description.starts_with("ISAT"))
}

/// The photo's file and the class list.
fn files(to: &Destination) -> [PathBuf; 2] {
    [to.file(".json"), to.folder.join(LIST)]
}

fn document(photo: &Photo, masks: &[Annotation], options: &ExportOptions, folder: &Path) -> Value {
    let objects = (1..).zip(masks).flat_map(|(number, item)| objects_of(item, number, options.tolerance));
    let real = real(folder).unwrap_or_else(|| folder.to_path_buf());
    let folder = if options.copy_photo { real } else { photo.path.parent().unwrap_or(&real).to_path_buf() };
    file_of(photo.pixels.dimensions(), &photo.file_name(), &folder.to_string_lossy(), objects.collect())
}

/// The outlines of a mask, whose group and layer have this number.
pub(super) fn objects_of(item: &Annotation, number: usize, tolerance: f32) -> Vec<Value> {
    let parts = outlines::through_pixels(&item.mask, tolerance).into_iter();
    let object = |part: Ring| {
        let points: Vec<[f64; 2]> = part.iter().map(|p| p.map(|v| f64::from(v) + 0.5)).collect();
        let side = |i: usize| points.iter().map(move |p| p[i]);
        let [x0, y0] = [0, 1].map(|i| side(i).fold(f64::INFINITY, f64::min));
        let [x1, y1] = [0, 1].map(|i| side(i).fold(0.0, f64::max));
        json!({
            "category": class_of(item),
            "group": number,
            "segmentation": points,
            "area": enclosed(&points),
            "layer": number,
            "bbox": [x0, y0, x1, y1],
            "iscrowd": false,
            "note": item.name,
        })
    };
    parts.map(object).collect()
}

/// The file of a photo of this size and name, which lies in a folder.
pub(super) fn file_of((width, height): (u32, u32), name: &str, folder: &str, objects: Vec<Value>) -> Value {
    let info = json!({
        "description": "ISAT",
        "folder": folder,
        "name": name,
        "width": width,
        "height": height,
        "depth": 3,
        "note": "",
    });
    json!({"info": info, "objects": objects})
}

fn enclosed(points: &[[f64; 2]]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>().abs() / 2.0
}

/// Adds the class list, or extends the existing one.
fn add_classes(
    set: &mut FileSet,
    masks: &[Annotation],
    file: &Path,
    classes: &mut ClassList,
) -> Result<(), WriteError> {
    let mut list = ListFile::read(file, |text| Ok(yaml::isat_labels(text)?.into_iter().collect()))?;
    let existing = list.classes()?;
    let before = existing.len();
    classes.join(existing, file, PREVIOUS_FOLDERS)?;
    if classes.is_empty() {
        classes.push(BACKGROUND.into(), Some("#000000".into()));
    }
    classes.extend(masks);
    if classes.len() > before {
        let entry = |(name, colour): &(String, Option<String>)| {
            let colour = colour.as_deref().unwrap_or("#808080");
            format!("- color: '{colour}'\n  name: {}\n", quoted(name))
        };
        let entries: String = classes.entries().iter().map(entry).collect();
        let text = with_block(list.text().unwrap_or_default(), "label", &format!("label:\n{entries}"));
        list.write(set, text)?;
    }
    classes.add_file(list);
    Ok(())
}

/// The objects of one mask.
struct Group<'a> {
    category: &'a str,
    note: Option<&'a str>,
    /// Number of its first object, from 1.
    number: usize,
    masks: Result<Vec<Mask>, String>,
}

fn read(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    target.check_size_if_known(&json["info"]["width"], &json["info"]["height"])?;
    let objects = json["objects"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(objects.len())?;
    let (width, height) = target.size;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    // Indices in `groups` by category and group.
    let mut by_group: HashMap<(&str, String), usize> = HashMap::new();
    // From the top down: the objects above are known before the ones that they cut.
    let mut above = Background::new(width, height);
    let mut from_top: Vec<(usize, &Value)> = objects.iter().enumerate().collect();
    from_top.sort_by(|(_, a), (_, b)| layer(a).total_cmp(&layer(b)));
    let mut drawn: Vec<Option<Result<Mask, String>>> = objects.iter().map(|_| None).collect();
    for (i, object) in from_top.into_iter().rev() {
        let mask = points(&object["segmentation"])
            .ok_or_else(|| "its points are not pairs of numbers".to_owned())
            .and_then(|points| polygon::drawn(&points, target));
        match (is_background(object), mask) {
            (false, mask) => drawn[i] = Some(mask.map(|mask| above.cut(mask))),
            (true, Ok(mask)) => above.add(mask),
            (true, Err(what)) => imported.problem(format!("object {}", i + 1), format!("{what}; skipped")),
        }
    }
    for (i, (object, mask)) in objects.iter().zip(drawn).enumerate() {
        let Some(mask) = mask else { continue };
        let category = object["category"].as_str().unwrap_or_default();
        let new = groups.len();
        let place = match &object["group"] {
            Value::Null => new,
            group => *by_group.entry((category, group.to_string())).or_insert(new),
        };
        if place == new {
            let note = object["note"].as_str();
            groups.push(Group { category, note, number: i + 1, masks: Ok(vec![]) });
        }
        match (&mut groups[place].masks, mask) {
            (Ok(masks), Ok(mask)) => masks.push(mask),
            (masks @ Ok(_), Err(what)) => *masks = Err(what),
            (Err(_), _) => {}
        }
    }
    for Group { category, note, number, masks } in groups {
        let class = Some(category.to_owned()).filter(|category| !category.is_empty());
        let mask = masks.map(|masks| annotation(united(masks, width, height), class, note));
        target.take(&mut imported, format!("object {number}"), mask);
    }
    Ok(imported.with_classes_of_masks())
}

fn is_background(object: &Value) -> bool {
    object["category"].as_str() == Some(BACKGROUND)
}

/// Objects of higher layers are drawn over those of lower ones; within a layer, in the order of the file.
fn layer(object: &Value) -> f64 {
    object["layer"].as_f64().unwrap_or(0.0)
}

/// The background above an object.
struct Background {
    mask: Mask,
    /// Not yet in the mask.
    new: Vec<Mask>,
}

impl Background {
    fn new(width: u32, height: u32) -> Self {
        Self { mask: Mask::from_runs(width, height, []), new: vec![] }
    }

    fn add(&mut self, mask: Mask) {
        self.new.push(mask);
    }

    /// Cuts the background out of a mask below.
    fn cut(&mut self, below: Mask) -> Mask {
        if !self.new.is_empty() {
            let all = self.new.drain(..).chain([self.mask.clone()]);
            self.mask = united(all, below.width(), below.height());
        }
        if self.mask.is_empty() { below } else { below.difference(&self.mask) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{areas, read_file};
    use super::*;

    #[test]
    fn background_of_isat_cuts_holes_into_what_lies_below() {
        let dir = tempfile::tempdir().unwrap();
        let square = |category: &str, layer: f64, from: u32, to: u32, group: u32| {
            let points = json!([[from, from], [to, from], [to, to], [from, to]]);
            json!({"category": category, "layer": layer, "segmentation": points, "group": group, "note": ""})
        };
        let objects = json!([
            square("__background__", 2.0, 4, 5, 1),
            square("cup", 1.0, 2, 11, 1),
            square("above", 3.0, 2, 11, 2),
            square("cup", 1.0, 20, 24, 1),
        ]);
        let info = json!({"description": "ISAT", "width": 40, "height": null});
        let (masks, told) = read_file(&dir, "a.json", json!({"info": info, "objects": objects}).to_string());
        assert_eq!((areas(&masks), told), (vec![100 - 4 + 25, 100], vec![]));
        assert!(!masks[0].mask.get(4, 5) && masks[0].mask.get(6, 5) && masks[1].mask.get(4, 5));

        let alone = json!([square("__background__", 1.0, 4, 5, 1)]);
        let (masks, told) = read_file(&dir, "a.json", json!({"info": info, "objects": alone}).to_string());
        assert_eq!((masks.len(), told.len()), (0, 0));
    }
}
