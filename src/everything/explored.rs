//! What the points asked so far say about those to come: where certain masks lie and nothing new was found in
//! them, another point will hardly find more. The limits were tried on photos (`PERFORMANCE.md`, Fewer points).

use std::sync::Arc;

use super::compare::DEFAULT_MIN_IOU;
use super::found::FoundMask;
use super::parameters::Parameters;
use crate::mask::Mask;

/// A mask is exhausted after one point without a find, and one more for this many cells of the grid.
const CELLS_PER_POINT: f64 = 10.0;

/// The masks found so far, and how well they are searched.
pub(super) struct Explored {
    distinct: Vec<Arc<Mask>>,
    certain: Vec<CertainMask>,
    /// Masks with at least this predicted IoU are certain.
    certain_iou: f32,
}

struct CertainMask {
    mask: Arc<Mask>,
    /// The points in the mask since one found something new.
    barren: u32,
}

impl Explored {
    /// Certain are masks in the upper half of the predicted IoUs that are kept.
    pub fn new(parameters: &Parameters) -> Self {
        Self { distinct: vec![], certain: vec![], certain_iou: (1.0 + parameters.pred_iou_thresh) / 2.0 }
    }

    /// Whether the smallest certain mask around the point is exhausted. The point is in photo pixels, as is the
    /// area of a cell of its grid.
    pub fn is_exhausted(&self, point: [f32; 2], cell_area: f64) -> bool {
        let around = self.certain.iter().filter(|certain| certain.holds(point));
        around.min_by_key(|certain| certain.mask.area()).is_some_and(|smallest| {
            f64::from(smallest.barren) >= 1.0 + smallest.mask.area() as f64 / cell_area / CELLS_PER_POINT
        })
    }

    /// Takes note of an answer: the points asked, in photo pixels, and the masks that they found.
    pub fn note(&mut self, points: &[[f32; 2]], found: &[FoundMask]) {
        for point in points {
            let known = self.certain.len();
            let before = self.distinct.len();
            found.iter().filter(|found| found.point == *point).for_each(|found| self.add(found));
            let found_something = self.distinct.len() > before;
            for certain in self.certain[..known].iter_mut().filter(|certain| certain.holds(*point)) {
                certain.barren = if found_something { 0 } else { certain.barren + 1 };
            }
        }
    }

    /// Counts anew: the points to come see more of the photo.
    pub fn look_closer(&mut self) {
        self.certain.iter_mut().for_each(|certain| certain.barren = 0);
    }

    fn add(&mut self, FoundMask { mask, predicted_iou, .. }: &FoundMask) {
        let is_same =
            |other: &Mask| other.iou_at_most(mask) >= DEFAULT_MIN_IOU && other.iou(mask) >= DEFAULT_MIN_IOU;
        if self.distinct.iter().any(|other| is_same(other)) {
            return;
        }
        self.distinct.push(mask.clone());
        if *predicted_iou >= self.certain_iou {
            self.certain.push(CertainMask { mask: mask.clone(), barren: 0 });
        }
    }
}

impl CertainMask {
    fn holds(&self, [x, y]: [f32; 2]) -> bool {
        self.mask.get(x as u32, y as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::PixelBox;

    const CELL: f64 = 100.0;

    fn found(x: std::ops::Range<u32>, predicted_iou: f32, point: [f32; 2]) -> FoundMask {
        let crop_box = PixelBox { x0: 0, y0: 0, x1: 100, y1: 100 };
        let mask = Arc::new(Mask::from_fn(100, 100, |column, _| x.contains(&column)));
        FoundMask { mask, predicted_iou, stability_score: 1.0, point, crop_box }
    }

    /// Half of the photo, 50 cells, in one certain mask.
    fn with_a_large_mask() -> Explored {
        let mut explored = Explored::new(&Parameters::default());
        explored.note(&[[5.0, 5.0]], &[found(0..50, 0.95, [5.0, 5.0])]);
        explored
    }

    #[test]
    fn a_mask_is_exhausted_by_points_that_find_nothing_new() {
        let mut explored = with_a_large_mask();
        let point = [20.0, 20.0];
        for _ in 0..6 {
            assert!(!explored.is_exhausted(point, CELL));
            // The same mask again is nothing new.
            explored.note(&[point], &[found(0..49, 0.99, point)]);
        }
        assert!(explored.is_exhausted(point, CELL));
        assert!(!explored.is_exhausted([70.0, 20.0], CELL), "outside");
        assert!(!explored.is_exhausted(point, CELL / 2.0), "a finer grid asks for more points");
        explored.look_closer();
        assert!(!explored.is_exhausted(point, CELL));
    }

    #[test]
    fn a_find_starts_the_count_anew() {
        let mut explored = with_a_large_mask();
        let point = [20.0, 20.0];
        explored.note(&[point; 5], &[]);
        explored.note(&[point], &[found(15..25, 0.81, point)]);
        explored.note(&[point; 5], &[]);
        assert!(!explored.is_exhausted(point, CELL));
        explored.note(&[point], &[]);
        assert!(explored.is_exhausted(point, CELL));
    }

    #[test]
    fn the_smallest_certain_mask_decides() {
        let mut explored = with_a_large_mask();
        let point = [20.0, 20.0];
        explored.note(&[point], &[found(18..22, 0.92, point)]);
        explored.note(&[point; 2], &[]);
        assert!(explored.is_exhausted(point, CELL), "four cells");
        assert!(!explored.is_exhausted([30.0, 20.0], CELL), "fifty cells");
        let mut explored = Explored::new(&Parameters::default());
        explored.note(&[point], &[found(18..22, 0.85, point)]);
        explored.note(&[point; 2], &[]);
        assert!(!explored.is_exhausted(point, CELL), "not certain");
    }
}
