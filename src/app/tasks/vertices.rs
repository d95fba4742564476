//! Outlines as polygons, and back.

use super::{Kind, Outcome, Tasks};
use crate::app::state::EditedMask;
use crate::mask::vertices::VertexPolygon;

impl Tasks {
    /// Traces the outline of a mask, for editing.
    pub fn trace_vertices(&mut self, mask: EditedMask, tolerance: f32) {
        self.spawn(Kind::Other, move || {
            let polygon = VertexPolygon::new(&mask.pixels, tolerance);
            Outcome::VerticesTraced { mask, polygon }
        });
    }

    /// Turns an edited outline into pixels.
    pub fn fill_vertices(&mut self, mask: EditedMask, polygon: VertexPolygon) {
        self.spawn(Kind::Other, move || {
            let filled = polygon.applied(&mask.pixels);
            Outcome::VerticesFilled { mask, filled }
        });
    }
}
