//! Boxes in the XML files of Pascal VOC and LabelImg.

use std::path::Path;

use super::listed::{ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, score};
use super::{BoxContent, BoxReader};
use crate::files::formats::reading::xml::{self, Element};
use crate::files::formats::reading::{Content, Problem};

pub struct VocBoxes;

impl BoxReader for VocBoxes {
    fn name(&self) -> &'static str {
        "Pascal VOC (XML)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn read(&self, path: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let Content::Text(text) = content else { return None };
        if !text.contains("<annotation>") && !text.contains("<annotation ") {
            return None;
        }
        match xml::parse(text) {
            Ok(root) if root.name == "annotation" => Some(Ok(BoxContent::Listed(listed(path, &root)))),
            Ok(_) => None,
            Err(cause) => Some(Err(cause)),
        }
    }
}

fn listed(path: &Path, root: &Element) -> ListedBoxes {
    let named = root.text_of("filename").filter(|name| Path::new(name).extension().is_some());
    let photo = match named {
        Some(name) => PhotoName::File(name.into()),
        // LabelImg leaves the extension out.
        None => PhotoName::Stem(path.with_extension("").to_string_lossy().into_owned()),
    };
    // Some programs do not know the size and write zeros.
    let side = |name: &str| root.child("size")?.text_of(name)?.parse().ok().filter(|side| *side > 0);
    let mut listed = ListedBoxes::default();
    let mut boxes = vec![];
    for (i, object) in root.all("object").enumerate() {
        let place = format!("object {}", i + 1);
        match corners(object) {
            Some(corners) => {
                let class = object.text_of("name").map(Into::into);
                let score = score(object.text_of("score").and_then(|text| text.parse().ok()));
                boxes.push(ListedBox { place, corners, class, score });
            }
            None if object.child("polygon").is_some() => listed.outlined += 1,
            None => {
                listed.problems.push(Problem { place, what: "has no box of four numbers; skipped".into() })
            }
        }
    }
    listed.photos.push(PhotoBoxes {
        photo,
        size: side("width").zip(side("height")),
        unit: Unit::Pixels,
        boxes,
    });
    listed
}

fn corners(object: &Element) -> Option<[f64; 4]> {
    let bbox = object.child("bndbox")?;
    let number = |name: &str| bbox.text_of(name)?.parse().ok();
    Some([number("xmin")?, number("ymin")?, number("xmax")?, number("ymax")?])
}
