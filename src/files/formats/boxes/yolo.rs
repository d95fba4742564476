//! Boxes in the label files of YOLO: `class x y width height`, and the confidence of a detector.

use std::path::Path;

use super::listed::{ListedBox, ListedBoxes, PhotoBoxes, PhotoName, Unit, score};
use super::{BoxContent, BoxReader};
use crate::files::formats::reading::{Content, Problem};
use crate::files::formats::yolo::{Label, class_name, class_names, label_lines, parse};

pub struct YoloBoxes;

impl BoxReader for YoloBoxes {
    fn name(&self) -> &'static str {
        "YOLO labels (TXT)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn read(&self, path: &Path, content: &mut Content) -> Option<Result<BoxContent, String>> {
        let Content::Text(text) = content else { return None };
        let lines = label_lines(path, text)?;
        Some(Ok(BoxContent::Listed(listed(path, lines))))
    }
}

fn listed(path: &Path, lines: Vec<(usize, &str)>) -> ListedBoxes {
    let mut listed = ListedBoxes::default();
    let names = class_names(path, &mut listed.problems);
    let mut boxes = vec![];
    for (number, line) in lines {
        let place = format!("line {number}");
        let parsed = parse(line).and_then(|label| Ok((class_name(label.class, &names)?, label)));
        match parsed {
            Ok((class, Label { numbers, confidence, .. })) => match numbers[..] {
                [x, y, width, height] => {
                    let corners = [x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0];
                    boxes.push(ListedBox { place, corners, class: Some(class), score: score(confidence) });
                }
                _ => listed.outlined += 1,
            },
            Err(what) => listed.problems.push(Problem { place, what: format!("{what}; skipped") }),
        }
    }
    let photo = PhotoName::Stem(path.with_extension("").to_string_lossy().into_owned());
    listed.photos.push(PhotoBoxes { photo, size: None, unit: Unit::Fractions, boxes });
    listed
}
