//! The records of SAM 2's generator, optionally with names and classes.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::ExportOptions;
use super::class_list::ClassList;
use super::coco::segmentation;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use super::reading::json::{colour, score, whole};
use super::reading::{Content, ImportError, Imported, Reader, Target, annotation};
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::files::{FileSet, WriteError};
use crate::mask::Rle;

pub struct Records;

impl Definition for Records {
    fn key(&self) -> &'static str {
        "json"
    }

    fn label(&self) -> &'static str {
        "Records of SAM 2's generator (JSON)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Pixels)
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let records: Vec<Record> = subject.masks.iter().map(Record::from).collect();
        set.add_json(&file(subject.to), &records)
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&Self)
    }
}

impl Reader for Records {
    fn name(&self) -> &'static str {
        "records of SAM 2's generator (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let records = content.json()?.as_array()?;
        let are_records = records.iter().all(|record| record["segmentation"].is_object());
        are_records.then(|| read(target, records))
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file("_masks.json")
}

/// A mask with the fields of SAM 2's generator, plus name and class.
#[derive(Serialize)]
struct Record<'a> {
    segmentation: Rle,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    predicted_iou: Option<f32>,
    stability_score: Option<f32>,
    name: &'a str,
    class: Option<&'a str>,
    colour: Colour,
}

impl<'a> From<&'a Annotation> for Record<'a> {
    fn from(item: &'a Annotation) -> Self {
        Self {
            segmentation: Rle::from(&*item.mask),
            area: item.mask.area(),
            bbox: item.mask.bbox().map_or([0; 4], |b| b.xywh()),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
            name: &item.name,
            class: item.class.as_deref(),
            colour: item.shown_colour(),
        }
    }
}

fn read(target: &Target, records: &[Value]) -> Result<Imported, ImportError> {
    target.check_count(records.len())?;
    let mut imported = Imported::default();
    for (i, record) in records.iter().enumerate() {
        let size = &record["segmentation"]["size"];
        if let Some(found) = whole(&size[1]).zip(whole(&size[0])) {
            target.check_size(found)?;
        }
        let mask = segmentation(&record["segmentation"], target).map(|mask| {
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
    Ok(imported.with_classes_of_masks())
}
