//! From all masks found to those that are kept: thresholds, NMS, clean-up. Needs no network, so that a person can
//! try other thresholds at once.

use std::sync::Arc;

use super::found::FoundMask;
use super::nms::nms;
use super::parameters::Parameters;
use crate::mask::{Mask, PixelBox, parents};

/// The filters for the found masks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filters {
    /// Masks must have a predicted IoU above this.
    pub pred_iou_thresh: f32,
    /// Masks must have at least this stability score.
    pub stability_score_thresh: f32,
    /// Of two masks of a crop whose boxes overlap more than this (IoU), the better one is kept.
    pub box_nms_thresh: f64,
    /// Of two masks of different crops whose boxes overlap more than this, the one of the smaller
    /// crop is kept.
    pub crop_nms_thresh: f64,
    /// Whether crops were searched in addition to the whole photo.
    pub crops: bool,
    /// Holes and separate parts smaller than this, in pixels, are filled and removed; 0 keeps them.
    pub min_mask_region_area: u32,
    /// Smallest and largest area of a mask, as shares of the photo in [0, 1].
    pub area: [f32; 2],
    /// Remove masks inside another kept mask.
    pub hide_inside: bool,
}

impl From<&Parameters> for Filters {
    /// The filters of the official generator.
    fn from(parameters: &Parameters) -> Self {
        Self {
            pred_iou_thresh: parameters.pred_iou_thresh,
            stability_score_thresh: parameters.stability_score_thresh,
            box_nms_thresh: parameters.box_nms_thresh,
            crop_nms_thresh: parameters.crop_nms_thresh,
            crops: parameters.crop_n_layers > 0,
            min_mask_region_area: parameters.min_mask_region_area,
            area: [0.0, 1.0],
            hide_inside: false,
        }
    }
}

/// A mask that passed the filters.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its index among the found masks.
    pub index: usize,
    pub found: FoundMask,
}

/// Returns the masks that pass the filters, in the order of the official generator: best predicted IoU first;
/// with crops, those of the smallest crops first.
///
/// Follows `_process_crop`, `_generate_masks` and `postprocess_small_regions`. `found` are the
/// masks crop by crop, all with lower thresholds than those of `filters`.
pub fn filter(found: &[FoundMask], filters: &Filters) -> Vec<Kept> {
    let mut indices: Vec<usize> = vec![];
    let mut first = 0;
    while first < found.len() {
        let crop = found[first].crop_box;
        let end = first + found[first..].iter().take_while(|f| f.crop_box == crop).count();
        let good = (first..end).filter(|i| {
            let f = &found[*i];
            f.predicted_iou > filters.pred_iou_thresh && f.stability_score >= filters.stability_score_thresh
        });
        let good: Vec<usize> = good.collect();
        let scores: Vec<f32> = good.iter().map(|i| found[*i].predicted_iou).collect();
        let boxes: Vec<[f32; 4]> = good.iter().map(|i| corners(found[*i].official_box())).collect();
        indices.extend(nms(&boxes, &scores, filters.box_nms_thresh).into_iter().map(|i| good[i]));
        first = end;
    }
    // Even if all remaining masks come from one crop: the official code only checks whether crops were
    // searched.
    if filters.crops {
        let scores: Vec<f32> = indices.iter().map(|i| 1.0 / area(found[*i].crop_box)).collect();
        let boxes: Vec<[f32; 4]> = indices.iter().map(|i| corners(found[*i].official_box())).collect();
        indices = nms(&boxes, &scores, filters.crop_nms_thresh).into_iter().map(|i| indices[i]).collect();
    }
    let mut kept: Vec<Kept> =
        indices.into_iter().map(|index| Kept { index, found: found[index].clone() }).collect();
    if filters.min_mask_region_area > 0 {
        kept = without_small_regions(kept, filters);
    }
    kept.retain(|s| {
        let photo = s.found.mask.width() as f32 * s.found.mask.height() as f32;
        (filters.area[0]..=filters.area[1]).contains(&(s.found.mask.area() as f32 / photo))
    });
    if filters.hide_inside {
        let masks: Vec<&Mask> = kept.iter().map(|s| &*s.found.mask).collect();
        let mut inside = parents(&masks).into_iter();
        kept.retain(|_| inside.next().flatten().is_none());
    }
    kept
}

/// `postprocess_small_regions`: cleans the masks; of new duplicates, those that needed no cleaning are kept.
fn without_small_regions(kept: Vec<Kept>, filters: &Filters) -> Vec<Kept> {
    use rayon::prelude::*;
    let min_area = u64::from(filters.min_mask_region_area);
    let cleaned: Vec<(Kept, bool)> = kept
        .into_par_iter()
        .map(|mut s| {
            let clean = s.found.mask.without_small_holes(min_area).without_small_parts(min_area);
            let unchanged = clean == *s.found.mask;
            if !unchanged {
                s.found.mask = Arc::new(clean);
            }
            (s, unchanged)
        })
        .collect();
    let scores: Vec<f32> = cleaned.iter().map(|(_, unchanged)| f32::from(u8::from(*unchanged))).collect();
    let boxes: Vec<[f32; 4]> = cleaned.iter().map(|(s, _)| corners(s.found.official_box())).collect();
    let threshold = filters.box_nms_thresh.max(filters.crop_nms_thresh);
    nms(&boxes, &scores, threshold).into_iter().map(|i| cleaned[i].0.clone()).collect()
}

pub(super) fn corners(b: PixelBox) -> [f32; 4] {
    [b.x0 as f32, b.y0 as f32, b.x1 as f32, b.y1 as f32]
}

fn area(b: PixelBox) -> f32 {
    b.width() as f32 * b.height() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: PixelBox = PixelBox { x0: 0, y0: 0, x1: 60, y1: 40 };

    fn found(from: u32, to: u32, predicted_iou: f32) -> FoundMask {
        let mask = Mask::from_fn(60, 40, |x, y| (from..to).contains(&x) && (from..to).contains(&y));
        FoundMask {
            mask: Arc::new(mask),
            predicted_iou,
            stability_score: 0.9,
            point: [0.0; 2],
            crop_box: PHOTO,
        }
    }

    fn kept(found: &[FoundMask], filters: Filters) -> Vec<usize> {
        filter(found, &filters).iter().map(|s| s.index).collect()
    }

    fn official() -> Filters {
        Filters::from(&Parameters {
            pred_iou_thresh: 0.5,
            stability_score_thresh: 0.5,
            ..Parameters::default()
        })
    }

    #[test]
    fn thresholds_then_nms_best_first() {
        let all = [found(0, 20, 0.6), found(0, 21, 0.8), found(30, 38, 0.9), found(5, 9, 0.5)];
        assert_eq!(kept(&all, official()), [2, 1], "0.5 is not above 0.5");
        assert_eq!(kept(&all, Filters { pred_iou_thresh: 0.85, ..official() }), [2]);
        assert_eq!(kept(&all, Filters { stability_score_thresh: 0.95, ..official() }), [0usize; 0]);
        assert_eq!(kept(&all, Filters { box_nms_thresh: 1.0, ..official() }), [2, 1, 0]);
    }

    #[test]
    fn of_two_crops_the_smaller_one_counts() {
        let crop = PixelBox { x1: 30, y1: 30, ..PHOTO };
        let fine = FoundMask { crop_box: crop, ..found(1, 20, 0.6) };
        let all = [found(0, 20, 0.9), found(30, 38, 0.7), fine];
        let crops = Filters { crops: true, ..official() };
        assert_eq!(kept(&all, crops), [2, 1]);
        let all = [found(0, 20, 0.9), found(0, 19, 0.8)];
        let loose = Filters { box_nms_thresh: 0.95, crop_nms_thresh: 0.5, ..crops };
        assert_eq!(kept(&all, loose), [0], "also when nothing of the crops is left");
        assert_eq!(kept(&all, Filters { crops: false, ..loose }), [0, 1]);
    }

    #[test]
    fn small_regions_go_and_untouched_duplicates_win() {
        let speckled =
            Mask::from_fn(60, 40, |x, y| (x < 20 && y < 20 && (x, y) != (4, 4)) || (x, y) == (24, 3));
        let all = [FoundMask { mask: Arc::new(speckled), ..found(0, 20, 0.9) }, found(0, 16, 0.7)];
        let kept = filter(
            &all,
            &Filters { min_mask_region_area: 5, box_nms_thresh: 0.6, crop_nms_thresh: 0.6, ..official() },
        );
        assert_eq!(kept.iter().map(|s| s.index).collect::<Vec<_>>(), [1], "the box now overlaps");
        let alone = filter(&all[..1], &Filters { min_mask_region_area: 5, ..official() });
        assert_eq!(*alone[0].found.mask, *found(0, 20, 0.9).mask);
    }

    #[test]
    fn areas_and_nesting_can_be_chosen() {
        let all = [found(0, 30, 0.9), found(5, 10, 0.8), found(31, 39, 0.7)];
        let share = |pixels: f32| pixels / 2400.0;
        assert_eq!(kept(&all, Filters { area: [share(26.0), 1.0], ..official() }), [0, 2]);
        assert_eq!(kept(&all, Filters { area: [0.0, share(64.0)], ..official() }), [1, 2]);
        assert_eq!(kept(&all, Filters { hide_inside: true, ..official() }), [0, 2]);
    }
}
