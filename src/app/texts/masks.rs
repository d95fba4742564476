//! The list of masks.

pub const EMPTY: &str = "No masks yet. Click on an object in the photo, or segment everything.";
pub const NO_MATCH: &str = "No mask matches the search.";
pub const SEARCH: &str = "Search";
pub const SEARCH_LABEL: &str = "Search masks";

pub const ORDER: &str = "Order";
pub const NAME: &str = "Name";
pub const AREA: &str = "Area";
pub const PREDICTED_IOU: &str = "Predicted IoU";
pub const STABILITY: &str = "Stability";
pub const TREE: &str = "Tree";
pub const CLASSES: &str = "Classes";
pub const TREE_TOOLTIP: &str = "Nest each mask under the mask that contains it";
pub const CLASSES_TOOLTIP: &str = "Group masks by class; drag a mask onto a class to assign it";
pub const SORT: &str = "Sort masks";

pub const NEW_NAME: &str = "New name";
pub const RENAME: &str = "Rename";
pub const LOCKED: &str = "Locked";
/// As short as it fits the name next to it.
pub const PROPOSED: &str = "new";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
pub const SOLO: &str = "Solo";
pub const DELETE: &str = "Delete";
pub const COLLAPSE: &str = "Collapse";
pub const EXPAND: &str = "Expand";
pub const WITHOUT_CLASS: &str = "Unclassified";

pub const COVERAGE_TOOLTIP: &str = "Share of the photo in at least one mask, and in two or more";

pub fn title(masks: usize) -> String {
    format!("Masks ({masks})")
}

/// What the mark of a proposal means; `model` has made it, if that is known.
pub fn proposed_by(model: Option<&str>) -> String {
    let model = model.unwrap_or("a model");
    format!("Made by {model} and not reviewed yet. Any change of the mask accepts it.")
}

pub fn list_by(grouping: &str) -> String {
    format!("List by {}", grouping.to_lowercase())
}

/// What a button with this verb does, for screen readers.
pub fn button(verb: &str, name: &str) -> String {
    format!("{verb} {name}")
}

pub fn all_of(class: &str) -> String {
    format!("all of {class}")
}

pub fn group(class: &str, masks: usize) -> String {
    format!("{class}: {masks}")
}

/// In percent of the photo, as short as it fits beside the title.
pub fn covered(percent: f32) -> String {
    format!("{percent:.0} %")
}

/// In percent of the photo.
pub fn coverage(covered: f32, overlapping: f32) -> String {
    format!("{covered:.1} % covered, {overlapping:.1} % overlapping")
}
