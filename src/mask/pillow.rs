//! Filled shapes with exactly the pixels of Pillow's `ImageDraw`, which Python programs such as labelme use
//! for masks. Follows `polygon_generic` and `ellipseNew` of `libImaging/Draw.c`.

use std::collections::HashMap;

use super::bitmap::Mask;

/// Runs of pixels on a photo, of lines that may leave it.
struct Lines {
    width: u32,
    height: u32,
    runs: Vec<(u32, [u32; 2])>,
}

impl Lines {
    fn new(width: u32, height: u32) -> Self {
        Self { width, height, runs: vec![] }
    }

    /// Both ends are drawn.
    fn draw(&mut self, y: i64, from: i64, to: i64) {
        let (from, to) = (from.max(0), to.min(i64::from(self.width) - 1));
        if (0..i64::from(self.height)).contains(&y) && from <= to {
            self.runs.push((y as u32, [from as u32, to as u32 + 1]));
        }
    }

    fn finish(mut self) -> Mask {
        self.runs.sort_unstable();
        Mask::from_runs(self.width, self.height, self.runs)
    }
}

/// A side of a polygon that is not horizontal.
struct Edge {
    x0: i32,
    y0: i32,
    top: i32,
    bottom: i32,
    /// Pillow computes with single precision, and so must this.
    slope: f32,
}

impl Edge {
    fn new([x0, y0]: [i32; 2], [x1, y1]: [i32; 2]) -> Self {
        let slope = (x1 - x0) as f32 / (y1 - y0) as f32;
        Self { x0, y0, top: y0.min(y1), bottom: y0.max(y1), slope }
    }

    fn at(&self, y: i32) -> f32 {
        (y - self.y0) as f32 * self.slope + self.x0 as f32
    }

    /// In which direction the edge goes on from a row in which it ends, if it is not upright.
    fn leaves(&self, y: i32) -> Option<i32> {
        match y {
            _ if self.slope == 0.0 => None,
            _ if y == self.top => Some(1),
            _ if y == self.bottom => Some(-1),
            _ => None,
        }
    }
}

/// `ImageDraw.polygon(points, fill=1, outline=1)`; fractional coordinates are truncated towards zero. Points
/// may lie outside the photo, by less than a billion pixels.
pub fn polygon(points: &[[f64; 2]], width: u32, height: u32) -> Mask {
    let points: Vec<[i32; 2]> = points.iter().map(|point| point.map(|v| v as i32)).collect();
    let mut lines = Lines::new(width, height);
    let mut edges: Vec<Edge> = vec![];
    let mut sides: Vec<[[i32; 2]; 2]> = points.array_windows().copied().collect();
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        // A line that is closed already gets no further side, not even one of a single point.
        sides.extend((first != last || points.len() == 1).then_some([*last, *first]));
    }
    for [a, b] in sides {
        if a[1] == b[1] {
            lines.draw(a[1].into(), a[0].min(b[0]).into(), a[0].max(b[0]).into());
        } else {
            edges.push(Edge::new(a, b));
        }
    }
    fill(&edges, &mut lines);
    lines.finish()
}

/// Fills row by row between each two crossings with the edges.
fn fill(edges: &[Edge], lines: &mut Lines) {
    let mut by_top: Vec<usize> = (0..edges.len()).collect();
    by_top.sort_by_key(|i| edges[*i].top);
    let mut coming = by_top.into_iter().peekable();
    let last_row = edges.iter().map(|edge| edge.bottom).max().unwrap_or(-1);
    let first_row = edges.iter().map(|edge| edge.top).min().unwrap_or(0).max(0);
    // The edges in a row, in the order of the polygon, which matters at corners.
    let mut active: Vec<usize> = vec![];
    let mut crossings: Vec<f32> = vec![];
    // The first edge that ends in this row at a rounded column, for each direction in which edges go on.
    let mut corners: HashMap<(i64, i32), usize> = HashMap::new();
    for y in first_row..=last_row.min(lines.height.min(i32::MAX as u32) as i32 - 1) {
        let before = active.len();
        active.extend(std::iter::from_fn(|| coming.next_if(|i| edges[*i].top <= y)));
        if active.len() > before {
            active.sort_unstable();
        }
        active.retain(|i| edges[*i].bottom >= y);
        crossings.clear();
        corners.clear();
        for i in &active {
            let edge = &edges[*i];
            let mut x = edge.at(y);
            let column = x.round() as i64;
            if y == edge.bottom && y < last_row {
                crossings.push(x);
            } else if let Some(onwards) = edge.leaves(y)
                && let Some(other) = corners.get(&(column, onwards))
            {
                x = connected(x, edge.at(y + onwards), edges[*other].at(y + onwards));
            }
            crossings.push(x);
            if let Some(onwards) = edge.leaves(y) {
                corners.entry((column, onwards)).or_insert(*i);
            }
        }
        crossings.sort_unstable_by(f32::total_cmp);
        for pair in crossings.chunks_exact(2) {
            lines.draw(y.into(), round_up(pair[0]), round_down(pair[1]));
        }
    }
}

/// Where a corner of two edges ends that are at `a` and `b` in the next row: no gap is left to them.
fn connected(x: f32, a: f32, b: f32) -> f32 {
    if x > a + 1.0 && x > b + 1.0 {
        a.max(b).round() + 1.0
    } else if x < a - 1.0 && x < b - 1.0 {
        a.min(b).round() - 1.0
    } else {
        x
    }
}

/// The nearest whole number, of two the one farther from zero.
fn round_up(x: f32) -> i64 {
    if x >= 0.0 { (x + 0.5).floor() as i64 } else { -(x.abs() + 0.5).floor() as i64 }
}

/// The nearest whole number, of two the one nearer to zero.
fn round_down(x: f32) -> i64 {
    if x >= 0.0 { (x - 0.5).ceil() as i64 } else { -(x.abs() - 0.5).ceil() as i64 }
}

/// `ImageDraw.ellipse([x0, y0, x1, y1], fill=1, outline=1)`; fractional coordinates are truncated towards
/// zero. Empty unless x0 < x1 or y0 < y1. Corners may lie outside the photo, by less than a billion pixels.
pub fn ellipse(corners: [f64; 4], width: u32, height: u32) -> Mask {
    let [x0, y0, x1, y1] = corners.map(|v| i128::from(v as i32));
    let (a, b) = (x1 - x0, y1 - y0);
    let mut lines = Lines::new(width, height);
    if a < 0 || b < 0 || a + b == 0 {
        return lines.finish();
    }
    // Half pixels from the centre: from the end of the horizontal axis step by step to that of the vertical one.
    let off = |x: i128, y: i128| (a * a * y * y + b * b * x * x - a * a * b * b).abs();
    let (mut x, mut y) = (a, b % 2);
    let mut drawn = None;
    loop {
        if drawn != Some(y) {
            // The first point of a row is the farthest from the axis.
            let columns = [x0 + (a - x) / 2, x0 + (a + x) / 2].map(|x| x as i64);
            for row in [y0 + (b - y) / 2, y0 + (b + y) / 2] {
                lines.draw(row as i64, columns[0], columns[1]);
            }
            drawn = Some(y);
        }
        if (x, y) == (a % 2, b) {
            return lines.finish();
        }
        let mut next = (x, y + 2);
        if x > 1 {
            for other in [(x - 2, y + 2), (x - 2, y)] {
                if off(other.0, other.1) < off(next.0, next.1) {
                    next = other;
                }
            }
        }
        (x, y) = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{CompressedRle, Rle};

    /// As `pycocotools.mask.encode` has it.
    fn encoded(mask: &Mask) -> String {
        CompressedRle::from(&Rle::from(mask)).counts
    }

    #[test]
    fn polygons_are_those_of_pillow() {
        // `ImageDraw.polygon(points, fill=1, outline=1)` of Pillow 13 on pictures of 40x30 pixels.
        let cases: [(&[[f64; 2]], &str); 13] = [
            (
                &[[3.2, 4.7], [30.1, 2.2], [35.5, 25.9], [8.0, 28.4]],
                "n23k05K4L5K5K3MO10000000000000O10O10000000000000000O1000O13M4L5K5K4LQ3",
            ),
            (
                &[[-5.9, -5.2], [50.0, 10.9], [20.5, 40.0]],
                "05i02N2N2N2N1O2N2N2N2N1O2N2N2O0O000001O0000001O00001O0000001O00000O2N1O1O2N1O1O1OJ",
            ),
            (&[[1.0, 1.0], [1.0, 1.0], [9.0, 1.0], [9.0, 1.0], [9.9, 9.9]], "o01m01O1O1O1O1O1O1O1Rl0"),
            (
                &[[0.0, 0.0], [39.0, 29.0], [39.0, 0.0], [0.0, 29.0]],
                "0n01N2N101N2N2N101N2N2N101N2N2N101N2N2N100000O2N2N2O0O2N2N2O0O2N2N2O0O2N2N2O0O2N2",
            ),
            (
                &[[5.5, 5.5], [20.25, 6.75], [7.1, 19.9], [22.2, 21.3], [6.6, 7.7]],
                "k41n01N1^ON63HN83FN:2EO;2CO=2AO?80IAO?0C0<OF0:OH08OJ06OK15NM1a0O10X?",
            ),
            (&[[50.0, 50.0], [60.0, 50.0], [60.0, 60.0]], "`U1"),
            (&[[3.0, 3.0], [20.0, 3.0], [11.0, 3.0]], "m21m0000000000000000000000000000000000ga0"),
            (
                &[[2.0, 2.0], [30.0, 4.0], [2.0, 5.0], [35.0, 6.0], [3.0, 7.0], [4.0, 20.0]],
                "n15j0MWO8`0H@O665KEOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOi01WOOj00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0j00VO0l0000000000b3",
            ),
            (
                &[[20.0, 3.0], [36.0, 5.0], [20.0, 6.0], [4.0, 5.0], [20.0, 3.0]],
                "m31m00000000000000O100000000000000O20N100000000000001O00000000000000e2",
            ),
            (
                &[
                    [10.0, 4.0],
                    [14.0, 4.0],
                    [30.0, 4.0],
                    [30.0, 8.0],
                    [22.0, 8.0],
                    [22.0, 4.0],
                    [18.0, 12.0],
                    [10.0, 12.0],
                ],
                "`99e00000000000000000N2N2N22N000000000000000Z8",
            ),
            (&[[7.99, -0.5], [7.99, 29.99], [8.01, 35.2], [0.4, 14.6]], ">2j04L5K5K4L5KQ1mm0"),
            (&[[12.0, 8.0], [12.0, 8.0], [12.0, 8.0]], "`;1oi0"),
            (
                &[[1.5, 25.1], [38.7, 20.9], [38.7, 21.3], [19.2, 22.8], [19.4, 27.6], [3.3, 26.0]],
                "g11m0001O0000000O100000000000000O10000O2OK500000a60_I00000000000O1:",
            ),
        ];
        for (points, expected) in cases {
            assert_eq!(encoded(&polygon(points, 40, 30)), expected, "{points:?}");
        }
        assert!(polygon(&[], 40, 30).is_empty());
    }

    #[test]
    fn ellipses_are_those_of_pillow() {
        // `ImageDraw.ellipse(corners, fill=1, outline=1)` in the same way.
        let cases = [
            ([10.0, 10.0, 20.0, 20.0], "i95h02N2N2O00000001N2N2N^a0"),
            ([9.9, 9.9, 20.1, 20.9], "k84h04M2O0O2O000001N101N3L_a0"),
            ([5.0, 5.0, 5.0, 5.0], "`U1"),
            ([5.0, 5.0, 6.0, 5.0], "k41m00in0"),
            ([5.0, 5.0, 5.0, 9.0], "k45`P1"),
            ([3.5, 2.2, 30.9, 12.7], "P33j02N2O0O2O00000O2O0000000000000000000001N1000001N101N2NY8"),
            ([-20.5, -11.3, 18.2, 27.4], "0l02000000O10000O100O1O100O1O1O1N2O2M5Jec0"),
            ([35.0, 20.0, 45.0, 38.0], "dQ14g03O1O1O1"),
            ([12.0, 8.0, 13.0, 9.0], "`;2l00Th0"),
            ([0.0, 0.0, 39.0, 29.0], "<6e06L2N2N2N2N2N2O0O2O0O2O00000O`80`G1000001N101N101N2N2N2N2N2N4JG"),
        ];
        for (corners, expected) in cases {
            assert_eq!(encoded(&ellipse(corners, 40, 30)), expected, "{corners:?}");
        }
    }

    #[test]
    fn many_edges_at_one_place_take_no_time() {
        let points: Vec<[f64; 2]> = (0..200_000).map(|i| [f64::from(i % 2), f64::from(i / 2 % 2)]).collect();
        let began = std::time::Instant::now();
        assert_eq!(polygon(&points, 40, 30).area(), 4);
        assert!(began.elapsed().as_secs() < 5);
    }
}
