//! A file for ISAT: one polygon an object, whose parts share a group, and the list of classes in
//! `isat.yaml`.

use std::path::Path;

use serde_json::{Value, json};

use super::classes::{ClassList, FOLDERS_BEFORE, ListFile, class_of, quoted, with_block};
use super::{ExportOptions, outlines};
use crate::annotation::Annotation;
use crate::files::{FileSet, Photo, WriteError, yaml};

pub(super) fn document(photo: &Photo, masks: &[Annotation], options: &ExportOptions, folder: &Path) -> Value {
    let (width, height) = photo.pixels.dimensions();
    let mut objects = vec![];
    for (number, item) in (1..).zip(masks) {
        for part in outlines::through_pixels(&item.mask, options) {
            let points: Vec<[f64; 2]> = part.iter().map(|p| p.map(|v| f64::from(v) + 0.5)).collect();
            let side = |i: usize| points.iter().map(move |p| p[i]);
            let [x0, y0] = [0, 1].map(|i| side(i).fold(f64::INFINITY, f64::min));
            let [x1, y1] = [0, 1].map(|i| side(i).fold(0.0, f64::max));
            objects.push(json!({
                "category": class_of(item),
                "group": number,
                "segmentation": points,
                "area": enclosed(&points),
                "layer": number,
                "bbox": [x0, y0, x1, y1],
                "iscrowd": false,
                "note": item.name,
            }));
        }
    }
    let real = outlines::real(folder).unwrap_or_else(|| folder.to_path_buf());
    let folder = if options.copy_photo { real } else { photo.path.parent().unwrap_or(&real).to_path_buf() };
    let info = json!({
        "description": "ISAT",
        "folder": folder.to_string_lossy(),
        "name": photo.file_name(),
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

/// Adds the list of classes, or extends the one that is there.
pub(super) fn add_classes(
    set: &mut FileSet,
    masks: &[Annotation],
    file: &Path,
    labels: &mut ClassList,
) -> Result<(), WriteError> {
    let mut list = ListFile::read(file, |text| Ok(yaml::isat_labels(text)?.into_iter().collect()))?;
    let there = list.classes()?;
    let before = there.len();
    labels.go_on_with(there, file, FOLDERS_BEFORE)?;
    if labels.is_empty() {
        labels.push("__background__".into(), Some("#000000".into()));
    }
    labels.extend(masks);
    if labels.len() > before {
        let entry = |(name, colour): &(String, Option<String>)| {
            let colour = colour.as_deref().unwrap_or("#808080");
            format!("- color: '{colour}'\n  name: {}\n", quoted(name))
        };
        let entries: String = labels.entries().iter().map(entry).collect();
        let text = with_block(list.text().unwrap_or_default(), "label", &format!("label:\n{entries}"));
        list.write(set, text)?;
    }
    labels.keep(list);
    Ok(())
}
