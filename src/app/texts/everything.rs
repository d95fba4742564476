//! Everything mode: its presets and parameters, and how far it is.

use super::decimal;
use crate::everything::Preset;

texts! { everything:
    presets;
    reset;
    running;
    no_mask_passed;
    points_per_side;
    points_per_batch;
    pred_iou_thresh;
    stability_score_thresh;
    stability_score_offset;
    mask_threshold;
    box_nms_thresh;
    crop_n_layers;
    crop_nms_thresh;
    crop_overlap_ratio;
    crop_n_points_downscale_factor;
    min_mask_region_area;
    use_m2m;
    multimask_output;
    skip_covered;
    standard;
    strict;
    quick;
    dense;
    large_objects;
    standard_tooltip;
    strict_tooltip;
    quick_tooltip;
    dense_tooltip;
    large_objects_tooltip;
    progress(masks: usize, done: usize, points: usize, seconds: f32 => decimal(seconds, 0));
    complete(seconds: f32 => decimal(seconds, 1));
    cancelled(seconds: f32 => decimal(seconds, 1));
    /// The name of a new mask; `number` counts from 1.
    mask_name(number: usize);
}

pub fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Standard => standard(),
        Preset::Strict => strict(),
        Preset::Quick => quick(),
        Preset::Dense => dense(),
        Preset::LargeObjects => large_objects(),
    }
}

pub fn preset_tooltip(preset: Preset) -> &'static str {
    match preset {
        Preset::Standard => standard_tooltip(),
        Preset::Strict => strict_tooltip(),
        Preset::Quick => quick_tooltip(),
        Preset::Dense => dense_tooltip(),
        Preset::LargeObjects => large_objects_tooltip(),
    }
}

/// How a run has ended.
pub fn ended(is_complete: bool, seconds: f32) -> String {
    if is_complete { complete(seconds) } else { cancelled(seconds) }
}
