//! The figure that compares two results: original, A and B side by side, with captions above them.

use std::path::Path;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::{add_png, draw_line, overlay};
use crate::annotation::Annotation;
use crate::files::{FileSet, Photo, WriteError};

/// Larger photos are scaled down to this width, in pixels.
const MAX_PANEL_WIDTH: u32 = 1600;
/// Narrower photos are centred in a column with room for their captions.
const MIN_COLUMN_WIDTH: u32 = 280;
const PAPER: Rgb<u8> = Rgb([255; 3]);
const TITLE_COLOUR: Rgb<u8> = Rgb([24; 3]);
const NOTE_COLOUR: Rgb<u8> = Rgb([96; 3]);

/// One of the two results.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// The title above the panel: the model's name.
    pub title: String,
    /// The line below the title: the number of masks.
    pub note: String,
    pub masks: &'a [Annotation],
}

/// Adds the figure that compares two results, as PNG, to a set of files.
///
/// # Errors
/// See [`FileSet::check`].
pub fn add_figure(
    set: &mut FileSet,
    photo: &Photo,
    a: &Panel,
    b: &Panel,
    file: &Path,
) -> Result<(), WriteError> {
    add_png(set, file, &compare_figure(&photo.pixels, a, b).into())
}

/// Draws the photo, and two overlays of the photo with masks.
fn compare_figure(photo: &RgbImage, a: &Panel, b: &Panel) -> RgbImage {
    let width = photo.width().min(MAX_PANEL_WIDTH);
    let scale = f64::from(width) / f64::from(photo.width());
    let height = ((f64::from(photo.height()) * scale).round() as u32).max(1);
    let layout = Layout::new(width, height);
    let mut figure = RgbImage::from_pixel(layout.figure_width(), layout.figure_height(), PAPER);
    let size = format!("{} x {} pixels", photo.width(), photo.height());
    for (column, title, note, masks) in
        [(0, "Original", &size, &[][..]), (1, &a.title, &a.note, a.masks), (2, &b.title, &b.note, b.masks)]
    {
        let painted = overlay(photo, masks);
        let painted = if scale < 1.0 {
            imageops::resize(&painted, width, height, FilterType::Triangle)
        } else {
            painted
        };
        let left = layout.left(column);
        let indent = (layout.column - width) / 2;
        imageops::replace(&mut figure, &painted, (left + indent).into(), layout.top().into());
        let text_width = layout.column as f32;
        let (x, y) = (left as f32, layout.margin as f32);
        draw_line(&mut figure, title, [x, y], layout.title, text_width, TITLE_COLOUR);
        draw_line(&mut figure, note, [x, y + layout.title * 1.2], layout.note, text_width, NOTE_COLOUR);
    }
    figure
}

/// Sizes in pixels of the figure.
struct Layout {
    column: u32,
    panel_height: u32,
    margin: u32,
    /// Heights of the two lines of text.
    title: f32,
    note: f32,
}

impl Layout {
    fn new(panel_width: u32, panel_height: u32) -> Self {
        let column = panel_width.max(MIN_COLUMN_WIDTH);
        let title = (column as f32 * 0.05).clamp(20.0, 56.0);
        Self { column, panel_height, margin: (column / 50).max(8), title, note: title * 0.7 }
    }

    fn left(&self, column: u32) -> u32 {
        self.margin + column * (self.column + self.margin)
    }

    fn top(&self) -> u32 {
        self.margin + (self.title * 1.2 + self.note * 1.4).ceil() as u32
    }

    fn figure_width(&self) -> u32 {
        self.left(3)
    }

    fn figure_height(&self) -> u32 {
        self.top() + self.panel_height + self.margin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::formats::tests::subject;

    fn panel<'a>(title: &str, masks: &'a [Annotation]) -> Panel<'a> {
        Panel { title: title.into(), note: format!("{} masks", masks.len()), masks }
    }

    fn is_blank(figure: &RgbImage, [x0, y0, x1, y1]: [u32; 4]) -> bool {
        (y0..y1).all(|y| (x0..x1).all(|x| *figure.get_pixel(x, y) == PAPER))
    }

    #[test]
    fn three_panels_stand_side_by_side_under_their_captions() {
        let (_, masks) = subject();
        let photo = RgbImage::from_pixel(6, 4, Rgb([10, 20, 30]));
        let figure = compare_figure(&photo, &panel("one", &masks), &panel("two", &[]));
        let layout = Layout::new(6, 4);
        let corner = |column| (layout.left(column) + (layout.column - 6) / 2, layout.top());
        let crop = |column| {
            let (x, y) = corner(column);
            imageops::crop_imm(&figure, x, y, 6, 4).to_image()
        };
        assert_eq!(crop(0), photo);
        assert_eq!(crop(1), overlay(&photo, &masks));
        assert_eq!(crop(2), photo);
        for column in 0..3 {
            let left = layout.left(column);
            assert!(!is_blank(&figure, [left, 0, left + layout.column, layout.top()]), "no caption");
            assert!(is_blank(&figure, [left - layout.margin, 0, left, figure.height()]), "no gap");
        }
    }

    #[test]
    fn large_photos_are_scaled_down_and_long_captions_too() {
        let photo = RgbImage::new(3200, 100);
        let long = "a model with a very long name ".repeat(20);
        let figure = compare_figure(&photo, &panel(&long, &[]), &panel("", &[]));
        let layout = Layout::new(1600, 50);
        assert_eq!(figure.dimensions(), (layout.figure_width(), layout.figure_height()));
        let gap = layout.left(1) + layout.column;
        assert!(is_blank(&figure, [gap, 0, gap + layout.margin, figure.height()]));
    }
}
