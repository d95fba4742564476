//! Comparing two models or settings.

use super::{decimal, everything};
use crate::everything::Preset;

texts! { comparison:
    dialog;
    choose_file;
    compare;
    same_sides;
    view;
    photo;
    all_masks;
    only_unmatched;
    only_unmatched_tooltip;
    save;
    save_tooltip;
    close;
    close_tooltip;
    hint;
    standard_settings;
    current_settings;
    /// A model with other settings than the standard ones; `settings` names a preset, or is "current".
    model_with(model: &str, settings: &str);
    model_box(letter: &str);
    settings_box(letter: &str);
    running(a: &str, b: &str);
    caption(name: &str, masks: usize, unmatched: usize, seconds: f32 => decimal(seconds, 1));
    /// Below the name of a side in the saved figure.
    note(masks: usize, matched: usize);
    matched_mask(letter: &str, iou: f64 => decimal(iou, 2));
    unmatched_mask(letter: &str);
}

/// The two sides.
pub const LETTERS: [&str; 2] = ["A", "B"];

/// How one side is made; `None` stands for the settings in use.
pub fn settings(preset: Option<Preset>) -> &'static str {
    match preset {
        Some(Preset::Standard) => standard_settings(),
        Some(preset) => everything::preset(preset),
        None => current_settings(),
    }
}

/// A model and how it is used, if that is not the standard way.
pub fn side(model: &str, preset: Option<Preset>) -> String {
    match preset {
        Some(Preset::Standard) => model.to_owned(),
        Some(preset) => model_with(model, &format!("{preset:?}")),
        None => model_with(model, "current"),
    }
}

/// What is known of the mask under the pointer.
pub fn mask_of(letter: &str, iou: Option<f64>) -> String {
    iou.map_or_else(|| unmatched_mask(letter), |iou| matched_mask(letter, iou))
}
