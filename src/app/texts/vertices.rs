//! The bar of the tool that edits outlines point by point, and what it reports.

pub const DETAIL: &str = "Detail";
pub const DETAIL_TOOLTIP: &str =
    "How far the polygon may deviate from the outline. Pixels only change where you move or delete points.";
pub const SIMPLIFY: &str = "Simplify";
pub const SIMPLIFY_TOOLTIP: &str =
    "Make all edges straight, so that the mask becomes the polygon with these points";
pub const APPLY: &str = "Apply";
pub const APPLY_TOOLTIP: &str = "Turn the polygon into pixels (Enter)";
pub const DISCARD: &str = "Discard";
pub const DISCARD_TOOLTIP: &str = "Leave the mask as it was (Esc)";
pub const GESTURES: &str =
    "Drag points; click an edge to add a point; Delete or Alt+click removes one; Ctrl does not snap";
pub const SELECT_ONE: &str = "Select one mask to edit its points.";
pub const TRACING: &str = "Tracing the outline…";
pub const EDIT: &str = "Edit points";
pub const UNCHANGED: &str = "The points were not moved: no pixel has changed.";

pub fn points(count: usize) -> String {
    super::plural(count as u64, "point", "points")
}

/// Pixels that the polygon has added to the mask and removed from it.
pub fn changed(added: u64, removed: u64) -> String {
    format!("{} added, {} removed.", super::pixels(added), super::pixels(removed))
}
