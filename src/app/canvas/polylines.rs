//! The outline of a mask in levels of detail, cut into pieces that can be left out of view.

use egui::{Pos2, Rect, pos2};

use crate::mask::polygon::simplified;
use crate::mask::{Mask, outline};

/// By how much the first simplified level may leave the outline, in photo pixels: enough to make a
/// slanted line of a staircase. It doubles with each level.
const TOLERANCE: f32 = 0.75;

/// Loops with more points are cut into pieces.
const PIECE: usize = 128;

/// An outline with fewer points is not simplified further.
const FEW_POINTS: usize = 64;

/// A part of an outline, in photo pixels.
pub(super) struct Line {
    pub points: Vec<Pos2>,
    /// The last point is joined to the first.
    pub closed: bool,
    around: Rect,
}

/// The outline of a mask.
pub(super) struct Polylines {
    around: Rect,
    /// Exact, then ever simpler.
    levels: Vec<Vec<Line>>,
}

impl Polylines {
    /// Traces a mask. Takes milliseconds for a large one.
    pub fn around(mask: &Mask) -> Self {
        let mut loops = outline(mask);
        let mut levels = vec![pieces(&loops)];
        let mut tolerance = TOLERANCE;
        while loops.iter().map(Vec::len).sum::<usize>() > FEW_POINTS && tolerance < 1e4 {
            // What is smaller than the tolerance is not seen, but something of a mask always is.
            let largest = loops.iter().map(|l| extent(l)).max().unwrap_or(0);
            let seen = (2.0 * tolerance) as u32;
            loops.retain(|l| extent(l) >= seen.min(largest));
            loops.iter_mut().for_each(|l| *l = simplified(l, tolerance));
            levels.push(pieces(&loops));
            tolerance *= 2.0;
        }
        let around = levels[0].iter().map(|line| line.around).fold(Rect::NOTHING, Rect::union);
        Self { around, levels }
    }

    /// The lines that can be seen in a part of the photo: the exact ones when a photo pixel is at
    /// least as large as a screen pixel, else ones that leave these by less than that.
    pub fn within(&self, in_photo: Rect, zoom: f32) -> impl Iterator<Item = &Line> {
        let level = match zoom >= 1.0 {
            true => 0,
            false => 1 + (1.0 / zoom.max(1e-6)).log2() as usize,
        };
        let level = &self.levels[level.min(self.levels.len() - 1)];
        let seen = if self.around.intersects(in_photo) { level.as_slice() } else { &[] };
        seen.iter().filter(move |line| line.around.intersects(in_photo))
    }
}

/// The longer side of the box around a loop.
fn extent(corners: &[[u32; 2]]) -> u32 {
    let side = |i: usize| {
        let (low, high) = corners.iter().fold((u32::MAX, 0), |(l, h), c| (l.min(c[i]), h.max(c[i])));
        high.saturating_sub(low)
    };
    side(0).max(side(1))
}

fn pieces(loops: &[Vec<[u32; 2]>]) -> Vec<Line> {
    let line = |points: Vec<Pos2>, closed: bool| {
        let around = Rect::from_points(&points);
        Line { points, closed, around }
    };
    let mut lines = vec![];
    for corners in loops {
        let mut points: Vec<Pos2> = corners.iter().map(|[x, y]| pos2(*x as f32, *y as f32)).collect();
        if points.len() <= PIECE {
            lines.push(line(points, true));
        } else {
            points.push(points[0]);
            // Each piece begins where the one before ends.
            let starts = (0..points.len() - 1).step_by(PIECE);
            lines.extend(starts.map(|i| line(points[i..points.len().min(i + PIECE + 1)].to_vec(), false)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Rect = Rect::EVERYTHING;

    /// A disc and a speck.
    fn mask() -> Mask {
        let in_disc = |x: u32, y: u32| (x as f32 - 500.0).hypot(y as f32 - 400.0) < 300.0;
        Mask::from_fn(1000, 800, |x, y| in_disc(x, y) || (x, y) == (3, 3))
    }

    fn points(lines: &Polylines, zoom: f32) -> usize {
        lines.within(EVERYTHING, zoom).map(|line| line.points.len()).sum()
    }

    #[test]
    fn the_outline_is_exact_at_full_size_and_near_enough_below() {
        let mask = mask();
        let lines = Polylines::around(&mask);
        let corners: usize = outline(&mask).iter().map(Vec::len).sum();
        assert!((corners..corners + corners / 50).contains(&points(&lines, 1.0)));
        for zoom in [0.9, 0.4, 0.1] {
            for line in lines.within(EVERYTHING, zoom).filter(|line| line.around.width() > 2.0) {
                for ends in line.points.windows(2) {
                    for at in [ends[0], ends[0].lerp(ends[1], 0.5)] {
                        let off = ((at - pos2(500.0, 400.0)).length() - 300.0).abs() * zoom;
                        assert!(off < 1.5, "{off} screen pixels off at {zoom}");
                    }
                }
            }
        }
        assert!(points(&lines, 0.9) * 3 < points(&lines, 1.0) * 2);
        assert!(points(&lines, 0.1) * 3 < points(&lines, 0.9));
    }

    #[test]
    fn specks_go_where_they_cannot_be_seen_but_no_mask_does() {
        let lines = Polylines::around(&mask());
        let has_speck =
            |zoom: f32| lines.within(EVERYTHING, zoom).any(|line| line.around.max == pos2(4.0, 4.0));
        assert_eq!([1.0, 0.1].map(has_speck), [true, false]);
        let speck = Polylines::around(&Mask::from_fn(9, 9, |x, y| (x, y) == (4, 4)));
        assert_eq!(speck.within(EVERYTHING, 0.01).count(), 1);
    }

    #[test]
    fn only_what_is_in_view_is_given_and_without_gaps() {
        let lines = Polylines::around(&mask());
        let all: Vec<_> = lines.within(EVERYTHING, 2.0).collect();
        let view = Rect::from_min_max(pos2(200.0, 380.0), pos2(230.0, 420.0));
        let seen = lines.within(view, 2.0).count();
        assert!(0 < seen && seen < all.len() / 3, "{seen} of {}", all.len());
        let open: Vec<_> = all.iter().filter(|line| !line.closed).collect();
        for (line, next) in open.iter().zip(open.iter().cycle().skip(1)) {
            assert_eq!(line.points.last(), next.points.first());
        }
        assert_eq!(lines.within(view.translate(egui::vec2(2000.0, 0.0)), 2.0).count(), 0);
    }
}
