//! The selected mask with its measurements.

use super::decimal;
use crate::colour::Colour;
use crate::mask::PixelBox;

texts! { inspect:
    title;
    title_tooltip;
    empty;
    picture;
    name;
    class;
    area;
    bounding_box;
    predicted_iou;
    stability;
    no_score;
    model;
    perimeter;
    centroid;
    equivalent_diameter;
    parts_and_holes;
    mean_colour;
    selected(masks: usize, pixels: u64);
    area_of(pixels: u64, percent: f64 => decimal(percent, 2));
    /// In pixels.
    length(pixels: f64 => decimal(pixels, 1));
}

pub fn bbox_of(b: PixelBox) -> String {
    format!("{},{}  {} × {}", b.x0, b.y0, b.width(), b.height())
}

pub fn score(score: f32) -> String {
    decimal(score, 3)
}

/// With a semicolon where a comma would be taken for that of a decimal.
pub fn position([x, y]: [f64; 2]) -> String {
    let between = if decimal(0.5, 1).contains(',') { "; " } else { "," };
    format!("{}{between}{}", decimal(x, 1), decimal(y, 1))
}

pub fn counts(parts: usize, holes: usize) -> String {
    format!("{parts}, {holes}")
}

pub fn colour([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
