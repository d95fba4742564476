//! The photo with its prompts.

pub const PHOTO: &str = "Photo";
pub const OVERVIEW: &str = "Overview of the photo";
pub const WHOLE_PHOTO: &str = "Whole photo";
pub const POINT_TOOLTIP: &str = "Drag to move, click to delete";
pub const REGION_TOOLTIP: &str = "Prompts inside this region are answered from a closer look at it";

/// `number` counts from 1.
pub fn point(number: usize, positive: bool) -> String {
    let kind = if positive { "positive" } else { "negative" };
    format!("Point {number} ({kind})")
}

/// Sizes in pixels.
pub fn region(width: u32, height: u32) -> String {
    format!("Region {width} × {height}")
}
