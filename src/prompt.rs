//! Prompts: how a person points at an object. All coordinates are pixels of the photo; the origin is its
//! top-left corner.

use serde::{Deserialize, Serialize};

use crate::mask::PixelBox;

/// A click, on the object or outside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f32,
    pub y: f32,
    pub positive: bool,
}

/// A corner-to-corner box, `x0 < x1` and `y0 < y1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoxPrompt {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl BoxPrompt {
    /// The box spanned by two corners in any order.
    pub fn spanning(a: [f32; 2], b: [f32; 2]) -> Self {
        Self { x0: a[0].min(b[0]), y0: a[1].min(b[1]), x1: a[0].max(b[0]), y1: a[1].max(b[1]) }
    }
}

/// Any combination of points and a box.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Prompt {
    pub points: Vec<Point>,
    pub bbox: Option<BoxPrompt>,
}

impl Prompt {
    /// Whether it has neither points nor a box.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.bbox.is_none()
    }

    /// Whether all points and the box lie in a part of the photo.
    pub fn lies_in(&self, part: PixelBox) -> bool {
        let [left, top, right, bottom] = [part.x0, part.y0, part.x1, part.y1].map(|edge| edge as f32);
        let inside = |x: f32, y: f32| (left..=right).contains(&x) && (top..=bottom).contains(&y);
        self.points.iter().all(|p| inside(p.x, p.y))
            && self.bbox.is_none_or(|b| inside(b.x0, b.y0) && inside(b.x1, b.y1))
    }
}
