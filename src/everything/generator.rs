//! The generator: the photo and its crops, batches of points in, masks out.

use std::sync::Arc;
use std::vec::IntoIter;

use image::{RgbImage, imageops};
use rayon::prelude::*;

use super::crops::{Crop, crops};
use super::explored::Explored;
use super::found::FoundMask;
use super::grid::{coarse_to_fine, point_grid};
use super::parameters::Parameters;
use crate::mask::PixelBox;
use crate::prompt::{Point, Prompt};
use crate::sam::{Embedding, Error, Monitor, Output, Prediction, Predictor, Query};

/// The answer to a batch of points.
pub struct Batch {
    /// Masks above the thresholds of the parameters, including duplicates.
    pub found: Vec<FoundMask>,
    pub points_done: usize,
    pub points_total: usize,
}

/// The result of a run of the generator.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// All masks above the thresholds, crop by crop. [`filter`](super::filter()) reduces them to the result
    /// of the official generator.
    pub found: Vec<FoundMask>,
    /// False when the run was cancelled.
    pub complete: bool,
}

/// Runs the generator over a photo and its embedding. `on_batch` is called after each batch of
/// points.
///
/// A cancelled run is not an error: it returns the masks found so far.
///
/// # Errors
/// Parameters out of range, or a failure of the network.
pub fn generate(
    predictor: &Predictor,
    photo: &RgbImage,
    embedding: &Embedding,
    parameters: &Parameters,
    mut on_batch: impl FnMut(&Batch),
    monitor: &dyn Monitor,
) -> Result<Outcome, Error> {
    let mut search = Search::new(photo.dimensions(), parameters)?;
    let mut found = vec![];
    loop {
        match search.step(predictor, photo, embedding, monitor) {
            Ok(Some(batch)) => {
                on_batch(&batch);
                found.extend(batch.found);
            }
            Ok(None) => return Ok(Outcome { found, complete: true }),
            Err(Error::Cancelled) => return Ok(Outcome { found, complete: false }),
            Err(error) => return Err(error),
        }
    }
}

/// The pixels of a part of a photo.
pub fn crop(photo: &RgbImage, part: PixelBox) -> RgbImage {
    imageops::crop_imm(photo, part.x0, part.y0, part.width(), part.height()).to_image()
}

/// A run of the generator, batch by batch; it can pause between batches.
pub struct Search {
    parameters: Parameters,
    photo_size: (u32, u32),
    /// The crops that have not been started.
    crops: IntoIter<Crop>,
    current: Option<CropSearch>,
    /// With `skip_covered`, what the points to be skipped are told by.
    explored: Option<Explored>,
    points_done: usize,
    points_total: usize,
}

/// A crop that is being searched.
struct CropSearch {
    crop: Crop,
    /// `None` until the first of its points is asked.
    embedding: Option<Embedding>,
    /// The remaining points, in pixels of the crop.
    points: IntoIter<[f32; 2]>,
}

impl Search {
    /// A search of a photo of this width and height, in pixels.
    ///
    /// # Errors
    /// Parameters out of range.
    pub fn new(photo_size: (u32, u32), parameters: &Parameters) -> Result<Self, Error> {
        parameters.check().map_err(|e| Error::Prompt(e.to_string()))?;
        let crops = crops(photo_size, parameters);
        let points_total = crops.iter().map(|crop| (crop.points_per_side as usize).pow(2)).sum();
        Ok(Self {
            parameters: *parameters,
            photo_size,
            crops: crops.into_iter(),
            current: None,
            explored: parameters.skip_covered.then(|| Explored::new(parameters)),
            points_done: 0,
            points_total,
        })
    }

    /// Prompts with the next batch of points; `None` after the last one. `photo` and `embedding` are the same
    /// each time.
    ///
    /// # Errors
    /// The monitor cancelled the run, or the network failed.
    pub fn step(
        &mut self,
        predictor: &Predictor,
        photo: &RgbImage,
        embedding: &Embedding,
        monitor: &dyn Monitor,
    ) -> Result<Option<Batch>, Error> {
        let points = self.next_points();
        let Some(current) = self.current.as_mut().filter(|_| !points.is_empty()) else {
            return Ok(None);
        };
        let embedding = current.embedding(predictor, photo, embedding, monitor)?;
        let question = Question {
            predictor,
            parameters: &self.parameters,
            monitor,
            embedding: &embedding,
            crop: &current.crop,
            photo_size: self.photo_size,
        };
        let found = question.answer(&points)?;
        if let Some(explored) = &mut self.explored {
            let points: Vec<[f32; 2]> = points.iter().map(|point| current.crop.in_photo(*point)).collect();
            explored.note(&points, &found);
        }
        self.points_done += points.len();
        monitor.progress(self.points_done as f32 / self.points_total as f32);
        Ok(Some(Batch { found, points_done: self.points_done, points_total: self.points_total }))
    }

    /// The points of the next batch, in pixels of the current crop; empty after the last one.
    fn next_points(&mut self) -> Vec<[f32; 2]> {
        loop {
            if let Some(CropSearch { crop, points, .. }) = &mut self.current {
                let remaining = points.len();
                let cell_area = crop.cell_area();
                let is_open = |point: &[f32; 2]| match &self.explored {
                    Some(explored) => !explored.is_exhausted(crop.in_photo(*point), cell_area),
                    None => true,
                };
                let batch = self.parameters.points_per_batch as usize;
                let next: Vec<[f32; 2]> = points.by_ref().filter(is_open).take(batch).collect();
                self.points_done += remaining - points.len() - next.len();
                if !next.is_empty() {
                    return next;
                }
            }
            let Some(crop) = self.crops.next() else { return vec![] };
            let is_closer = self.current.as_ref().is_some_and(|current| current.crop.layer < crop.layer);
            if let Some(explored) = self.explored.as_mut().filter(|_| is_closer) {
                explored.look_closer();
            }
            let size = (crop.bbox.width(), crop.bbox.height());
            let points = match self.explored {
                Some(_) => coarse_to_fine(crop.points_per_side, size),
                None => point_grid(crop.points_per_side, size),
            };
            self.current = Some(CropSearch { crop, embedding: None, points: points.into_iter() });
        }
    }
}

impl CropSearch {
    fn embedding(
        &mut self,
        predictor: &Predictor,
        photo: &RgbImage,
        whole: &Embedding,
        monitor: &dyn Monitor,
    ) -> Result<Embedding, Error> {
        let embedding = match &self.embedding {
            Some(embedding) => embedding.clone(),
            None if self.crop.layer == 0 => whole.clone(),
            None => predictor.encode(&crop(photo, self.crop.bbox), monitor)?,
        };
        Ok(self.embedding.insert(embedding).clone())
    }
}

/// The queries for the points of a crop.
struct Question<'a> {
    predictor: &'a Predictor,
    parameters: &'a Parameters,
    monitor: &'a dyn Monitor,
    embedding: &'a Embedding,
    crop: &'a Crop,
    photo_size: (u32, u32),
}

impl Question<'_> {
    /// `_process_batch`: the masks of some points, in the official order: point by point.
    fn answer(&self, points: &[[f32; 2]]) -> Result<Vec<FoundMask>, Error> {
        let Parameters { multimask_output, use_m2m, .. } = *self.parameters;
        let output = if multimask_output { Output::Candidates } else { Output::Single };
        // A refined mask may be better than the one it comes from.
        let limit = if use_m2m { f32::NEG_INFINITY } else { self.parameters.pred_iou_thresh };
        let mut predictions =
            self.predictor.predict_points_above(self.embedding, points, output, limit, self.monitor)?;
        let mut points: Vec<[f32; 2]> = points.to_vec();
        if use_m2m {
            (predictions, points) = self.refine(&predictions, &points)?;
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
            .filter_map(|(prediction, point, i)| self.measure(prediction, i, point));
        Ok(measured.collect())
    }

    /// `refine_with_m2m`: prompts again for each candidate, with its own mask as part of the prompt.
    fn refine(
        &self,
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
                let answer = self.predictor.predict(self.embedding, &query, Output::Single, self.monitor)?;
                refined.push((answer, [x, y]));
            }
        }
        Ok(refined.into_iter().unzip())
    }

    /// The mask of a candidate, if it is stable and not cut by its crop.
    fn measure(&self, prediction: &Prediction, candidate: usize, point: [f32; 2]) -> Option<FoundMask> {
        let Parameters { mask_threshold, stability_score_offset, stability_score_thresh, .. } =
            *self.parameters;
        let (mask, stability_score) = prediction.mask_with(candidate, mask_threshold, stability_score_offset);
        if stability_score < stability_score_thresh || mask.is_empty() {
            return None;
        }
        let (b, (width, height)) = (self.crop.bbox, self.photo_size);
        let mask = if self.crop.layer == 0 { mask } else { mask.placed(b.x0, b.y0, width, height) };
        let found = FoundMask {
            mask: Arc::new(mask),
            predicted_iou: prediction.candidates[candidate].predicted_iou,
            stability_score,
            point: self.crop.in_photo(point),
            crop_box: b,
        };
        (!found.is_cut()).then_some(found)
    }
}
