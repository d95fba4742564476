//! The bar of the tool that edits outlines point by point, and what it reports.

use super::units;

texts! { vertices:
    detail;
    detail_tooltip;
    simplify;
    simplify_tooltip;
    apply;
    apply_tooltip;
    discard;
    discard_tooltip;
    gestures;
    select_one;
    tracing;
    unchanged;
    points(points: usize);
    added(pixels: u64);
    removed(pixels: u64);
}

/// Pixels that the polygon has added to the mask and removed from it.
pub fn changed(pixels_added: u64, pixels_removed: u64) -> String {
    units::sentence(&units::listed([Some(added(pixels_added)), Some(removed(pixels_removed))]))
}
