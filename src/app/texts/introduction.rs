//! The hint for the first photo.

pub const TITLE: &str = "Your first mask";
pub const CLICK: &str = "Click the object.";
pub const DISMISS: &str = "Dismiss the hint";

/// `next` is the key of the next candidate.
pub fn refine(next: &str) -> String {
    format!("Click what is missing, right-click what does not belong to it. {next} shows other sizes.")
}

/// `accept` is a key.
pub fn accept(accept: &str) -> String {
    format!("{accept} keeps the mask.")
}
