//! Binary masks: white where the mask is, black elsewhere.

use std::path::PathBuf;

use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use super::reading::Reader;
use super::{ExportOptions, picture};
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, binary};
use crate::files::{FileSet, WriteError};

pub struct BinaryMasks;

impl Definition for BinaryMasks {
    fn key(&self) -> &'static str {
        "masks"
    }

    fn label(&self) -> &'static str {
        "Binary masks (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Pixels)
    }

    fn files(&self, masks: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        to.file_per_mask(masks, "_mask.png")
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let files = self.files(subject.masks, subject.options, subject.to);
        let mut pairs = subject.masks.iter().zip(&files);
        pairs.try_for_each(|(item, file)| add_png(set, file, &binary(&item.mask).into()))
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&picture::Pictures)
    }
}
