//! The status bar.

use super::{decimal, units};
use crate::colour::Colour;

texts! { status:
    ready;
    cancel;
    encoding_region;
    encoding_photo;
    loading_model;
    not_saved;
    saved_tooltip;
    saved_some_time;
    saved_at(time: &str);
    model_loaded(seconds: f32 => decimal(seconds, 1));
    photo_encoded(seconds: f32 => decimal(seconds, 2));
    mask_computed(seconds: f32 => decimal(seconds * 1000.0, 0));
}

/// When the work was saved: hour and minute, if they are known.
pub fn saved(time: Option<(u8, u8)>) -> String {
    match time {
        Some((hour, minute)) => saved_at(&format!("{hour:02}:{minute:02}")),
        None => saved_some_time().to_owned(),
    }
}

/// How far something is, in [0, 1].
pub fn share(fraction: f32) -> String {
    units::percent(fraction * 100.0)
}

pub fn zoom(percent: f32) -> String {
    units::percent(percent)
}

/// The pixel under the pointer.
pub fn pixel(x: u32, y: u32, [r, g, b]: Colour) -> String {
    format!("{x:>5},{y:<5} #{r:02x}{g:02x}{b:02x}")
}
