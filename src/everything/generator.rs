//! The streaming generator: the photo and its crops, batches of points in, filtered masks out.

use std::sync::Arc;

use image::{RgbImage, imageops};
use rayon::prelude::*;

use super::crops::{Crop, crops};
use super::grid::point_grid;
use super::parameters::Parameters;
use super::settle::settle;
use crate::annotation::Annotation;
use crate::mask::{Mask, PixelBox};
use crate::prompt::{Point, Prompt};
use crate::sam::{Embedding, Error, Monitor, Output, Prediction, Predictor, Query};

/// A box this close to the border of its crop, in pixels, belongs to a thing that the crop cuts
/// (`is_box_near_crop_edge`).
const NEAR_EDGE: u32 = 20;

/// One mask that the generator found, with the fields of the official result.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMask {
    /// At the photo's size.
    pub mask: Arc<Mask>,
    /// The network's own estimate of the mask's IoU, in [0, 1].
    pub predicted_iou: f32,
    /// How little the mask changes with the threshold, in [0, 1].
    pub stability_score: f32,
    /// The grid point it answers, in photo pixels.
    pub point: [f32; 2],
    /// The part of the photo that the network looked at.
    pub crop_box: PixelBox,
}

impl FoundMask {
    /// The mask by the name that it is to have.
    pub fn annotation(&self, name: String) -> Annotation {
        let [x, y] = self.point;
        Annotation {
            predicted_iou: Some(self.predicted_iou),
            stability_score: Some(self.stability_score),
            prompt: Prompt { points: vec![Point { x, y, positive: true }], bbox: None },
            ..Annotation::new(name, self.mask.clone())
        }
    }

    /// `batched_mask_to_box`: the last set row and column belong to the box, which makes it one
    /// pixel smaller than [`PixelBox`] on each side.
    pub(super) fn official_box(&self) -> PixelBox {
        let b = self.mask.bbox().unwrap_or(PixelBox { x0: 0, y0: 0, x1: 1, y1: 1 });
        PixelBox { x1: b.x1 - 1, y1: b.y1 - 1, ..b }
    }

    /// `[x, y, width, height]` as the official generator reports it.
    pub fn bbox_xywh(&self) -> [u32; 4] {
        self.official_box().xywh()
    }

    /// What was found in a part of a photo, as found in the photo; `None` if the part seems to cut the
    /// thing.
    pub fn in_photo(&self, part: PixelBox, (width, height): (u32, u32)) -> Option<Self> {
        let PixelBox { x0: left, y0: top, .. } = part;
        let mask = Arc::new(self.mask.placed(left, top, width, height));
        let point = [self.point[0] + left as f32, self.point[1] + top as f32];
        let PixelBox { x0, y0, x1, y1 } = self.crop_box;
        let crop_box = PixelBox { x0: x0 + left, y0: y0 + top, x1: x1 + left, y1: y1 + top };
        let found = Self { mask, point, crop_box: part, ..*self };
        (!found.is_cut()).then_some(Self { crop_box, ..found })
    }

    /// `is_box_near_crop_edge`: whether the crop, but not the photo, seems to cut the thing.
    fn is_cut(&self) -> bool {
        let (b, c) = (self.official_box(), self.crop_box);
        let photo = PixelBox { x0: 0, y0: 0, x1: self.mask.width(), y1: self.mask.height() };
        let sides = |b: PixelBox| [b.x0, b.y0, b.x1, b.y1];
        let near = |a: u32, b: u32| a.abs_diff(b) <= NEAR_EDGE;
        let edges = sides(b).into_iter().zip(sides(c).into_iter().zip(sides(photo)));
        edges.into_iter().any(|(side, (crop, photo))| near(side, crop) && !near(side, photo))
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
    /// The masks that the official generator returns, in its order.
    pub masks: Vec<FoundMask>,
    pub points_done: usize,
    /// False when the job was cancelled; `masks` then settles what had been found.
    pub complete: bool,
}

/// Runs the generator over a photo and its embedding. `on_batch` is called after each batch of
/// points.
///
/// A cancelled run is no error: it returns what was found until then, settled by NMS.
///
/// # Errors
/// Parameters out of range, or a failure of the network.
pub fn generate(
    predictor: &Predictor,
    photo: &RgbImage,
    embedding: &Embedding,
    parameters: &Parameters,
    mut on_batch: impl FnMut(Batch),
    monitor: &dyn Monitor,
) -> Result<Outcome, Error> {
    parameters.check().map_err(|e| Error::Prompt(e.to_string()))?;
    let crops = crops(photo.dimensions(), parameters);
    let points_total = crops.iter().map(|crop| (crop.points_per_side as usize).pow(2)).sum();
    let mut search = Search { predictor, parameters, monitor, found: vec![] };
    let mut points_done = 0;
    let ended = crops.iter().try_for_each(|crop| {
        let own_embedding = match crop.layer {
            0 => None,
            _ => Some(predictor.encode(&self::crop(photo, crop.bbox), monitor)?),
        };
        let embedding = own_embedding.as_ref().unwrap_or(embedding);
        let points = point_grid(crop.points_per_side, embedding.photo_size());
        points.chunks(parameters.points_per_batch as usize).try_for_each(|points| {
            let first_new = search.found.len();
            search.batch(embedding, crop, points, photo.dimensions())?;
            points_done += points.len();
            monitor.progress(points_done as f32 / points_total as f32);
            on_batch(Batch { found: &search.found[first_new..], points_done, points_total });
            Ok(())
        })
    });
    let complete = match ended {
        Ok(()) => true,
        Err(Error::Cancelled) => false,
        Err(error) => return Err(error),
    };
    let masks = settle(&search.found, &parameters.into()).into_iter().map(|settled| settled.found).collect();
    Ok(Outcome { masks, points_done, complete })
}

/// The pixels of a part of a photo.
pub fn crop(photo: &RgbImage, part: PixelBox) -> RgbImage {
    imageops::crop_imm(photo, part.x0, part.y0, part.width(), part.height()).to_image()
}

/// A run in progress.
struct Search<'a> {
    predictor: &'a Predictor,
    parameters: &'a Parameters,
    monitor: &'a dyn Monitor,
    found: Vec<FoundMask>,
}

impl Search<'_> {
    /// `_process_batch`: the masks of some points, in the official order: point by point.
    fn batch(
        &mut self,
        embedding: &Embedding,
        crop: &Crop,
        points: &[[f32; 2]],
        photo_size: (u32, u32),
    ) -> Result<(), Error> {
        let Parameters { multimask_output, use_m2m, .. } = *self.parameters;
        let output = if multimask_output { Output::Candidates } else { Output::Single };
        // A refined mask may be better than the one it comes from.
        let limit = if use_m2m { f32::NEG_INFINITY } else { self.parameters.pred_iou_thresh };
        let mut predictions =
            self.predictor.predict_points_above(embedding, points, output, limit, self.monitor)?;
        let mut points: Vec<[f32; 2]> = points.to_vec();
        if use_m2m {
            (predictions, points) = self.refine(embedding, &predictions, &points)?;
        }
        let threshold = self.parameters.pred_iou_thresh;
        let candidates: Vec<(&Prediction, [f32; 2], usize)> = predictions
            .iter()
            .zip(points)
            .flat_map(|(p, point)| (0..p.candidates.len()).map(move |i| (p, point, i)))
            .filter(|(p, _, i)| p.candidates[*i].predicted_iou > threshold)
            .collect();
        let measured = candidates
            .into_par_iter()
            .filter_map(|(prediction, point, i)| self.measure(prediction, i, point, crop, photo_size));
        let found: Vec<FoundMask> = measured.collect();
        self.found.extend(found);
        Ok(())
    }

    /// `refine_with_m2m`: asks again for each candidate, with its own mask as part of the prompt.
    fn refine(
        &self,
        embedding: &Embedding,
        predictions: &[Prediction],
        points: &[[f32; 2]],
    ) -> Result<(Vec<Prediction>, Vec<[f32; 2]>), Error> {
        let mut refined = vec![];
        for (prediction, &[x, y]) in predictions.iter().zip(points) {
            for candidate in &prediction.candidates {
                let point = Point { x, y, positive: true };
                let query = Query {
                    prompt: Prompt { points: vec![point], bbox: None },
                    mask_input: Some(candidate.low_res.clone()),
                };
                let answer = self.predictor.predict(embedding, &query, Output::Single, self.monitor)?;
                refined.push((answer, [x, y]));
            }
        }
        Ok(refined.into_iter().unzip())
    }

    /// The mask of a candidate, if it is stable and not cut by its crop.
    fn measure(
        &self,
        prediction: &Prediction,
        candidate: usize,
        [x, y]: [f32; 2],
        crop: &Crop,
        (width, height): (u32, u32),
    ) -> Option<FoundMask> {
        let Parameters { mask_threshold, stability_score_offset, stability_score_thresh, .. } =
            *self.parameters;
        let (mask, stability_score) = prediction.mask_with(candidate, mask_threshold, stability_score_offset);
        if stability_score < stability_score_thresh || mask.is_empty() {
            return None;
        }
        let b = crop.bbox;
        let mask = if crop.layer == 0 { mask } else { mask.placed(b.x0, b.y0, width, height) };
        let found = FoundMask {
            mask: Arc::new(mask),
            predicted_iou: prediction.candidates[candidate].predicted_iou,
            stability_score,
            point: [x + b.x0 as f32, y + b.y0 as f32],
            crop_box: b,
        };
        (!found.is_cut()).then_some(found)
    }
}
