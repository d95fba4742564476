//! The status bar.

use crate::colour::Colour;

pub const READY: &str = "Ready";
pub const CANCEL: &str = "Cancel";
pub const ENCODING_REGION: &str = "Encoding the region";
pub const ENCODING_PHOTO: &str = "Encoding the photo";
pub const LOADING_MODEL: &str = "Loading the model";

pub const NOT_SAVED: &str = "Not saved";
pub const SAVED_TOOLTIP: &str = "All work on the photos is in the files next to them";

/// When the work was saved: hour and minute, if they are known.
pub fn saved(time: Option<(u8, u8)>) -> String {
    match time {
        Some((hour, minute)) => format!("Saved {hour:02}:{minute:02}"),
        None => "Saved".to_owned(),
    }
}

pub fn model_loaded(seconds: f32) -> String {
    format!("Model loaded in {seconds:.1} s")
}

pub fn photo_encoded(seconds: f32) -> String {
    format!("Photo encoded in {seconds:.2} s")
}

pub fn mask_computed(seconds: f32) -> String {
    format!("Mask in {:.0} ms", seconds * 1000.0)
}

/// How far something is, in [0, 1].
pub fn share(fraction: f32) -> String {
    format!("{:.0} %", fraction * 100.0)
}

pub fn zoom(percent: f32) -> String {
    format!("{percent:.0} %")
}

/// The pixel under the pointer.
pub fn pixel(x: u32, y: u32, [r, g, b]: Colour) -> String {
    format!("{x:>5},{y:<5} #{r:02x}{g:02x}{b:02x}")
}
