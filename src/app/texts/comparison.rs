//! Comparing two models or settings.

use super::everything;
use crate::everything::Preset;

pub const DIALOG: &str = "Compare two models or settings";
pub const CHOOSE_FILE: &str = "Choose file…";
pub const COMPARE: &str = "Compare";
pub const SAME_SIDES: &str = "Both sides are the same";
pub const VIEW: &str = "Comparison";
pub const PHOTO: &str = "Photo";
pub const ALL_MASKS: &str = "All masks";
pub const ONLY_UNMATCHED: &str = "Only unmatched masks";
pub const ONLY_UNMATCHED_TOOLTIP: &str = "A mask of A and one of B match if their IoU is at least 0.75";
pub const SAVE: &str = "Save figure…";
pub const SAVE_TOOLTIP: &str = "Save photo, A and B with captions as one PNG";
pub const CLOSE: &str = "Close comparison";
pub const CLOSE_TOOLTIP: &str = "Return to the photo (Esc)";
pub const HINT: &str = "Point at a mask to see its match; drag and scroll to move all three views";

/// The two sides.
pub const LETTERS: [&str; 2] = ["A", "B"];

/// How one side is made; `None` stands for the settings in use.
pub fn settings(preset: Option<Preset>) -> &'static str {
    match preset {
        Some(Preset::Standard) => "Standard settings",
        Some(preset) => everything::preset(preset),
        None => "Current settings",
    }
}

/// A model with other settings than the standard ones.
pub fn model_with(model: &str, settings: &str) -> String {
    format!("{model}, {}", settings.to_lowercase())
}

pub fn model_box(letter: &str) -> String {
    format!("Model {letter}")
}

pub fn settings_box(letter: &str) -> String {
    format!("Settings {letter}")
}

pub fn running(a: &str, b: &str) -> String {
    format!("Comparing {a} with {b}")
}

pub fn caption(name: &str, masks: usize, unmatched: usize, seconds: f32) -> String {
    format!("{name}: {}, {unmatched} unmatched, {seconds:.1} s", super::masks(masks))
}

/// Below the name of a side in the saved figure.
pub fn note(masks: usize, matched: usize) -> String {
    format!("{}, {matched} matched", super::masks(masks))
}

/// What is known of the mask under the pointer.
pub fn mask_of(letter: &str, iou: Option<f64>) -> String {
    match iou {
        Some(iou) => format!("Mask of {letter}: IoU {iou:.2} with its match"),
        None => format!("Mask of {letter}: unmatched"),
    }
}
