//! The streaming generator: batches of points in, filtered masks out, settled by NMS at the end.

use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::grid::point_grid;
use super::nms::nms;
use crate::mask::{Mask, PixelBox};
use crate::sam2::{Embedding, Error, Monitor, Output, Prediction, Predictor};

/// Parameters of the generator, with the names and defaults of `SAM2AutomaticMaskGenerator`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Points along each side of the grid.
    pub points_per_side: u32,
    /// Points decoded together.
    pub points_per_batch: u32,
    /// Masks must have a predicted IoU above this.
    pub pred_iou_thresh: f32,
    /// Masks must have at least this stability score.
    pub stability_score_thresh: f32,
    /// Logits between which the stability is measured, up and down from `mask_threshold`.
    pub stability_score_offset: f32,
    /// Logit above which a pixel belongs to the mask.
    pub mask_threshold: f32,
    /// Of two masks whose boxes overlap more than this (IoU), the better one is kept.
    pub box_nms_thresh: f32,
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
        }
    }
}

/// A parameter outside its range; the message names it and the range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}, it must be between {min} and {max}")]
pub struct ParametersError {
    name: &'static str,
    value: f32,
    min: f32,
    max: f32,
}

impl Parameters {
    /// The defaults that suit a model: the official ones, or those its weights carry because its
    /// predicted IoU and stability are calibrated differently.
    pub fn for_model(predictor: &Predictor) -> Self {
        predictor
            .everything_defaults()
            .and_then(|json| serde_json::from_str(json).ok())
            .filter(|p: &Self| p.check().is_ok())
            .unwrap_or_default()
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
            ("box_nms_thresh", self.box_nms_thresh, 0.0, 1.0),
        ];
        for (name, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                return Err(ParametersError { name, value, min, max });
            }
        }
        Ok(())
    }
}

/// One mask that the generator found, with the fields of the official result.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMask {
    pub mask: Arc<Mask>,
    /// The network's own estimate of the mask's IoU, in [0, 1].
    pub predicted_iou: f32,
    /// How little the mask changes with the threshold, in [0, 1].
    pub stability_score: f32,
    /// The grid point it answers, in photo pixels.
    pub point: [f32; 2],
    /// Low-resolution logits, to refine the mask with.
    pub low_res: Arc<Vec<f32>>,
}

impl FoundMask {
    /// `batched_mask_to_box`: the last set row and column belong to the box, which makes it one
    /// pixel smaller than [`PixelBox`] on each side.
    fn official_box(&self) -> PixelBox {
        let b = self.mask.bbox().unwrap_or(PixelBox { x0: 0, y0: 0, x1: 1, y1: 1 });
        PixelBox { x1: b.x1 - 1, y1: b.y1 - 1, ..b }
    }

    /// `[x, y, width, height]` as the official generator reports it.
    pub fn bbox_xywh(&self) -> [u32; 4] {
        self.official_box().xywh()
    }
}

/// What a batch of points brought, before NMS.
pub struct Batch<'a> {
    /// Masks that passed the filters; a later one may still push them out.
    pub found: &'a [FoundMask],
    pub points_done: usize,
    pub points_total: usize,
}

/// The settled result.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Survivors of the NMS, best predicted IoU first.
    pub masks: Vec<FoundMask>,
    pub points_done: usize,
    /// False when the job was cancelled; `masks` then settles what had been found.
    pub complete: bool,
}

/// Runs the generator over an encoded photo. `on_batch` is called after each batch of points.
///
/// A cancelled run is no error: it returns what was found until then, settled by NMS.
///
/// # Errors
/// Parameters out of range, or a failure of the network.
pub fn generate(
    predictor: &Predictor,
    embedding: &Embedding,
    parameters: &Parameters,
    mut on_batch: impl FnMut(Batch),
    monitor: &dyn Monitor,
) -> Result<Outcome, Error> {
    parameters.check().map_err(|e| Error::Prompt(e.to_string()))?;
    let points = point_grid(parameters.points_per_side, embedding.photo_size());
    let (mut found, mut done, mut complete) = (vec![], 0, true);
    for batch in points.chunks(parameters.points_per_batch as usize) {
        let predictions = match predictor.predict_points(embedding, batch, Output::Candidates, monitor) {
            Ok(predictions) => predictions,
            Err(Error::Cancelled) => {
                complete = false;
                break;
            }
            Err(e) => return Err(e),
        };
        let first_new = found.len();
        found.extend(filter(&predictions, batch, parameters));
        done += batch.len();
        monitor.progress(done as f32 / points.len() as f32);
        on_batch(Batch { found: &found[first_new..], points_done: done, points_total: points.len() });
    }
    Ok(Outcome { masks: settle(found, parameters.box_nms_thresh), points_done: done, complete })
}

/// The candidates that pass the thresholds, in the official order: point by point.
fn filter(predictions: &[Prediction], points: &[[f32; 2]], parameters: &Parameters) -> Vec<FoundMask> {
    let candidates: Vec<_> = predictions
        .iter()
        .zip(points)
        .flat_map(|(p, point)| (0..p.candidates.len()).map(move |i| (p, *point, i)))
        .filter(|(p, _, i)| p.candidates[*i].predicted_iou > parameters.pred_iou_thresh)
        .collect();
    candidates
        .into_par_iter()
        .filter_map(|(prediction, point, i)| {
            let (mask, stability_score) =
                prediction.mask_with(i, parameters.mask_threshold, parameters.stability_score_offset);
            let stable = stability_score >= parameters.stability_score_thresh;
            (stable && !mask.is_empty()).then(|| FoundMask {
                mask: Arc::new(mask),
                predicted_iou: prediction.candidates[i].predicted_iou,
                stability_score,
                point,
                low_res: prediction.candidates[i].low_res.clone(),
            })
        })
        .collect()
}

fn settle(found: Vec<FoundMask>, threshold: f32) -> Vec<FoundMask> {
    let boxes: Vec<[f32; 4]> = found
        .iter()
        .map(|f| {
            let b = f.official_box();
            [b.x0 as f32, b.y0 as f32, b.x1 as f32, b.y1 as f32]
        })
        .collect();
    let scores: Vec<f32> = found.iter().map(|f| f.predicted_iou).collect();
    let mut found: Vec<Option<FoundMask>> = found.into_iter().map(Some).collect();
    nms(&boxes, &scores, threshold).into_iter().filter_map(|i| found[i].take()).collect()
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
}
