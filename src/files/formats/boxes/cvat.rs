//! Boxes in CVAT's own XML, "CVAT for images 1.1".

use std::path::Path;

use super::listed::{ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, around, score};
use super::{BoxContent, BoxReader};
use crate::files::formats::reading::xml::{self, Element};
use crate::files::formats::reading::{Content, Problem};

/// The shapes with an outline or pixels of their own.
const OUTLINED: [&str; 3] = ["polygon", "mask", "ellipse"];

pub struct CvatImages;

impl BoxReader for CvatImages {
    fn name(&self) -> &'static str {
        "CVAT for images 1.1 (XML)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn read(&self, _: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let Content::Text(text) = content else { return None };
        if !text.contains("<annotations") {
            return None;
        }
        match xml::parse(text) {
            Ok(root) if root.name != "annotations" => None,
            Ok(root) if root.child("track").is_some() => Some(Err(
                "it describes tracks in a video; export it from CVAT as \"CVAT for images 1.1\"".into(),
            )),
            Ok(root) => Some(Ok(BoxContent::Listed(listed(&root)))),
            Err(cause) => Some(Err(cause)),
        }
    }
}

fn listed(root: &Element) -> ListedBoxes {
    let mut listed = ListedBoxes::default();
    for image in root.all("image") {
        let Some(name) = image.attribute("name") else { continue };
        let side = |key: &str| image.attribute(key)?.parse().ok().filter(|side| *side > 0);
        let mut boxes = vec![];
        for (i, shape) in image.children.iter().enumerate() {
            let place = format!("shape {} of {name}", i + 1);
            match (shape.name.as_str(), corners(shape)) {
                ("box", Some(corners)) => {
                    let class = shape.attribute("label").map(Into::into);
                    let score = score(shape.attribute("score").and_then(|text| text.parse().ok()));
                    boxes.push(ListedBox { place, corners, class, score });
                }
                ("box", None) => {
                    let what = "has no box of four numbers; skipped".into();
                    listed.problems.push(Problem { place, what });
                }
                (kind, _) => listed.outlined += usize::from(OUTLINED.contains(&kind)),
            }
        }
        let (photo, size) = (PhotoName::File(name.into()), side("width").zip(side("height")));
        listed.photos.push(PhotoBoxes { photo, size, unit: Unit::Pixels, boxes });
    }
    listed
}

/// The box, or the upright box around a rotated one.
fn corners(shape: &Element) -> Option<[f64; 4]> {
    let number = |name: &str| shape.attribute(name)?.parse::<f64>().ok();
    let [left, top, right, bottom] = [number("xtl")?, number("ytl")?, number("xbr")?, number("ybr")?];
    let (sin, cos) = number("rotation").unwrap_or(0.0).to_radians().sin_cos();
    if sin == 0.0 {
        return Some([left, top, right, bottom]);
    }
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let turned = |[cx, cy]: [f64; 2]| {
        let (dx, dy) = (cx - x, cy - y);
        [x + dx * cos - dy * sin, y + dx * sin + dy * cos]
    };
    around(&[[left, top], [right, top], [right, bottom], [left, bottom]].map(turned))
}
