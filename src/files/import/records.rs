//! The records of SAM 2's generator, with or without names.

use serde_json::Value;

use super::{ImportError, Imported, Target, annotation, coco, colour, score, whole};

/// `None` if these are no such records.
pub(super) fn import(target: &Target, records: Vec<Value>) -> Result<Option<Imported>, ImportError> {
    if !records.iter().all(|record| record["segmentation"].is_object()) {
        return Ok(None);
    }
    target.check_count(records.len())?;
    let mut imported = Imported::default();
    for (i, record) in records.iter().enumerate() {
        let size = &record["segmentation"]["size"];
        if let Some(found) = whole(&size[1]).zip(whole(&size[0])) {
            target.check_size(found)?;
        }
        let mask = coco::segmentation(&record["segmentation"], target).map(|mask| {
            let numbered = format!("Mask {}", i + 1);
            let class = record["class"].as_str().map(Into::into);
            let mut item = annotation(mask, class, record["name"].as_str().or(Some(&numbered)));
            item.colour = colour(&record["colour"]);
            item.predicted_iou = score(&record["predicted_iou"]);
            item.stability_score = score(&record["stability_score"]);
            item
        });
        target.take(&mut imported, format!("record {}", i + 1), mask);
    }
    Ok(Some(imported.with_classes_of_masks()))
}
