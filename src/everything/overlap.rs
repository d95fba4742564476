//! How much found masks overlap, for those who choose a limit.

use super::filter::corners;
use super::found::FoundMask;
use super::nms::iou;

/// For each mask, how much its box overlaps (IoU, in [0, 1]) with that of a better mask of the same crop, at most.
/// What is above a limit may be removed by non-maximum suppression with that limit, if the better mask is kept.
/// `found` are the masks crop by crop. Takes a moment for thousands of masks.
pub fn overlaps(found: &[FoundMask]) -> Vec<f32> {
    let boxes: Vec<[f32; 4]> = found.iter().map(|f| corners(f.official_box())).collect();
    let mut overlaps = vec![0.0_f32; found.len()];
    let mut first = 0;
    for of_crop in found.chunk_by(|a, b| a.crop_box == b.crop_box) {
        let mut order: Vec<usize> = (first..first + of_crop.len()).collect();
        order.sort_by(|a, b| found[*b].predicted_iou.total_cmp(&found[*a].predicted_iou));
        for (i, mask) in order.iter().enumerate() {
            let better = order[..i].iter().map(|better| iou(&boxes[*better], &boxes[*mask]));
            overlaps[*mask] = better.fold(0.0, f32::max);
        }
        first += of_crop.len();
    }
    overlaps
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mask::{Mask, PixelBox};

    fn found(columns: std::ops::Range<u32>, predicted_iou: f32, crop: u32) -> FoundMask {
        FoundMask {
            mask: Arc::new(Mask::from_fn(30, 10, |x, _| columns.contains(&x))),
            predicted_iou,
            stability_score: 1.0,
            point: [0.0, 0.0],
            crop_box: PixelBox { x0: crop, y0: 0, x1: 30, y1: 10 },
        }
    }

    #[test]
    fn a_mask_overlaps_with_better_ones_of_its_crop() {
        let masks = [found(0..11, 0.5, 0), found(0..11, 0.9, 0), found(20..30, 0.1, 0), found(0..11, 0.3, 4)];
        assert_eq!(overlaps(&masks), [1.0, 0.0, 0.0, 0.0]);
        // Boxes as the official code has them, one pixel smaller.
        assert_eq!(overlaps(&[found(0..11, 0.9, 0), found(0..6, 0.8, 0)]), [0.0, 0.5]);
    }
}
