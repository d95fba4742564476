//! Masks of drawn shapes: strokes of a brush, lassos, rectangles.
//!
//! Points are `[x, y]` in photo coordinates, in which the pixel `(x, y)` extends from `x` to `x + 1` with its
//! centre at `x + 0.5`, and likewise for y. Points that are not finite are skipped.

use super::bitmap::Mask;

/// The distance of a pixel's centre from its left and upper edge.
const HALF: f64 = 0.5;

impl Mask {
    /// The stroke of a round brush through `points`: all pixels whose centre is at most `radius_in_photo`
    /// away from the line. One point makes a disc, two a capsule.
    ///
    /// A radius below √½ may miss all centres, so that the stroke is empty.
    pub fn stroke(width: u32, height: u32, points: &[[f32; 2]], radius_in_photo: f32) -> Mask {
        let radius = f64::from(radius_in_photo);
        let points = finite(points);
        let mut runs = vec![];
        if radius >= 0.0 && radius.is_finite() {
            let last = points.last().map(|last| [*last, *last]);
            for [a, b] in points.array_windows().copied().chain(last.filter(|_| points.len() == 1)) {
                let rows = centres(a[1].min(b[1]) - radius, a[1].max(b[1]) + radius, height);
                runs.extend(rows.filter_map(|y| {
                    let [left, right] = across_capsule(a, b, radius, f64::from(y) + HALF)?;
                    let columns = centres(left, right, width);
                    (!columns.is_empty()).then_some((y, [columns.start, columns.end]))
                }));
            }
        }
        runs.sort_unstable();
        Mask::from_runs(width, height, runs)
    }

    /// The inside of a closed line through `corners`: all pixels with a non-zero winding number at their
    /// centre, so that a lasso that crosses itself leaves no hole where it went around twice.
    ///
    /// Shapes with a common edge have no common pixel.
    pub fn polygon(width: u32, height: u32, corners: &[[f32; 2]]) -> Mask {
        let corners = finite(corners);
        // Where the line crosses the row's centre line, and whether it runs down (1) or up (-1) there.
        let mut crossings: Vec<(u32, f64, i32)> = vec![];
        for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            let (upper, lower, down) = if a[1] <= b[1] { (a, b, 1) } else { (b, a, -1) };
            let slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
            for y in centres_before(upper[1], lower[1], height) {
                crossings.push((y, upper[0] + (f64::from(y) + HALF - upper[1]) * slope, down));
            }
        }
        crossings.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut winding = 0;
        let runs = crossings.array_windows().filter_map(|[(y, left, down), (_, right, _)]| {
            // Each row ends with a winding number of 0, for the line is closed.
            winding += down;
            let columns = centres_before(*left, *right, width);
            (winding != 0 && !columns.is_empty()).then_some((*y, [columns.start, columns.end]))
        });
        Mask::from_runs(width, height, runs)
    }

    /// The pixels with their centre in a rectangle with two opposite corners `a` and `b`.
    pub fn rectangle(width: u32, height: u32, a: [f32; 2], b: [f32; 2]) -> Mask {
        let [[ax, ay], [bx, by]] = [a, b].map(|p| p.map(f64::from));
        let columns = centres_before(ax.min(bx), ax.max(bx), width);
        let rows = centres_before(ay.min(by), ay.max(by), height);
        Mask::from_runs(width, height, rows.map(|y| (y, [columns.start, columns.end])))
    }
}

fn finite(points: &[[f32; 2]]) -> Vec<[f64; 2]> {
    points.iter().map(|p| p.map(f64::from)).filter(|[x, y]| x.is_finite() && y.is_finite()).collect()
}

/// The pixels below `count` whose centres lie in `from..=to`.
fn centres(from: f64, to: f64, count: u32) -> std::ops::Range<u32> {
    // A cast to u32 cuts what is negative or too large.
    let start = (from - HALF).ceil() as u32;
    start..((to - HALF).floor() + 1.0).min(f64::from(count)) as u32
}

/// The pixels below `count` whose centres lie in `from..to`.
fn centres_before(from: f64, to: f64, count: u32) -> std::ops::Range<u32> {
    (from - HALF).ceil() as u32..(to - HALF).ceil().min(f64::from(count)) as u32
}

/// From where to where the line at height `y` runs through the capsule of `radius` from `a` to `b`.
fn across_capsule(a: [f64; 2], b: [f64; 2], radius: f64, y: f64) -> Option<[f64; 2]> {
    let disc = |[cx, cy]: [f64; 2]| {
        let half = (radius * radius - (y - cy) * (y - cy)).sqrt();
        (half >= 0.0).then_some([cx - half, cx + half])
    };
    // A capsule is convex, so that what lies between its parts on a line belongs to it too.
    let parts = [disc(a), disc(b), across_band(a, b, radius, y)];
    parts.into_iter().flatten().reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
}

/// The same for the rectangle between the two round ends.
fn across_band(a: [f64; 2], b: [f64; 2], radius: f64, y: f64) -> Option<[f64; 2]> {
    let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    let length = dx.hypot(dy);
    if length == 0.0 {
        return None;
    }
    let [ux, uy] = [dx / length, dy / length];
    let below = y - a[1];
    // The way along the line, from 0 to its length, and beside it, from -radius to radius; both
    // change with x - a[0] at a constant rate.
    let along = between(ux, below * uy, 0.0, length)?;
    let beside = between(uy, -below * ux, -radius, radius)?;
    let [left, right] = [along[0].max(beside[0]), along[1].min(beside[1])];
    (left <= right).then_some([a[0] + left, a[0] + right])
}

/// For which `x` `rate * x + offset` lies from `low` to `high`.
fn between(rate: f64, offset: f64, low: f64, high: f64) -> Option<[f64; 2]> {
    if rate == 0.0 {
        return (low..=high).contains(&offset).then_some([f64::NEG_INFINITY, f64::INFINITY]);
    }
    let [p, q] = [(low - offset) / rate, (high - offset) / rate];
    Some([p.min(q), p.max(q)])
}

#[cfg(test)]
mod tests {
    use super::super::outline::outline;
    use super::super::samples::{self, Noise, pixels};
    use super::*;

    const SIZE: (u32, u32) = (70, 50);

    /// Points in and around the photo, some on the grid.
    fn points(noise: &mut Noise, count: usize) -> Vec<[f32; 2]> {
        let step = if noise.next() < 0.3 { 0.5 } else { 0.001 };
        let mut at = |side: u32| ((noise.next() * 1.6 - 0.3) * f64::from(side) / step).round() * step;
        (0..count).map(|_| [at(SIZE.0) as f32, at(SIZE.1) as f32]).collect()
    }

    fn distance(p: [f64; 2], a: [f32; 2], b: [f32; 2]) -> f64 {
        let ([ax, ay], [bx, by]) = (a.map(f64::from), b.map(f64::from));
        let squared = (bx - ax).powi(2) + (by - ay).powi(2);
        let along = if squared > 0.0 {
            (((p[0] - ax) * (bx - ax) + (p[1] - ay) * (by - ay)) / squared).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (p[0] - ax - along * (bx - ax)).hypot(p[1] - ay - along * (by - ay))
    }

    #[test]
    fn a_stroke_has_the_pixels_near_the_line() {
        let mut noise = Noise(1234567);
        for round in 0..200 {
            let line = points(&mut noise, 1 + round % 5);
            let radius = if round % 3 == 0 { (round % 20) as f32 } else { noise.next() as f32 * 15.0 };
            let stroke = Mask::stroke(SIZE.0, SIZE.1, &line, radius);
            for (x, y) in pixels(SIZE.0, SIZE.1) {
                let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                let ends = line.windows(2).map(|w| (w[0], w[1])).chain([(line[0], line[0])]);
                let nearest = ends.map(|(a, b)| distance(centre, a, b)).fold(f64::INFINITY, f64::min);
                // Rounding decides about pixels exactly at the edge.
                if (nearest - f64::from(radius)).abs() > 1e-9 {
                    assert_eq!(stroke.get(x, y), nearest < f64::from(radius), "{line:?} {radius} {x},{y}");
                }
            }
        }
    }

    #[test]
    fn a_disc_reaches_the_centres_at_its_radius() {
        let disc = Mask::stroke(20, 20, &[[10.5, 10.5]], 5.0);
        let expected = |x: u32, y: u32| x.abs_diff(10).pow(2) + y.abs_diff(10).pow(2) <= 25;
        assert_eq!(disc, Mask::from_fn(20, 20, expected));
        assert_eq!(Mask::stroke(20, 20, &[[10.5, 10.5]; 3], 5.0), disc);
    }

    #[test]
    fn what_cannot_be_drawn_is_empty() {
        let nan = [f32::NAN, 3.0];
        assert!(Mask::stroke(9, 9, &[], 3.0).is_empty());
        assert!(Mask::stroke(9, 9, &[nan], 3.0).is_empty());
        assert!(Mask::stroke(9, 9, &[[4.0, 4.0]], f32::NAN).is_empty());
        assert!(Mask::stroke(9, 9, &[[4.0, 4.0]], -1.0).is_empty());
        assert!(Mask::polygon(9, 9, &[[1.0, 1.0], [8.0, 8.0]]).is_empty());
        assert!(Mask::polygon(9, 9, &[nan; 5]).is_empty());
        assert!(Mask::rectangle(9, 9, nan, nan).is_empty());
        assert!(Mask::stroke(0, 0, &[[0.0, 0.0]], 3.0).is_empty());
        let everywhere = [[-1e30, -1e30], [1e30, -1e30], [1e30, 1e30], [-1e30, 1e30]];
        assert_eq!(Mask::polygon(9, 9, &everywhere).area(), 81);
        assert_eq!(Mask::stroke(9, 9, &[[-1e6, 4.0], [1e6, 4.0]], 1e6).area(), 81);
    }

    /// The winding number by the angles seen from a point.
    fn winding(p: [f64; 2], corners: &[[f32; 2]]) -> f64 {
        let angle = |c: &[f32; 2]| (f64::from(c[1]) - p[1]).atan2(f64::from(c[0]) - p[0]);
        let turns = corners.iter().zip(corners.iter().cycle().skip(1)).map(|(a, b)| {
            let turn = angle(b) - angle(a);
            turn - (turn / std::f64::consts::TAU).round() * std::f64::consts::TAU
        });
        turns.sum::<f64>() / std::f64::consts::TAU
    }

    #[test]
    fn a_lasso_has_the_pixels_it_goes_around() {
        let mut noise = Noise(7654321);
        for round in 0..100 {
            let corners = points(&mut noise, 3 + round % 9);
            let polygon = Mask::polygon(SIZE.0, SIZE.1, &corners);
            for (x, y) in pixels(SIZE.0, SIZE.1) {
                let centre = [f64::from(x) + 0.5, f64::from(y) + 0.5];
                let edges = corners.iter().zip(corners.iter().cycle().skip(1));
                if edges.map(|(a, b)| distance(centre, *a, *b)).fold(f64::INFINITY, f64::min) > 1e-6 {
                    let inside = winding(centre, &corners).abs() > 0.5;
                    assert_eq!(polygon.get(x, y), inside, "{corners:?} {x},{y}");
                }
            }
        }
    }

    #[test]
    fn the_outline_of_parts_without_holes_leads_back_to_them() {
        for mask in samples::masks(60, 45).iter().flat_map(Mask::parts) {
            let loops = outline(&mask);
            if loops.len() == 1 {
                let corners: Vec<[f32; 2]> = loops[0].iter().map(|c| c.map(|v| v as f32)).collect();
                assert_eq!(Mask::polygon(60, 45, &corners), mask);
            }
        }
    }

    #[test]
    fn polygons_side_by_side_share_nothing() {
        let [a, b, c, d] = [[3.5, 2.5], [40.5, 7.5], [30.5, 40.5], [8.5, 33.5]];
        let whole = Mask::polygon(60, 45, &[a, b, c, d]);
        let halves = [Mask::polygon(60, 45, &[a, b, c]), Mask::polygon(60, 45, &[c, d, a])];
        assert_eq!(halves[0].intersection_area(&halves[1]), 0);
        assert_eq!(halves[0].area() + halves[1].area(), whole.area());
    }

    #[test]
    fn a_rectangle_has_the_centres_in_it() {
        let inside = |x: u32, y: u32| (3..8).contains(&x) && (2..5).contains(&y);
        let expected = Mask::from_fn(20, 20, inside);
        assert_eq!(Mask::rectangle(20, 20, [2.6, 1.6], [8.4, 5.5]), expected);
        assert_eq!(Mask::rectangle(20, 20, [8.4, 1.6], [2.6, 5.5]), expected);
        assert_eq!(Mask::rectangle(20, 20, [-5.0, -5.0], [99.0, 99.0]).area(), 400);
        assert!(Mask::rectangle(20, 20, [25.0, 5.0], [30.0, 9.0]).is_empty());
        assert!(Mask::rectangle(20, 20, [-5.0, 5.0], [-1.0, 9.0]).is_empty());
    }
}
