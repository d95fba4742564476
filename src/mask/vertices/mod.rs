//! A mask as polygons that a person edits point by point.
//!
//! Every ring keeps the path along the pixel edges, of which only some points are shown as vertices. So the
//! pixels change only where a vertex was moved or deleted, however coarse the shown polygon is.

mod ring;
mod snap;

use std::sync::Arc;

use ring::VertexRing;
pub use snap::snapped;

use super::bitmap::Mask;
use super::polygon::{Polygon, polygons, united};

/// A vertex of a polygon. Changes of a ring, except moving and showing more or fewer vertices, make the ids of its
/// other vertices invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VertexId {
    part: usize,
    /// 0 is the outer ring, others are holes.
    ring: usize,
    node: usize,
}

/// A part of the mask.
#[derive(Debug, Clone)]
struct Part {
    original: Arc<Polygon>,
    /// The outer ring, then the holes; empty for a deleted part.
    rings: Vec<VertexRing>,
    is_changed: bool,
}

impl Part {
    /// The pixels of the rings: those inside the outer one and in no hole.
    fn filled(rings: &[Vec<[f32; 2]>], (width, height): (u32, u32)) -> Option<Mask> {
        let fill = |ring: &Vec<[f32; 2]>| Mask::polygon(width, height, ring);
        let (outer, holes) = rings.split_first()?;
        Some(fill(outer).difference(&united(holes.iter().map(fill), width, height)))
    }

    fn original_rings(&self) -> Vec<Vec<[f32; 2]>> {
        let rings = std::iter::once(&self.original.outer).chain(&self.original.holes);
        rings.map(|ring| ring.iter().map(|point| point.map(|v| v as f32)).collect()).collect()
    }
}

/// A mask as polygons with vertices in photo pixels.
#[derive(Debug, Clone)]
pub struct VertexPolygon {
    size: (u32, u32),
    parts: Vec<Part>,
    tolerance: f32,
}

impl VertexPolygon {
    /// The outlines of a mask. The shown polygons deviate from them by at most `tolerance` pixels.
    pub fn new(mask: &Mask, tolerance: f32) -> Self {
        let part = |original: Polygon| {
            let rings = std::iter::once(&original.outer).chain(&original.holes);
            let rings = rings.map(|ring| VertexRing::new(ring, tolerance)).collect();
            Part { rings, original: Arc::new(original), is_changed: false }
        };
        let parts = polygons(mask).into_iter().map(part).collect();
        Self { size: (mask.width(), mask.height()), parts, tolerance }
    }

    /// How far the shown polygons may deviate from the outlines, in pixels.
    pub fn tolerance(&self) -> f32 {
        self.tolerance
    }

    /// Shows more or fewer vertices; those that were moved or added are always shown. No pixel changes.
    pub fn set_tolerance(&mut self, tolerance: f32) {
        self.tolerance = tolerance;
        self.rings_mut().for_each(|ring| ring.show_vertices(tolerance));
    }

    /// Whether [`VertexPolygon::applied`] may change pixels.
    pub fn is_changed(&self) -> bool {
        self.parts.iter().any(|part| part.is_changed)
    }

    /// The vertices of each ring, in order; the last one is connected to the first.
    pub fn rings(&self) -> impl Iterator<Item = Vec<(VertexId, [f32; 2])>> + '_ {
        let rings = |(part, of): (usize, &Part)| -> Vec<Vec<(VertexId, [f32; 2])>> {
            let named = |ring: usize, of: &VertexRing| {
                of.vertices().map(|(node, at)| (VertexId { part, ring, node }, at)).collect()
            };
            of.rings.iter().enumerate().map(|(ring, of)| named(ring, of)).collect()
        };
        self.parts.iter().enumerate().flat_map(rings)
    }

    /// The points of each ring's outline, through which its pixels are filled.
    pub fn outlines(&self) -> impl Iterator<Item = Vec<[f32; 2]>> + '_ {
        self.parts.iter().flat_map(|part| &part.rings).map(VertexRing::points)
    }

    /// The number of vertices.
    pub fn count(&self) -> usize {
        self.parts.iter().flat_map(|part| &part.rings).map(|ring| ring.vertices().count()).sum()
    }

    /// Makes the two edges at a vertex straight, so that it can be moved. Returns its new id.
    pub fn loosen(&mut self, id: VertexId) -> VertexId {
        let Some(part) = self.parts.get_mut(id.part) else { return id };
        let Some(ring) = part.rings.get_mut(id.ring) else { return id };
        part.is_changed = true;
        VertexId { node: ring.loosen(id.node), ..id }
    }

    /// Moves a loosened vertex, within the photo.
    pub fn move_to(&mut self, id: VertexId, [x, y]: [f32; 2]) {
        let (width, height) = self.size;
        let at = [x.clamp(0.0, width as f32), y.clamp(0.0, height as f32)];
        if let Some(ring) = self.ring_mut(id) {
            ring.move_to(id.node, at);
        }
    }

    /// Adds a vertex to the edge after another vertex, at the nearest place on its outline. No pixel changes.
    pub fn insert(&mut self, after: VertexId, near: [f32; 2]) -> Option<VertexId> {
        let node = self.ring_mut(after)?.insert(after.node, near)?;
        Some(VertexId { node, ..after })
    }

    /// Deletes a vertex; a straight edge takes its place. A ring with fewer than three vertices is deleted, and
    /// with an outer ring its holes.
    pub fn delete(&mut self, id: VertexId) {
        let Some(part) = self.parts.get_mut(id.part) else { return };
        let Some(ring) = part.rings.get_mut(id.ring) else { return };
        part.is_changed = true;
        if ring.delete(id.node) {
            return;
        }
        if id.ring == 0 { part.rings.clear() } else { drop(part.rings.remove(id.ring)) }
    }

    /// Makes all edges straight: the outlines become the shown polygons.
    pub fn simplify(&mut self) {
        for part in &mut self.parts {
            for ring in &mut part.rings {
                part.is_changed |= ring.simplify();
            }
        }
    }

    /// The mask that this polygon was made of, with its changes. Pixels belong to a polygon if their centres lie
    /// inside ([`Mask::polygon`]).
    pub fn applied(&self, mask: &Mask) -> Mask {
        let (width, height) = self.size;
        let changed = || self.parts.iter().filter(|part| part.is_changed);
        let points = |part: &Part| part.rings.iter().map(VertexRing::points).collect::<Vec<_>>();
        let before = changed().filter_map(|part| Part::filled(&part.original_rings(), self.size));
        let after = changed().filter_map(|part| Part::filled(&points(part), self.size));
        mask.difference(&united(before, width, height)).union(&united(after, width, height))
    }

    fn ring_mut(&mut self, id: VertexId) -> Option<&mut VertexRing> {
        self.parts.get_mut(id.part)?.rings.get_mut(id.ring)
    }

    fn rings_mut(&mut self) -> impl Iterator<Item = &mut VertexRing> {
        self.parts.iter_mut().flat_map(|part| &mut part.rings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// A square with a square hole.
    fn frame() -> Mask {
        let within = |v: u32, from: u32, to: u32| (from..to).contains(&v);
        Mask::from_fn(40, 30, |x, y| {
            within(x, 5, 25) && within(y, 5, 25) && !(within(x, 10, 20) && within(y, 10, 20))
        })
    }

    fn vertex(polygon: &VertexPolygon, at: [f32; 2]) -> VertexId {
        polygon.rings().flatten().find(|(_, place)| *place == at).expect("a vertex").0
    }

    #[test]
    fn the_outlines_give_back_the_same_pixels_at_any_detail() {
        for mask in samples::masks(60, 44) {
            for tolerance in [0.0, 0.7, 3.0, 30.0] {
                let mut polygon = VertexPolygon::new(&mask, tolerance);
                assert!(!polygon.is_changed());
                // As if something had been moved everywhere, by nothing.
                polygon.parts.iter_mut().for_each(|part| part.is_changed = true);
                assert_eq!(polygon.applied(&mask), mask, "{tolerance}");
            }
        }
    }

    #[test]
    fn a_coarse_polygon_has_fewer_vertices_and_simplifying_takes_them_alone() {
        let disc = Mask::from_fn(60, 44, |x, y| x.abs_diff(30).pow(2) + y.abs_diff(20).pow(2) < 300);
        let mut polygon = VertexPolygon::new(&disc, 0.0);
        let all = polygon.count();
        polygon.set_tolerance(1.5);
        let few = polygon.count();
        assert!((4..all / 3).contains(&few), "{few} of {all}");
        polygon.set_tolerance(0.0);
        assert_eq!((polygon.count(), polygon.is_changed()), (all, false));
        polygon.set_tolerance(1.5);
        polygon.simplify();
        assert!(polygon.is_changed());
        let simple = polygon.applied(&disc);
        assert!(simple != disc && simple.iou(&disc) > 0.9, "{}", simple.iou(&disc));
        assert_eq!(polygon.outlines().next().map(|outline| outline.len()), Some(few));
    }

    #[test]
    fn only_the_edges_at_a_moved_vertex_change() {
        let mask = frame();
        let mut polygon = VertexPolygon::new(&mask, 1.0);
        let corner = polygon.loosen(vertex(&polygon, [25.0, 25.0]));
        polygon.move_to(corner, [35.0, 25.0]);
        let expected = Mask::polygon(40, 30, &[[5.0, 5.0], [25.0, 5.0], [35.0, 25.0], [5.0, 25.0]]);
        let hole = Mask::from_fn(40, 30, |x, y| (10..20).contains(&x) && (10..20).contains(&y));
        assert_eq!(polygon.applied(&mask), expected.difference(&hole));
        polygon.move_to(corner, [900.0, -9.0]);
        assert!(polygon.rings().flatten().any(|(_, at)| at == [40.0, 0.0]), "vertices stay in the photo");

        // Far from the moved vertex, a coarse polygon keeps every pixel.
        let ragged = Mask::from_fn(60, 44, |x, y| y > 20 + (x * 7) % 5 && y < 40 && x < 58);
        let mut polygon = VertexPolygon::new(&ragged, 6.0);
        assert!(polygon.count() < 10, "{}", polygon.count());
        let corner = polygon.loosen(vertex(&polygon, [58.0, 40.0]));
        polygon.move_to(corner, [58.0, 44.0]);
        let changed = polygon.applied(&ragged);
        assert_eq!(
            changed.cropped(super::super::PixelBox { x0: 0, y0: 0, x1: 54, y1: 30 }),
            ragged.cropped(super::super::PixelBox { x0: 0, y0: 0, x1: 54, y1: 30 })
        );
        assert!(changed.area() > ragged.area());
    }

    #[test]
    fn vertices_are_added_without_a_change_and_deleted_with_their_bump() {
        let mask = frame();
        let mut polygon = VertexPolygon::new(&mask, 1.0);
        let first = vertex(&polygon, [5.0, 5.0]);
        let added = polygon.insert(first, [15.0, 4.1]).unwrap();
        assert_eq!((polygon.count(), polygon.is_changed()), (9, false));
        assert!(polygon.rings().flatten().any(|vertex| vertex == (added, [15.0, 5.0])));
        polygon.set_tolerance(3.0);
        let added = polygon.loosen(vertex(&polygon, [15.0, 5.0]));
        polygon.move_to(added, [15.0, 0.0]);
        assert!(polygon.applied(&mask).get(15, 2));
        polygon.delete(vertex(&polygon, [15.0, 0.0]));
        assert_eq!(polygon.applied(&mask), mask);

        // A hole without vertices is filled, a part without vertices is gone.
        polygon.set_tolerance(0.0);
        for corner in [[10.0, 10.0], [20.0, 10.0]] {
            polygon.delete(vertex(&polygon, corner));
        }
        assert_eq!(polygon.applied(&mask).area(), 400);
        let first = |polygon: &VertexPolygon| polygon.rings().flatten().next();
        while let Some((id, _)) = first(&polygon) {
            polygon.delete(id);
        }
        assert!(polygon.applied(&mask).is_empty());
    }

    #[test]
    fn parts_that_are_not_touched_keep_their_pixels() {
        let two = Mask::from_fn(60, 44, |x, y| {
            (2..20).contains(&x) && y % 9 < 7 || (30..50).contains(&x) && y < 20
        });
        let mut polygon = VertexPolygon::new(&two, 2.0);
        let corner = polygon.loosen(vertex(&polygon, [50.0, 20.0]));
        polygon.move_to(corner, [55.0, 30.0]);
        let changed = polygon.applied(&two);
        assert!((0..44).all(|y| (0..30).all(|x| changed.get(x, y) == two.get(x, y))));
        assert!(changed.get(50, 22));
    }
}
