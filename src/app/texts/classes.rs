//! The panel of classes.

pub const NEW: &str = "New class";
pub const ADD: &str = "Add class";
pub const RENAME: &str = "Rename";
pub const DELETE: &str = "Delete";
pub const ASSIGN_TOOLTIP: &str =
    "Assign this class to the selected masks; without a selection, select the masks of this class";

pub fn title(classes: usize) -> String {
    format!("Classes ({classes})")
}

pub fn class(name: &str, masks: usize) -> String {
    format!("{name} ({masks})")
}

/// What a button with this verb does, for screen readers.
pub fn button(verb: &str, name: &str) -> String {
    format!("{verb} class {name}")
}
