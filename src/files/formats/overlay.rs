//! The photo with all masks drawn over it.

use std::path::PathBuf;

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, overlay};
use crate::files::{FileSet, WriteError};

pub struct Overlay;

impl Definition for Overlay {
    fn key(&self) -> &'static str {
        "overlay"
    }

    fn label(&self) -> &'static str {
        "Coloured overlay (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Illustration)
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let painted = overlay(&subject.photo.pixels, subject.masks);
        add_png(set, &file(subject.to), &painted.into())
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file("_overlay.png")
}
