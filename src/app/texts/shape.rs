//! The panel that changes the shape of masks.

pub const TITLE: &str = "Change shape";
pub const DISTANCE: &str = "grow, shrink, smooth";
pub const DISTANCE_LABEL: &str = "Distance";
pub const DISTANCE_TOOLTIP: &str = "Distance for Grow, Shrink and Smooth";
pub const SPECKS: &str = "specks";
pub const SPECKS_LABEL: &str = "Speck size";
pub const SPECKS_TOOLTIP: &str = "Remove specks removes parts smaller than this";
pub const EDGE_RADIUS: &str = "reach of Refine edge";
pub const EDGE_RADIUS_LABEL: &str = "Edge reach";
pub const EDGE_RADIUS_TOOLTIP: &str = "How far Refine edge may move the boundary";
pub const EDGE_STRENGTH: &str = "strength";
pub const EDGE_STRENGTH_LABEL: &str = "Edge strength";
pub const EDGE_STRENGTH_TOOLTIP: &str =
    "How much the colours of the photo count against the present boundary";
