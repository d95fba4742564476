//! The menus, the rail of tools, and the options above the photo.

pub const FILE: &str = "File";
pub const EDIT: &str = "Edit";
pub const PHOTO: &str = "Photos";
pub const VIEW: &str = "View";
pub const MASK: &str = "Mask";
pub const SHAPE: &str = "Shape";
pub const BATCH: &str = "Batch";
pub const SEQUENCE: &str = "Sequence";
pub const HELP: &str = "Help";

pub const PROMPT: &str = "Prompt";
pub const BRUSH_RADIUS: &str = "Brush radius";
pub const BRUSH_RADIUS_TOOLTIP: &str = "Radius of brush and eraser, in pixels of the photo";
pub const SETTINGS: &str = "Settings";
pub const SETTINGS_TOOLTIP: &str = "Settings of Segment everything: how thoroughly to search, what to keep";
pub const OPACITY: &str = "Opacity";
pub const OPACITY_NUMBER: &str = "Opacity in percent";
pub const STYLE: &str = "Style";
/// Submenus.
pub const STYLE_OF_MASKS: &str = "Style of masks";
pub const THEME: &str = "Theme";
pub const TEXT_SIZE: &str = "Text size";
pub const TOOL: &str = "Tool";
pub const CROSSHAIR: &str = "Crosshair";
pub const CANDIDATE: &str = "Candidate";

/// The menus of the secondary button.
pub const REFINE: &str = "Refine";
pub const EDIT_OUTLINE: &str = "Edit outline";
pub const INSPECT: &str = "Inspect";
pub const HIDE: &str = "Hide";
pub const SHOW: &str = "Show";
pub const SHOW_ALONE: &str = "Show only this";
pub const SHOW_ALL: &str = "Show all again";
pub const LOCK: &str = "Lock";
pub const UNLOCK: &str = "Unlock";
pub const RENAME: &str = "Rename";
pub const CLASS: &str = "Class";
pub const NO_CLASS: &str = "No class";
pub const COPY: &str = "Copy";
pub const DUPLICATE: &str = "Duplicate";
pub const EXPORT: &str = "Export…";
pub const DELETE: &str = "Delete";
pub const OPEN_PHOTO: &str = "Open";
pub const COPY_PATH: &str = "Copy path";
pub const LOADING: &str = "loading…";

pub const COLOURS: &str = "Colours";
pub const BY_CLASS: &str = "By class";
pub const BY_CLASS_TOOLTIP: &str = "The colour of the class; masks without a class have their own";
pub const OWN: &str = "Own";
pub const OWN_TOOLTIP: &str = "Each mask keeps its own colour";
pub const RANDOM: &str = "Random";
pub const RANDOM_TOOLTIP: &str = "New colours with each click, to tell neighbours apart";
pub const BY_AREA: &str = "By area";
pub const BY_AREA_TOOLTIP: &str = "From dark blue for the smallest mask to yellow for the largest";
pub const BY_SCORE: &str = "By score";
pub const BY_SCORE_TOOLTIP: &str = "From dark blue for a predicted IoU of 0 to yellow for 1";

/// A command, and what it would act on.
pub fn command_on(command: &str, object: &str) -> String {
    format!("{command}: {object}")
}

/// The field with the number of a slider, for screen readers.
pub fn number_of(slider: &str) -> String {
    format!("{slider}, number")
}

/// A choice, and what is chosen.
pub fn choice(name: &str, current: &str) -> String {
    format!("{name}: {current}")
}

pub fn tooltip(tooltip: &str, shortcut: Option<&str>) -> String {
    match shortcut {
        Some(shortcut) => format!("{tooltip} ({shortcut})"),
        None => tooltip.to_owned(),
    }
}

pub fn model(name: &str) -> String {
    format!("Model: {name}")
}
