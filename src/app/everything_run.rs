//! Everything mode while it runs: provisional masks, points done, time left.

use std::sync::Arc;
use std::time::Instant;

use crate::document::{MaskId, MaskItem, NewMask, Prompting, mask_colour};
use crate::everything::FoundMask;

/// A run that has not ended.
pub(super) struct EverythingRun {
    pub number: u64,
    pub photo: u64,
    /// Masks found so far; NMS may still push some out.
    pub provisional: Vec<Arc<MaskItem>>,
    pub points_done: usize,
    pub points_total: usize,
    started: Instant,
    /// Colours continue those of the masks that are there already.
    first_colour: u64,
}

impl EverythingRun {
    pub fn new(number: u64, photo: u64, first_colour: u64) -> Self {
        Self {
            number,
            photo,
            provisional: vec![],
            points_done: 0,
            points_total: 0,
            started: Instant::now(),
            first_colour,
        }
    }

    pub fn add(&mut self, found: Vec<FoundMask>, points_done: usize, points_total: usize) {
        (self.points_done, self.points_total) = (points_done, points_total);
        for mask in found {
            let n = self.provisional.len() as u64;
            self.provisional.push(Arc::new(MaskItem {
                id: MaskId(u64::MAX - n),
                name: format!("Found {}", n + 1),
                colour: mask_colour(self.first_colour + n),
                visible: true,
                mask: mask.mask,
                predicted_iou: mask.predicted_iou,
                stability_score: mask.stability_score,
                prompting: Prompting::default(),
            }));
        }
    }

    /// The share of points done, in [0, 1].
    pub fn fraction(&self) -> f32 {
        if self.points_total == 0 { 0.0 } else { self.points_done as f32 / self.points_total as f32 }
    }

    /// Seconds left at the pace so far.
    pub fn seconds_left(&self) -> Option<f32> {
        let fraction = self.fraction();
        (fraction > 0.0).then(|| self.started.elapsed().as_secs_f32() * (1.0 - fraction) / fraction)
    }
}

/// Settled masks on their way into the document.
pub(super) fn new_masks(found: Vec<FoundMask>) -> Vec<NewMask> {
    found
        .into_iter()
        .map(|mask| NewMask {
            mask: mask.mask,
            predicted_iou: mask.predicted_iou,
            stability_score: mask.stability_score,
            prompting: Prompting::default(),
        })
        .collect()
}
