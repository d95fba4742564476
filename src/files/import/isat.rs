//! ISAT files: what shares a category and a group is one mask. Background cuts holes into what lies below it.

use std::collections::HashMap;

use serde_json::Value;

use super::{ImportError, Imported, Target, annotation, points, polygon};
use crate::mask::Mask;
use crate::mask::polygon::united;

/// What ISAT calls the class of nothing.
const BACKGROUND: &str = "__background__";

/// What belongs to one mask.
struct Group<'a> {
    category: &'a str,
    note: Option<&'a str>,
    /// Number of its first object, from 1.
    number: usize,
    masks: Result<Vec<Mask>, String>,
}

pub(super) fn import(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    target.check_size_if_known(&json["info"]["width"], &json["info"]["height"])?;
    let objects = json["objects"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(objects.len())?;
    let (width, height) = target.size;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    // Places in `groups` by category and group.
    let mut by_group: HashMap<(&str, String), usize> = HashMap::new();
    // What lies above, from the top down, is known before what it cuts.
    let mut above = Background::new(width, height);
    let mut from_top: Vec<(usize, &Value)> = objects.iter().enumerate().collect();
    from_top.sort_by(|(_, a), (_, b)| layer(a).total_cmp(&layer(b)));
    let mut drawn: Vec<Option<Result<Mask, String>>> = objects.iter().map(|_| None).collect();
    for (i, object) in from_top.into_iter().rev() {
        let mask = points(&object["segmentation"])
            .ok_or_else(|| "its points are no pairs of numbers".to_owned())
            .and_then(|points| polygon::drawn(&points, target));
        match (is_background(object), mask) {
            (false, mask) => drawn[i] = Some(mask.map(|mask| above.cut(mask))),
            (true, Ok(mask)) => above.add(mask),
            (true, Err(what)) => imported.problem(format!("object {}", i + 1), format!("{what}; left out")),
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

/// Objects of higher layers are drawn over those of lower ones, of one layer in the order of the file.
fn layer(object: &Value) -> f64 {
    object["layer"].as_f64().unwrap_or(0.0)
}

/// All background that lies above something.
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

    /// What is left of a mask below.
    fn cut(&mut self, below: Mask) -> Mask {
        if !self.new.is_empty() {
            let all = self.new.drain(..).chain([self.mask.clone()]);
            self.mask = united(all, below.width(), below.height());
        }
        if self.mask.is_empty() { below } else { below.difference(&self.mask) }
    }
}
