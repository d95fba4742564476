//! Messages, and what is said in them about masks and commands.

pub const DISMISS: &str = "Dismiss";
pub const SHOW_IN_FOLDER: &str = "Show in folder";
pub const STOPPED: &str = "Something went wrong and the task was stopped.";
pub const COPIED: &str = "Copied to the clipboard.";
pub const SELECTED_LOCKED: &str = "The selected mask is locked. Unlock it first.";
pub const ONE_SELECTED_LOCKED: &str = "A selected mask is locked. Unlock it first.";
pub const LOCKED: &str = "The mask is locked. Unlock it first.";
pub const SELECT_ONE_TO_PAINT: &str = "Select one mask to paint on, or none to start a new one.";
pub const SELECT_TO_ERASE: &str = "Select the mask to erase from.";
pub const MASKS_CHANGED: &str = "The masks have changed in the meantime. Please try again.";
pub const EMPTY_MASK: &str = "The mask is empty. Add a point on the object, or choose another candidate.";
pub const MODEL_LOADING: &str = "The model is still loading. Try again in a moment.";
pub const ZOOM_IN: &str =
    "Zoom in first, so that only the small object and some of its surroundings are visible.";
pub const ZOOM_OUT: &str = "Too little of the photo is visible. Zoom out a little.";
pub const COMPARISON_READY: &str = "The comparison is ready. Go back to its photo to see it.";

/// `number` counts from 1.
pub fn dismiss(number: usize) -> String {
    format!("Dismiss message {number}")
}

pub fn and_more(count: usize) -> String {
    format!("and {count} more")
}

/// The commands whose shortcut has been given to another one.
pub fn shortcut_lost(commands: &[&str]) -> String {
    let names: Vec<String> = commands.iter().map(|command| format!("“{command}”")).collect();
    let verb = if names.len() == 1 { "no longer has" } else { "no longer have" };
    format!("{} {verb} this shortcut.", names.join(" and "))
}

/// What failed, and why.
pub fn failed(job: &str, reason: &str) -> String {
    format!("{job}: {reason}")
}
