//! Moving a box prompt and its sides.

use egui::{CursorIcon, Pos2, Rect, Vec2};

use crate::prompt::BoxPrompt;

/// A box must be at least this large, in photo pixels, to be meant as one.
pub(super) const SMALLEST_BOX: f32 = 2.0;

/// How far from a side the mouse still holds it, in screen points.
const REACH: f32 = 6.0;

/// Which sides of a box the mouse holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Grip {
    left: bool,
    top: bool,
    right: bool,
    bottom: bool,
}

impl Grip {
    /// What is held at a place: a side, a corner, or inside the whole box.
    pub fn at(bbox: Rect, at: Pos2) -> Option<Self> {
        if !bbox.expand(REACH).contains(at) {
            return None;
        }
        // Something to hold the whole by is left also of a small box.
        let inner = bbox.shrink2((bbox.size() / 4.0).min(Vec2::splat(REACH)));
        let held = Self {
            left: at.x < inner.left(),
            top: at.y < inner.top(),
            right: at.x > inner.right(),
            bottom: at.y > inner.bottom(),
        };
        let none = Self { left: false, top: false, right: false, bottom: false };
        Some(if held == none { Self { left: true, top: true, right: true, bottom: true } } else { held })
    }

    pub fn is_whole(self) -> bool {
        self.left && self.right
    }

    /// The box after a drag, within a photo of this size.
    pub fn dragged(self, b: BoxPrompt, by: Vec2, (width, height): (u32, u32)) -> BoxPrompt {
        let axis = |[low, high]: [f32; 2], by: f32, end: u32, [held_low, held_high]: [bool; 2]| {
            let end = end as f32;
            match [held_low, held_high] {
                [true, true] => {
                    let by = by.min(end - high).max(-low);
                    [low + by, high + by]
                }
                [true, false] => [(low + by).min(high - SMALLEST_BOX).max(0.0), high],
                [false, true] => [low, (high + by).max(low + SMALLEST_BOX).min(end)],
                [false, false] => [low, high],
            }
        };
        let [x0, x1] = axis([b.x0, b.x1], by.x, width, [self.left, self.right]);
        let [y0, y1] = axis([b.y0, b.y1], by.y, height, [self.top, self.bottom]);
        BoxPrompt { x0, y0, x1, y1 }
    }

    pub fn cursor(self) -> CursorIcon {
        let Self { left, top, right, bottom } = self;
        match (left || right, top || bottom) {
            _ if self.is_whole() => CursorIcon::Move,
            (true, true) if left == top => CursorIcon::ResizeNwSe,
            (true, true) => CursorIcon::ResizeNeSw,
            (true, false) => CursorIcon::ResizeHorizontal,
            _ => CursorIcon::ResizeVertical,
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    const BOX: BoxPrompt = BoxPrompt { x0: 10.0, y0: 20.0, x1: 60.0, y1: 90.0 };
    const SIZE: (u32, u32) = (100, 100);

    fn dragged(from: Pos2, by: Vec2) -> [f32; 4] {
        let rect = Rect::from_min_max(pos2(BOX.x0, BOX.y0), pos2(BOX.x1, BOX.y1));
        let b = Grip::at(rect, from).expect("a grip").dragged(BOX, by, SIZE);
        [b.x0, b.y0, b.x1, b.y1]
    }

    #[test]
    fn sides_corners_and_the_inside_can_be_dragged() {
        assert_eq!(dragged(pos2(9.0, 50.0), vec2(5.0, 7.0)), [15.0, 20.0, 60.0, 90.0]);
        assert_eq!(dragged(pos2(30.0, 92.0), vec2(5.0, 7.0)), [10.0, 20.0, 60.0, 97.0]);
        assert_eq!(dragged(pos2(61.0, 19.0), vec2(5.0, 7.0)), [10.0, 27.0, 65.0, 90.0]);
        assert_eq!(dragged(pos2(30.0, 50.0), vec2(5.0, 7.0)), [15.0, 27.0, 65.0, 97.0]);
        assert_eq!(Grip::at(Rect::from_min_max(pos2(0.0, 0.0), pos2(9.0, 9.0)), pos2(16.0, 5.0)), None);
    }

    #[test]
    fn a_box_stays_in_the_photo_and_never_turns_inside_out() {
        assert_eq!(dragged(pos2(30.0, 50.0), vec2(900.0, -900.0)), [50.0, 0.0, 100.0, 70.0]);
        assert_eq!(dragged(pos2(10.0, 20.0), vec2(900.0, 900.0)), [58.0, 88.0, 60.0, 90.0]);
        assert_eq!(dragged(pos2(60.0, 90.0), vec2(900.0, -900.0)), [10.0, 20.0, 100.0, 22.0]);
    }

    #[test]
    fn a_small_box_can_still_be_moved() {
        let small = Rect::from_min_max(pos2(50.0, 50.0), pos2(54.0, 54.0));
        assert!(Grip::at(small, small.center()).is_some_and(Grip::is_whole));
        assert_eq!(Grip::at(small, pos2(49.0, 49.0)).map(Grip::cursor), Some(CursorIcon::ResizeNwSe));
    }
}
