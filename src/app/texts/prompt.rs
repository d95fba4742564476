//! The bar beside the object that is being prompted.

pub const DELETE_BOX: &str = "Delete box";
pub const COMPUTING: &str = "Computing…";
pub const NO_MASK: &str = "No mask";
pub const ACCEPT: &str = "Accept";
pub const ACCEPT_TOOLTIP: &str = "Add the mask to the list (Enter)";
pub const CLEAR: &str = "Discard";
pub const CLEAR_TOOLTIP: &str = "Remove all points and the box (Esc)";
pub const NO_CLASS: &str = "No class";
pub const CLASS_TOOLTIP: &str = "The class that the mask gets (digits choose it)";
pub const SINGLE: &str = "Single";

pub fn points(positive: usize, negative: usize) -> String {
    format!("{positive} positive, {negative} negative")
}

/// `number` counts from 1.
pub fn candidate(number: usize) -> String {
    format!("Candidate {number}")
}

pub fn with_score(name: &str, predicted_iou: f32) -> String {
    format!("{name}  {predicted_iou:.2}")
}

pub fn scores(predicted_iou: f32, stability: f32, pixels: u64) -> String {
    let pixels = super::pixels(pixels);
    format!("Predicted IoU {predicted_iou:.2}, stability {stability:.2}, {pixels}")
}

/// The class that the mask gets, for screen readers.
pub fn class(name: &str) -> String {
    format!("Class of the mask: {name}")
}

/// The keys of a candidate and of the next one, as a further line.
pub fn keys(candidate: Option<&str>, next: Option<&str>) -> String {
    let candidate = candidate.map(|key| format!("{key} shows it"));
    let next = next.map(|key| format!("{key} shows the next one"));
    let keys: Vec<String> = candidate.into_iter().chain(next).collect();
    if keys.is_empty() { String::new() } else { format!("\n{}", keys.join("; ")) }
}
