//! Signs that an object may have been lost.

use serde::{Deserialize, Serialize};

use crate::mask::Mask;
use crate::track::Doubt;

/// From where on a mask is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DoubtLimits {
    /// An object score at or below this means that the object is absent; in logits.
    pub object_score: f32,
    /// Predicted IoU, in [0, 1].
    pub predicted_iou: f32,
    /// Areas of neighbouring frames, the larger as a multiple of the smaller.
    pub area_ratio: f64,
    /// Distance between the centres of neighbouring frames, as a share of the diagonal of the earlier box.
    pub shift: f64,
}

impl Default for DoubtLimits {
    fn default() -> Self {
        Self { object_score: 0.0, predicted_iou: 0.6, area_ratio: 1.6, shift: 0.35 }
    }
}

impl DoubtLimits {
    /// The doubts about a mask; `before` is that of the neighbouring frame it was followed from.
    pub fn doubts(
        &self,
        mask: &Mask,
        before: Option<&Mask>,
        predicted_iou: f32,
        object_score: Option<f32>,
    ) -> Vec<Doubt> {
        if mask.is_empty() || object_score.is_some_and(|score| score <= self.object_score) {
            return vec![Doubt::Absent];
        }
        let mut doubts = vec![];
        if predicted_iou < self.predicted_iou {
            doubts.push(Doubt::LowIou);
        }
        let same_size = |other: &&Mask| (other.width(), other.height()) == (mask.width(), mask.height());
        if let Some(before) = before.filter(|before| !before.is_empty()).filter(same_size) {
            let [small, large] = [mask.area().min(before.area()), mask.area().max(before.area())];
            if large as f64 > self.area_ratio * small as f64 {
                doubts.push(Doubt::Area);
            }
            if is_moved(mask, before, self.shift) {
                doubts.push(Doubt::Place);
            }
        }
        doubts
    }
}

fn is_moved(mask: &Mask, before: &Mask, share: f64) -> bool {
    let (Some([x, y]), Some([x0, y0]), Some(b)) = (mask.centroid(), before.centroid(), before.bbox()) else {
        return false;
    };
    let diagonal = f64::from(b.width()).hypot(f64::from(b.height()));
    (x - x0).hypot(y - y0) > share * diagonal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(at: u32, side: u32) -> Mask {
        Mask::from_fn(100, 100, |x, y| (at..at + side).contains(&x) && (at..at + side).contains(&y))
    }

    #[test]
    fn jumps_and_low_scores_are_doubtful() {
        let limits = DoubtLimits::default();
        let doubts = |mask: &Mask, iou, score| limits.doubts(mask, Some(&square(20, 20)), iou, score);
        assert_eq!(doubts(&square(21, 20), 0.9, Some(3.0)), []);
        assert_eq!(doubts(&square(21, 20), 0.3, None), [Doubt::LowIou]);
        assert_eq!(doubts(&square(16, 28), 0.9, None), [Doubt::Area]);
        assert_eq!(doubts(&square(50, 20), 0.9, None), [Doubt::Place]);
        assert_eq!(doubts(&square(60, 5), 0.1, None), [Doubt::LowIou, Doubt::Area, Doubt::Place]);
        assert_eq!(doubts(&square(20, 20), 0.9, Some(-1.0)), [Doubt::Absent]);
        assert_eq!(doubts(&square(20, 0), 0.9, Some(9.0)), [Doubt::Absent]);
        // Nothing jumps where nothing was.
        assert_eq!(limits.doubts(&square(50, 40), Some(&square(0, 0)), 0.9, None), []);
        assert_eq!(limits.doubts(&square(50, 40), None, 0.9, None), []);
    }
}
