//! COCO instances: an annotation for each mask; masks without a class share one category.

mod read;
mod segmentation;
mod write;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::class_list::ClassList;
use super::definition::{Dataset, Definition, Keeps, KeptAttributes, Parts, Shape, Subject};
use super::destination::Destination;
use super::part::Part;
use super::reading::{Content, ImportError, Imported, Reader, Target};
use super::{DatasetPhoto, ExportOptions, FormatOption};
use crate::annotation::Annotation;
use crate::files::{FileSet, WriteError};

pub use read::{Coco, id, is_coco, place_of};
pub use segmentation::segmentation;
pub use write::{add_coco, add_coco_dataset, add_coco_part};

/// How COCO files store masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CocoSegmentation {
    /// The compressed RLE of pycocotools; lossless.
    #[default]
    CompressedRle,
    /// Uncompressed RLE; lossless.
    Rle,
    /// Outlines, without holes.
    Polygons,
}

pub struct CocoInstances;

impl Definition for CocoInstances {
    fn key(&self) -> &'static str {
        "coco"
    }

    fn label(&self) -> &'static str {
        "COCO instances (JSON)"
    }

    fn keeps(&self, options: &ExportOptions) -> Keeps {
        let shape = match options.coco {
            CocoSegmentation::CompressedRle | CocoSegmentation::Rle => Shape::Pixels,
            CocoSegmentation::Polygons => Shape::Outlines { holes: false, parts: Parts::Grouped },
        };
        Keeps { missing_class: false, attributes: KeptAttributes::All, ..Keeps::all_with(shape) }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let &Subject { photo, masks, options, to } = subject;
        let (file_name, size) = (photo.file_name(), photo.pixels.dimensions());
        let photos = [DatasetPhoto { file_name, size, masks: masks.to_vec() }];
        add_coco_dataset(set, &photos, &ClassList::default(), options, &file(to))
    }

    fn own_options(&self) -> &'static [FormatOption] {
        &[FormatOption::CocoSegmentation]
    }

    fn dataset(&self) -> Option<Dataset> {
        Some(Dataset { file: dataset_file, add: add_coco_dataset })
    }

    fn has_parts(&self) -> bool {
        true
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&Self)
    }
}

impl Reader for CocoInstances {
    fn name(&self) -> &'static str {
        "COCO (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let json = content.json().filter(|json| is_coco(json))?;
        Some(Coco::new(json.take()).import_all(target))
    }

    fn photo_name<'a>(&self, json: &'a Value) -> Option<&'a str> {
        match json["images"].as_array()?.as_slice() {
            [only] => only["file_name"].as_str(),
            _ => None,
        }
    }
}

fn dataset_file(part: Option<Part>) -> &'static str {
    match part {
        None => "coco.json",
        Some(Part::Train) => "annotations/instances_train.json",
        Some(Part::Val) => "annotations/instances_val.json",
        Some(Part::Test) => "annotations/instances_test.json",
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file("_coco.json")
}
