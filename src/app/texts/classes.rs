//! The panel of classes.

pub const NEW: &str = "New class";
pub const ADD: &str = "Add class";
pub const SEARCH: &str = "Search classes";
pub const NOTHING_FOUND: &str = "No class found";
pub const RENAME: &str = "Rename";
pub const NEW_NAME: &str = "New name of class";
pub const MERGE: &str = "Merge into";
pub const ATTRIBUTES: &str = "Attributes…";
pub const KEY: &str = "Key";
pub const NO_KEY: &str = "None";
pub const SELECT_MASKS: &str = "Select its masks";
pub const NONE_ACTIVE: &str = "No class for new masks";
pub const DELETE: &str = "Delete";
pub const DELETE_TOOLTIP: &str = "Masks of this class in all photos are kept, without a class";
pub const CHOOSE_TOOLTIP: &str =
    "Assign this class to the selected masks; without a selection, new masks get this class";

/// `active` is the class of new masks.
pub fn title(classes: usize, active: Option<&str>) -> String {
    match active {
        Some(active) => format!("Classes ({classes}): {active}"),
        None => format!("Classes ({classes})"),
    }
}

pub fn class(name: &str, masks: usize) -> String {
    format!("{name} ({masks})")
}

/// The menu of a class, for screen readers.
pub fn menu(name: &str) -> String {
    format!("Menu of class {name}")
}
