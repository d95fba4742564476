//! The selected mask with its measurements.

use crate::colour::Colour;
use crate::mask::PixelBox;

pub const TITLE: &str = "Properties";
pub const TITLE_TOOLTIP: &str = "The selected mask: what it is, and how its shape can change";
pub const EMPTY: &str = "Select a mask to inspect it.";
pub const PICTURE: &str = "Cut-out of the selected mask";
pub const NAME: &str = "Name";
pub const CLASS: &str = "Class";
pub const AREA: &str = "Area";
pub const BOX: &str = "Box";
pub const PREDICTED_IOU: &str = "Predicted IoU";
pub const STABILITY: &str = "Stability";
pub const NO_SCORE: &str = "none";
pub const MODEL: &str = "Model";
pub const PERIMETER: &str = "Perimeter";
pub const CENTROID: &str = "Centroid";
pub const EQUIVALENT_DIAMETER: &str = "Equivalent diameter";
pub const PARTS_AND_HOLES: &str = "Parts, holes";
pub const MEAN_COLOUR: &str = "Mean colour";

pub fn several(masks: usize, pixels: u64) -> String {
    format!("{} selected, {} in total", super::masks(masks), super::pixels(pixels))
}

pub fn area(pixels: u64, percent: f64) -> String {
    format!("{}, {percent:.2} %", super::pixels(pixels))
}

pub fn bbox(b: PixelBox) -> String {
    format!("{},{}  {} × {}", b.x0, b.y0, b.width(), b.height())
}

pub fn score(score: f32) -> String {
    format!("{score:.3}")
}

/// In pixels.
pub fn length(pixels: f64) -> String {
    format!("{pixels:.1} pixels")
}

pub fn position([x, y]: [f64; 2]) -> String {
    format!("{x:.1},{y:.1}")
}

pub fn parts_and_holes(parts: usize, holes: usize) -> String {
    format!("{parts}, {holes}")
}

pub fn colour([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
