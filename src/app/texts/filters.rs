//! The filters on the results of everything mode.

pub const PREDICTED_IOU: &str = "Predicted IoU above";
pub const PREDICTED_IOU_TOOLTIP: &str = "Keep masks that the network rates above this. To go lower, segment everything again with a lower threshold";
pub const STABILITY: &str = "Stability at least";
pub const STABILITY_TOOLTIP: &str = "Keep masks with a clear border";
pub const BOX_OVERLAP: &str = "Box overlap at most";
pub const BOX_OVERLAP_TOOLTIP: &str =
    "Of two masks whose boxes overlap more than this (intersection over union), keep only the better one";
pub const AREA: &str = "Area";
pub const TO: &str = "to";
pub const SMALLEST_AREA: &str = "Smallest area";
pub const LARGEST_AREA: &str = "Largest area";
pub const AREA_TOOLTIP: &str = "As a share of the photo";
pub const SMALLEST_PART: &str = "Smallest hole or part";
pub const SMALLEST_PART_TOOLTIP: &str = "Fill holes and remove separate parts smaller than this";
pub const HIDE_NESTED: &str = "Hide masks inside other masks";
pub const HIDE_NESTED_TOOLTIP: &str = "Keep only the outermost masks";
pub const RESET: &str = "Reset filters";
pub const RESET_TOOLTIP: &str = "Restore the parameters that everything was segmented with";

pub const FILTERS: &str = "Filters";

pub fn title(kept: usize, found: usize) -> String {
    format!("Filters: {kept} of {}", super::masks(found))
}
