//! The panel that changes the shape of masks.

pub const TITLE: &str = "Change shape";
pub const DISTANCE: &str = "grow, shrink, smooth";
pub const DISTANCE_LABEL: &str = "Distance";
pub const DISTANCE_TOOLTIP: &str = "Distance for Grow, Shrink and Smooth";
pub const SPECKS: &str = "specks";
pub const SPECKS_LABEL: &str = "Speck size";
pub const SPECKS_TOOLTIP: &str = "Remove specks removes parts smaller than this";
