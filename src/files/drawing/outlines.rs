//! Masks as outlines. A tolerance is how far a simplified outline may deviate from the mask, in pixels.

use crate::mask::Mask;
use crate::mask::polygon::{Polygon, Ring, polygons, simplified, through_centres, without_holes};

/// The outer outline of each part of a mask along the edges of its pixels.
pub fn outer_edges(mask: &Mask, tolerance: f32) -> Vec<Ring> {
    polygons(mask).into_iter().map(|part| simplified(&part.outer, tolerance)).collect()
}

/// Each part of a mask along the edges of its pixels: the outer outline, clockwise on the screen,
/// then its holes, the other way round.
pub fn along_edges(mask: &Mask, tolerance: f32) -> Vec<Vec<Ring>> {
    let simple =
        |part: &Polygon| part.simple_rings().iter().map(|ring| simplified(ring, tolerance)).collect();
    polygons(mask).iter().map(simple).collect()
}

/// The outer outline of each part of a mask through the centres of its pixels, largest first, for programs
/// that draw the outline as well as fill it. Holes, and parts inside them, are omitted. Each outline has at
/// least three points, even that of a single pixel.
pub fn through_pixels(mask: &Mask, tolerance: f32) -> Vec<Ring> {
    let parts = polygons(mask);
    let solid = without_holes(mask, &parts);
    let mut parts = if solid == *mask { parts } else { polygons(&solid) };
    parts.sort_by_cached_key(|part| std::cmp::Reverse(doubled_area(&part.outer)));
    let outline = |ring: Ring| {
        let mut ring = simplified(&through_centres(&ring), tolerance);
        while ring.len() < 3 {
            ring.push(ring[ring.len() - 1]);
        }
        ring
    };
    parts.into_iter().map(|part| outline(part.outer)).collect()
}

fn doubled_area(ring: &[[u32; 2]]) -> i64 {
    let cross = |(a, b): (&[u32; 2], &[u32; 2])| {
        i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
    };
    ring.iter().zip(ring.iter().cycle().skip(1)).map(cross).sum::<i64>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_an_outline_of_three_points() {
        let mask = Mask::from_fn(9, 9, |x, y| {
            (x, y) == (8, 8)
                || (x, y) == (3, 3)
                || x < 7 && y < 7 && !((1..6).contains(&x) && (1..6).contains(&y))
        });
        let rings = through_pixels(&mask, 0.0);
        let expected = vec![vec![[0, 0], [6, 0], [6, 6], [0, 6]], vec![[8, 8]; 3]];
        assert_eq!(rings, expected, "the largest part first; what lies in its hole is covered");
        assert_eq!(along_edges(&mask, 0.0).len(), 3);
    }
}
