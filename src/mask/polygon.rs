//! Masks as polygons, and polygons as masks.
//!
//! There are two ways of tracing, because readers fill polygons in two ways. [`polygons`] follow pixel edges:
//! filled like in pycocotools or any renderer of continuous outlines, they restore exactly the same pixels.
//! [`through_centres`] follows the centres of the outermost pixels, for programs that draw the outline as
//! well as fill it (OpenCV and PIL, and therefore labelme and YOLO), and restores exactly the same pixels
//! there.

use std::collections::HashMap;

use rayon::prelude::*;

use super::bitmap::Mask;
use super::rle::{Rle, RleError};

/// A closed line of pixel corners or centres; the last point is connected to the first.
pub type Ring = Vec<[u32; 2]>;

/// One part of a mask, with its holes, as rings along the edges of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    /// Clockwise on the screen.
    pub outer: Ring,
    /// Anticlockwise on the screen.
    pub holes: Vec<Ring>,
}

/// The parts of a mask along the edges of pixels, from top to bottom, each ring from its topmost,
/// then leftmost corner; only corners are kept. Pixels that touch only at a corner are different
/// parts (4-connectivity), holes that touch only at a corner are one.
pub fn polygons(mask: &Mask) -> Vec<Polygon> {
    Tracer::new(mask).trace(mask)
}

impl Polygon {
    /// The same area as rings that do not touch themselves, the outer one first, as required by geometry
    /// programs: the area that a ring encloses between two visits of the same corner becomes a hole.
    pub fn simple_rings(&self) -> Vec<Ring> {
        let (mut outer, mut holes) = (vec![], vec![]);
        for ring in std::iter::once(&self.outer).chain(&self.holes) {
            let mut path: Ring = vec![];
            let mut places: HashMap<[u32; 2], usize> = HashMap::new();
            for corner in ring {
                if let Some(from) = places.insert(*corner, path.len()) {
                    let loop_back = path.split_off(from);
                    for left in &loop_back[1..] {
                        places.remove(left);
                    }
                    places.insert(*corner, from);
                    holes.push(loop_back);
                }
                path.push(*corner);
            }
            if std::ptr::eq(ring, &self.outer) { outer.push(path) } else { holes.push(path) }
        }
        outer.into_iter().chain(holes).collect()
    }
}

/// How a row border is crossed by the mask.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Crossing {
    /// Set below and not above.
    Top,
    /// Set above and not below.
    Bottom,
}

#[derive(Debug, Clone, Copy)]
struct Corner {
    at: [u32; 2],
    next: u32,
    /// The run of pixels it belongs to, for telling parts apart.
    run: u32,
    crossing: Crossing,
}

/// Collects the corners line by line and links them: the mask is on the right as one walks.
struct Tracer {
    x0: u32,
    corners: Vec<Corner>,
    /// The corner from which a vertical edge hangs down, for each column border.
    open: Vec<u32>,
    /// Union-find over runs.
    part_of: Vec<u32>,
}

/// A run and its number.
type Numbered = ([u32; 2], u32);

impl Tracer {
    fn new(mask: &Mask) -> Self {
        let (x0, width) = mask.bbox().map_or((0, 0), |b| (b.x0, b.width()));
        Self { x0, corners: vec![], open: vec![u32::MAX; width as usize + 1], part_of: vec![] }
    }

    fn trace(mut self, mask: &Mask) -> Vec<Polygon> {
        let Some(b) = mask.bbox() else { return vec![] };
        let (mut above, mut below): (Vec<Numbered>, Vec<Numbered>) = (vec![], vec![]);
        for y in b.y0..=b.y1 {
            below.clear();
            for run in mask.row(y) {
                let number = self.part_of.len() as u32;
                self.part_of.push(number);
                below.push((*run, number));
            }
            self.join_parts(&above, &below);
            self.line(y, &above, &below);
            std::mem::swap(&mut above, &mut below);
        }
        self.rings()
    }

    /// Runs of neighbouring rows that share a column belong together.
    fn join_parts(&mut self, above: &[Numbered], below: &[Numbered]) {
        let (mut i, mut j) = (0, 0);
        while let (Some((a, m)), Some((b, n))) = (above.get(i), below.get(j)) {
            if a[0] < b[1] && b[0] < a[1] {
                let (m, n) = (self.root(*m), self.root(*n));
                self.part_of[m.max(n) as usize] = m.min(n);
            }
            if a[1] <= b[1] { i += 1 } else { j += 1 }
        }
    }

    fn root(&mut self, mut i: u32) -> u32 {
        while self.part_of[i as usize] != i {
            let next = self.part_of[self.part_of[i as usize] as usize];
            self.part_of[i as usize] = next;
            i = next;
        }
        i
    }

    /// The horizontal edges between two rows, each with the vertical edges at its ends. Where
    /// pixels touch at a corner the upper ones take their vertical edge before the lower ones leave
    /// theirs.
    fn line(&mut self, y: u32, above: &[Numbered], below: &[Numbered]) {
        uncovered(above, below).iter().for_each(|edge| self.edge(y, edge, Crossing::Bottom));
        uncovered(below, above).iter().for_each(|edge| self.edge(y, edge, Crossing::Top));
    }

    fn edge(&mut self, y: u32, edge: &Edge, crossing: Crossing) {
        let ([start, end], run, [starts, ends]) = *edge;
        let number = self.corners.len() as u32;
        for x in [start, end] {
            self.corners.push(Corner { at: [x, y], next: u32::MAX, run, crossing });
        }
        let (first, last) = match crossing {
            Crossing::Top => (number, number + 1),
            Crossing::Bottom => (number + 1, number),
        };
        self.corners[first as usize].next = last;
        // At an end of the run itself the vertical edge is its own, else that of the other row.
        let upwards = |own: bool| own == (crossing == Crossing::Bottom);
        // A left border is walked upwards, a right border downwards.
        let left_border = [starts, !ends];
        for (side, own) in [starts, ends].into_iter().enumerate() {
            let corner = number + side as u32;
            let slot = ([start, end][side] - self.x0) as usize;
            if upwards(own) {
                let top = self.open[slot];
                if left_border[side] {
                    self.corners[corner as usize].next = top;
                } else {
                    self.corners[top as usize].next = corner;
                }
                self.open[slot] = u32::MAX;
            } else {
                self.open[slot] = corner;
            }
        }
    }

    fn rings(mut self) -> Vec<Polygon> {
        let mut polygons: Vec<Polygon> = vec![];
        let mut polygon_of = vec![u32::MAX; self.part_of.len()];
        let mut holes: Vec<(u32, Ring)> = vec![];
        for start in 0..self.corners.len() as u32 {
            let first = self.corners[start as usize];
            if first.next == u32::MAX {
                continue;
            }
            // A ring begins with the left end of an edge.
            let mut ring = vec![];
            let mut at = start;
            loop {
                let corner = &mut self.corners[at as usize];
                let next = std::mem::replace(&mut corner.next, u32::MAX);
                if next == u32::MAX {
                    break;
                }
                ring.push(corner.at);
                at = next;
            }
            let part = self.root(first.run);
            match first.crossing {
                Crossing::Top => {
                    polygon_of[part as usize] = polygons.len() as u32;
                    polygons.push(Polygon { outer: ring, holes: vec![] });
                }
                Crossing::Bottom => holes.push((part, ring)),
            }
        }
        for (part, ring) in holes {
            polygons[polygon_of[part as usize] as usize].holes.push(ring);
        }
        polygons
    }
}

/// A horizontal edge: its columns, its run, and whether its two ends are those of the run.
type Edge = ([u32; 2], u32, [bool; 2]);

/// The parts of runs that the other row does not cover.
fn uncovered(runs: &[Numbered], other: &[Numbered]) -> Vec<Edge> {
    let mut edges = vec![];
    let mut j = 0;
    for ([start, end], number) in runs {
        while other.get(j).is_some_and(|(o, _)| o[1] <= *start) {
            j += 1;
        }
        let mut from = *start;
        for ([s, e], _) in other[j..].iter().take_while(|(o, _)| o[0] < *end) {
            if *s > from {
                edges.push(([from, *s], *number, [from == *start, false]));
            }
            from = *e;
        }
        if from < *end {
            edges.push(([from, *end], *number, [from == *start, true]));
        }
    }
    edges
}

/// The ring through the centres of the pixels along a ring of edges; a pixel `(x, y)` stands for its
/// centre. Filled together with its outline it is what the ring of edges encloses. One or two points
/// are left of a part that is as small.
pub fn through_centres(edges: &[[u32; 2]]) -> Ring {
    let mut pixels: Ring = vec![];
    let mut push = |x: u32, y: u32| {
        if pixels.last() != Some(&[x, y]) {
            pixels.push([x, y]);
        }
    };
    let next = edges.iter().cycle().skip(1);
    for (&[x0, y0], &[x1, y1]) in edges.iter().zip(next) {
        // The first and the last pixel to the right of the edge.
        if x1 > x0 {
            push(x0, y0);
            push(x1 - 1, y0);
        } else if x1 < x0 {
            push(x0 - 1, y0 - 1);
            push(x1, y0 - 1);
        } else if y1 > y0 {
            push(x0 - 1, y0);
            push(x0 - 1, y1 - 1);
        } else {
            push(x0, y0 - 1);
            push(x0, y1);
        }
    }
    while pixels.len() > 1 && pixels.first() == pixels.last() {
        pixels.pop();
    }
    without_straight_points(&pixels)
}

/// Drops the points at which a ring goes straight on.
fn without_straight_points(ring: &[[u32; 2]]) -> Ring {
    let step = |a: [u32; 2], b: [u32; 2]| [0, 1].map(|i| i64::from(b[i]) - i64::from(a[i]));
    let n = ring.len();
    let is_corner = |i: &usize| {
        let (before, after) = (ring[(i + n - 1) % n], ring[(i + 1) % n]);
        let ([ax, ay], [bx, by]) = (step(before, ring[*i]), step(ring[*i], after));
        ax * by != ay * bx || ax * bx + ay * by < 0
    };
    let kept: Ring = (0..n).filter(is_corner).map(|i| ring[i]).collect();
    if kept.is_empty() { ring.to_vec() } else { kept }
}

/// The ring with fewer points, which deviates from the original by at most `tolerance` pixels
/// (Ramer-Douglas-Peucker); unchanged for a tolerance of 0, and never less than a triangle.
pub fn simplified(ring: &[[u32; 2]], tolerance: f32) -> Ring {
    let points: Vec<[f64; 2]> = ring.iter().map(|point| point.map(f64::from)).collect();
    let kept = far_points(&points, &[], tolerance);
    ring.iter().zip(kept).filter_map(|(point, kept)| kept.then_some(*point)).collect()
}

/// Which points of a closed line the line with fewer points keeps, from which the original deviates by at most
/// `tolerance`; those at the indices `fixed`, in order, are always kept. All are kept for a tolerance of 0, and
/// where fewer than three would be left.
pub(super) fn far_points(points: &[[f64; 2]], fixed: &[usize], tolerance: f32) -> Vec<bool> {
    let n = points.len();
    if tolerance <= 0.0 || n <= 3 {
        return vec![true; n];
    }
    let distance = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let mut ends = fixed.to_vec();
    if ends.len() < 2 {
        // Two points far apart are sure to be corners of the result.
        let first = fixed.first().copied().unwrap_or(0);
        let from_first = |i: &usize| distance(points[first], points[*i]);
        let far = (0..n).max_by(|i, j| from_first(i).total_cmp(&from_first(j))).unwrap_or(0);
        ends = vec![first.min(far), first.max(far)];
    }
    let mut kept = vec![false; n];
    ends.iter().for_each(|i| kept[*i] = true);
    let next = ends.iter().skip(1).copied().chain([ends[0] + n]);
    let mut spans: Vec<(usize, usize)> = ends.iter().copied().zip(next).collect();
    while let Some((first, last)) = spans.pop() {
        let off = |i: &usize| distance_to_segment(points[i % n], points[first % n], points[last % n]);
        let farthest = (first + 1..last).max_by(|i, j| off(i).total_cmp(&off(j)));
        if let Some(i) = farthest.filter(|i| off(i) > f64::from(tolerance)) {
            kept[i % n] = true;
            spans.extend([(first, i), (i, last)]);
        }
    }
    if kept.iter().filter(|kept| **kept).count() < 3 { vec![true; n] } else { kept }
}

fn distance_to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let [px, py] = [p[0] - a[0], p[1] - a[1]];
    let [bx, by] = [b[0] - a[0], b[1] - a[1]];
    let length_squared = bx * bx + by * by;
    let t = if length_squared > 0.0 { ((px * bx + py * by) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * bx).hypot(py - t * by)
}

/// The mask with its holes filled, for formats that only store outlines.
pub fn without_holes(mask: &Mask, parts: &[Polygon]) -> Mask {
    if parts.iter().all(|part| part.holes.is_empty()) {
        return mask.clone();
    }
    let outer = parts.iter().map(|part| filled_edges(&part.outer, mask.width(), mask.height()));
    united(outer.chain([mask.clone()]), mask.width(), mask.height())
}

/// What a ring of edges encloses.
fn filled_edges(edges: &[[u32; 2]], width: u32, height: u32) -> Mask {
    let mut crossings: Vec<(u32, u32)> = vec![];
    for (a, b) in edges.iter().zip(edges.iter().cycle().skip(1)) {
        if a[0] == b[0] {
            crossings.extend((a[1].min(b[1])..a[1].max(b[1])).map(|y| (y, a[0])));
        }
    }
    crossings.sort_unstable();
    Mask::from_runs(width, height, crossings.chunks_exact(2).map(|pair| (pair[0].0, [pair[0].1, pair[1].1])))
}

/// The pixels of any of the masks.
pub fn united(masks: impl IntoIterator<Item = Mask>, width: u32, height: u32) -> Mask {
    let mut runs: Vec<(u32, [u32; 2])> = vec![];
    masks.into_iter().for_each(|mask| runs.extend(mask.all_runs()));
    runs.par_sort_unstable();
    Mask::from_runs(width, height, runs)
}

/// Coordinates of polygons in files may lie this many times the photo's side beyond its border; points
/// farther away are absurd and only cost time.
const MAX_SIDES_OUTSIDE: f64 = 2.0;

/// Whether all points of a polygon from a file are finite and not absurdly far from the photo.
pub fn is_near(points: &[[f64; 2]], width: u32, height: u32) -> bool {
    let near = |value: f64, side: u32| {
        let reach = MAX_SIDES_OUTSIDE * f64::from(side.max(1));
        value.is_finite() && (-reach..=reach + f64::from(side)).contains(&value)
    };
    points.iter().all(|[x, y]| near(*x, width) && near(*y, height))
}

/// The pixels of a polygon exactly as in COCO's own rasteriser (`rleFrPoly` in pycocotools). The points must
/// be near the photo ([`is_near`]).
///
/// # Errors
/// The photo is larger than an encoding can describe.
pub fn filled_as_coco(points: &[[f64; 2]], width: u32, height: u32) -> Result<Mask, RleError> {
    const SCALE: f64 = 5.0;
    let upsampled: Vec<[i32; 2]> = points.iter().map(|p| p.map(|v| (SCALE * v + 0.5) as i32)).collect();
    let mut borders: Vec<u64> = vec![];
    let mut last: Option<[i32; 2]> = None;
    let mut visit = |u: i32, v: i32| {
        if let Some([before_u, before_v]) = last.replace([u, v]).filter(|[before, _]| *before != u) {
            let x = (f64::from(if u < before_u { u } else { u - 1 }) + 0.5) / SCALE - 0.5;
            if x.floor() != x || x < 0.0 || x > f64::from(width) - 1.0 {
                return;
            }
            let y = (f64::from(v.min(before_v)) + 0.5) / SCALE - 0.5;
            let y = y.clamp(0.0, f64::from(height)).ceil();
            borders.push(x as u64 * u64::from(height) + y as u64);
        }
    };
    for (a, b) in upsampled.iter().zip(upsampled.iter().cycle().skip(1)) {
        let ([xs, ys], [xe, ye]) = (*a, *b);
        let (dx, dy) = ((xe - xs).abs(), (ye - ys).abs());
        let flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
        let ([xs, ys], [xe, ye]) = if flip { (*b, *a) } else { (*a, *b) };
        let along = dx.max(dy);
        for d in 0..=along {
            let t = if flip { along - d } else { d };
            let across = |from: i32, to: i32| {
                let slope = if along == 0 { 0.0 } else { f64::from(to - from) / f64::from(along) };
                (f64::from(from) + slope * f64::from(t) + 0.5) as i32
            };
            if dx >= dy { visit(t + xs, across(ys, ye)) } else { visit(across(xs, xe), t + ys) }
        }
    }
    borders.sort_unstable();
    let mut counts = vec![];
    let (mut at, end) = (0, u64::from(width) * u64::from(height));
    for border in borders.into_iter().chain([end]) {
        counts.push(u32::try_from(border.min(end) - at).map_err(|_| RleError::Size { width, height })?);
        at = border.min(end);
    }
    Mask::try_from(&Rle { size: [height, width], counts })
}

/// The pixels of a polygon whose points are pixels `(x, y)`, including its outline, as drawn by OpenCV and
/// PIL. The points must be near the photo ([`is_near`]).
pub fn filled_with_outline(pixels: &[[i64; 2]], width: u32, height: u32) -> Mask {
    let mut runs: Vec<(u32, [u32; 2])> = vec![];
    let mut push = |y: i64, from: i64, to: i64| {
        let (from, to) = (from.max(0), to.min(i64::from(width) - 1));
        if (0..i64::from(height)).contains(&y) && from <= to {
            runs.push((y as u32, [from as u32, to as u32 + 1]));
        }
    };
    let mut crossings: Vec<(i64, f64)> = vec![];
    for (a, b) in pixels.iter().zip(pixels.iter().cycle().skip(1)) {
        let along = (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
        for step in 0..=along {
            let at = |i: usize| a[i] + rounded_share((b[i] - a[i]) * step, along);
            push(at(1), at(0), at(0));
        }
        let (upper, lower) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let rows = upper[1].max(0)..lower[1].min(i64::from(height));
        crossings.extend(rows.map(|y| {
            let share = (y - upper[1]) as f64 / (lower[1] - upper[1]) as f64;
            (y, upper[0] as f64 + share * (lower[0] - upper[0]) as f64)
        }));
    }
    crossings.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for pair in crossings.chunks_exact(2) {
        push(pair[0].0, pair[0].1.ceil() as i64, pair[1].1.floor() as i64);
    }
    runs.sort_unstable();
    Mask::from_runs(width, height, runs)
}

/// `value / of`, rounded to the nearest; 0 for nothing of nothing.
fn rounded_share(value: i64, of: i64) -> i64 {
    if of == 0 { 0 } else { (2 * value + of).div_euclid(2 * of) }
}

#[cfg(test)]
mod tests {
    use super::super::pillow;
    use super::*;

    const SIZE: (u32, u32) = (60, 44);

    fn masks() -> Vec<Mask> {
        let (w, h) = SIZE;
        let disc = |x: u32, y: u32, r: u32| x.abs_diff(30).pow(2) + y.abs_diff(20).pow(2) < r * r;
        vec![
            Mask::from_fn(w, h, |_, _| true),
            Mask::from_fn(w, h, |_, _| false),
            Mask::from_fn(w, h, |x, y| disc(x, y, 15) && !disc(x, y, 9) || disc(x, y, 4)),
            Mask::from_fn(w, h, |x, y| (x + y) % 2 == 0),
            Mask::from_fn(w, h, |x, y| (x * x * 31 + y * 17 + x * y) % 7 < 3),
            Mask::from_fn(w, h, |x, y| (x * x * 3 + y * 17 + x * y) % 7 < 5),
            Mask::from_fn(w, h, |x, y| (x, y) == (59, 43) || x == 0 || (y == 7 && x > 8)),
            Mask::from_fn(w, h, |x, y| (x / 5 + y / 4) % 2 == 0 && (x * y) % 13 > 0),
        ]
    }

    /// Pixels enclosed by rings, by the rule that an odd number of rings lies around them.
    fn enclosed(rings: &[&Ring]) -> Mask {
        let inside = |x: u32, y: u32| {
            let crossed = |ring: &&Ring| {
                let next = ring.iter().cycle().skip(1);
                ring.iter()
                    .zip(next)
                    .filter(|(a, b)| {
                        a[0] == b[0] && a[0] <= x && (a[1].min(b[1])..a[1].max(b[1])).contains(&y)
                    })
                    .count()
            };
            rings.iter().map(crossed).sum::<usize>() % 2 == 1
        };
        Mask::from_fn(SIZE.0, SIZE.1, inside)
    }

    fn signed_area(ring: &[[u32; 2]]) -> i64 {
        let cross = |(a, b): (&[u32; 2], &[u32; 2])| {
            i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
        };
        ring.iter().zip(ring.iter().cycle().skip(1)).map(cross).sum::<i64>() / 2
    }

    #[test]
    fn the_rings_enclose_the_mask() {
        for mask in masks() {
            let parts = polygons(&mask);
            let rings: Vec<&Ring> = parts.iter().flat_map(|p| p.holes.iter().chain([&p.outer])).collect();
            assert_eq!(enclosed(&rings), mask);
            for part in &parts {
                assert!(signed_area(&part.outer) > 0 && part.holes.iter().all(|h| signed_area(h) < 0));
                let area = signed_area(&part.outer) + part.holes.iter().map(|h| signed_area(h)).sum::<i64>();
                assert!(area > 0, "the holes are those of this part");
                for hole in &part.holes {
                    let around = filled_edges(&part.outer, SIZE.0, SIZE.1);
                    assert_eq!(
                        around.intersection_area(&filled_edges(hole, SIZE.0, SIZE.1)),
                        signed_area(hole).unsigned_abs()
                    );
                }
            }
            assert!(rings.iter().all(|ring| without_straight_points(ring).len() == ring.len()));
        }
        let ring = Mask::from_fn(5, 5, |x, y| (1..4).contains(&x) && (1..4).contains(&y) && (x, y) != (2, 2));
        let expected = Polygon {
            outer: vec![[1, 1], [4, 1], [4, 4], [1, 4]],
            holes: vec![vec![[2, 2], [2, 3], [3, 3], [3, 2]]],
        };
        assert_eq!(polygons(&ring), [expected]);
    }

    #[test]
    fn simple_rings_touch_themselves_nowhere() {
        for mask in masks() {
            let parts = polygons(&mask);
            let rings: Vec<Vec<Ring>> = parts.iter().map(Polygon::simple_rings).collect();
            assert_eq!(enclosed(&rings.iter().flatten().collect::<Vec<_>>()), mask);
            for part in &rings {
                assert!(signed_area(&part[0]) > 0 && part[1..].iter().all(|hole| signed_area(hole) < 0));
                for ring in part {
                    let mut corners = ring.clone();
                    corners.sort_unstable();
                    corners.dedup();
                    assert!(corners.len() == ring.len() && ring.len() >= 4);
                }
            }
        }
    }

    #[test]
    fn cocos_rule_gives_back_what_was_traced_along_edges() {
        for mask in masks() {
            let parts = polygons(&mask);
            let filled = parts.iter().map(|part| {
                let points: Vec<[f64; 2]> = part.outer.iter().map(|p| p.map(f64::from)).collect();
                filled_as_coco(&points, SIZE.0, SIZE.1).unwrap()
            });
            assert_eq!(united(filled, SIZE.0, SIZE.1), without_holes(&mask, &parts));
        }
    }

    #[test]
    fn drawing_the_outline_gives_back_what_was_traced_through_centres() {
        for mask in masks() {
            let parts = polygons(&mask);
            let filled = parts.iter().map(|part| {
                let points: Vec<[i64; 2]> =
                    through_centres(&part.outer).iter().map(|p| p.map(i64::from)).collect();
                let drawn = filled_with_outline(&points, SIZE.0, SIZE.1);
                let centres: Vec<[f64; 2]> = points.iter().map(|p| p.map(|v| v as f64 + 0.5)).collect();
                assert_eq!(pillow::polygon(&centres, SIZE.0, SIZE.1), drawn, "{points:?}");
                drawn
            });
            assert_eq!(united(filled, SIZE.0, SIZE.1), without_holes(&mask, &parts));
        }
    }

    #[test]
    fn cocos_rule_is_that_of_pycocotools() {
        // `pycocotools.mask.frPyObjects` of the same polygons.
        let cases: [(&[[f64; 2]], &str); 8] = [
            (
                &[[3.2, 4.7], [30.1, 2.2], [35.5, 25.9], [8.0, 28.4]],
                "o21m05K5J6K5K2N000000000000000O10O1000000000000000O100001N6K4L5K4L4Lo2",
            ),
            (
                &[[-5.0, -5.0], [50.0, 10.0], [20.5, 40.0]],
                "04j02N2N2N2N1O2N2N2N1O2N2N2N1O2O0O000001O00001O0000001O0000001O0O1O2N1O1O1O2N1O1OJ",
            ),
            (&[[1.0, 1.0], [1.0, 1.0], [9.0, 1.0], [9.0, 1.0], [9.0, 9.0]], "m11m01O1O1O1O1O1Pm0"),
            (&[[10.5, 10.5], [12.5, 10.5], [12.5, 12.5], [10.5, 12.5]], "e:2l00oh0"),
            (
                &[[0.0, 0.0], [39.0, 29.0], [39.0, 0.0], [0.0, 29.0]],
                "0m02N2N2N101N2N2N101N2N1O2O1N2N1O2O1N2No00QO2N2N101N2N2N101N2N2O0O2N2N2O0O2N2N2m0",
            ),
            (
                &[[5.5, 5.5], [20.25, 6.75], [7.1, 19.9], [22.2, 21.3], [6.6, 7.7]],
                "j51m01O1^ON63HN83FN:3DN<3BN>:OGD0<OE1;NG1:MH28MJ2b0O1OVa0",
            ),
            (&[[50.0, 50.0], [60.0, 50.0], [60.0, 60.0]], "`U1"),
            (&[[3.0, 3.0], [20.0, 3.0], [11.0, 3.0]], "`U1"),
        ];
        for (points, expected) in cases {
            let mask = filled_as_coco(points, 40, 30).unwrap();
            assert_eq!(crate::mask::CompressedRle::from(&Rle::from(&mask)).counts, expected);
        }
    }

    #[test]
    fn a_simplified_ring_stays_close() {
        let disc = Mask::from_fn(60, 44, |x, y| x.abs_diff(30).pow(2) + y.abs_diff(20).pow(2) < 300);
        let ring = &polygons(&disc)[0].outer;
        let simple = simplified(ring, 1.0);
        assert!((3..ring.len() / 3).contains(&simple.len()), "{} of {}", simple.len(), ring.len());
        let points: Vec<[f64; 2]> = simple.iter().map(|p| p.map(f64::from)).collect();
        assert!(filled_as_coco(&points, 60, 44).unwrap().iou(&disc) > 0.95);
        assert_eq!(simplified(ring, 0.0), *ring);
        let pixel = [[3, 3], [4, 3], [4, 4], [3, 4]];
        assert!(simplified(&pixel, 9.0).len() >= 3);
    }

    #[test]
    fn absurd_points_are_told() {
        assert!(is_near(&[[-60.0, 0.0], [119.0, 43.5]], 60, 44));
        for bad in [[f64::NAN, 0.0], [1e9, 0.0], [0.0, -200.0], [f64::INFINITY, 1.0]] {
            assert!(!is_near(&[[1.0, 1.0], bad], 60, 44), "{bad:?}");
        }
    }
}
