//! ISAT files: what shares a category and a group is one mask.

use serde_json::Value;

use super::{ImportError, Imported, ImportedMask, Target, points, polygon, whole};
use crate::mask::Mask;
use crate::mask::polygon::united;

/// What ISAT calls the class of nothing.
const BACKGROUND: &str = "__background__";

/// What belongs to one mask: category, group, and the objects with their places.
type Group<'a> = (&'a str, &'a Value, Vec<(usize, &'a Value)>);

pub(super) fn import(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    let size = whole(&json["info"]["width"]).zip(whole(&json["info"]["height"]));
    target.check_size(size.ok_or_else(|| target.damaged("the photo's size is missing"))?)?;
    let objects = json["objects"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(objects.len())?;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    for (i, object) in objects.iter().enumerate() {
        let category = object["category"].as_str().unwrap_or_default();
        if category == BACKGROUND {
            imported.problem(format!("object {}", i + 1), "is background; left out");
            continue;
        }
        let group = &object["group"];
        match groups.iter_mut().find(|(c, g, _)| *c == category && *g == group && !group.is_null()) {
            Some((.., objects)) => objects.push((i, object)),
            None => groups.push((category, group, vec![(i, object)])),
        }
    }
    let (width, height) = target.size;
    for (category, _, objects) in groups {
        let place = format!("object {}", objects[0].0 + 1);
        let drawn = |(_, object): &(usize, &Value)| -> Result<Mask, String> {
            let points = points(&object["segmentation"]).ok_or("its points are no pairs of numbers")?;
            polygon::drawn(&points, target.size)
        };
        let masks: Result<Vec<Mask>, String> = objects.iter().map(drawn).collect();
        let class = Some(category.to_owned()).filter(|category| !category.is_empty());
        let note = objects[0].1["note"].as_str();
        imported.take(place, masks.map(|masks| ImportedMask::new(united(masks, width, height), class, note)));
    }
    Ok(imported.with_classes_of_masks())
}
