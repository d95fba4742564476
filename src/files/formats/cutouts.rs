//! Cut-outs: the photo inside the mask, transparent outside.

use std::path::PathBuf;

use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use super::reading::Reader;
use super::{ExportOptions, FormatOption, picture};
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, soft_cutout};
use crate::files::{FileSet, WriteError};

pub struct Cutouts {
    /// Cropped to the mask's box; otherwise at the photo's size.
    pub cropped: bool,
}

impl Definition for Cutouts {
    fn key(&self) -> &'static str {
        if self.cropped { "cutouts" } else { "cutouts-full" }
    }

    fn label(&self) -> &'static str {
        if self.cropped { "Cut-outs, cropped (PNG)" } else { "Cut-outs, full size (PNG)" }
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Illustration)
    }

    fn files(&self, masks: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        to.file_per_mask(masks, if self.cropped { "_cutout.png" } else { "_cutout_full.png" })
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let &Subject { photo, masks, options, to } = subject;
        for (item, file) in masks.iter().zip(&self.files(masks, options, to)) {
            let edge = options.cutout_edge();
            let picture = soft_cutout(&photo.pixels, &item.mask, self.cropped, options.margin, edge);
            add_png(set, file, &picture.into())?;
        }
        Ok(())
    }

    fn own_options(&self) -> &'static [FormatOption] {
        const ALL: [FormatOption; 3] = [FormatOption::Margin, FormatOption::Feather, FormatOption::SoftEdges];
        if self.cropped { &ALL } else { &ALL[1..] }
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&picture::Pictures)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::subject;
    use super::*;
    use crate::files::export::{export, export_with};

    #[test]
    fn a_full_size_cutout_is_the_photo_where_the_mask_is() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let files = export(&photo, &masks, Format::CutoutFull, dir.path(), false).unwrap();
        let picture = image::open(&files[0]).unwrap().into_rgba8();
        for (x, y, pixel) in picture.enumerate_pixels() {
            let inside = masks[0].mask.get(x, y);
            assert_eq!(pixel.0[3], if inside { 255 } else { 0 });
            if inside {
                assert_eq!(pixel.0[..3], photo.pixels.get_pixel(x, y).0);
            }
        }
        let options = ExportOptions { soft_edges: true, ..ExportOptions::default() };
        let soft = export_with(&photo, &masks, Format::CutoutFull, &options, dir.path(), true).unwrap();
        let expected = soft_cutout(&photo.pixels, &masks[0].mask, false, 0, options.cutout_edge());
        assert_eq!(image::open(&soft[0]).unwrap().into_rgba8(), expected);
        let cropped = export(&photo, &masks, Format::CutoutCropped, dir.path(), false).unwrap();
        assert_eq!(image::open(&cropped[0]).unwrap().into_rgba8().dimensions(), (3, 3));
    }
}
