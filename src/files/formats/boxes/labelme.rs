//! Rectangles in labelme files.

use std::path::Path;

use serde_json::Value;

use super::listed::{ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, around, score};
use super::{BoxContent, BoxReader};
use crate::files::formats::reading::json::{name, points, whole};
use crate::files::formats::reading::{Content, Problem};

/// The types of shapes that are boxes, upright or not.
const RECTANGLES: [&str; 3] = ["rectangle", "oriented_rectangle", "rotation"];
/// The types of shapes with an outline or pixels of their own.
const OUTLINED: [&str; 3] = ["polygon", "mask", "circle"];

pub struct LabelmeRectangles;

impl BoxReader for LabelmeRectangles {
    fn name(&self) -> &'static str {
        "labelme (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, path: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let json = content.json().filter(|json| json["shapes"].is_array())?;
        Some(Ok(BoxContent::Listed(listed(path, json))))
    }
}

fn listed(path: &Path, json: &Value) -> ListedBoxes {
    let mut listed = ListedBoxes::default();
    let mut boxes = vec![];
    for (i, shape) in json["shapes"].as_array().into_iter().flatten().enumerate() {
        let place = format!("shape {}", i + 1);
        let kind = shape["shape_type"].as_str().unwrap_or("polygon");
        if !RECTANGLES.contains(&kind) {
            listed.outlined += usize::from(OUTLINED.contains(&kind));
            continue;
        }
        match points(&shape["points"]).filter(|points| points.len() >= 2).and_then(|points| around(&points)) {
            Some(corners) => {
                let class = name(&shape["label"]).filter(|label| !label.is_empty());
                boxes.push(ListedBox { place, corners, class, score: score(shape["score"].as_f64()) });
            }
            None => listed.problems.push(Problem { place, what: "has no corners; skipped".into() }),
        }
    }
    let photo = match json["imagePath"].as_str().filter(|name| !name.is_empty()) {
        Some(name) => PhotoName::File(name.into()),
        None => PhotoName::Stem(path.with_extension("").to_string_lossy().into_owned()),
    };
    let size = whole(&json["imageWidth"]).zip(whole(&json["imageHeight"]));
    listed.photos.push(PhotoBoxes { photo, size, unit: Unit::Pixels, boxes });
    listed
}
