//! A sheet of all cut-outs with their names.

use std::path::PathBuf;

use image::{Rgb, RgbImage, imageops};

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, cutout, draw_line};
use crate::files::{FileSet, WriteError};

/// Sides of the cell for a cut-out, in pixels, for few and for many masks.
const CELLS: [u32; 3] = [240, 120, 60];
/// The longest side of a sheet before its cells get smaller.
const MAX_SIDE: u32 = 12_000;
const GAP: u32 = 12;
const CAPTION: u32 = 22;
const CAPTION_HEIGHT: f32 = 16.0;
const BACKGROUND: Rgb<u8> = Rgb([250, 250, 250]);
const INK: Rgb<u8> = Rgb([30, 30, 30]);
/// The checkerboard for transparency.
const CHEQUERS: [Rgb<u8>; 2] = [Rgb([255, 255, 255]), Rgb([225, 225, 225])];
const CHEQUER_SIDE: u32 = 8;

pub struct ContactSheet;

impl Definition for ContactSheet {
    fn key(&self) -> &'static str {
        "contact-sheet"
    }

    fn label(&self) -> &'static str {
        "Contact sheet of cut-outs (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Illustration)
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let sheet = contact_sheet(&subject.photo.pixels, subject.masks);
        add_png(set, &file(subject.to), &sheet.into())
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file("_contact.png")
}

/// A sheet of cut-outs in the masks' order, row by row; larger ones are scaled down.
fn contact_sheet(photo: &RgbImage, masks: &[Annotation]) -> RgbImage {
    let columns = (masks.len() as f64).sqrt().ceil().max(1.0) as u32;
    let rows = (masks.len() as u32).div_ceil(columns).max(1);
    let size = |cell: u32| [columns * (cell + GAP) + GAP, rows * (cell + CAPTION + GAP) + GAP];
    let fits = |cell: &&u32| size(**cell).into_iter().all(|side| side <= MAX_SIDE);
    let cell = *CELLS.iter().find(fits).unwrap_or(&CELLS[CELLS.len() - 1]);
    let [width, height] = size(cell);
    let mut sheet = RgbImage::from_pixel(width, height, BACKGROUND);
    for (i, item) in (0..).zip(masks) {
        let (left, top) = (GAP + i % columns * (cell + GAP), GAP + i / columns * (cell + CAPTION + GAP));
        let picture = thumbnail(photo, item, cell);
        let (dx, dy) = ((cell - picture.width()) / 2, (cell - picture.height()) / 2);
        imageops::replace(&mut sheet, &picture, i64::from(left + dx), i64::from(top + dy));
        let at = [left as f32, (top + cell + 3) as f32];
        draw_line(&mut sheet, &item.name, at, CAPTION_HEIGHT, cell as f32, INK);
    }
    sheet
}

/// A cut-out on a checkerboard, no larger than the cell.
fn thumbnail(photo: &RgbImage, item: &Annotation, cell: u32) -> RgbImage {
    let Some(b) = item.mask.bbox() else { return RgbImage::from_pixel(1, 1, BACKGROUND) };
    let scale = (f64::from(cell) / f64::from(b.width().max(b.height()))).min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).clamp(1, cell);
    let cutout = cutout(photo, &item.mask, true);
    // Transparent pixels are black, so that colours are weighted by alpha.
    let small = if scale < 1.0 {
        imageops::thumbnail(&cutout, scaled(b.width()), scaled(b.height()))
    } else {
        cutout
    };
    RgbImage::from_fn(small.width(), small.height(), |x, y| {
        let [red, green, blue, alpha] = small.get_pixel(x, y).0;
        let chequer = CHEQUERS[((x / CHEQUER_SIDE + y / CHEQUER_SIDE) % 2) as usize];
        let mixed = |value: u8, below: u8| {
            let rest = u16::from(below) * u16::from(255 - alpha) / 255;
            (u16::from(value) + rest).min(255) as u8
        };
        Rgb([mixed(red, chequer.0[0]), mixed(green, chequer.0[1]), mixed(blue, chequer.0[2])])
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn every_cutout_has_its_cell() {
        let (photo, masks) = subject();
        let sheet = contact_sheet(&photo.pixels, &masks);
        assert_eq!(sheet.dimensions(), (2 * (240 + 12) + 12, 240 + 22 + 24));
        // The second mask is one pixel, in the middle of its cell.
        assert_eq!(sheet.get_pixel(12 + 252 + 119, 12 + 119), photo.pixels.get_pixel(5, 3));
        let many: Vec<_> = masks.iter().cycle().take(3000).cloned().collect();
        let sheet = contact_sheet(&photo.pixels, &many);
        assert!(sheet.width().max(sheet.height()) <= 12_000);
        assert!(contact_sheet(&photo.pixels, &[]).width() > 0);
    }

    #[test]
    fn large_cutouts_are_scaled_down_without_dark_edges() {
        let photo = RgbImage::from_pixel(1000, 500, Rgb([200, 200, 200]));
        let mask = crate::mask::Mask::from_fn(1000, 500, |x, y| (x + y) % 700 < 600);
        let (_, masks) = subject();
        let item = Annotation { mask: std::sync::Arc::new(mask), ..masks[0].clone() };
        let picture = thumbnail(&photo, &item, 100);
        assert_eq!(picture.dimensions(), (100, 50));
        assert!(picture.pixels().all(|p| p.0[0] >= 199));
    }
}
