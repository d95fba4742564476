//! Non-maximum suppression of boxes.

/// Returns the indices of the remaining boxes, best score first: a box is removed if its IoU with a better
/// one is above `threshold`. Boxes are `[x0, y0, x1, y1]`; of equal scores the earlier one is better.
///
/// Matches `torchvision.ops.nms`, which compares an IoU of single precision with a threshold of double
/// precision: an IoU of 0.8 is above a threshold of 0.8, which has no exact binary form.
pub(super) fn nms(boxes: &[[f32; 4]], scores: &[f32], threshold: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut kept: Vec<usize> = vec![];
    for candidate in order {
        if kept.iter().all(|better| f64::from(iou(&boxes[*better], &boxes[candidate])) <= threshold) {
            kept.push(candidate);
        }
    }
    kept
}

pub(super) fn iou(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let area = |b: &[f32; 4]| (b[2] - b[0]) * (b[3] - b[1]);
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let shared = width * height;
    let iou = shared / (area(a) + area(b) - shared);
    // Two boxes without area give 0/0, which no comparison counts as an overlap.
    if iou.is_nan() { 0.0 } else { iou }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_of_two_overlapping_boxes_survives() {
        let boxes = [[0., 0., 10., 10.], [1., 0., 10., 10.], [20., 20., 30., 30.]];
        assert_eq!(nms(&boxes, &[0.5, 0.9, 0.1], 0.7), [1, 2]);
        assert_eq!(nms(&boxes, &[0.5, 0.9, 0.1], 0.95), [1, 0, 2]);
        assert_eq!(nms(&boxes, &[0.5, 0.5, 0.5], 0.7), [0, 2], "the earlier of equals");
    }

    #[test]
    fn an_iou_rounded_up_is_above_its_threshold() {
        for (shared, suppressed) in [(0.8, true), (0.6, true), (0.5, false), (0.7, false)] {
            let boxes = [[0., 0., 10., 10.], [0., 0., 10., 10. * shared as f32]];
            assert_eq!(nms(&boxes, &[0.9, 0.5], shared).len() == 1, suppressed, "{shared}");
        }
    }

    #[test]
    fn boxes_without_area_do_not_suppress_each_other() {
        assert_eq!(nms(&[[5., 5., 5., 5.]; 2], &[0.5, 0.4], 0.7), [0, 1]);
    }
}
