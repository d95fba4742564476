//! What the generator is told.

use serde::{Deserialize, Serialize};

use crate::sam::{Family, Predictor};

/// Parameters of the generator, with the names and defaults of `SAM2AutomaticMaskGenerator`, which are those
/// of SAM 1 except for `pred_iou_thresh` and the additions of SAM 2. There are two differences: empty masks
/// are skipped, and `min_mask_region_area` works as in SAM 1; SAM 2 has the option, but does not use it.
/// `skip_covered` is Tinsel's own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Points along each side of the grid.
    pub points_per_side: u32,
    /// Points decoded in one batch.
    pub points_per_batch: u32,
    /// Masks must have a predicted IoU above this.
    pub pred_iou_thresh: f32,
    /// Masks must have at least this stability score.
    pub stability_score_thresh: f32,
    /// Offset of the logits, up and down from `mask_threshold`, that stability is measured with.
    pub stability_score_offset: f32,
    /// Logit above which a pixel belongs to the mask.
    pub mask_threshold: f32,
    /// Of two masks whose boxes overlap more than this (IoU), the better one is kept.
    pub box_nms_thresh: f64,
    /// Layers of crops searched in addition to the whole photo; layer `i` has `4^i` crops.
    pub crop_n_layers: u32,
    /// Like `box_nms_thresh`, between masks of different crops; the mask of the smaller crop is kept.
    pub crop_nms_thresh: f64,
    /// Overlap of the crops of the first layer, as a share of the photo's shorter side.
    pub crop_overlap_ratio: f64,
    /// `points_per_side` is divided by this from layer to layer.
    pub crop_n_points_downscale_factor: u32,
    /// Holes and separate parts smaller than this, in pixels, are filled and removed; 0 keeps them.
    pub min_mask_region_area: u32,
    /// Prompt again for each mask, with the mask itself as part of the prompt.
    pub use_m2m: bool,
    /// Use the three candidates of each point instead of the single mask.
    pub multimask_output: bool,
    /// Skip points in masks of high predicted IoU in which the points before found nothing new. The result is
    /// no longer the official one: most of its masks, in about half the time.
    pub skip_covered: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            points_per_side: 32,
            points_per_batch: 64,
            pred_iou_thresh: 0.8,
            stability_score_thresh: 0.95,
            stability_score_offset: 1.0,
            mask_threshold: 0.0,
            box_nms_thresh: 0.7,
            crop_n_layers: 0,
            crop_nms_thresh: 0.7,
            crop_overlap_ratio: 512.0 / 1500.0,
            crop_n_points_downscale_factor: 1,
            min_mask_region_area: 0,
            use_m2m: false,
            multimask_output: true,
            skip_covered: false,
        }
    }
}

/// Presets of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Like the official generator, with the model's own thresholds.
    Standard,
    /// The thresholds of SAM 1's own generator: fewer, more certain masks.
    Strict,
    /// A coarse grid: misses small objects, takes a quarter of the time.
    Quick,
    /// A fine grid and a layer of crops: finds small objects, takes eight times as long.
    Dense,
    /// A coarse grid, few duplicates, no specks: the main objects of the photo.
    LargeObjects,
}

impl Preset {
    pub const ALL: [Preset; 5] =
        [Preset::Standard, Preset::Strict, Preset::Quick, Preset::Dense, Preset::LargeObjects];

    /// The parameters, on top of the model's own.
    pub fn parameters(self, own: &Parameters) -> Parameters {
        let Parameters { pred_iou_thresh, stability_score_thresh, .. } = Parameters::official(Family::Sam1);
        match self {
            Preset::Standard => *own,
            Preset::Strict => Parameters { pred_iou_thresh, stability_score_thresh, ..*own },
            Preset::Quick => Parameters { points_per_side: 16, ..*own },
            Preset::Dense => Parameters {
                points_per_side: 64,
                crop_n_layers: 1,
                crop_n_points_downscale_factor: 2,
                min_mask_region_area: 25,
                ..*own
            },
            Preset::LargeObjects => {
                Parameters { points_per_side: 12, box_nms_thresh: 0.5, min_mask_region_area: 500, ..*own }
            }
        }
    }
}

/// A parameter outside its range; the message names it and the range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}; it must be between {min} and {max}")]
pub struct ParametersError {
    name: &'static str,
    value: f32,
    min: f32,
    max: f32,
}

impl Parameters {
    /// The defaults of a family's own generator.
    pub fn official(family: Family) -> Self {
        match family {
            Family::Sam1 => Self { pred_iou_thresh: 0.88, ..Self::default() },
            Family::Sam2 => Self::default(),
        }
    }

    /// The model's own defaults: the official ones of its family, or those in its weights file, because its
    /// predicted IoU and stability are calibrated differently.
    pub fn for_model(predictor: &Predictor) -> Self {
        predictor
            .everything_defaults()
            .and_then(|json| serde_json::from_str(json).ok())
            .filter(|p: &Self| p.check().is_ok())
            .unwrap_or_else(|| Self::official(predictor.family()))
    }

    /// Checks every value against its range.
    pub fn check(&self) -> Result<(), ParametersError> {
        let ranges = [
            ("points_per_side", self.points_per_side as f32, 1.0, 256.0),
            ("points_per_batch", self.points_per_batch as f32, 1.0, 1024.0),
            ("pred_iou_thresh", self.pred_iou_thresh, 0.0, 1.0),
            ("stability_score_thresh", self.stability_score_thresh, 0.0, 1.0),
            ("stability_score_offset", self.stability_score_offset, 0.0, 32.0),
            ("mask_threshold", self.mask_threshold, -32.0, 32.0),
            ("box_nms_thresh", self.box_nms_thresh as f32, 0.0, 1.0),
            ("crop_n_layers", self.crop_n_layers as f32, 0.0, 4.0),
            ("crop_nms_thresh", self.crop_nms_thresh as f32, 0.0, 1.0),
            ("crop_overlap_ratio", self.crop_overlap_ratio as f32, 0.0, 1.0),
            ("crop_n_points_downscale_factor", self.crop_n_points_downscale_factor as f32, 1.0, 16.0),
        ];
        for (name, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                return Err(ParametersError { name, value, min, max });
            }
        }
        Ok(())
    }

    /// The same parameters with lower thresholds, so that filters can be relaxed without running the network
    /// again.
    pub fn permissive(&self) -> Self {
        const SHARE: f32 = 0.75;
        Self {
            pred_iou_thresh: self.pred_iou_thresh * SHARE,
            stability_score_thresh: self.stability_score_thresh * SHARE,
            ..*self
        }
    }

    /// Points along each side of the grid of a crop of the given layer; layer 0 is the whole photo.
    pub fn points_in_layer(&self, layer: u32) -> u32 {
        // The last layers of a small grid keep one point.
        (self.points_per_side / self.crop_n_points_downscale_factor.saturating_pow(layer)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_out_of_range_are_named() {
        let zero = Parameters { points_per_side: 0, ..Parameters::default() };
        assert!(zero.check().unwrap_err().to_string().contains("points_per_side is 0"));
        let nan = Parameters { pred_iou_thresh: f32::NAN, ..Parameters::default() };
        assert!(nan.check().is_err());
        assert!(Parameters::default().check().is_ok());
    }

    #[test]
    fn presets_can_be_run() {
        for preset in Preset::ALL {
            assert!(preset.parameters(&Parameters::default()).check().is_ok());
        }
        let points = |p: Preset| {
            let parameters = p.parameters(&Parameters::default());
            let layers =
                (0..=parameters.crop_n_layers).map(|i| 4u32.pow(i) * parameters.points_in_layer(i).pow(2));
            layers.sum::<u32>()
        };
        assert_eq!(Preset::ALL.map(points), [1024, 1024, 256, 8192, 144]);
    }

    #[test]
    fn deeper_layers_have_fewer_points() {
        let parameters = Parameters { crop_n_points_downscale_factor: 3, ..Parameters::default() };
        assert_eq!([0, 1, 2, 9].map(|layer| parameters.points_in_layer(layer)), [32, 10, 3, 1]);
    }
}
