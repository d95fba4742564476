//! Everything mode: its presets and parameters, and how far it is.

use crate::everything::Preset;

pub const PRESETS: &str = "Presets";
pub const RESET: &str = "Reset to the model's defaults";
pub const RUNNING: &str = "Segmenting everything";
pub const NO_MASK_PASSED: &str = "No mask passed the filters. Relax them above the list of masks.";

pub const POINTS_PER_SIDE: &str = "Points along each side of the grid; more points find smaller objects";
pub const POINTS_PER_BATCH: &str = "Points between two updates of the window";
pub const PRED_IOU_THRESH: &str = "Keep masks whose predicted IoU is above this";
pub const STABILITY_SCORE_THRESH: &str = "Keep masks with a clear border";
pub const STABILITY_SCORE_OFFSET: &str = "Shift of the mask threshold when stability is measured";
pub const MASK_THRESHOLD: &str = "Pixels with a logit above this belong to the mask";
pub const BOX_NMS_THRESH: &str = "Of masks whose boxes overlap more than this, keep only the best";
pub const CROP_N_LAYERS: &str = "Also search 4, 16, … overlapping crops of the photo";
pub const CROP_NMS_THRESH: &str = "Like box_nms_thresh, between masks of different crops";
pub const CROP_OVERLAP_RATIO: &str = "Overlap of the crops, as a share of the shorter side";
pub const CROP_N_POINTS_DOWNSCALE_FACTOR: &str =
    "Each further layer has this many times fewer points per side";
pub const MIN_MASK_REGION_AREA: &str = "Fill holes and remove separate parts smaller than this, in pixels";
pub const USE_M2M: &str = "Refine each mask with a second pass through the network; slow";
pub const MULTIMASK_OUTPUT: &str = "Take three masks per point instead of one";

pub fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Standard => "Standard",
        Preset::Strict => "Strict",
        Preset::Quick => "Quick",
        Preset::Dense => "Dense",
        Preset::LargeObjects => "Large objects",
    }
}

pub fn preset_tooltip(preset: Preset) -> &'static str {
    match preset {
        Preset::Standard => "The settings of the official generator, with thresholds that suit the model",
        Preset::Strict => "Fewer, more certain masks: the thresholds of SAM 1's generator",
        Preset::Quick => "A quarter of the points: misses small objects",
        Preset::Dense => {
            "Four times the points and a layer of crops: finds small objects, takes eight times as long"
        }
        Preset::LargeObjects => "The main objects: few points, no specks, few duplicates",
    }
}

pub fn progress(masks: usize, points_done: usize, points_total: usize, seconds_left: f32) -> String {
    format!("{}, {points_done} of {points_total} points, {seconds_left:.0} s left", super::masks(masks))
}

/// How a run has ended.
pub fn ended(complete: bool, seconds: f32) -> String {
    if complete {
        format!("Everything segmented in {seconds:.1} s")
    } else {
        format!("Segmentation cancelled after {seconds:.1} s; masks found so far are kept")
    }
}

/// The name of a new mask; `number` counts from 1.
pub fn mask_name(number: usize) -> String {
    format!("Found {number}")
}
